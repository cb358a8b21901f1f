"""What an adapter's card keeps of the job that made it."""

from app.core.tuning import Basis, TuningJob, TuningSettings
from app.device.adapter_card import TrainingFacts
from app.domain.notes import FileKind, NotesSet


def training_facts(job: TuningJob, notes: NotesSet) -> TrainingFacts | None:
    """None for a job without a verdict: nothing is known then. What it gives goes with copies of the adapter, so of
    secrets it has numbers only, and where the notes lie stands elsewhere (learned_places.py)."""
    verdict = job.verdict
    if verdict is None:
        return None
    chats = {report.path for report in notes.reports if report.kind is FileKind.CHAT}
    has_general = bool(verdict.general_before or verdict.general_after)
    return TrainingFacts(
        model_id=job.model,
        data_sha256=job.data_sha256,
        kept_step=verdict.kept_step,
        steps=verdict.steps,
        before=verdict.before.value,
        after=verdict.after.value,
        gain=verdict.gain.value,
        gain_low=verdict.gain.low,
        gain_high=verdict.gain.high,
        preset=job.preset.value if job.preset is not None else "",
        settings=summary(job.settings),
        used_chats=any(note.source in chats for note in notes.train),
        notes=len(notes.train),
        has_helped=verdict.has_helped,
        has_harmed=verdict.has_harmed,
        general_before=verdict.general_before if has_general else None,
        general_after=verdict.general_after if has_general else None,
        secrets_tried=verdict.secrets_tried,
        secrets_known=len(verdict.memorised),
        overfit_step=verdict.overfit_step,
        is_tested=verdict.basis is not Basis.TOO_LITTLE,
    )


def summary(settings: TuningSettings) -> str:
    """In one line, for people who know what it means."""
    taps, head = len(settings.plan.taps), settings.head_rank
    ranks = sorted({(tap.r_down, tap.r_up) for tap in settings.plan.taps})
    shown = ", ".join(f"{down}/{up}" for down, up in ranks) or "none"
    own = f"layers on the device {settings.device_layers}, " if settings.device_layers else ""
    return (
        f"{settings.recipe.name.lower()}, taps {taps}, {own}ranks {shown}, head {head}, {settings.steps} steps of "
        f"{settings.sequences_per_step} x {settings.window} tokens, rate {settings.learning_rate:g}"
        f"{f' and {settings.head_learning_rate:g}' if head else ''}, seed {settings.seed}"
    )
