"""General: language, the key that sends, the tray, the list of chats, the introduction, new versions, help."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSystemTrayIcon, QWidget

from app.core.settings_services import SettingsServices
from app.ui.preferences import Preferences
from app.ui.report_window import ReportWindow
from app.ui.report_words import screen_facts
from app.ui.settings.controls import Choice, Switch
from app.ui.settings.parts import Page
from app.ui.settings.updates import UpdatesPart
from app.ui.settings.words import push
from app.ui.theme import Theme


class GeneralPage(Page):
    introduction_requested = Signal()

    def __init__(
        self, theme: Theme, preferences: Preferences, services: SettingsServices, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._preferences = preferences
        self.language = Choice(
            theme,
            (("", self.tr("As the system")), ("en", "English"), ("de", "Deutsch")),  # languages by their own names
        )
        self.send_key = Choice(theme, (("enter", self.tr("Enter")), ("ctrl_enter", self.tr("Ctrl+Enter"))), self.column)
        self.tray, self.sidebar = Switch(theme), Switch(theme)
        self.introduction = push(self.tr("Show it again"), "plain", self.column, self.tr("Show the introduction again"))
        card = self.section()
        self._language_row = card.row(self.tr("Language"), "", self.language)
        self._send_row = card.row(self.tr("Key that sends a message"), "", self.send_key)
        has_tray = QSystemTrayIcon.isSystemTrayAvailable()
        self.tray.setEnabled(has_tray)
        card.row(
            self.tr("Icon in the system tray"),
            self.tr("Closing the window then keeps Nearhalf running. Quit ends it.")
            if has_tray
            else self.tr("This desktop has no tray."),
            self.tray,
        )
        card.row(self.tr("List of chats"), self.tr("Shown beside the chat."), self.sidebar)
        card.row(
            self.tr("Introduction"),
            self.tr("What stays here, what leaves, and how it is protected."),
            self.introduction,
        )
        self.updates = UpdatesPart(theme, preferences, services, self)
        self._build_help(theme, services)
        self._show()
        self._started_with = preferences.settings.language
        preferences.changed.connect(self._show)
        self.language.currentIndexChanged.connect(lambda: preferences.update(language=self.language.value))
        self.send_key.currentIndexChanged.connect(lambda: preferences.update(send_with=self.send_key.value))
        self.tray.toggled.connect(lambda on: preferences.update(shows_tray=on))
        self.sidebar.toggled.connect(lambda on: preferences.update(sidebar_is_shown=on))
        self.introduction.clicked.connect(self.introduction_requested)

    def _build_help(self, theme: Theme, services: SettingsServices) -> None:
        self.report = push(self.tr("Report…"), "plain", self.column, self.tr("See what is in a report on a problem"))
        self.section(self.tr("Help")).row(
            self.tr("Report on a problem"),
            self.tr("A text about this app and computer, without your words. You read it, and hand it on yourself."),
            self.report,
        )
        self.report.clicked.connect(
            lambda: ReportWindow(theme, partial(services.problem_report, "", tuple(screen_facts())), self).open()
        )

    def end(self) -> None:
        self.updates.end()
        for report in self.findChildren(ReportWindow):
            report.close()  # which waits for its thread

    def _show(self) -> None:
        chosen = self._preferences.settings
        self.language.set_value(chosen.language)
        self.send_key.set_value(chosen.send_with)
        for switch, is_on in ((self.tray, chosen.shows_tray), (self.sidebar, chosen.sidebar_is_shown)):
            switch.blockSignals(True)
            switch.setChecked(is_on)
            switch.blockSignals(False)
        is_new = chosen.language != getattr(self, "_started_with", chosen.language)
        self._language_row.explain(self.tr("In force when Nearhalf starts the next time.") if is_new else "")
        self._send_row.explain(
            self.tr("Shift+Enter begins a new line.")
            if chosen.send_with == "enter"
            else self.tr("Enter begins a new line.")
        )
