"""The settings over a real vault in a folder of its own, scripted services, and the theme that follows the choices."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from app.storage.key_wraps import PassphraseCost
from app.storage.paths import DataFolder
from app.storage.settings import SettingsFile
from app.storage.vault import DataVault
from app.ui.preferences import Preferences
from app.ui.settings.window import SettingsWindow
from app.ui.theme import Appearance, Theme
from tests.sim.keyrings import MemoryKeyring
from tests.sim.scripted_settings import ScriptedSettings

CHEAP = PassphraseCost(memory_kib=64, passes=1, lanes=1)
PASSPHRASE = "four words of mine"


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    qapp.setQuitOnLastWindowClosed(False)
    theme = Theme(qapp, Appearance.LIGHT)
    yield theme
    theme.deleteLater()


@pytest.fixture
def preferences(tmp_path: Path) -> Preferences:
    return Preferences(keeper=SettingsFile(tmp_path / "settings.json"))


@pytest.fixture
def keyring() -> MemoryKeyring:
    return MemoryKeyring()


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data").create()


@pytest.fixture
def vault(folder: DataFolder, keyring: MemoryKeyring) -> Iterator[DataVault]:
    vault = DataVault(folder, keyring, lambda: CHEAP)
    assert vault.open_without_asking()
    yield vault
    vault.close()


@pytest.fixture
def services(tmp_path: Path) -> ScriptedSettings:
    return ScriptedSettings(tmp_path)


@pytest.fixture
def window(
    theme: Theme, preferences: Preferences, vault: DataVault, services: ScriptedSettings
) -> Iterator[SettingsWindow]:
    """Shown at its first page; `show_page` turns to another."""
    theme.follow(preferences)
    window = SettingsWindow(theme, preferences, vault, services)
    window.show_page("general")
    yield window
    if services.gate is not None:
        services.gate.set()
    window.end()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def read(widget: QWidget) -> str:
    """Every text that a person can see in it."""
    QCoreApplication.processEvents()  # what was just added is shown by the next turn of the loop
    labels = [label for label in widget.findChildren(QLabel) if label.isVisible()]
    return "\n".join(label.text() for label in labels if label.text())
