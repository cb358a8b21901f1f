"""Redaction: whether chats replace names and numbers before anything is sent, which kinds, and the person's own list.

The list is a person's words and so kept in the vault; switches are settings.
"""

from PySide6.QtWidgets import QWidget

from app.core.vault import Vault
from app.domain.redaction import KINDS, OWN_WORDS
from app.ui.preferences import Preferences
from app.ui.redaction.words import kind_words
from app.ui.settings.controls import Switch
from app.ui.settings.parts import Page
from app.ui.settings.vault_field import VaultField
from app.ui.theme import Theme


class RedactionPage(Page):
    def __init__(self, theme: Theme, preferences: Preferences, vault: Vault, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._preferences = preferences
        self.set_lead(
            self.tr(
                "Names, numbers and secrets can be replaced by others of the same kind before a message becomes "
                "numbers. The reply is put back as it comes. Who records the numbers can rebuild the text with the "
                "replacements in it; everything that was not found is still there as you wrote it."
            )
        )
        self.is_on = Switch(theme)
        self.section().row(
            self.tr("Replace in every chat"), self.tr("A chat can choose differently, in its options."), self.is_on
        )
        self.kinds: dict[str, Switch] = {}
        card = self.section(
            self.tr("What is replaced"),
            self.tr(
                "Names are found by a language model on this computer; it misses some. Check the line under the field."
            ),
        )
        for kind in KINDS:
            self.kinds[kind] = Switch(theme)
            why = self.tr("Replies about them become less useful.") if kind in ("organisation", "place") else ""
            card.row(kind_words()[kind], why, self.kinds[kind])
        self._build_own(theme, vault)
        self.is_on.toggled.connect(lambda is_on: preferences.update(redacts=is_on))
        for switch in self.kinds.values():
            switch.toggled.connect(self._choose_kinds)
        preferences.changed.connect(self._show)
        self._show()

    def _build_own(self, theme: Theme, vault: Vault) -> None:
        self.own = VaultField(
            self,
            theme,
            vault,
            OWN_WORDS,
            name=self.tr("Words that are always replaced"),
            example=self.tr("One word or phrase a line, for example the name of a project"),
            saved=self.tr("Saved. It is in force from the next message on."),
        )
        self.section(
            self.tr("Your own list"), self.tr("Replaced wherever they stand as words. Encrypted with your history.")
        ).add(self.own)

    def enter(self) -> None:
        self.own.enter()

    def leave(self) -> None:
        self.own.leave()

    def _choose_kinds(self) -> None:
        before = self._preferences.settings.redacted_kinds
        newer = tuple(kind for kind in before if kind not in KINDS)  # of a later version: not ours to take away
        chosen = tuple(kind for kind in KINDS if self.kinds[kind].isChecked())
        self._preferences.update(redacted_kinds=chosen + newer)

    def _show(self) -> None:
        chosen = self._preferences.settings
        states = [(self.is_on, chosen.redacts), *((self.kinds[k], k in chosen.redacted_kinds) for k in KINDS)]
        for switch, is_on in states:
            switch.blockSignals(True)
            switch.setChecked(is_on)
            switch.blockSignals(False)
