"""`nearhalf chat --adapter NAME|FILE --strength PERCENT`: what a chat is opened with, and what is refused in words."""

import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.cli import run
from app.cli.terminal import Terminal
from app.domain.conversation import AdapterUse
from app.domain.errors import StorageError
from app.storage import passphrase_file
from tests.sim.scripted_services import ScriptedAdapters, ScriptedServices
from tests.unit.core.test_adapters import CHEAP, FACTS, adapter_bytes


class Run:
    def __init__(self, folder: Path) -> None:
        self.services = ScriptedServices(folder / "home")
        self.library = self.services.adapters.files
        self.secrets: list[str] = []
        self.asked: list[str] = []
        self.out = self.err = ""

    def __call__(self, *argv: str, stdin: str = "Hi\n") -> int:
        stdout, stderr = io.StringIO(), io.StringIO()
        terminal = Terminal(io.StringIO(stdin), stdout, stderr, {}, self._ask)
        status = run(("chat", *argv), self.services, terminal)
        self.out, self.err = stdout.getvalue(), stderr.getvalue()
        return status

    def _ask(self, prompt: str) -> str:
        self.asked.append(prompt)
        return self.secrets.pop(0)

    def opened_with(self) -> tuple[Path | None, bytes | None]:
        (request,) = self.services.requests
        return request.adapter, request.adapter_data


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(passphrase_file, "measured_cost", lambda: CHEAP)
    monkeypatch.chdir(tmp_path)
    return Run(tmp_path)


def kept_in(cli: Run, name: str = "Letters") -> tuple[Path, bytes]:
    path = cli.library.add_bytes(adapter_bytes(), name, FACTS)
    return path, cli.library.read_adapter(path)


@pytest.mark.parametrize(
    "wanted",
    [lambda path: "Letters", lambda path: path.stem, lambda path: path.name, str],
    ids=["name", "stem", "file", "path"],
)
def test_an_adapter_of_the_library_is_chosen_as_adapter_show_does(cli: Run, wanted: Callable[[Path], str]) -> None:
    kept_in(cli, "Diary")
    path, data = kept_in(cli)
    assert cli("--adapter", wanted(path)) == 0
    assert cli.opened_with() == (path, data)
    assert cli.out == "Hello there.\n"


@pytest.mark.parametrize("command", ["recover", "canary"])
def test_the_audits_take_one_of_the_library_too(cli: Run, command: str, tmp_path: Path) -> None:
    path, data = kept_in(cli)
    words = ("--out", str(tmp_path / "report.html")) if command == "canary" else ()
    terminal = Terminal(io.StringIO(), io.StringIO(), io.StringIO(), {})
    run(("audit", command, "--adapter", "Letters", *words), cli.services, terminal)
    assert cli.opened_with() == (path, data)


def test_a_file_is_used_without_opening_the_history(cli: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    kept_in(cli, "mine.nha")
    (tmp_path / "mine.nha").write_bytes(adapter_bytes())
    monkeypatch.setattr(cli.services, "open_adapters", None)
    assert cli("--adapter", "mine.nha") == 0
    assert cli.opened_with() == (tmp_path / "mine.nha", None)


def test_an_encrypted_file_asks_for_its_passphrase(cli: Run, tmp_path: Path) -> None:
    path, data = kept_in(cli)
    locked = tmp_path / "letters.nha"
    cli.library.export_adapter(path, locked, "correct horse")
    cli.secrets = ["wrong"]
    assert cli("--adapter", str(locked)) == 1
    assert "passphrase" in cli.err and not cli.services.requests
    cli.secrets = ["correct horse"]
    assert cli("--adapter", str(locked)) == 0
    assert cli.opened_with() == (locked, data)


@pytest.mark.parametrize("wanted", ["./mine.nha", "../mine.nha", "/no/such.nha", "~/no-such.nha", "~nobody-here/a.nha"])
def test_a_path_where_nothing_is_does_not_open_the_history(
    cli: Run, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli.services, "open_adapters", None)
    assert cli("--adapter", wanted) == 1
    assert f"no adapter file {wanted}" in cli.err
    assert not cli.services.requests


@pytest.mark.parametrize("wanted", ["Leters", "notes/mine.nha", "n" * 5000], ids=["name", "path", "endless"])
def test_an_unknown_name_says_where_to_look(cli: Run, wanted: str) -> None:
    kept_in(cli)
    assert cli("--adapter", wanted) == 1
    assert f"no adapter called {wanted}, and no such file" in cli.err and "nearhalf adapter list" in cli.err
    assert not cli.services.requests


def test_two_of_one_name_are_told_apart_by_their_files(cli: Run) -> None:
    (first, data), (second, _) = kept_in(cli), kept_in(cli)
    assert cli("--adapter", "Letters") == 1
    assert first.stem in cli.err and second.stem in cli.err
    assert cli("--adapter", first.stem) == 0
    assert cli.opened_with() == (first, data)


def test_a_damaged_adapter_is_refused_before_anything_is_opened(cli: Run) -> None:
    path, _ = kept_in(cli)
    path.write_bytes(path.read_bytes()[:-9])
    assert cli("--adapter", path.stem) == 1
    assert "damaged" in cli.err and not cli.services.requests


def test_a_history_that_is_open_elsewhere_is_said_in_json_too(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def busy(ask_secret: Callable[[], str]) -> Iterator[ScriptedAdapters]:
        raise StorageError("Another Nearhalf has this history open.", "Use its window, or close it and try again.")
        yield

    monkeypatch.setattr(cli.services, "open_adapters", busy)
    assert cli("--adapter", "Letters", "--json") == 1
    assert json.loads(cli.out)["error"]["message"] == "Another Nearhalf has this history open."
    assert cli.err.splitlines()[-1] == "Use its window, or close it and try again."


def test_a_passphrase_is_asked_for_where_the_history_has_one(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    path, data = kept_in(cli)
    cli.secrets = ["correct horse"]

    @contextmanager
    def locked(ask_secret: Callable[[], str]) -> Iterator[ScriptedAdapters]:
        assert ask_secret() == "correct horse"
        yield cli.services.adapters

    monkeypatch.setattr(cli.services, "open_adapters", locked)
    assert cli("--adapter", "Letters") == 0
    assert cli.asked == ["Passphrase or recovery code: "]
    assert cli.opened_with() == (path, data)


def test_a_passphrase_that_nobody_gives_is_an_error_in_words(cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl+D, or no terminal and nothing piped in."""

    @contextmanager
    def locked(ask_secret: Callable[[], str]) -> Iterator[ScriptedAdapters]:
        ask_secret()
        yield cli.services.adapters

    def silent(prompt: str) -> str:
        raise EOFError

    monkeypatch.setattr(cli.services, "open_adapters", locked)
    monkeypatch.setattr(cli, "_ask", silent)
    assert cli("--adapter", "Letters", "--json") == 1
    assert json.loads(cli.out)["error"]["message"] == "What was asked was not answered."
    assert cli.err.startswith("What was asked was not answered.\nRun the command in a terminal")
    terminal = Terminal(io.StringIO(), io.StringIO(), stderr := io.StringIO(), {}, silent)
    assert run(("adapter", "list"), cli.services, terminal) == 1
    assert stderr.getvalue().startswith("What was asked was not answered.\n")


def test_the_strength_is_that_of_every_message(cli: Run) -> None:
    path, _ = kept_in(cli)
    cli.services.chat.writer.adapter = AdapterUse(path.name)
    assert cli("--adapter", "Letters", "--strength", "50", stdin="Hi\nAnd you?\n") == 0
    assert [task.adapter for task in cli.services.chat.writer.tasks] == [AdapterUse(path.name, 50)] * 2


@pytest.mark.parametrize("percent", ["-1", "151"])
def test_a_strength_outside_its_range_is_refused_in_words(cli: Run, percent: str) -> None:
    kept_in(cli)
    assert cli("--adapter", "Letters", "--strength", percent) == 1
    assert "0 to 150" in cli.err and not cli.services.requests


def test_a_strength_of_no_adapter_is_refused(cli: Run) -> None:
    assert cli("--strength", "50") == 1
    assert "--adapter" in cli.err and not cli.services.requests
