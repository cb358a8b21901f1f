"""The verdict of a job, on the trainer's own line: a session without an adapter and one with the best."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING

from app.core.scoring import SessionScorer
from app.core.tuning import JobProgress, JobState, TuningSettings, Verdict
from app.core.tuning_session import TuningSession
from app.core.verdict import Case, judge
from app.device.adapter import Adapter
from app.device.tuning_half import TuningHalf

if TYPE_CHECKING:
    from app.core.tuning_run import RunLine
    from app.device.pack import DevicePack
    from app.device.tokenizer import DeviceTokenizer
    from app.device.tuning_head import TuningHead
    from app.domain.notes import NotesSet


def judged(
    progress: JobProgress,
    notes: "NotesSet",
    tokenizer: "DeviceTokenizer",
    pack: "DevicePack",
    head: "TuningHead",
    best: bytes,
    line: "RunLine",
    settings: TuningSettings,
    check: Callable[[], None],
    tell: Callable[[JobProgress], None],
) -> Verdict:
    """Raises AppError; Cancelled from `check`. tell: `progress` with what is under way and the traffic so far."""
    separator = min(tokenizer.eos_ids)
    case = Case(
        notes,
        tokenizer,
        separator,
        progress.evaluations,
        progress.step,
        settings.seed,
        settings.window,
        settings.evaluation_tokens,
    )

    def traffic() -> tuple[int, int, int]:
        totals = line.meter.totals(line.message)
        return totals.bytes_up, totals.bytes_down, totals.frames_up

    began = traffic()
    stage = ""

    def say(sentence: str) -> None:
        up, down, trips = (now - then for now, then in zip(traffic(), began, strict=True))
        tell(
            replace(
                progress,
                state=JobState.JUDGING,
                message=sentence,
                advice="",
                seconds_left=None,
                bytes_up=progress.bytes_up + up,
                bytes_down=progress.bytes_down + down,
                round_trips=progress.round_trips + trips,
            )
        )

    def report(sentence: str) -> None:
        nonlocal stage
        stage = sentence
        say(sentence)

    def waits(reason: str) -> None:
        check()
        say(reason)

    with ExitStack() as stack:

        def scorer(adapter: Adapter | None) -> SessionScorer:
            half = TuningHalf(
                pack,
                adapter,
                state_dtype=settings.state_dtype,
                exchange_dtype=settings.exchange_dtype,
                head=head,
            )
            session = TuningSession(
                half,
                line.model,
                line.open_channel,
                line.retry,
                waits,
                lambda: say(stage),
                window=settings.window,
                message=line.message,
            )
            stack.callback(session.close)
            return SessionScorer(session, half, tokenizer.eos_ids)

        verdict = judge(case, scorer(None), scorer(Adapter.parse(best, pack.facts)), check, report)
        say("")
        return verdict
