"""Asks before a link of a reply is opened: a model may have made it up, and a page learns who asks for it."""

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui.theme import Theme

SCHEMES = frozenset(("http", "https", "mailto"))


def is_openable(address: str) -> bool:
    return QUrl(address, QUrl.ParsingMode.StrictMode).scheme().lower() in SCHEMES


class LinkDialog(QDialog):
    def __init__(self, theme: Theme, address: str, parent: QWidget, advice: str = "") -> None:
        """`advice`: what to think of, where the address is not a model's."""
        super().__init__(parent)
        self._address = address
        self.setWindowTitle(self.tr("Open a link"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        metrics = theme.metrics
        host = QUrl(address).host() or address
        title = QLabel(self.tr("Open {host} in the browser?").format(host=host), self)
        title.setProperty("kind", "name")
        whole = QLabel(self)
        whole.setTextFormat(Qt.TextFormat.PlainText)
        whole.setText("\u200b".join(address[at : at + 24] for at in range(0, len(address), 24)))  # so that it can wrap
        whole.setProperty("kind", "body")
        warning = QLabel(
            advice
            or self.tr("The browser is another program: what it sends is not counted here. The model may be wrong."),
            self,
        )
        warning.setProperty("kind", "muted")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(metrics.space_6, metrics.space_4, metrics.space_6, metrics.space_4)
        layout.setSpacing(metrics.space_3)
        for label in (title, whole, warning):
            label.setWordWrap(True)
            layout.addWidget(label)
        row = QHBoxLayout()
        row.addStretch(1)
        for words, kind, act in (
            (self.tr("Cancel"), "plain", self.reject),
            (self.tr("Copy"), "plain", self._copy),
            (self.tr("Open"), "primary", self._open),
        ):
            button = QPushButton(words, self)
            button.setProperty("kind", kind)
            button.setAutoDefault(kind == "primary")
            button.clicked.connect(act)
            row.addWidget(button)
        layout.addLayout(row)
        self.setMinimumWidth(metrics.column * 2 // 3)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._address)
        self.accept()

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl(self._address))
        self.accept()
