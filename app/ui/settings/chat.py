"""Chat: the system message, which is a person's words and so kept in the vault, how replies are chosen, spelling."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from app.core.vault import Vault, VaultState
from app.domain.errors import AppError
from app.storage.settings import CHAT_SAMPLING
from app.ui.preferences import Preferences
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import Buttons, Page
from app.ui.settings.sampling_form import SamplingForm
from app.ui.settings.spelling import SpellingPart
from app.ui.settings.words import line, push
from app.ui.theme import Theme

SYSTEM = "system"  # the vault's name for it


class ChatPage(Page):
    def __init__(self, theme: Theme, preferences: Preferences, vault: Vault, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._preferences, self._vault = preferences, vault
        self._stored = ""
        self.system = QPlainTextEdit()
        self.system.setProperty("kind", "field")
        self.system.setAccessibleName(self.tr("System message"))
        self.system.setPlaceholderText(self.tr("For example: You are a patient teacher. Answer in short sentences."))
        self.system.setTabChangesFocus(True)
        Fit(self.system, theme, lambda metrics: self.system.setFixedHeight(metrics.control * 4))
        self.save = push(self.tr("Save"), "primary", self)
        self.save.clicked.connect(self._save)
        self._state = line("", "caption", self)
        self.system.textChanged.connect(self._mark)
        part = QWidget(self)
        layout = QVBoxLayout(part)
        spaced(part, theme, layout, "space_2", "space_4", "space_3")
        layout.addWidget(self.system)
        layout.addWidget(Buttons(theme, part, self.save))
        layout.addWidget(self._state)
        self.section(
            self.tr("System message"),
            self.tr(
                "What the model is told before every chat. It is encrypted with your history; to the backend it "
                "goes as numbers, like every message."
            ),
        ).add(part)
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
        is_open = self._vault.state is VaultState.OPEN
        try:
            self._stored = self._vault.read_setting(SYSTEM) if is_open else ""
        except AppError as error:
            is_open = False
            self.show_notice("danger", error.message, error.advice)
        self.system.setPlainText(self._stored)
        self.system.setEnabled(is_open)
        self._mark()
        self.spelling.enter()

    def leave(self) -> None:
        """What was typed and not saved is kept; the field lets go of it."""
        if self._is_changed:
            self._save()
        self.system.clear()
        self._stored = ""
        self.spelling.leave()

    @property
    def _is_changed(self) -> bool:
        return self.system.isEnabled() and self.system.toPlainText() != self._stored

    def _mark(self) -> None:
        self.save.setEnabled(self._is_changed)
        self._state.setText("")
        self._state.hide()

    def _save(self) -> None:
        text = self.system.toPlainText()
        try:
            self._vault.write_setting(SYSTEM, text)
        except AppError as error:
            self.show_notice("danger", error.message, error.advice)
            return
        self._stored = text
        self._mark()
        self._state.setText(self.tr("Saved. It is in force from the next chat on."))
        self._state.show()
        self.system.setFocus(Qt.FocusReason.OtherFocusReason)

    def _reset(self) -> None:
        self._preferences.update(sampling=CHAT_SAMPLING)

    def _show_sampling(self) -> None:
        if self.form.value != self._preferences.settings.sampling:
            self.form.set_value(self._preferences.settings.sampling)
