"""How an adapter goes out: encrypted, open, or as a folder for transformers. And the passphrase of one coming in."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.settings_services import KeptAdapter
from app.domain.conversation import STRENGTHS
from app.ui.settings.adapter_words import elsewhere
from app.ui.settings.controls import Choice, Count, SecretField
from app.ui.settings.files import choose_folder, choose_to_save
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import Buttons
from app.ui.settings.passphrase_form import LEAST_CHARACTERS
from app.ui.settings.words import line, push
from app.ui.theme import Theme
from app.ui.words import FULL_STRENGTH

LOCKED, OPEN, TRANSFORMERS = "locked", "open", "transformers"


class AdapterExportForm(QWidget):
    file_chosen = Signal(object, str)  # Path, passphrase ("" for none)
    folder_chosen = Signal(object, int)  # Path, strength in percent

    def __init__(self, theme: Theme, adapter: KeptAdapter, parent: QWidget) -> None:
        super().__init__(parent)
        self._adapter = adapter
        self.form = Choice(
            theme,
            (
                (LOCKED, self.tr("Encrypted with a passphrase")),
                (OPEN, self.tr("Readable by whoever has the file")),
                (TRANSFORMERS, self.tr("A folder for transformers")),
            ),
            self,
        )
        self.form.setAccessibleName(self.tr("How to export"))
        self.first, self.second = SecretField(theme, self), SecretField(theme, self)
        for field, words in ((self.first, self.tr("Passphrase")), (self.second, self.tr("The same again"))):
            field.setPlaceholderText(words)
            field.textChanged.connect(self._judge)
        self.first.setAccessibleName(self.tr("Passphrase of the file"))
        self.second.setAccessibleName(self.tr("The same passphrase of the file again"))
        self.strength = Count(theme, STRENGTHS[0], STRENGTHS[-1], 10, self)
        self.strength.setValue(FULL_STRENGTH)
        self.strength.setSuffix("\N{NO-BREAK SPACE}%")
        self.strength.setAccessibleName(self.tr("Strength"))
        for part in (self.first, self.second, self.form):
            Fit(part, theme, lambda metrics, part=part: part.setMaximumWidth(metrics.control * 12))  # type: ignore[misc]
        self._words = line("", "caption", self)
        self.start = push(self.tr("Export…"), "plain", self)
        self.start.clicked.connect(self._choose)
        self.form.currentIndexChanged.connect(self._judge)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_2")
        strength = line(self.tr("Strength"), "body", self)
        strength.setWordWrap(False)
        strength.setBuddy(self.strength)
        self._strength = Buttons(theme, self, strength, self.strength)
        for each in (self.form, self.first, self.second, self._strength, self._words):
            layout.addWidget(each)
        layout.addWidget(Buttons(theme, self, self.start))
        self._judge()

    @property
    def words(self) -> str:
        return self._words.text()

    def forget(self) -> None:
        self.first.clear_secret()
        self.second.clear_secret()

    def _judge(self) -> None:
        form, passphrase = self.form.currentData(), self.first.text()
        for field in (self.first, self.second):
            field.setVisible(form == LOCKED)
        self._strength.setVisible(form == TRANSFORMERS)
        is_ready = form != LOCKED or (len(passphrase) >= LEAST_CHARACTERS and passphrase == self.second.text())
        self.start.setEnabled(is_ready)
        if form == TRANSFORMERS:
            words = elsewhere(self._adapter)
        elif form == OPEN:
            words = self.tr("What it learned can be read out of it. Your note and your notes' hashes are left out.")
        elif passphrase and len(passphrase) < LEAST_CHARACTERS:
            words = self.tr("Too short: at least {count} characters.").format(count=LEAST_CHARACTERS)
        elif is_ready or not self.second.text():
            words = self.tr("Whoever has the file and the passphrase can use it. Nothing opens it without.")
        else:
            words = self.tr("The two are not the same yet.")
        self._words.setText(words)

    def _choose(self) -> None:
        name = f"{self._adapter.path.stem}.nha"
        if self.form.currentData() == TRANSFORMERS:
            folder = choose_folder(self, self.tr("An empty folder for the adapter"))
            if folder is not None:
                self.folder_chosen.emit(folder, self.strength.value())
            return
        passphrase = self.first.text() if self.form.currentData() == LOCKED else ""
        target: Path | None = choose_to_save(self, self.tr("Export the adapter"), name, self.tr("Adapters (*.nha)"))
        if target is not None:
            self.forget()
            self.file_chosen.emit(target, passphrase)


class AdapterUnlockForm(QWidget):
    """The passphrase of a file that is to be added."""

    given = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.words = line(self.tr("This file is encrypted with a passphrase."), "body", self)
        self.secret = SecretField(theme, self)
        self.secret.setPlaceholderText(self.tr("Passphrase of the file"))
        self.secret.setAccessibleName(self.tr("Passphrase of the file that is added"))
        Fit(self.secret, theme, lambda metrics: self.secret.setMaximumWidth(metrics.control * 12))
        self.open = push(self.tr("Add it"), "primary", self)
        self.cancel = push(self.tr("Cancel"), "plain", self)
        self.open.clicked.connect(self._give)
        self.secret.returnPressed.connect(self._give)
        self.cancel.clicked.connect(self.close_form)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_2")
        for part in (self.words, self.secret):
            layout.addWidget(part)
        layout.addWidget(Buttons(theme, self, self.open, self.cancel))
        self.hide()

    def ask(self) -> None:
        self.show()
        self.secret.setFocus()

    def close_form(self) -> None:
        self.secret.clear_secret()
        self.hide()

    def _give(self) -> None:
        passphrase = self.secret.text()
        if passphrase:
            self.close_form()
            self.given.emit(passphrase)
