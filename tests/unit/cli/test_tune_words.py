"""What `nearhalf tune` says of a verdict: never more than it shows."""

from dataclasses import replace
from pathlib import Path

import pytest

from app.cli.tune_words import form_line, progress_line, summary, verdict_lines
from app.core.tuning import Basis, EvalPoint, Interval, JobProgress, JobState, Memorised, TrainPoint, TuningJob, Verdict
from app.core.tuning_presets import Preset, presets
from app.domain.errors import AppError
from app.wire.plan import layer_by_layer

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
    assert "2 passwords or keys in the note 'Keys'" in text
    assert "123" not in text and "777" not in text
    many = tuple(replace(out, note=f"Note {number}") for number in range(7))
    assert text.count("in the note") < said(replace(HELPED, secrets_tried=7, memorised=many)).count("in the note") == 5
    assert "and some in 2 more notes" in said(replace(HELPED, secrets_tried=7, memorised=many))


SETTINGS = presets(30, 128, 2048, 2)[Preset.QUICK]
HALF_WAY = JobProgress(
    JobState.TRAINING, 40, (TrainPoint(19, 3.5, 1e-3, 1.0, 900), TrainPoint(20, 3.25, 1e-3, 1.0, 1000)),
    (EvalPoint(0, 4.0), EvalPoint(20, 3.125)), None, 2_000_000, 1_500, 60, 80.04, 300.0,
)  # fmt: skip


def test_the_line_of_a_job_shows_how_far_it_is() -> None:
    assert progress_line(HALF_WAY) == (
        "[############............] step 20/40, loss 3.250, held-out 3.125, 5 min left, 2 MB up, 1.5 kB down"
    )
    begun = JobProgress(JobState.TRAINING, 40, seconds_left=None)
    assert progress_line(begun) == "[........................] step 0/40, 0 bytes up, 0 bytes down"
    assert f"[{'#' * 24}] step 20/20" in progress_line(replace(HALF_WAY, steps=20, state=JobState.EVALUATING))
    assert progress_line(replace(HALF_WAY, message="The disk is full.")).endswith("down. The disk is full.")


@pytest.mark.parametrize(
    ("state", "message", "line"),
    [
        (JobState.PREPARING, "", "Preparing."),
        (JobState.PREPARING, "Loading the model.", "Loading the model."),
        (JobState.WAITING, "The backend is gone.", "Waiting. The backend is gone."),
        (JobState.JUDGING, "Asking questions.", "Judging. Asking questions."),
        (JobState.JUDGING, "", "Judging."),
    ],
)
def test_the_line_of_a_job_that_does_not_train_says_what_it_does(state: JobState, message: str, line: str) -> None:
    assert progress_line(replace(HALF_WAY, state=state, message=message)) == line


@pytest.mark.parametrize(("seconds", "words"), [(89, "89 s left"), (90, "2 min left"), (5400, "1.5 h left")])
def test_the_time_left_is_short(seconds: float, words: str) -> None:
    assert words in progress_line(replace(HALF_WAY, seconds_left=seconds))


def test_a_job_for_a_program_has_the_documented_fields() -> None:
    job = TuningJob("20261123-1", "Soups", "2026-11-23", "", "tiny", Preset.QUICK, SETTINGS, "ab", HALF_WAY)
    training = summary(job)
    assert training == {
        "job": "20261123-1", "name": "Soups", "state": "training", "step": 20, "steps": 40, "losses": [3.5, 3.25],
        "held_out": [{"step": 0, "loss": 4.0}, {"step": 20, "loss": 3.125}], "bytes_up": 2_000_000, "bytes_down": 1_500,
        "round_trips": 60, "seconds": 80.0, "round_trips_per_token": 1, "is_ordinary_lora": False, "has_helped": None,
        "gain": None, "basis": None, "general": None, "has_harmed": None, "memorised": None, "adapter": None,
        "files": None, "folded": None, "set_aside": None, "secrets": None, "error": None,
    }  # fmt: skip
    documented = (Path(__file__).parents[3] / "docs" / "tuning.md").read_text(encoding="utf-8")
    assert not [name for name in training if f"`{name}`" not in documented]
    ended = summary(replace(job, verdict=HELPED), Path("/adapters/a.sealed"), AppError("It broke.", "Try again."))
    assert ended | {
        "has_helped": True, "gain": {"value": 0.3, "low": 0.2, "high": 0.4}, "basis": "notes", "general": [0.75, 0.73],
        "has_harmed": False, "memorised": 0, "adapter": str(Path("/adapters/a.sealed")),
        "error": {"message": "It broke.", "advice": "Try again."},
    } == ended  # fmt: skip


def test_the_form_of_export_is_said() -> None:
    assert "cannot become an ordinary PEFT LoRA" in form_line(SETTINGS)
    every_layer = replace(SETTINGS, plan=layer_by_layer(range(6), 8))
    assert form_line(every_layer) == "The adapter can be exported as an ordinary PEFT LoRA."
