"""Chat: the system message, which is a person's words and so kept in the vault, how replies are chosen, spelling."""

from PySide6.QtWidgets import QWidget

from app.core.vault import Vault
from app.storage.settings import CHAT_SAMPLING
from app.ui.preferences import Preferences
from app.ui.settings.parts import Buttons, Page
from app.ui.settings.sampling_form import SamplingForm
from app.ui.settings.spelling import SpellingPart
from app.ui.settings.vault_field import VaultField
from app.ui.settings.words import push
from app.ui.theme import Theme

SYSTEM = "system"  # the vault's name for it


class ChatPage(Page):
    def __init__(self, theme: Theme, preferences: Preferences, vault: Vault, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._preferences = preferences
        self.system = VaultField(
            self,
            theme,
            vault,
            SYSTEM,
            name=self.tr("System message"),
            example=self.tr("For example: You are a patient teacher. Answer in short sentences."),
            saved=self.tr("Saved. It is in force from the next chat on."),
        )
        self.section(
            self.tr("System message"),
            self.tr(
                "What the model is told before every chat. It is encrypted with your history; to the backend it "
                "goes as numbers, like every message."
            ),
        ).add(self.system)
        self.form = SamplingForm(theme, preferences.settings.sampling)
        self.form.changed.connect(lambda sampling: preferences.update(sampling=sampling))
        self.reset = push(self.tr("Back to the model's recommendation"), "plain", self)
        self.reset.clicked.connect(self._reset)
        self.heading(self.tr("How replies are chosen"), self.tr("For every chat that has no choice of its own."))
        self.add(self.form)
        self.add(Buttons(theme, self.column, self.reset))
        self.spelling = SpellingPart(self, theme, preferences, vault)
        preferences.changed.connect(self._show_sampling)

    def enter(self) -> None:
        self.system.enter()
        self.spelling.enter()

    def leave(self) -> None:
        self.system.leave()
        self.spelling.leave()

    def _reset(self) -> None:
        self._preferences.update(sampling=CHAT_SAMPLING)

    def _show_sampling(self) -> None:
        if self.form.value != self._preferences.settings.sampling:
            self.form.set_value(self._preferences.settings.sampling)
