"""Spelling: whether it is checked, in which languages, and the person's own words, which are kept in the vault."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from app.core.vault import Vault, VaultState
from app.domain.errors import AppError
from app.domain.spelling import LANGUAGES, OWN_SPELLINGS, chosen_languages, own_spellings
from app.ui.preferences import Preferences
from app.ui.settings.controls import Switch
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import Buttons, Page
from app.ui.settings.words import line, push
from app.ui.theme import Theme
from app.ui.words import locale


class SpellingPart(QObject):
    """Sections of a page, which calls `enter` and `leave` as a page's."""

    def __init__(self, page: Page, theme: Theme, preferences: Preferences, vault: Vault) -> None:
        super().__init__(page)
        self._page, self._preferences, self._vault = page, preferences, vault
        self._stored = ""
        card = page.section(
            self.tr("Spelling"),
            self.tr(
                "Words that none of these languages knows get a wavy line while you write. It is checked on this "
                "computer, with lists that came with Nearhalf."
            ),
        )
        self.is_on = Switch(theme)
        card.row(self.tr("Check spelling"), self.tr("In the field in which messages are written."), self.is_on)
        self.languages: dict[str, Switch] = {}
        for code, name in LANGUAGES.items():  # by their own names
            self.languages[code] = Switch(theme)
            card.row(name, "", self.languages[code])
        self._build_own(theme)
        self.is_on.toggled.connect(lambda is_on: preferences.update(checks_spelling=is_on))
        for switch in self.languages.values():
            switch.toggled.connect(self._choose)
        preferences.changed.connect(self._show)
        self._show()

    def _build_own(self, theme: Theme) -> None:
        page = self._page
        self.own = QPlainTextEdit()
        self.own.setProperty("kind", "field")
        self.own.setAccessibleName(self.tr("Your own words"))
        self.own.setPlaceholderText(self.tr("One word a line"))
        self.own.setTabChangesFocus(True)
        Fit(self.own, theme, lambda metrics: self.own.setFixedHeight(metrics.control * 4))
        self.save = push(self.tr("Save"), "primary", page)
        self.save.clicked.connect(self._save)
        self._state = line("", "caption", page)
        self.own.textChanged.connect(self._mark)
        part = QWidget(page)
        layout = QVBoxLayout(part)
        spaced(part, theme, layout, "space_2", "space_4", "space_3")
        layout.addWidget(self.own)
        layout.addWidget(Buttons(theme, part, self.save))
        layout.addWidget(self._state)
        page.section(
            self.tr("Your own words"),
            self.tr("Never marked. Those that you add from the field's menu stand here. Encrypted with your history."),
        ).add(part)
        self._mark()

    def enter(self) -> None:
        is_open = self._vault.state is VaultState.OPEN
        try:
            self._stored = self._vault.read_setting(OWN_SPELLINGS) if is_open else ""
        except AppError as error:
            is_open = False
            self._page.show_notice("danger", error.message, error.advice)
        self.own.setPlainText(self._stored)
        self.own.setEnabled(is_open)
        self._mark()

    def leave(self) -> None:
        """What was typed and not saved is kept; the field lets go of it."""
        if self._is_changed:
            self._save()
        self.own.clear()
        self._stored = ""

    @property
    def _is_changed(self) -> bool:
        return self.own.isEnabled() and self.own.toPlainText() != self._stored

    def _mark(self) -> None:
        self.save.setEnabled(self._is_changed)
        self._state.setText("")
        self._state.hide()

    def _save(self) -> None:
        words = "\n".join(own_spellings(self.own.toPlainText()))
        try:
            self._vault.write_setting(OWN_SPELLINGS, words)
        except AppError as error:
            self._page.show_notice("danger", error.message, error.advice)
            return
        self._stored = words
        self.own.setPlainText(words)
        self._mark()
        self._state.setText(self.tr("Saved."))
        self._state.show()

    def _choose(self) -> None:
        chosen = tuple(code for code, switch in self.languages.items() if switch.isChecked())
        newer = tuple(code for code in self._preferences.settings.spelling_languages if code not in LANGUAGES)
        if chosen:
            self._preferences.update(spelling_languages=chosen + newer)
        else:  # without a language there is nothing to check
            self._preferences.update(checks_spelling=False)
            self._show()

    def _show(self) -> None:
        settings = self._preferences.settings
        chosen = chosen_languages(settings.spelling_languages, locale().name().split("_")[0])
        for switch, is_on in (
            (self.is_on, settings.checks_spelling),
            *((switch, code in chosen) for code, switch in self.languages.items()),
        ):
            switch.blockSignals(True)
            switch.setChecked(is_on)
            switch.blockSignals(False)
