"""A newer version is out: what its feed says of it, as plain text, and a link that asks first. It fetches nothing."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from app.core.updates import Release, this_version
from app.ui.link_dialog import LinkDialog
from app.ui.settings.words import line, push
from app.ui.theme import Theme


class ReleaseDialog(QDialog):
    def __init__(self, theme: Theme, release: Release, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._release = theme, release
        metrics = theme.metrics
        self.setWindowTitle(self.tr("A new version"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = line(self.tr("Version {version} is out").format(version=release.version), "heading", self)
        running = line(self.tr("This is version {version}.").format(version=this_version()), "muted", self)
        self.notes = QPlainTextEdit(release.notes, self)
        self.notes.setReadOnly(True)
        self.notes.setTabChangesFocus(True)
        self.notes.setProperty("kind", "field")
        self.notes.setAccessibleName(self.tr("What is new"))
        self.notes.setVisible(bool(release.notes))
        advice = line(
            self.tr(
                "Nothing was downloaded, and nothing is installed by itself. These words are those of the release "
                "feed, which nobody has signed."
            ),
            "caption",
            self,
        )
        layout = QVBoxLayout(self)
        layout.setContentsMargins(metrics.space_6, metrics.space_4, metrics.space_6, metrics.space_4)
        layout.setSpacing(metrics.space_3)
        for part in (title, running, self.notes, advice):
            layout.addWidget(part)
        if release.sha256:
            layout.addWidget(line(self.tr("SHA-256 of the archive, to compare:"), "caption", self))
            digits = release.sha256
            code = line("\u200b".join(digits[at : at + 16] for at in range(0, len(digits), 16)), "code", self)
            code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            layout.addWidget(code)
        layout.addStretch()
        self.page = push(self.tr("Open its page…"), "plain", self)
        self.page.clicked.connect(self._open_page)
        close = push(self.tr("Close"), "primary", self)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(self.page)
        buttons.addWidget(close)
        layout.addLayout(buttons)
        self.setMinimumWidth(metrics.column * 2 // 3)

    def _open_page(self) -> None:
        advice = self.tr(
            "The browser is another program: what it sends is not counted here. The address is the release feed's."
        )
        LinkDialog(self._theme, self._release.url, self, advice).open()
