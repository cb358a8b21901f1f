"""A data folder with the default model, and what starts the real app over it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.domain.backend import Backend
from app.main import BUILT_IN_MODEL
from app.storage.paths import DataFolder
from app.ui.theme import Theme
from tests.e2e.real_app import App
from tests.sim.tuning_home import Outcome, TuningHome, often_checkpointing, tiny_backend, tiny_folder, write_notes


@pytest.fixture
def app_folder(tmp_path: Path, smollm2_folder: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "home").create()
    (folder.models / BUILT_IN_MODEL).symlink_to(smollm2_folder)
    return folder


@pytest.fixture
def start_app(qtbot, qapp: QApplication, app_folder: DataFolder) -> Iterator[Callable[[], App]]:
    qapp.setQuitOnLastWindowClosed(False)
    theme = Theme(qapp)
    yield lambda: App(qtbot, theme, app_folder)
    theme.deleteLater()


@pytest.fixture(scope="session")
def tiny_tuning_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_folder(tmp_path_factory.mktemp("tiny-tuning"))


@pytest.fixture(scope="session")
def tuning_backend(tiny_tuning_model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """For tests that leave it alone."""
    with tiny_backend(tiny_tuning_model, tmp_path_factory.mktemp("tuning") / "backend") as process:
        yield Backend("tiny", process.url, process.token)


@pytest.fixture(scope="session")
def undisturbed(tuning_backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """What comes of fine-tuning on `write_notes` with SETTINGS where nothing gets in its way."""
    root = tmp_path_factory.mktemp("undisturbed")
    with often_checkpointing(), TuningHome(root / "home", tuning_backend) as home:
        job = home.start(home.read(write_notes(root / "notes")))
        home.wait_for_end(job)
        return home.outcome(job)


@pytest.fixture
def _often_checkpointing() -> Iterator[None]:
    with often_checkpointing():
        yield
