"""The theme, and a person's choices that no disk keeps."""

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from app.ui.preferences import Preferences
from app.ui.theme import Appearance, Theme


@pytest.fixture
def theme(qapp: QApplication) -> Iterator[Theme]:
    theme = Theme(qapp, Appearance.LIGHT)
    yield theme
    theme.deleteLater()


@pytest.fixture
def preferences() -> Preferences:
    return Preferences()
