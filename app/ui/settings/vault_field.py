"""What a person wrote and the vault keeps, on a settings page: a field of some lines, and the button that saves it."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPlainTextEdit, QVBoxLayout, QWidget

from app.core.vault import Vault, VaultState
from app.domain.errors import AppError
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import Buttons, Page
from app.ui.settings.words import line, push
from app.ui.theme import Theme


class VaultField(QWidget):
    """The page calls `enter` and `leave`: while it is not on show, the field holds nobody's words."""

    def __init__(
        self,
        page: Page,
        theme: Theme,
        vault: Vault,
        setting: str,
        *,
        name: str,
        example: str,
        saved: str,
        tidied: Callable[[str], str] = str,
    ) -> None:
        """setting: the vault's name for it. name: what a screen reader says. example: what stands in it while it is
        empty. saved: what is said once it is stored. tidied: what is stored of what was typed."""
        super().__init__(page)
        self._page, self._vault, self._setting = page, vault, setting
        self._saved, self._tidied = saved, tidied
        self._stored = ""
        self.text = QPlainTextEdit(self)
        self.text.setProperty("kind", "field")
        self.text.setAccessibleName(name)
        self.text.setPlaceholderText(example)
        self.text.setTabChangesFocus(True)
        Fit(self.text, theme, lambda metrics: self.text.setFixedHeight(metrics.control * 4))
        self.save = push(self.tr("Save"), "primary", self)
        self._state = line("", "caption", self)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_2", "space_4", "space_3")
        layout.addWidget(self.text)
        layout.addWidget(Buttons(theme, self, self.save))
        layout.addWidget(self._state)
        self.save.clicked.connect(self._press)
        self.text.textChanged.connect(self._mark)
        self._mark()

    def enter(self) -> None:
        is_open = self._vault.state is VaultState.OPEN
        try:
            self._stored = self._vault.read_setting(self._setting) if is_open else ""
        except AppError as error:
            is_open = False
            self._page.show_notice("danger", error.message, error.advice)
        self.text.setPlainText(self._stored)
        self.text.setEnabled(is_open)
        self._mark()

    def leave(self) -> None:
        """What was typed and not saved is kept; the field lets go of it."""
        if self._is_changed:
            self._store()
        self._stored = ""
        self.text.clear()

    @property
    def _is_changed(self) -> bool:
        return self.text.isEnabled() and self.text.toPlainText() != self._stored

    def _mark(self) -> None:
        self.save.setEnabled(self._is_changed)
        self._state.setText("")
        self._state.hide()

    def _press(self) -> None:
        if self._store():
            self._state.setText(self._saved)
            self._state.show()
            self.text.setFocus(Qt.FocusReason.OtherFocusReason)  # the button that had it is off now

    def _store(self) -> bool:
        """False where it could not be stored, which is said then."""
        words = self._tidied(self.text.toPlainText())
        try:
            self._vault.write_setting(self._setting, words)
        except AppError as error:
            self._page.show_notice("danger", error.message, error.advice)
            return False
        self._stored = words
        if words != self.text.toPlainText():
            self.text.setPlainText(words)
        self._mark()
        return True
