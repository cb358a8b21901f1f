"""`nearhalf tune`: notes in, a job in a process of its own, its progress here, a verdict, an adapter in the library.

The history is open while a job is begun and while its adapter is kept, and not between: while a training is only
followed, a window or another command may have it.
"""

import argparse
import json
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cache
from pathlib import Path
from shlex import quote

from app.cli.choice import chosen_backend
from app.cli.chosen_chats import chosen_chats, titled
from app.cli.notes_words import notes_lines, notes_summary
from app.cli.terminal import OPERATOR_CAN_READ, Terminal, counted
from app.cli.tune_arguments import NEWEST
from app.cli.tune_words import failure, form_line, progress_line, summary, trouble, verdict_lines
from app.core.notes import DEFAULT_SECRETS, NotesChoices
from app.core.services import Services, TuneRequest
from app.core.tuning import JobOrder, JobState, Preset, TuningJob, Verdict
from app.core.tuning_services import TuningServices
from app.domain.errors import AppError, SettingsError
from app.domain.notes import Progress, SecretChoice

LOOK_EVERY_S = 0.5
LONGEST_NAME = 80  # as in the window
_OVER = (JobState.FINISHED, JobState.FAILED, JobState.PAUSED)
_SECRETS = {"replace": SecretChoice.REPLACE, "drop": SecretChoice.DROP_PASSAGE, "leave": SecretChoice.LEAVE}

Open = Callable[[], AbstractContextManager[TuningServices]]


def run_tune(arguments: argparse.Namespace, services: Services, terminal: Terminal) -> None:
    """Raises AppError. Ctrl+C while a job runs ends the watching, not the job."""
    backend = chosen_backend(arguments, services.backends, terminal.environ)
    request = TuneRequest(backend, arguments.model)
    begins = bool(arguments.notes or arguments.chat)
    _check(arguments, begins)
    asked_once = cache(lambda: terminal.ask_secret("Passphrase or recovery code: "))

    def opened() -> AbstractContextManager[TuningServices]:
        return services.open_tuning(request, asked_once)

    if arguments.pause:
        _pause(arguments.pause, services, opened, terminal)
        return
    with opened() as tuning:
        if arguments.jobs:
            _list(tuning, arguments, terminal)
            return
        if arguments.discard:
            tuning.order(arguments.discard, JobOrder.DISCARD)
            terminal.note("It is deleted, with its notes.")
            return
        if backend is not None and begins:
            terminal.note(OPERATOR_CAN_READ)
        if begins:
            job, facts = _begin(tuning, arguments, terminal)
        else:
            job, facts = _go_on(tuning, arguments, terminal), {}
        read = tuning.follow(job.id)
    _follow(read, opened, facts, arguments, terminal)


def _check(arguments: argparse.Namespace, begins: bool) -> None:
    """An empty word is a variable that was not set; as a path it would be the current folder."""
    jobs = [arguments.resume, arguments.pause, arguments.keep, arguments.discard]
    if not all(word is None or word.strip() for word in (*arguments.notes, *arguments.chat, *jobs)):
        raise SettingsError("An empty name was given.", "Check the variable that should hold it.")
    manages = arguments.jobs or any(jobs)
    if begins and manages:
        raise SettingsError("Notes begin a new job.", "Give either notes and chats, or one of the options for a job.")
    if not begins and not manages:
        raise SettingsError(
            "There are no notes to learn from.", "Name some: nearhalf tune ~/notes, or a chat of yours: --chat TITLE"
        )


def _go_on(tuning: TuningServices, arguments: argparse.Namespace, terminal: Terminal) -> TuningJob:
    """With a job that is there already."""
    wanted = arguments.resume or arguments.keep
    if wanted == NEWEST:
        jobs = tuning.jobs()
        if not jobs:
            raise SettingsError("There is no job to go on with.", "Begin one: nearhalf tune ~/notes")
        wanted = jobs[0].id
    job = tuning.job(wanted)
    state = job.progress.state
    if job.is_damaged:
        return job
    if arguments.keep and state is not JobState.FINISHED:
        tuning.order(job.id, JobOrder.KEEP_BEST)
    elif state is not JobState.FINISHED:  # also where it runs: a pause may be under way
        if state in (JobState.PAUSED, JobState.FAILED):
            terminal.progress("Starting the training's process.")
        tuning.order(job.id, JobOrder.RESUME)
    return job


def _begin(
    tuning: TuningServices, arguments: argparse.Namespace, terminal: Terminal
) -> tuple[TuningJob, dict[str, object]]:
    """The new job, and what became of its notes, for a program."""
    paths = [Path(name) for name in arguments.notes]
    for path in paths:
        if not path.exists():
            raise SettingsError(f"There is nothing at {path}.", "Check the path.")
    chats = chosen_chats(arguments.chat, tuning.chats()) if arguments.chat else ()

    def tell(progress: Progress) -> None:
        terminal.progress(f"Reading the notes: {counted(progress.files, 'file', 'files')}.")

    choices = NotesChoices(dict.fromkeys(DEFAULT_SECRETS, _SECRETS[arguments.secrets])) if arguments.secrets else None
    choices = choices or NotesChoices()
    notes = tuning.read_notes([path.absolute() for path in paths], [chat.id for chat in chats], choices, tell)
    if chats:
        terminal.note(f"Of {counted(len(chats), 'chat', 'chats')} your own messages are learned, not the replies.")
    for line in notes_lines(notes, choices):
        terminal.note(line)
    preset = Preset(arguments.preset)
    place = tuning.place()
    settings = tuning.presets(place, notes, terminal.progress)[preset]
    terminal.note(form_line(settings))
    terminal.progress("Starting the training's process.")
    name = paths[0].stem if paths else titled(chats[0])[:LONGEST_NAME]
    job = tuning.start(place, arguments.name or name or "Notes", notes, settings, preset)
    trips = counted(settings.plan.round_trips, "round trip a token", "round trips a token")
    terminal.note(f"Job {job.id}: {settings.steps} steps; with this adapter a chat takes {trips}.")
    return job, notes_summary(notes, choices)


def _follow(
    read: Callable[[], TuningJob],
    opened: Open,
    facts: dict[str, object],
    arguments: argparse.Namespace,
    terminal: Terminal,
) -> None:
    """Show it until it ends, then keep its adapter where that is wanted. Raises AppError where one of them failed."""
    job = _watch(read, terminal)
    progress, verdict = job.progress, job.verdict
    if verdict is not None and progress.state is JobState.FINISHED and not arguments.json:
        for line in verdict_lines(verdict):
            terminal.print(line)
    adapter, problem = _keep(job, opened, ordered=bool(arguments.keep))
    if arguments.json:
        terminal.print(json.dumps(summary(job, adapter, problem) | facts))
    if problem is not None:
        raise problem
    if progress.state is JobState.PAUSED:
        terminal.warn(trouble(progress))
        terminal.note(f"Paused at step {progress.step}. Go on with: nearhalf tune --resume {job.id}")
    elif adapter is not None:
        terminal.note(
            f"The adapter is in your library as {job.name!r}. "
            f"Chat with it: nearhalf chat --adapter {quote(adapter.stem)}"
        )
    elif verdict is not None:
        _say_what_can_be_done(job, verdict, terminal)


def _watch(read: Callable[[], TuningJob], terminal: Terminal) -> TuningJob:
    """Until it is over. What stands in its way is said once, also where no line can be written over."""
    is_told = False
    job = read()
    try:
        while job.progress.state not in _OVER:
            found = trouble(job.progress)
            if found and not is_told:
                terminal.warn(found)
            is_told = bool(found)
            terminal.progress(progress_line(job.progress))
            time.sleep(LOOK_EVERY_S)
            job = read()
    except KeyboardInterrupt:
        terminal.clear_progress()
        terminal.note(
            f"The training goes on by itself. Follow it with: nearhalf tune --resume {job.id}; "
            f"pause it with: nearhalf tune --pause {job.id}"
        )
        raise
    terminal.clear_progress()
    return job


def _keep(job: TuningJob, opened: Open, *, ordered: bool) -> tuple[Path | None, AppError | None]:
    """The adapter's place in the library, where it is to be there; and what there is to say of a failure."""
    verdict = job.verdict
    if job.progress.state is not JobState.FINISHED or verdict is None or not (ordered or verdict.is_advised):
        return None, failure(job)
    try:
        with opened() as tuning:
            return tuning.keep_adapter(job.id, job.name), None
    except AppError as error:
        later = f"The adapter is not in your library yet. Keep it with: nearhalf tune --keep {job.id}"
        return None, AppError(error.message, f"{error.advice} {later}".strip())


def _say_what_can_be_done(job: TuningJob, verdict: Verdict, terminal: Terminal) -> None:
    """With an adapter that was not kept by itself."""
    if verdict.memorised:
        terminal.note(
            "To train again without what it memorised, choose that in the window, or begin anew with: "
            "nearhalf tune NOTES --secrets replace"
        )
    terminal.note(
        f"The adapter is not in your library. Keep it all the same with: nearhalf tune --keep {job.id}; "
        f"delete the job with: nearhalf tune --discard {job.id}"
    )


def _list(tuning: TuningServices, arguments: argparse.Namespace, terminal: Terminal) -> None:
    jobs = tuning.jobs()
    if arguments.json:
        terminal.print(json.dumps([summary(job, problem=failure(job)) for job in jobs]))
        return
    if not jobs:
        terminal.note("There is no job.")
    for job in jobs:
        progress = job.progress
        terminal.print(f"{job.id}  {progress.state.value:10} step {progress.step}/{progress.steps}  {job.name}")


def _pause(job: str, services: Services, opened: Open, terminal: Terminal) -> None:
    """A job that runs can be asked to with no key at all; of another one it is said why not."""
    if services.pause_job(job):
        terminal.note("It is being paused; nothing is lost.")
        return
    with opened() as tuning:
        state = tuning.job(job).progress.state
    said = {
        JobState.FINISHED: "It is finished, so there is nothing to pause. See its result with:",
        JobState.FAILED: "It has stopped by an error already. See why, and go on, with:",
    }.get(state, "It is paused already. Go on with:")
    terminal.note(f"{said} nearhalf tune --resume {job}")
