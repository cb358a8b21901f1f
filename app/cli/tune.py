"""`nearhalf tune`: notes in, a job in a process of its own, its progress here, a verdict, an adapter in the library."""

import argparse
import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from app.cli.choice import chosen_backend
from app.cli.chosen_chats import chosen_chats, titled
from app.cli.terminal import OPERATOR_CAN_READ, Terminal, counted, size
from app.core.notes import NotesChoices
from app.core.services import Services, TuneRequest
from app.core.tuning import Basis, JobOrder, JobProgress, JobState, Preset, TuningJob, Verdict
from app.core.tuning_services import TuningServices
from app.domain.errors import AppError, SettingsError
from app.domain.notes import NotesSet, Progress

LOOK_EVERY_S = 0.5
_BAR = 24
LONGEST_NAME = 80  # as in the window
_OVER = (JobState.FINISHED, JobState.FAILED, JobState.PAUSED)


def run_tune(arguments: argparse.Namespace, services: Services, terminal: Terminal) -> None:
    """Raises AppError. Ctrl+C while a job runs ends the watching, not the job."""
    backend = chosen_backend(arguments, services.backends, terminal.environ)
    request = TuneRequest(backend, arguments.model)
    manages = [arguments.jobs, arguments.resume is not None, arguments.pause, arguments.keep, arguments.discard]
    begins = bool(arguments.notes or arguments.chat)
    if begins and any(manages):
        raise SettingsError("Notes begin a new job.", "Give either notes and chats, or one of the options for a job.")
    if not begins and not any(manages):
        raise SettingsError(
            "There are no notes to learn from.", "Name some: nearhalf tune ~/notes, or a chat of yours: --chat TITLE"
        )
    with services.open_tuning(request, lambda: terminal.ask_secret("Passphrase or recovery code: ")) as tuning:
        if arguments.jobs:
            _list(tuning, arguments, terminal)
        elif arguments.pause:
            _order(tuning, arguments.pause, JobOrder.PAUSE, "It is being paused; nothing is lost.", terminal)
        elif arguments.discard:
            _order(tuning, arguments.discard, JobOrder.DISCARD, "It is being deleted, with its notes.", terminal)
        else:
            if backend is not None and begins:
                terminal.note(OPERATOR_CAN_READ)
            _follow(tuning, _job(tuning, arguments, terminal), arguments, terminal)


def _job(tuning: TuningServices, arguments: argparse.Namespace, terminal: Terminal) -> TuningJob:
    """A new one, or the one that is gone on with."""
    if arguments.notes or arguments.chat:
        return _begin(tuning, arguments, terminal)
    wanted = arguments.keep or arguments.resume
    jobs = tuning.jobs()
    if not wanted and not jobs:
        raise SettingsError("There is no job to go on with.", "Begin one: nearhalf tune ~/notes")
    job = tuning.job(wanted or jobs[0].id)
    if arguments.keep:
        tuning.order(job.id, JobOrder.KEEP_BEST)
    elif job.progress.state in (JobState.PAUSED, JobState.FAILED):
        terminal.progress("Starting the training's process.")
        tuning.order(job.id, JobOrder.RESUME)
    return tuning.job(job.id)


def _begin(tuning: TuningServices, arguments: argparse.Namespace, terminal: Terminal) -> TuningJob:
    paths = [Path(name) for name in arguments.notes]
    for path in paths:
        if not path.exists():
            raise SettingsError(f"There is nothing at {path}.", "Check the path.")
    chats = chosen_chats(arguments.chat, tuning.chats()) if arguments.chat else ()

    def tell(progress: Progress) -> None:
        terminal.progress(f"Reading the notes: {counted(progress.files, 'file', 'files')}.")

    notes = tuning.read_notes([path.absolute() for path in paths], [chat.id for chat in chats], NotesChoices(), tell)
    if chats:
        terminal.note(f"Of {counted(len(chats), 'chat', 'chats')} your own messages are learned, not the replies.")
    terminal.note(_what_was_read(notes))
    preset = Preset(arguments.preset)
    settings = tuning.presets(terminal.progress)[preset]
    terminal.progress("Starting the training's process.")
    name = paths[0].stem if paths else titled(chats[0])[:LONGEST_NAME]
    job = tuning.start(arguments.name or name or "Notes", notes, settings, preset)
    trips = counted(settings.plan.round_trips, "round trip a token", "round trips a token")
    terminal.note(f"Job {job.id}: {settings.steps} steps; with this adapter a chat takes {trips}.")
    return job


def _what_was_read(notes: NotesSet) -> str:
    unread = sum(report.error is not None for report in notes.reports)
    learned = counted(len(notes.train), "note", "notes")
    parts = [
        f"{learned} to learn from, {len(notes.held_out)} held back to judge by, {notes.words} words in all.",
        f"{counted(unread, 'file was', 'files were')} not read." if unread else "",
        f"{counted(len(notes.folds), 'note is', 'notes are')} there twice, or nearly so." if notes.folds else "",
        f"{counted(notes.replaced_secrets, 'secret', 'secrets')} replaced." if notes.replaced_secrets else "",
    ]
    return " ".join(part for part in parts if part)


def _follow(tuning: TuningServices, job: TuningJob, arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Show it until it ends. Raises AppError where it failed."""
    try:
        job = _watch(lambda: tuning.job(job.id), terminal)
    except KeyboardInterrupt:
        terminal.clear_progress()
        terminal.note(
            f"The training goes on by itself. Follow it with: nearhalf tune --resume {job.id}; "
            f"pause it with: nearhalf tune --pause {job.id}"
        )
        raise
    progress, verdict = job.progress, job.verdict
    adapter: Path | None = None
    if verdict is not None and verdict.has_helped:
        adapter = tuning.keep_adapter(job.id, job.name)
    if arguments.json:
        terminal.print(json.dumps(summary(job, adapter)))
    if progress.state is JobState.FAILED:
        raise AppError(progress.message, f"{progress.advice} Resume it with: nearhalf tune --resume {job.id}".strip())
    if progress.state is JobState.PAUSED:
        terminal.warn(trouble(progress))
        terminal.note(f"Paused at step {progress.step}. Go on with: nearhalf tune --resume {job.id}")
    elif verdict is not None and not arguments.json:
        for line in verdict_lines(verdict):
            terminal.print(line)
    if adapter is not None:
        terminal.note(f"The adapter is in your library as {job.name!r}.")
    elif verdict is not None:
        terminal.note(f"The adapter is not in your library. Delete the job with: nearhalf tune --discard {job.id}")


def _watch(read: Callable[[], TuningJob], terminal: Terminal) -> TuningJob:
    """Until it is over. What stands in its way is said once, also where no line can be written over."""
    is_told = False
    while True:
        job = read()
        if job.progress.state in _OVER:
            terminal.clear_progress()
            return job
        found = trouble(job.progress)
        if found and not is_told:
            terminal.warn(found)
        is_told = bool(found)
        terminal.progress(progress_line(job.progress))
        time.sleep(LOOK_EVERY_S)


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
    return lines


def summary(job: TuningJob, adapter: Path | None) -> dict[str, object]:
    """One job for a program. Losses in nats a token."""
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
        "adapter": str(adapter) if adapter is not None else None,
        "error": {"message": progress.message, "advice": progress.advice}
        if progress.state is JobState.FAILED
        else None,
    }


def _list(tuning: TuningServices, arguments: argparse.Namespace, terminal: Terminal) -> None:
    jobs = tuning.jobs()
    if arguments.json:
        terminal.print(json.dumps([summary(job, None) for job in jobs]))
        return
    if not jobs:
        terminal.note("There is no job.")
    for job in jobs:
        progress = job.progress
        terminal.print(f"{job.id}  {progress.state.value:10} step {progress.step}/{progress.steps}  {job.name}")


def _order(tuning: TuningServices, job: str, order: JobOrder, said: str, terminal: Terminal) -> None:
    tuning.order(job, order)
    terminal.note(said)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
