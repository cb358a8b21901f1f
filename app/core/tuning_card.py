"""What an adapter's card keeps of the job that made it."""

from app.core.notes import learned_hashes
from app.core.tuning import TuningJob, TuningSettings
from app.device.adapter_card import TrainingFacts
from app.domain.notes import FileKind, NotesSet


def training_facts(job: TuningJob, notes: NotesSet) -> TrainingFacts | None:
    """None for a job without a verdict: nothing is known then. Chats have no hash on the card: they lie in no folder
    where one could look for them."""
    verdict = job.verdict
    if verdict is None:
        return None
    chats = {report.path for report in notes.reports if report.kind is FileKind.CHAT}
    files = [note for note in notes.train if note.source not in chats]
    hashes = {note.sha256 for note in files}
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
        used_chats=len(files) < len(notes.train),
        notes=len(notes.train),
        has_helped=verdict.has_helped,
        note_hashes=tuple(one for one in learned_hashes(notes) if one in hashes),
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
