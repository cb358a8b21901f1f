"""`nearhalf tune` on a job: followed with the history closed, kept where advised or ordered, paused with no key."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.cli import run, tune
from app.cli.terminal import Terminal
from app.core.tuning import JobOrder, JobState, Verdict
from app.domain.errors import StorageError
from app.main.services import Nearhalf
from app.storage.job_files import JobFiles
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from tests.sim.note_files import prose
from tests.sim.scripted_tuning import HELPED, KNOWS_SECRETS, LOST_ABILITY, NO_HELP, ScriptedTuning, progress


class Command:
    """`nearhalf tune` over scripted jobs. `is_open`: whether it has the history open now."""

    def __init__(self) -> None:
        self.tuning = ScriptedTuning()
        self.is_open = False
        self.refusals: list[StorageError | None] = []  # of each opening, in turn
        self.running: set[str] = set()
        self.backends = None
        self.asked = 0
        self.printed = self.said = ""

    @contextmanager
    def open_tuning(self, _request: object, ask_secret: Any) -> Iterator[ScriptedTuning]:
        assert ask_secret() == "secret"
        refusal = self.refusals.pop(0) if self.refusals else None
        if refusal is not None:
            raise refusal
        self.is_open = True
        yield self.tuning
        self.is_open = False

    def pause_job(self, job: str) -> bool:
        return job in self.running

    def __call__(self, *arguments: str) -> int:
        def ask(_prompt: str) -> str:
            self.asked += 1
            return "secret"

        printed, said = io.StringIO(), io.StringIO()
        services: Any = self
        status = run(["tune", *arguments], services, Terminal(io.StringIO(), printed, said, {}, ask))
        self.printed, self.said = printed.getvalue(), said.getvalue()
        return status


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> Command:
    monkeypatch.setattr(tune, "LOOK_EVERY_S", 0)
    return Command()


def finished(command: Command, verdict: Verdict) -> str:
    return command.tuning.add("Soups", progress(JobState.FINISHED, 500), verdict=verdict).id


def test_a_job_is_followed_with_the_history_closed_and_opened_again_to_keep_it(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = command.tuning.add("Soups", progress(JobState.TRAINING, 120)).id
    looks: list[bool] = []

    def look(_seconds: float) -> None:
        looks.append(command.is_open)
        command.tuning.finish(job)

    monkeypatch.setattr(tune.time, "sleep", look)
    assert command("--resume") == 0
    assert command.tuning.orders == [(job, JobOrder.RESUME)], "a pause may be under way"
    assert looks == [False]
    assert command.tuning.kept == [(job, "Soups")]
    assert "It helped" in command.printed
    assert "The adapter is in your library as 'Soups'. Chat with it: nearhalf chat --adapter" in command.said
    assert command.asked == 1


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (NO_HELP, "This did not help"),
        (KNOWS_SECRETS, "  1 payment card in the note '4567'"),
        (LOST_ABILITY, "it has got worse at other things"),
    ],
    ids=["no help", "secrets", "ability"],
)
def test_what_speaks_against_it_keeps_it_out_of_the_library_until_that_is_ordered(
    command: Command, verdict: Verdict, words: str
) -> None:
    job = finished(command, verdict)
    assert command("--resume", job) == 0
    assert words in command.printed
    assert not command.tuning.kept
    assert f"Keep it all the same with: nearhalf tune --keep {job}; " in command.said
    assert f"delete the job with: nearhalf tune --discard {job}" in command.said
    assert ("--secrets replace" in command.said) == bool(verdict.memorised)
    assert "4111" not in command.printed + command.said

    assert command("--keep", job) == 0
    assert words in command.printed, "it is said before it is kept"
    assert command.tuning.kept == [(job, "Soups")]
    assert not command.tuning.orders, "a finished job is not judged anew"


def test_keep_ends_one_under_way_and_keeps_what_came_of_it(command: Command) -> None:
    command.tuning.verdict = NO_HELP
    job = command.tuning.add("Soups", progress(JobState.TRAINING, 120)).id
    assert command("--keep", job, "--json") == 0
    assert command.tuning.orders == [(job, JobOrder.KEEP_BEST)]
    told = json.loads(command.printed)
    assert (told["has_helped"], told["adapter"]) == (False, "/adapters/Soups.nha")


def test_where_another_has_the_history_at_the_end_it_is_said_how_to_keep_it(command: Command) -> None:
    job = finished(command, HELPED)
    command.refusals = [None, StorageError("Another Nearhalf has this history open.", "Close it and try again.")]
    assert command("--resume", job) == 1
    assert "It helped" in command.printed
    assert command.said == (
        "Another Nearhalf has this history open.\n"
        f"Close it and try again. The adapter is not in your library yet. Keep it with: nearhalf tune --keep {job}\n"
    )
    command.refusals = [None, StorageError("Another Nearhalf has this history open.")]
    assert command("--resume", job, "--json") == 1
    told = json.loads(command.printed)
    assert (told["state"], told["adapter"]) == ("finished", None)
    assert told["error"]["message"] == "Another Nearhalf has this history open."


def test_a_failed_job_says_why_once_in_both_forms(command: Command) -> None:
    failed = replace(progress(JobState.FAILED), message="Another model.", advice="Use the one before.")
    job = command.tuning.add("Soups", failed).id
    command.tuning.order = lambda *_: None  # type: ignore[method-assign]  # it fails again
    assert command("--resume", job, "--json") == 1
    assert json.loads(command.printed)["error"]["message"] == "Another model."
    assert command.said == f"Another model.\nUse the one before. Resume it with: nearhalf tune --resume {job}\n"


@pytest.mark.parametrize("option", ["--resume", "--keep"])
def test_a_damaged_job_is_not_gone_on_with_and_it_is_said_how_to_delete_it(command: Command, option: str) -> None:
    failed = replace(progress(JobState.FAILED), message="A file is damaged.", advice="Discard the job.")
    job = command.tuning.add("Soups", failed).id
    command.tuning.jobs_kept[job] = replace(command.tuning.jobs_kept[job], is_damaged=True)
    assert command(option, job) == 1
    assert command.said == f"A file is damaged.\nDiscard the job. Delete it with: nearhalf tune --discard {job}\n"
    assert not command.tuning.orders


def test_pause_says_what_there_is_to_pause(command: Command) -> None:
    command.running = {"running"}
    assert command("--pause", "running") == 0
    assert command.said == "It is being paused; nothing is lost.\n"
    assert not command.asked, "that needs no key"
    for state, words in (
        (JobState.FINISHED, "It is finished, so there is nothing to pause."),
        (JobState.FAILED, "It has stopped by an error already."),
        (JobState.PAUSED, "It is paused already."),
    ):
        job = command.tuning.add("Soups", progress(state)).id
        assert command("--pause", job) == 0
        assert command.said.startswith(words)
        assert f"nearhalf tune --resume {job}" in command.said
    assert command("--pause", "of long ago") == 1
    assert "no longer there" in command.said
    assert not command.tuning.orders


def test_discard_deletes_and_says_so(command: Command) -> None:
    job = finished(command, NO_HELP)
    assert command("--discard", job) == 0
    assert command.tuning.orders == [(job, JobOrder.DISCARD)]
    assert command.said == "It is deleted, with its notes.\n"


def test_jobs_are_listed_for_a_person_and_for_a_program(command: Command) -> None:
    command.tuning.add("Soups", progress(JobState.TRAINING, 120))
    finished(command, KNOWS_SECRETS)
    assert command("--jobs") == 0
    assert "training   step 120/500  Soups" in command.printed
    assert command("--jobs", "--json") == 0
    told = json.loads(command.printed)
    assert [(one["state"], one["memorised"], one["files"]) for one in told] == [
        ("finished", 1, None),
        ("training", None, None),
    ]


def test_the_newest_is_gone_on_with_and_no_empty_name_is_taken_for_it(command: Command) -> None:
    assert command("--resume") == 1
    assert "There is no job to go on with." in command.said
    finished(command, NO_HELP)
    for option in ("--resume", "--pause", "--keep", "--discard"):
        assert command(option, "") == 1
        assert command.said.startswith("An empty name was given.")
    assert not command.tuning.orders


def test_what_became_of_the_notes_is_said_first_and_stands_in_the_document(command: Command, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    for number in range(6):
        (notes / f"{number}.md").write_text(prose(number, 300), encoding="utf-8")
    (notes / "same.md").write_text(prose(0, 300), encoding="utf-8")
    (notes / "page.html").write_text(f"<script>1</script><p>{prose(7, 300)}</p>", encoding="utf-8")
    secrets = "My card is 4111 1111 1111 1111 and my mail anna@example.org.\n\n"
    (notes / "money.md").write_text(secrets + prose(8, 300), encoding="utf-8")
    for name in "abcd":
        (notes / f"{name}.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (notes / "empty.md").write_bytes(b"")
    begun = command.tuning.start

    def start(*arguments: Any) -> Any:
        job = begun(*arguments)
        command.tuning.finish(job.id)
        return job

    command.tuning.start = start  # type: ignore[method-assign]
    assert command(str(notes), "--json") == 0
    said = command.said.splitlines()
    for line in (
        "9 files were read: 8 markdown, 1 html.",
        "5 files were not read:",
        "  unknown kind: 4 (notes/a.png, notes/b.png, notes/c.png and 1 more)",
        "  empty: 1 (notes/empty.md)",
        "Left out of what was read:",
        "  scripts and styles: 1 (notes/page.html)",
        "1 note is there twice, or nearly so:",
        "  the same text: 1 (notes/same.md)",
        "Replaced by invented ones before anything is learned: 1 payment card.",
    ):
        assert line in said, command.said
    assert "Left in, and tried in the verdict: 1 mail address." in command.said
    assert any(line.startswith("The adapter can be exported in Nearhalf's documented format") for line in said)
    assert "4111" not in command.said + command.printed
    told = json.loads(command.printed)
    assert len(told["files"]) == 14
    (page,) = (one for one in told["files"] if one["path"] == "notes/page.html")
    assert page == page | {"kind": "html", "notes": 1, "left_out": {"scripts and styles": 1}, "error": None}
    assert told["folded"] == [{"note": "notes/same.md", "into": "notes/0.md", "why": "the same text"}]
    assert told["secrets"] == {
        "card": {"found": 1, "choice": "replace"},
        "mail": {"found": 1, "choice": "leave"},
    }
    assert told["is_ordinary_lora"] is False

    assert command(str(notes), "--secrets", "replace") == 0
    assert "anything is learned: 1 payment card, 1 mail address." in command.said
    assert "Left in" not in command.said


def test_a_running_job_is_paused_while_a_window_has_the_history_open(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path / "home", is_portable=True).create()
    window = DataVault(folder)
    assert window.open_without_asking()
    said = io.StringIO()

    def pause() -> int:
        said.truncate(said.seek(0))
        return run(["tune", "--pause", "job"], Nearhalf(folder), Terminal(io.StringIO(), said, said, {}))

    try:
        with JobFiles.made(folder.tuning / "job", window.file_key()) as files:  # who makes it holds it
            assert pause() == 0
            assert files.take_order() == "pause"
        assert pause() == 1
        assert "Another Nearhalf has this history open." in said.getvalue()
        assert not files.take_order()
    finally:
        window.close()
