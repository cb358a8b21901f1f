"""What `nearhalf tune` says of a verdict: never more than it shows."""

from dataclasses import replace

import pytest

from app.cli.tune import verdict_lines
from app.core.tuning import Basis, Interval, Memorised, Verdict

HELPED = Verdict(
    Interval(3.2, 3.1, 3.3), Interval(2.9, 2.8, 3.0), Interval(0.3, 0.2, 0.4), 400, 500, 420, 0.75, 0.73, 0,
    held_out_notes=12, basis=Basis.NOTES, witnesses=12, general_gain=Interval(-0.02, -0.06, 0.03),
)  # fmt: skip


def said(verdict: Verdict) -> str:
    return " ".join(verdict_lines(verdict))


def test_help_is_said_with_its_interval_and_where_memorising_began() -> None:
    text = said(HELPED)
    assert text.startswith("It helped: on notes it never saw, it predicts your wording 26% better.")
    assert "0.200 to 0.400" in text
    assert "after step 420, so step 400 was kept" in text
    assert "73% after. That is within chance." in text
    assert "too few" not in text and "same book" not in text and "secret" not in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"gain": Interval(0.1, -0.01, 0.2)}, "This did not help"),
        ({"gain": Interval(-0.3, -0.5, -0.1)}, "This did harm"),
        ({"basis": Basis.TOO_LITTLE}, "cannot be said: too little text"),
        ({"basis": Basis.PASSAGES, "witnesses": 40}, "too few notes to be sure: the interval is over 40 passages"),
        ({"same_books": 1}, "1 of the notes held back is a part of the same book"),
        ({"same_books": 3}, "3 of the notes held back are parts of the same book"),
        ({"general_gain": Interval(-0.3, -0.4, -0.1), "general_after": 0.4}, "it has got worse at other things"),
        ({"secrets_found": 90, "secrets_tried": 40}, "Of 40 secrets of the notes asked for (of 90) it completes 0 "),
    ],
)
def test_each_doubt_is_said(changes: dict[str, object], words: str) -> None:
    text = said(replace(HELPED, **changes))  # type: ignore[arg-type]
    assert words in text
    assert ("It helped" in text) == (not {"gain", "basis"} & set(changes) or changes.get("basis") is Basis.PASSAGES)


def test_secrets_that_come_out_are_counted_and_never_shown() -> None:
    out = Memorised("key", "The key is", "k-123-456", "Keys")
    half = replace(out, secret="k-777-888", is_completed=False, exposure=20.0)
    text = said(replace(HELPED, secrets_found=3, secrets_tried=3, memorised=(out, half)))
    assert "Of 3 secrets of the notes asked for it completes 1 that the model without it does not." in text
    assert "1 more is far likelier to it than invented ones" in text
    assert "123" not in text and "777" not in text
