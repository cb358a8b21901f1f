"""A data folder with the default model, and what starts the real app over it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.main import BUILT_IN_MODEL
from app.storage.paths import DataFolder
from app.ui.theme import Theme
from tests.e2e.real_app import App


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
