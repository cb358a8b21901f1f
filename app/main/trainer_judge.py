"""The verdict of a job, on the trainer's own line: a session without an adapter and one with the best."""

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

from app.core.scoring import SessionScorer
from app.core.tuning import JobProgress, TuningSettings, Verdict
from app.core.tuning_session import TuningSession
from app.core.verdict import Case, judge
from app.device.adapter import Adapter
from app.device.tuning_half import TuningHalf

if TYPE_CHECKING:
    from app.core.tuning_run import RunLine
    from app.device.pack import DevicePack
    from app.device.tokenizer import DeviceTokenizer
    from app.domain.notes import NotesSet


def judged(
    progress: JobProgress,
    notes: "NotesSet",
    tokenizer: "DeviceTokenizer",
    pack: "DevicePack",
    best: bytes,
    line: "RunLine",
    settings: TuningSettings,
    check: Callable[[], None],
    report: Callable[[str], None],
) -> Verdict:
    """Raises AppError; Cancelled from `check`. report: one sentence on what is under way, or is waited for."""
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

    def waits(reason: str) -> None:
        check()
        report(reason)

    with ExitStack() as stack:

        def scorer(adapter: Adapter | None) -> SessionScorer:
            half = TuningHalf(pack, adapter, state_dtype=settings.state_dtype, exchange_dtype=settings.exchange_dtype)
            session = TuningSession(
                half,
                line.model,
                line.open_channel,
                line.retry,
                waits,
                lambda: None,
                window=settings.window,
                message=line.message,
            )
            stack.callback(session.close)
            return SessionScorer(session, half, tokenizer.eos_ids)

        return judge(case, scorer(None), scorer(Adapter.parse(best, pack.facts)), check, report)
