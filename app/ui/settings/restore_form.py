"""A backup to bring back: its file, and the passphrase or recovery code of when it was made."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.vault import Vault
from app.ui.settings.controls import SecretField
from app.ui.settings.files import choose_to_open
from app.ui.settings.fit import Fit, spaced
from app.ui.settings.parts import Buttons
from app.ui.settings.words import line, push
from app.ui.settings.work import Telling, Work
from app.ui.theme import Theme


class RestoreForm(QWidget):
    """Emits `restored`, or `left` where the person thinks better of it."""

    restored = Signal()
    left = Signal()

    def __init__(self, theme: Theme, vault: Vault, parent: QWidget) -> None:
        super().__init__(parent)
        self._vault = vault
        self._source: Path | None = None
        self.choose = push(self.tr("Choose the backup…"), "plain", self)
        self._name = line("", "body", self)
        self.secret = SecretField(theme, self)
        self.secret.setPlaceholderText(self.tr("Passphrase or recovery code of that backup"))
        self.secret.setAccessibleName(self.tr("Passphrase or recovery code of that backup"))
        Fit(self.secret, theme, lambda metrics: self.secret.setMaximumWidth(metrics.control * 14))
        self.start = push(self.tr("Restore"), "primary", self)
        self.cancel = push(self.tr("Cancel"), "plain", self)
        self.work = Work(theme, self)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_2")
        layout.addWidget(
            line(
                self.tr("It replaces your history, settings and adapters. What is here now is kept beside it."),
                "muted",
                self,
            )
        )
        layout.addWidget(Buttons(theme, self, self.choose))
        layout.addWidget(self._name)
        layout.addWidget(self.secret)
        layout.addWidget(self.work)
        layout.addWidget(Buttons(theme, self, self.start, self.cancel))
        self.choose.clicked.connect(self._choose)
        self.secret.textChanged.connect(self._judge)
        self.secret.returnPressed.connect(self._restore)
        self.start.clicked.connect(self._restore)
        self.cancel.clicked.connect(self._leave)
        self.work.busy_changed.connect(self._lock_fields)
        self.forget()

    def forget(self) -> None:
        self._source = None
        self._name.setText("")
        self._name.hide()
        self.secret.clear_secret()
        self.work.hide()
        self._judge()

    def end(self) -> None:
        self.work.end()
        self.forget()

    def _choose(self) -> None:
        path = choose_to_open(self, self.tr("Restore a backup"), self.tr("Nearhalf backups (*.nhb);;All files (*)"))
        if path is not None:
            self._source = path
            self._name.setText(path.name)
            self._name.show()
            self.secret.setFocus()
            self._judge()

    def _judge(self) -> None:
        self.start.setEnabled(self._source is not None and bool(self.secret.text()) and not self.work.is_busy)

    def _restore(self) -> None:
        source, secret = self._source, self.secret.text()
        if source is None or not secret:
            return

        def restore(_telling: Telling) -> None:
            self._vault.restore(source, secret)

        self.work.run("restore", self.tr("Checking the backup, then restoring it"), restore, lambda _: self._finish())

    def _finish(self) -> None:
        self.forget()
        self.restored.emit()

    def _leave(self) -> None:
        self.forget()
        self.left.emit()

    def _lock_fields(self, is_busy: bool) -> None:
        for part in (self.choose, self.secret, self.cancel):
            part.setEnabled(not is_busy)
        self._judge()
