"""Spelling: whether it is checked, in which languages, and the person's own words, which are kept in the vault."""

from PySide6.QtCore import QObject

from app.core.vault import Vault
from app.domain.spelling import LANGUAGES, OWN_SPELLINGS, chosen_languages, own_spellings
from app.ui.preferences import Preferences
from app.ui.settings.controls import Switch
from app.ui.settings.parts import Page
from app.ui.settings.vault_field import VaultField
from app.ui.theme import Theme
from app.ui.words import locale


class SpellingPart(QObject):
    """Sections of a page, which calls `enter` and `leave` as a page's."""

    def __init__(self, page: Page, theme: Theme, preferences: Preferences, vault: Vault) -> None:
        super().__init__(page)
        self._page, self._preferences = page, preferences
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
        self._build_own(theme, vault)
        self.is_on.toggled.connect(lambda is_on: preferences.update(checks_spelling=is_on))
        for switch in self.languages.values():
            switch.toggled.connect(self._choose)
        preferences.changed.connect(self._show)
        self._show()

    def _build_own(self, theme: Theme, vault: Vault) -> None:
        self.own = VaultField(
            self._page,
            theme,
            vault,
            OWN_SPELLINGS,
            name=self.tr("Your own words"),
            example=self.tr("One word a line"),
            saved=self.tr("Saved."),
            tidied=lambda text: "\n".join(own_spellings(text)),
        )
        self._page.section(
            self.tr("Your own words"),
            self.tr("Never marked. Those that you add from the field's menu stand here. Encrypted with your history."),
        ).add(self.own)

    def enter(self) -> None:
        self.own.enter()

    def leave(self) -> None:
        self.own.leave()

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
