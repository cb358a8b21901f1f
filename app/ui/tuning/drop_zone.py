"""Where files and folders are dropped, with buttons that do the same."""

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.ui.input import local_files
from app.ui.settings.files import choose_folder, choose_several
from app.ui.settings.fit import spaced
from app.ui.settings.parts import Buttons
from app.ui.settings.words import line, push
from app.ui.theme import Theme


class DropZone(QWidget):
    dropped = Signal(object)  # list[Path]

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._is_over = False
        self.setAcceptDrops(True)
        self.files = push(self.tr("Choose files…"), "plain", self)
        self.folder = push(self.tr("Choose a folder…"), "plain", self)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_3", "space_6", "space_6")
        words = line(self.tr("Drop notes here: files, folders, or an export of Notion or Obsidian"), "name", self)
        kinds = self.tr("Markdown, text, HTML, PDF, Word, mail (mbox), tables (CSV), and archives (ZIP) of them.")
        for label in (words, line(kinds, "muted", self)):
            layout.addWidget(label)
        layout.addWidget(Buttons(theme, self, self.files, self.folder))
        self.files.clicked.connect(self._choose_files)
        self.folder.clicked.connect(self._choose_folder)

    def paintEvent(self, event: QPaintEvent) -> None:
        metrics, colours = self._theme.metrics, self._theme.colours
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = metrics.ring if self._is_over else metrics.hair
        pen = QPen(QColor(colours.accent if self._is_over else colours.edge), wide, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(QColor(colours.accent_soft if self._is_over else colours.surface))
        box = QRectF(self.rect()).adjusted(wide, wide, -wide, -wide)
        painter.drawRoundedRect(box, metrics.radius, metrics.radius)
        painter.end()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if local_files(event.mimeData()):
            event.acceptProposedAction()
            self._mark(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._mark(False)
        if paths := local_files(event.mimeData()):
            event.acceptProposedAction()
            self.dropped.emit(paths)

    def _mark(self, is_over: bool) -> None:
        self._is_over = is_over
        self.update()

    def _choose_files(self) -> None:
        if paths := choose_several(self, self.tr("Choose notes"), self.tr("All files (*)")):
            self.dropped.emit(paths)

    def _choose_folder(self) -> None:
        if (path := choose_folder(self, self.tr("Choose a folder of notes"))) is not None:
            self.dropped.emit([path])
