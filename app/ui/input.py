"""The field in which a message is typed. It grows with its lines, and knows which key sends."""

import unicodedata
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QInputMethodEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from app.ui.text_files import is_long

MAX_LINES = 8
NEW_LINE_MODIFIERS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.AltModifier


class Input(QPlainTextEdit):
    """Plain text. An input method that is composing keeps its Enter. Long pastes and files are handed on."""

    send_requested = Signal()
    edit_last_requested = Signal()
    focused = Signal(bool)
    long_text_pasted = Signal(str)
    files_given = Signal(object)  # list[Path]
    folders_given = Signal(object)  # list[Path], where `offers_folders`
    menu_opening = Signal(object, int)  # QMenu, the place in the text that it is asked for

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_composing = False
        self.sends_with_ctrl = False
        self.offers_folders = False  # somebody takes them; else a folder is refused as no text file
        self.setObjectName("input")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)
        self.document().documentLayout().documentSizeChanged.connect(self._grow)
        self.textChanged.connect(self._align)
        self._grow()
        self._align()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self._is_composing:
            if self._sends(event):
                self.send_requested.emit()
            else:
                self.insertPlainText("\n")  # as a newline, whichever modifier was held
                self.ensureCursorVisible()
        elif event.key() == Qt.Key.Key_Up and not event.modifiers() and not self.toPlainText():
            self.edit_last_requested.emit()
        else:
            super().keyPressEvent(event)

    def _sends(self, event: QKeyEvent) -> bool:
        has_ctrl = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if self.sends_with_ctrl:
            return has_ctrl
        return not event.modifiers() & NEW_LINE_MODIFIERS

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._is_composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    @property
    def is_composing(self) -> bool:
        return self._is_composing

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasUrls() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Paste and drop: files and long texts go beside the message, the rest into it as plain text."""
        files = local_files(source)
        folders = [path for path in files if path.is_dir()] if self.offers_folders else []
        files = [path for path in files if path not in folders]
        if folders:
            self.folders_given.emit(folders)
        if files:
            self.files_given.emit(files)
        elif folders:
            return
        elif source.hasText() and is_long(source.text()):
            self.long_text_pasted.emit(source.text())
        else:
            super().insertFromMimeData(source)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """By the mouse, for what is under it; by its key, for where the cursor is."""
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        is_by_mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        cursor = self.cursorForPosition(event.pos()) if is_by_mouse else self.textCursor()
        self.menu_opening.emit(menu, cursor.position())
        menu.popup(event.globalPos() if is_by_mouse else self.viewport().mapToGlobal(self.cursorRect().bottomLeft()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focused.emit(False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._grow()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._grow()

    def _align(self) -> None:
        """To the side where reading begins: a plain text layout does not do it by itself."""
        text = self.toPlainText()
        strong = next((kind for kind in map(unicodedata.bidirectional, text[:1000]) if kind in ("L", "R", "AL")), "")
        is_from_right = strong in ("R", "AL") or (not strong and self.isRightToLeft())
        alignment = Qt.AlignmentFlag.AlignRight if is_from_right else Qt.AlignmentFlag.AlignLeft
        option = self.document().defaultTextOption()
        if option.alignment() != alignment:
            option.setAlignment(alignment)
            self.document().setDefaultTextOption(option)

    def _grow(self) -> None:
        lines = round(self.document().size().height())  # of a plain text layout: in lines
        # A bar takes width, so that the text may need another line: while the field can grow there must be none, or the
        # two drive each other round and round (docs/lab-log.md). Beyond that the height stays, and only the bar comes.
        bars = Qt.ScrollBarPolicy
        bar = bars.ScrollBarAsNeeded if lines > MAX_LINES else bars.ScrollBarAlwaysOff
        if self.verticalScrollBarPolicy() is not bar:
            self.setVerticalScrollBarPolicy(bar)
        shown = max(1, min(MAX_LINES, lines))
        self.setFixedHeight(shown * self.fontMetrics().lineSpacing() + 2 * round(self.document().documentMargin()) + 2)


def local_files(data: QMimeData) -> list[Path]:
    return [Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile()] if data.hasUrls() else []
