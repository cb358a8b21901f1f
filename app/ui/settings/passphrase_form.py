"""A passphrase, typed twice, with what it is worth said while it is typed."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from app.ui.settings.controls import SecretField
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import Buttons
from app.ui.settings.words import line, push
from app.ui.theme import Metrics, Theme

LEAST_CHARACTERS = 8


def _widen(field: SecretField, metrics: Metrics) -> None:
    field.setMaximumWidth(metrics.control * 12)


class PassphraseForm(QWidget):
    """Emits `chosen` (passphrase, ask at start) or `left`. It keeps nothing after either."""

    chosen = Signal(str, bool)
    left = Signal()

    def __init__(self, theme: Theme, parent: QWidget, *, can_leave: bool = True) -> None:
        super().__init__(parent)
        self.first, self.second = SecretField(theme, self), SecretField(theme, self)
        self.first.setPlaceholderText(self.tr("Passphrase"))
        self.second.setPlaceholderText(self.tr("The same again"))
        self.first.setAccessibleName(self.tr("Passphrase"))
        self.second.setAccessibleName(self.tr("The same passphrase again"))
        for field in (self.first, self.second):
            Fit(field, theme, partial(_widen, field))
            field.textChanged.connect(self._judge)
        self.ask = QCheckBox(self.tr("Ask for it whenever Nearhalf starts"), self)
        self._words = line("", "caption", self)
        self.save = push(self.tr("Set the passphrase"), "primary", self)
        self.save.clicked.connect(self._take)
        self.first.returnPressed.connect(self.second.setFocus)
        self.second.returnPressed.connect(self._take)
        self.cancel = push(self.tr("Cancel"), "plain", self)
        self.cancel.setVisible(can_leave)
        self.cancel.clicked.connect(self._leave)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_2")
        for part in (self.first, self.second, self._words, self.ask):
            layout.addWidget(part)
        layout.addWidget(Buttons(theme, self, self.save, self.cancel))
        self._judge()

    @property
    def words(self) -> str:
        return self._words.text()

    def forget(self) -> None:
        self.first.clear_secret()
        self.second.clear_secret()

    def _judge(self) -> None:
        first, second = self.first.text(), self.second.text()
        is_long = len(first) >= LEAST_CHARACTERS
        if not first:
            words = self.tr("Four or five words that do not belong together are easy to keep and hard to guess.")
        elif not is_long:
            words = self.tr("Too short: at least {count} characters.").format(count=LEAST_CHARACTERS)
        elif not second:
            words = self.tr("Type it again. If you forget it, only the recovery code opens your history.")
        elif first != second:
            words = self.tr("The two are not the same yet.")
        else:
            words = self.tr("If you forget it, only the recovery code opens your history.")
        self._words.setText(words)
        self.save.setEnabled(is_long and first == second)

    def _take(self) -> None:
        if self.save.isEnabled():
            passphrase = self.first.text()
            self.forget()
            self.chosen.emit(passphrase, self.ask.isChecked())

    def _leave(self) -> None:
        self.forget()
        self.left.emit()
