"""What `nearhalf tune` says: of a job under way, of its verdict, and all of it for a program. docs/tuning.md."""

import math
from collections import Counter
from dataclasses import asdict
from pathlib import Path

from app.cli.redaction import kind_counts
from app.cli.terminal import counted, size
from app.core.tuning import Basis, JobProgress, JobState, TuningJob, TuningSettings, Verdict
from app.core.tuning_presets import is_ordinary_lora
from app.domain.errors import AppError

MOST_NOTES = 5  # by name, of those whose secrets came out
_BAR = 24


def trouble(progress: JobProgress) -> str:
    """What is in its way, and what to do; "" where all is well."""
    if progress.state in (JobState.PREPARING, JobState.JUDGING, JobState.FINISHED):
        return ""  # their messages say what is under way
    return f"{progress.message} {progress.advice}".strip()


def progress_line(progress: JobProgress) -> str:
    """One line: a bar, the step, losses, time left, traffic; or what is being waited for."""
    if progress.state is JobState.WAITING:
        return f"Waiting. {progress.message}"
    if progress.state is JobState.PREPARING:
        return progress.message or "Preparing."
    if progress.state is JobState.JUDGING:
        return f"Judging. {progress.message}".rstrip()
    done = round(_BAR * progress.step / max(1, progress.steps))
    parts = [f"[{'#' * done}{'.' * (_BAR - done)}] step {progress.step}/{progress.steps}"]
    if progress.points:
        parts.append(f"loss {progress.points[-1].loss:.3f}")
    if progress.evaluations:
        parts.append(f"held-out {progress.evaluations[-1].loss:.3f}")
    if progress.seconds_left is not None:
        parts.append(f"{_duration(progress.seconds_left)} left")
    parts.append(f"{size(progress.bytes_up)} up, {size(progress.bytes_down)} down")
    return ", ".join(parts) + (f". {progress.message}" if progress.message else "")


def verdict_lines(verdict: Verdict) -> list[str]:
    """For a person: whether it helped, how far one can trust that, what was noticed."""
    before, after, gain = verdict.before.value, verdict.after.value, verdict.gain
    notes = counted(verdict.held_out_notes, "note", "notes")
    numbers = (
        f"Loss on {notes} it never saw: {before:.3f} without, {after:.3f} with it; "
        f"gain {gain.value:.3f} (95 % interval {gain.low:.3f} to {gain.high:.3f})."
    )
    if verdict.basis is Basis.TOO_LITTLE:
        lines = ["Whether it helped cannot be said: too little text was held back.", numbers]
    elif verdict.has_helped:
        share = 1 - math.exp(after - before)  # of the perplexity: among so many fewer words it wavers at each token
        lines = [f"It helped: on notes it never saw, it predicts your wording {share:.0%} better.", numbers]
    elif gain.high < 0:
        lines = ["This did harm: on notes it never saw, it predicts your wording worse.", numbers]
    else:
        lines = ["This did not help: on notes it never saw, it predicts your wording no better.", numbers]
    if verdict.basis is Basis.PASSAGES:
        lines.append(
            f"There are too few notes to be sure: the interval is over {verdict.witnesses} passages of what was held "
            "back, so it speaks for these notes and not for others."
        )
    if verdict.same_books:
        lines.append(
            f"{counted(verdict.same_books, 'of the notes held back is a part', 'of the notes held back are parts')} "
            "of the same book or long text that it learned from, so less new to it than another note would be."
        )
    if verdict.overfit_step is not None:
        lines.append(f"It began to memorise after step {verdict.overfit_step}, so step {verdict.kept_step} was kept.")
    return lines + _general_lines(verdict) + _secret_lines(verdict)


def _general_lines(verdict: Verdict) -> list[str]:
    if not verdict.general_before and not verdict.general_after:
        return []
    line = f"General questions answered right: {verdict.general_before:.0%} before, {verdict.general_after:.0%} after."
    if verdict.has_harmed:
        return [line, "That is more than chance: it has got worse at other things."]
    return [line + " That is within chance."] if verdict.general_before != verdict.general_after else [line]


def _secret_lines(verdict: Verdict) -> list[str]:
    """What came out: kinds and notes, not the secrets themselves."""
    if not verdict.secrets_tried:
        return []
    completed = sum(one.is_completed for one in verdict.memorised)
    likely = len(verdict.memorised) - completed
    asked = counted(verdict.secrets_tried, "secret of the notes", "secrets of the notes")
    of_all = f" (of {verdict.secrets_found})" if verdict.secrets_found > verdict.secrets_tried else ""
    lines = [f"Of {asked} asked for{of_all} it completes {completed} that the model without it does not."]
    if likely:
        lines.append(
            f"{counted(likely, 'more is', 'more are')} far likelier to it than invented ones: half memorised already."
        )
    known = Counter((one.note, one.kind) for one in verdict.memorised)
    notes = {note: kind_counts({kind: count for (of, kind), count in known.items() if of == note}) for note, _ in known}
    lines += [f"  {kinds} in the note {note!r}" for note, kinds in list(notes.items())[:MOST_NOTES]]
    more = len(notes) - MOST_NOTES
    return [*lines, f"  and some in {counted(more, 'more note', 'more notes')}"] if more > 0 else lines


def form_line(settings: TuningSettings) -> str:
    """Which of the two forms of export it will be."""
    if is_ordinary_lora(settings.plan):
        return "The adapter can be exported as an ordinary PEFT LoRA."
    return (
        "The adapter can be exported in Nearhalf's documented format, with a small loader for transformers; "
        "it cannot become an ordinary PEFT LoRA."
    )


def summary(job: TuningJob, adapter: Path | None = None, problem: AppError | None = None) -> dict[str, object]:
    """One job for a program. Losses in nats a token. adapter: where it was kept. problem: what went wrong."""
    progress, verdict = job.progress, job.verdict
    return {
        "job": job.id,
        "name": job.name,
        "state": progress.state.value,
        "step": progress.step,
        "steps": progress.steps,
        "losses": [point.loss for point in progress.points],
        "held_out": [asdict(point) for point in progress.evaluations],
        "bytes_up": progress.bytes_up,
        "bytes_down": progress.bytes_down,
        "round_trips": progress.round_trips,
        "seconds": round(progress.seconds, 1),
        "round_trips_per_token": job.settings.plan.round_trips,
        "has_helped": verdict.has_helped if verdict is not None else None,
        "gain": asdict(verdict.gain) if verdict is not None else None,
        "basis": verdict.basis.value if verdict is not None else None,
        "general": [verdict.general_before, verdict.general_after] if verdict is not None else None,
        "memorised": len(verdict.memorised) if verdict is not None else None,
        "has_harmed": verdict.has_harmed if verdict is not None else None,
        "is_ordinary_lora": is_ordinary_lora(job.settings.plan),
        "adapter": str(adapter) if adapter is not None else None,
        "files": None,  # what became of the notes (app/cli/notes_words.py), of a job that this command began
        "folded": None,
        "set_aside": None,
        "secrets": None,
        "error": {"message": problem.message, "advice": problem.advice} if problem is not None else None,
    }


def failure(job: TuningJob) -> AppError | None:
    """Why it stopped, where an error stopped it, and what to do."""
    progress = job.progress
    if progress.state is not JobState.FAILED:
        return None
    what, option = ("Delete it with", "--discard") if job.is_damaged else ("Resume it with", "--resume")
    return AppError(progress.message, f"{progress.advice} {what}: nearhalf tune {option} {job.id}".strip())


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
