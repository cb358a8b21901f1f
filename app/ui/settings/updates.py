"""Looking for a new version: off until somebody asks, and in words what leaves when they do (docs/release-feed.md)."""

from datetime import date
from urllib.parse import urlsplit

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLineEdit

from app.core.settings_services import SettingsServices
from app.core.updates import Release, is_newer, packaged_feed, this_version
from app.ui.preferences import Preferences
from app.ui.release_dialog import ReleaseDialog
from app.ui.settings.controls import Switch
from app.ui.settings.fit import Fit
from app.ui.settings.parts import Page
from app.ui.settings.words import push
from app.ui.settings.work import Work
from app.ui.theme import Theme


class UpdatesPart(QObject):
    """A section at the end of a page."""

    def __init__(self, theme: Theme, preferences: Preferences, services: SettingsServices, page: Page) -> None:
        super().__init__(page)
        self._theme, self._preferences, self._services, self._page = theme, preferences, services, page
        card = page.section(
            self.tr("New versions"), self.tr("This is version {version}.").format(version=this_version())
        )
        self.look = push(self.tr("Look now"), "plain", page.column, self.tr("Look for a new version now"))
        self._look_row = card.row(self.tr("Look for a new version"), "", self.look)
        self.address = QLineEdit(page.column)
        self.address.setPlaceholderText("https://")
        Fit(self.address, theme, lambda metrics: self.address.setFixedWidth(metrics.control * 9))
        self._address_row = card.row(self.tr("Address of the release feed"), "", self.address)
        self.daily = Switch(theme)
        card.row(
            self.tr("Look once a day, when Nearhalf starts"),
            self.tr("The same question, by itself. Off, Nearhalf never asks unless you press the button."),
            self.daily,
        )
        self.work = Work(theme, page.column)
        page.add(self.work)
        self._show()
        self.address.editingFinished.connect(self._keep_address)
        self.look.clicked.connect(self._look)
        self.daily.toggled.connect(lambda on: preferences.update(looks_for_updates=on))
        self.work.stop_requested.connect(services.stop_slow_work)
        self.work.busy_changed.connect(lambda busy: self.look.setEnabled(not busy and bool(self.feed)))
        preferences.changed.connect(self._show)

    @property
    def feed(self) -> str:
        """The person's address, else the package's, else ""."""
        return self._preferences.settings.release_feed or packaged_feed()

    def _show(self) -> None:
        feed = self.feed
        if not self.address.hasFocus():
            self.address.setText(feed)
        host = urlsplit(feed).hostname if feed.count("/") > 2 else ""
        self._look_row.explain(
            self.tr(
                "One request goes to {host}. It says neither your version nor who you are, and carries no token. "
                "{host} sees that somebody with your network's address asks for Nearhalf, and when. It is in the "
                "record of what left, as an update check."
            ).format(host=host or feed)
            if feed
            else self.tr("There is no address to ask yet, so nothing is ever asked.")
        )
        self._address_row.explain(
            self.tr("An https address of a small file. Nothing is downloaded or installed by itself.")
            if packaged_feed()
            else self.tr(
                "None is published yet, so this starts empty. Whoever gives you Nearhalf can tell you theirs. "
                "Nothing is downloaded or installed by itself."
            )
        )
        self.look.setEnabled(bool(feed) and not self.work.is_busy)
        self.daily.setEnabled(bool(feed))
        self.daily.blockSignals(True)
        self.daily.setChecked(self._preferences.settings.looks_for_updates)
        self.daily.blockSignals(False)

    def _keep_address(self) -> None:
        typed = self.address.text().strip()
        self._preferences.update(release_feed="" if typed == packaged_feed() else typed)

    def _look(self) -> None:
        self._keep_address()
        feed = self.feed
        self._preferences.update(update_looked_on=date.today().isoformat())  # noqa: DTZ011  the person's own day
        self.work.run(
            "updates",
            self.tr("Asking for the newest version"),
            lambda _telling: self._services.newest_release(feed),
            self._answer,
        )

    def _answer(self, release: Release) -> None:
        if not is_newer(release, this_version()):
            self.work.say("info", self.tr("There is no newer version."))
            return
        self.work.say("info", self.tr("Version {version} is out.").format(version=release.version))
        ReleaseDialog(self._theme, release, self._page).open()

    def end(self) -> None:
        self.work.end()
