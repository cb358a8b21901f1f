"""`nearhalf tune` from notes to an adapter: the real command, vault, built-in backend and trainer, and a tiny model."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.cli import run
from app.cli.terminal import Terminal
from app.core.tuning import JobState
from app.domain.backend import Backend
from app.main import BUILT_IN_MODEL
from app.main.services import Nearhalf
from app.main.trainer_start import TrainerStarter
from app.storage.key_wraps import PassphraseCost
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from tests.sim.trainer_process import HELD, HOLD
from tests.sim.tuning_home import TuningHome, write_notes
from tests.tiny_models import prepare_tiny, tiny_model

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

PASSPHRASE = "four words of mine"
BAR = "] step 2/20, loss "


class Screen(io.StringIO):
    """A terminal that shows progress. `once` is called when a text is first on it."""

    def __init__(self, text: str = "", once: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self._text, self._once = text, once

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        written = super().write(text)
        if self._text and self._text in text:
            self._text = ""
            self._once()
        return written


class Person:
    """At a terminal over one data folder."""

    def __init__(self, folder: DataFolder) -> None:
        self.folder = folder
        self.asked = 0

    def types(self, *arguments: str, screen: Screen | None = None) -> tuple[int, str, str]:
        """(exit status, what was printed, what was said beside it)."""

        def ask(prompt: str) -> str:
            self.asked += 1
            return PASSPHRASE

        printed, said = io.StringIO(), screen or Screen()
        status = run(list(arguments), Nearhalf(self.folder), Terminal(io.StringIO(), printed, said, {}, ask))
        return status, printed.getvalue(), said.getvalue()

    def vault(self) -> DataVault:
        """Raises StorageError where another has it open. Close it."""
        vault = DataVault(self.folder, cost=lambda: PassphraseCost(64, 1, 1))
        if not vault.open_without_asking():
            vault.unlock(PASSPHRASE)
        return vault

    def hold_at(self, step: int) -> None:
        (self.folder.root.parent / HOLD).write_text(str(step))

    def let_go(self) -> None:
        for name in (HOLD, HELD):
            (self.folder.root.parent / name).unlink(missing_ok=True)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """As tiny as the head part of the presets allows."""
    wide = tiny_model("llama", hidden_size=96, max_position_embeddings=1024)
    return prepare_tiny(wide, tmp_path_factory.mktemp("tune-command"))


@pytest.fixture
def _trainers_end(_often_checkpointing: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """With the test, though the commands that started them have ended."""
    starters: list[TrainerStarter] = []

    def starter(*places: Path) -> TrainerStarter:
        starters.append(TrainerStarter(*places))
        return starters[-1]

    monkeypatch.setattr("app.main.tuning.TrainerStarter", starter)
    yield
    for process in [process for one in starters for process in one._started]:
        process.kill()
        process.wait()


def test_notes_become_an_adapter_and_nothing_is_held_open_while_they_do(
    model: Path, tmp_path: Path, _trainers_end: None
) -> None:
    folder = DataFolder(tmp_path / "home").create()
    (folder.models / BUILT_IN_MODEL).symlink_to(model)
    person = Person(folder)
    notes = write_notes(tmp_path / "notes")
    (notes / "cat.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    vault = person.vault()
    vault.set_passphrase(PASSPHRASE, ask_at_start=True)
    vault.close()
    meanwhile: list[object] = []
    before = psutil.Process().children()  # other tests' backends

    def look() -> None:
        """While the bar is on the screen."""
        children = [child for child in psutil.Process().children() if child not in before]
        meanwhile.append([process.cmdline()[-1] for process in children])
        person.vault().close()
        meanwhile.append(person.types("tune", "--jobs"))
        person.let_go()

    person.hold_at(2)
    asked_before = person.asked
    status, printed, said = person.types("tune", str(notes), "--preset", "quick", "--json", screen=Screen(BAR, look))
    assert status == 0, said
    assert "[##......................] step 2/20, loss " in said
    assert "1 file was not read:\n  unknown kind: 1 (notes/cat.png)" in said.replace("\x1b[0m", "").replace(
        "\x1b[2m", ""
    )

    (children, (_, listed, _)) = meanwhile
    assert [Path(str(last)).parent for last in children] == [person.folder.tuning], "a backend of ours still runs"
    assert "step 2/20  notes" in str(listed)
    assert person.asked - asked_before == 2, "once for the whole training, once for --jobs"

    told = json.loads(printed)
    assert (told["state"], told["step"], told["steps"], len(told["losses"])) == ("finished", 20, 20, 20)
    assert [point["step"] for point in told["held_out"]] == [0, 5, 10, 15, 20]
    assert {"path": "notes/cat.png", "error": "unknown kind"}.items() <= told["files"][-1].items()
    assert len(told["files"]) == 11
    assert told["has_helped"] and not told["memorised"] and told["is_ordinary_lora"] is False
    assert told["bytes_up"] > 0 and told["bytes_down"] > 0 and told["round_trips"] > 0
    adapter = Path(told["adapter"])
    assert adapter.parent == person.folder.adapters and adapter.exists()
    status, printed, _ = person.types("adapter", "list", "--json")
    assert [kept["name"] for kept in json.loads(printed)] == ["notes"]


def test_paused_beside_a_window_and_kept_once_no_window_has_the_history(
    tuning_backend: Backend, tmp_path: Path, _trainers_end: None
) -> None:
    windows: list[DataVault] = []
    with TuningHome(tmp_path / "home", tuning_backend) as home:
        person = Person(home.folder)
        person.hold_at(2)
        job = home.start(home.read(write_notes(tmp_path / "notes")))
        home.wait_until_held(job)
        assert person.types("tune", "--pause", job.id)[0] == 0, "the home has the history open, as a window does"
        assert home.wait_for_end(job).state is JobState.PAUSED
        home.vault.close()

        def open_a_window() -> None:
            windows.append(person.vault())
            person.let_go()

        person.hold_at(4)
        status, printed, said = person.types(
            "tune", "--resume", job.id, screen=Screen("] step 4/12, loss ", open_a_window)
        )
        assert status == 1
        assert "It helped" in printed
        assert "Another Nearhalf has this history open." in said
        assert f"Keep it with: nearhalf tune --keep {job.id}" in said
        assert not any(home.folder.adapters.iterdir())
        windows[0].close()

        status, printed, said = person.types("tune", "--keep", job.id)
        assert status == 0, said
        assert "It helped" in printed
        assert len(list(home.folder.adapters.glob("*.sealed"))) == 1
        assert "There is no job." in person.types("tune", "--jobs")[2]
