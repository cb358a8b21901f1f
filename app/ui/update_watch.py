"""Looks for a new version once a day when the app starts, only where the person has ticked that (docs/release-feed.md).

What fails is not told: nobody asked just now. It is in the ledger like everything that left.
"""

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.ui.job import Job
from app.ui.preferences import Preferences

if TYPE_CHECKING:
    from app.core.settings_services import SettingsServices
    from app.core.updates import Release

ENDS_S = 15.0


class UpdateWatch(QObject):
    found = Signal(object)  # Release, newer than this one

    def __init__(
        self,
        preferences: Preferences,
        services: "SettingsServices",
        parent: QObject | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        super().__init__(parent)
        self._preferences, self._services, self._today = preferences, services, today
        self._job: Job | None = None

    def look_if_due(self) -> None:
        chosen = self._preferences.settings
        if not chosen.looks_for_updates:
            return
        from app.core.updates import is_due, packaged_feed

        feed, today = chosen.release_feed or packaged_feed(), self._today()
        if not feed or not is_due(chosen.update_looked_on, today):
            return
        self._preferences.update(update_looked_on=today.isoformat())  # before: a feed that fails is not asked again
        self._job = Job("nearhalf-updates", lambda: self._services.newest_release(feed), self)
        self._job.start(self._take, lambda error: None)

    def _take(self, release: "Release") -> None:
        from app.core.updates import is_newer, this_version

        if is_newer(release, this_version()):
            self.found.emit(release)

    def end(self) -> None:
        """Break it off, and wait."""
        if self._job is not None and self._job.is_running:
            self._services.stop_slow_work()
            self._job.wait(ENDS_S)
