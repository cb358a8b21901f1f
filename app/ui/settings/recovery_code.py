"""The recovery code, shown once: to print, save, copy or write down, and a word from the person that it is kept."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QTextDocument
from PySide6.QtPrintSupport import QPrintDialog, QPrinter
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.storage.json_file import write_atomically
from app.ui.settings.files import choose_to_save
from app.ui.settings.fit import spaced
from app.ui.settings.parts import Buttons
from app.ui.settings.words import line, push
from app.ui.theme import Theme


class RecoveryCode(QWidget):
    """Emits `kept` when the person says so. The code leaves the widget with `forget`."""

    kept = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._code = ""
        self.shown = line("", "recovery", self)
        self.shown.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.shown.setAccessibleName(self.tr("Recovery code"))
        self.print_button = push(self.tr("Print…"), "plain", self, self.tr("Print the recovery code"))
        self.save_button = push(self.tr("Save as a file…"), "plain", self, self.tr("Save the recovery code as a file"))
        self.copy_button = push(self.tr("Copy"), "plain", self, self.tr("Copy the recovery code"))
        self.kept_button = push(self.tr("I have kept it"), "primary", self)
        self._state = line("", "caption", self)
        self._state.hide()
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_2")
        layout.addWidget(self.shown)
        layout.addWidget(Buttons(theme, self, self.print_button, self.save_button, self.copy_button))
        layout.addWidget(self._state)
        layout.addWidget(Buttons(theme, self, self.kept_button))
        self.print_button.clicked.connect(self._print)
        self.save_button.clicked.connect(self._save)
        self.copy_button.clicked.connect(self._copy)
        self.kept_button.clicked.connect(lambda: self.kept.emit(self._code))

    @property
    def code(self) -> str:
        return self._code

    @property
    def state(self) -> str:
        return self._state.text()

    def show_code(self, code: str) -> None:
        self._code = code
        self.shown.setText(code)
        self._say("")

    def forget(self) -> None:
        self.show_code("")

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._code)
        self._say(self.tr("Copied. Other programs can read the clipboard: paste it soon, then copy something else."))

    def _save(self) -> None:
        name = self.tr("Nearhalf recovery code") + ".txt"
        path = choose_to_save(self, self.tr("Save the recovery code"), name, self.tr("Text (*.txt)"))
        if path is None:
            return
        try:
            write_atomically(path, f"{self._words()}\n\n{self._code}\n".encode())
        except OSError as error:
            self._say(self.tr("It could not be saved: {reason}.").format(reason=error.strerror or error))
        else:
            self._say(self.tr("Saved. Move the file off this computer: whoever has both can read your history."))

    def _print(self) -> None:
        printer = QPrinter()
        dialog = QPrintDialog(printer, self)
        if dialog.exec() == QPrintDialog.DialogCode.Accepted:
            document = QTextDocument()
            document.setPlainText(f"{self._words()}\n\n{self._code}\n")
            document.print_(printer)
            self._say(self.tr("Sent to the printer."))
        dialog.deleteLater()

    def _words(self) -> str:
        return self.tr(
            "Nearhalf: recovery code. With it, and the files of this computer or a backup made with it, your history "
            "can be opened. Keep it where nobody else looks."
        )

    def _say(self, text: str) -> None:
        self._state.setText(text)
        self._state.setVisible(bool(text))
