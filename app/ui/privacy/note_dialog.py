"""A note on one entry of the ledger. It goes to the vault."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from app.ui.theme import Theme
from app.ui.words import number


class NoteDialog(QDialog):
    noted = Signal(str)

    def __init__(self, theme: Theme, text: str, entry: int, parent: QWidget) -> None:
        super().__init__(parent)
        words = self.tr("Note on entry {number}").format(number=number(entry))
        self.setWindowTitle(words)
        title = QLabel(words, self)
        title.setProperty("kind", "name")
        self.field = QPlainTextEdit(text, self)
        self.field.setProperty("kind", "field")
        self.field.setAccessibleName(words)
        self.field.setTabChangesFocus(True)
        self.save = QPushButton(self.tr("Save"), self)
        self.save.setProperty("kind", "primary")
        self.save.setDefault(True)
        self.cancel = QPushButton(self.tr("Cancel"), self)
        self.cancel.setProperty("kind", "plain")
        buttons = QDialogButtonBox(self)
        buttons.addButton(self.save, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self.cancel, QDialogButtonBox.ButtonRole.RejectRole)
        buttons.accepted.connect(self._save)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        space = theme.metrics.space_4
        layout.setContentsMargins(space, space, space, space)
        for widget in (title, self.field, buttons):
            layout.addWidget(widget)
        self.setMinimumWidth(theme.metrics.column // 2)
        self.finished.connect(self.deleteLater)

    def _save(self) -> None:
        self.noted.emit(self.field.toPlainText())
        self.accept()
