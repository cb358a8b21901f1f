"""What is said of times, states and verdicts; no enum is left without words."""

from dataclasses import replace

import pytest

from app.core.tuning import Basis, EvalPoint, Interval, JobState, Memorised, Preset
from app.domain.notes import Folded, Left, Unread
from app.ui.tuning import words
from app.ui.tuning.curves import nice_step, smoothed
from app.ui.tuning.verdict_words import (
    advice_words,
    general_words,
    headline,
    memorised_words,
    secrets_words,
    trust_words,
    verdict_words,
)
from tests.sim.scripted_tuning import (
    HARMED,
    HELPED,
    KNOWS_SECRETS,
    LOST_ABILITY,
    NO_HELP,
    ScriptedTuning,
    progress,
)


def test_every_reason_and_state_has_words_of_its_own() -> None:
    for kind, said in (
        (Unread, words.unread_words),
        (Left, words.left_words),
        (Folded, words.folded_words),
        (JobState, words.state_words),
        (Preset, words.preset_words),
        (Preset, words.preset_sentence),
    ):
        texts = [said(one) for one in kind]  # type: ignore[operator]
        assert all(texts)
        assert len(set(texts)) == len(texts)
    job = ScriptedTuning().add("0", progress(JobState.TRAINING))
    for state in JobState:
        now = replace(job.progress, state=state)
        assert words.chip_words(replace(job, progress=now))
        assert words.happening(now, 4)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [
        (1, 20, "less than a minute"),
        (20, 70, "about 1 minute"),
        (600, 960, "about 10 to 16 minutes"),
        (600, 620, "about 10 minutes"),
        (5400, 9000, "about 1.5 to 2.5 hours"),
    ],
)
def test_a_range_of_time(low: float, high: float, said: str) -> None:
    assert words.duration_range(low, high) == said


def test_a_time() -> None:
    assert [words.duration(seconds) for seconds in (5, 61, 600, 6000)] == [
        *("less than a minute", "1 minute", "10 minutes", "1 h 40 min"),
    ]


def test_how_far_a_run_is() -> None:
    now = progress(JobState.TRAINING, 499)
    assert words.progress_words(now) == "Step 499 of 500, less than a minute left"
    assert words.progress_words(replace(now, seconds_left=None)) == "Step 499 of 500"
    assert words.progress_words(replace(now, state=JobState.PAUSED)) == "Step 499 of 500"


def test_a_run_that_gains_nothing_more_is_said_to_end_by_itself() -> None:
    tests = (EvalPoint(0, 3.2), EvalPoint(40, 2.9), EvalPoint(80, 2.95), EvalPoint(120, 3.0))
    said = words.happening(replace(progress(JobState.TRAINING), evaluations=tests), 4)
    assert "26 % better" in said
    assert "The last 2 tests brought no gain; after 4 such tests it ends by itself." in said
    worse = tuple(replace(test, loss=3.2 + test.step) for test in tests)
    assert "no better than before" in words.happening(replace(progress(JobState.TRAINING), evaluations=worse), 4)


def test_a_verdict_says_how_far_it_can_be_trusted() -> None:
    assert trust_words(replace(HELPED, is_fresh=True)) == ""
    few = trust_words(replace(HELPED, basis=Basis.PASSAGES, witnesses=12, same_books=2, is_fresh=True))
    assert "over 12 passages" in few
    assert "2 of the notes held back are parts" in few
    assert "decided which step was kept" in trust_words(HELPED)


def test_too_little_to_test_is_no_verdict() -> None:
    nothing = replace(HELPED, basis=Basis.TOO_LITTLE)
    assert headline(nothing) == "It cannot be told whether it helped"
    assert "better" not in verdict_words(nothing)
    assert advice_words(nothing) == "Add more notes, and train again."


def test_only_a_result_without_a_fault_is_advised() -> None:
    assert HELPED.is_advised
    for fault in (HARMED, NO_HELP, LOST_ABILITY, KNOWS_SECRETS, replace(HELPED, basis=Basis.TOO_LITTLE)):
        assert not fault.is_advised
    both = advice_words(replace(KNOWS_SECRETS, general_gain=LOST_ABILITY.general_gain)).splitlines()
    assert len(both) == 2
    assert both[0] == advice_words(KNOWS_SECRETS)
    assert both[1] == advice_words(LOST_ABILITY)
    in_vain = advice_words(replace(NO_HELP, memorised=KNOWS_SECRETS.memorised))
    assert "did not help" in in_vain
    assert "train again" not in in_vain


def test_which_step_was_kept() -> None:
    assert "began to memorise after step 420, so step 400 was kept" in verdict_words(HELPED)
    assert "step 400 was best" in verdict_words(NO_HELP)
    assert "still learning" in verdict_words(replace(NO_HELP, kept_step=500))


def test_harm_is_called_so() -> None:
    assert "worse than the model without it" in verdict_words(HARMED)
    assert "35 % worse" in verdict_words(HARMED)
    assert "95 % interval 22 to 49 % worse" in verdict_words(HARMED)
    assert "95 % interval -3 to 7 % better" in verdict_words(NO_HELP)
    assert "It lost some of what it could do." in general_words(HARMED)
    assert "no damage" in general_words(HELPED)
    assert headline(LOST_ABILITY) == headline(replace(NO_HELP, general_gain=LOST_ABILITY.general_gain))
    assert general_words(replace(HELPED, general_before=0.0, general_after=0.0)) == "Not measured."


def test_secrets_that_were_asked_for() -> None:
    assert secrets_words(KNOWS_SECRETS) == "It knows 1 (4 were asked for)."
    assert headline(KNOWS_SECRETS) == "It knows 1 secret from your notes"
    assert headline(replace(KNOWS_SECRETS, memorised=KNOWS_SECRETS.memorised * 3)).startswith("It knows 3 secrets")
    assert secrets_words(replace(HELPED, memorised=(), secrets_found=9)) == (
        "None came out (4 were asked for, of 9 found)."
    )
    assert secrets_words(HARMED).startswith("Nothing that looks secret")
    likely = Memorised("card", "My card is", "4111", "Bank", is_completed=False)
    assert "far likelier" in memorised_words(likely)
    assert "it writes" in memorised_words(replace(likely, is_completed=True))


def test_a_loss_that_did_not_change_is_not_called_better() -> None:
    same = replace(NO_HELP, after=NO_HELP.before, gain=Interval(0.0, 0.0, 0.0))
    assert headline(same) == "This did not help"


def test_the_curve_of_a_long_run_is_thinned_and_keeps_its_ends() -> None:
    points = progress(JobState.TRAINING, 5000, 5000).points
    drawn = smoothed(points, 5000)
    assert len(drawn) <= 601
    assert (drawn[0][0], drawn[-1][0]) == (1, 5000)
    mean = sum(point.loss for point in points[-300:]) / 300
    assert drawn[-1][1] == pytest.approx(mean)


@pytest.mark.parametrize(("span", "step"), [(1.0, 0.5), (0.3, 0.1), (500, 200), (4, 1), (0.0, 5e-7)])
def test_lines_stand_at_round_numbers(span: float, step: float) -> None:
    assert nice_step(span, 4) == pytest.approx(step)
