"""The person's choices as the window lives with them: read anywhere, changed in one place, saved at once."""

from bisect import bisect_left, bisect_right
from dataclasses import replace
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal

from app.domain.errors import SettingsError
from app.storage.settings import Settings

ZOOM_STEPS = (50, 60, 70, 80, 90, 100, 110, 125, 150, 175, 200, 250, 300)  # percent


class SettingsKeeper(Protocol):
    """Where they are kept: SettingsFile, or memory in a test."""

    def save(self, settings: Settings) -> None: ...


class Preferences(QObject):
    """`changed` comes after every change; `save_failed` (SettingsError) where it holds for this run only."""

    changed = Signal()
    save_failed = Signal(object)

    def __init__(
        self, settings: Settings | None = None, keeper: SettingsKeeper | None = None, parent: QObject | None = None
    ) -> None:
        """Without a keeper nothing is written."""
        super().__init__(parent)
        self._settings = settings or Settings()
        self._keeper = keeper

    @property
    def settings(self) -> Settings:
        return self._settings

    def update(self, **changes: Any) -> None:
        """Change fields of Settings, save them and tell. Raises SettingsError for a value that cannot be used."""
        settings = replace(self._settings, **changes)
        if settings == self._settings:
            return
        self._settings = settings
        failure = self._save()
        self.changed.emit()
        if failure is not None:
            self.save_failed.emit(failure)

    def zoom_by(self, steps: int) -> None:
        """Larger (+1) or smaller (-1) by one of ZOOM_STEPS; 0 goes back to 100 %."""
        now = self._settings.zoom_percent
        if steps == 0:
            place = ZOOM_STEPS.index(100)
        elif steps > 0:
            place = bisect_right(ZOOM_STEPS, now) + steps - 1
        else:
            place = bisect_left(ZOOM_STEPS, now) + steps
        self.update(zoom_percent=ZOOM_STEPS[min(max(place, 0), len(ZOOM_STEPS) - 1)])

    def _save(self) -> SettingsError | None:
        if self._keeper is None:
            return None
        try:
            self._keeper.save(self._settings)
        except SettingsError as error:
            return error
        return None
