"""Bytes as hexadecimal and as characters. Only what is seen is painted; a frame of 64 MB scrolls as one of 100 bytes.

The arrow keys move from byte to byte. What is marked comes from outside, or from a click here.
"""

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.ui.theme import Theme

_PRINTABLE = range(32, 127)
_BEFORE, _BETWEEN = 1, 2.5  # characters between place and bytes, and between bytes (with the gap amid them) and letters


class HexView(QAbstractScrollArea):
    byte_chosen = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._content = b""
        self._marked = (0, 0)
        self._inner = (0, 0)
        self._at = 0
        self._per_line = 16
        self._digits = 4  # of a place
        self.setObjectName("hex")
        self.setAccessibleName(self.tr("Bytes"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.changed.connect(self._wear)
        self._wear()

    def show_content(self, content: bytes) -> None:
        self._content, self._marked, self._inner, self._at = content, (0, 0), (0, 0), 0
        self._fit()
        self.verticalScrollBar().setValue(0)
        self._describe()

    def mark(self, start: int, end: int, inner: tuple[int, int] = (0, 0)) -> None:
        """Mark bytes, and among them a few more strongly (one number of a tensor); scroll there."""
        self._marked, self._inner = (start, end), inner
        self._at = inner[0] if inner[1] else start
        self._show(self._at)
        self._describe()
        self.viewport().update()

    @property
    def marked(self) -> tuple[int, int]:
        return self._marked

    @property
    def at(self) -> int:
        """The byte that the keyboard stands on."""
        return self._at

    def line_text(self, line: int) -> str:
        """One line as it is painted, for tests and screen readers."""
        part = self._content[line * self._per_line : (line + 1) * self._per_line]
        letters = "".join(chr(byte) if byte in _PRINTABLE else "·" for byte in part)
        return f"{line * self._per_line:0{self._digits}x}  {part.hex(' ')}  {letters}"

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(self._font)
        colours = self._theme.colours
        painter.fillRect(self.viewport().rect(), QColor(colours.surface))
        first = self.verticalScrollBar().value()
        for place in range(self.viewport().height() // self._line + 2):
            start = (first + place) * self._per_line
            if start >= len(self._content):
                break
            self._paint_line(painter, place * self._line, start)
        if self.hasFocus() and self._content:
            painter.setPen(QColor(colours.accent))
            painter.drawRect(self._hex_rect(self._at).adjusted(0, 0, -1, -1))
        painter.end()

    def _paint_line(self, painter: QPainter, top: int, start: int) -> None:
        colours, base = self._theme.colours, top + self._ascent
        painter.setPen(QColor(colours.muted))
        painter.drawText(QPointF(self._left, base), f"{start:0{self._digits}x}")
        for at in range(start, min(start + self._per_line, len(self._content))):
            hexed, letter = self._hex_rect(at), self._letter_rect(at)
            ground = self._ground(at)
            if ground:
                for rect in (hexed, letter):
                    painter.fillRect(rect, QColor(ground))
            byte = self._content[at]
            painter.setPen(QColor(colours.text if byte or ground else colours.muted))
            painter.drawText(QPointF(hexed.left() + self._wide / 2, base), f"{byte:02x}")
            painter.drawText(QPointF(letter.left(), base), chr(byte) if byte in _PRINTABLE else "·")

    def _ground(self, at: int) -> str:
        if self._inner[0] <= at < self._inner[1]:
            return self._theme.colours.mark_now
        return self._theme.colours.selection if self._marked[0] <= at < self._marked[1] else ""

    def _hex_rect(self, at: int) -> QRectF:
        line, place = divmod(at, self._per_line)
        top = (line - self.verticalScrollBar().value()) * self._line
        left = self._left + self._wide * (self._digits + _BEFORE + 3 * place + (place >= self._per_line // 2))
        return QRectF(left, top, 3 * self._wide, self._line)

    def _letter_rect(self, at: int) -> QRectF:
        line, place = divmod(at, self._per_line)
        top = (line - self.verticalScrollBar().value()) * self._line
        left = self._left + self._wide * (self._digits + _BEFORE + 3 * self._per_line + _BETWEEN + place)
        return QRectF(left, top, self._wide, self._line)

    # Keys and pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._byte_at(event.position().x(), event.position().y())
        if found is not None:
            self._choose(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        page = max(1, self.viewport().height() // self._line - 1) * self._per_line
        moves = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -self._per_line,
            Qt.Key.Key_Down: self._per_line,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -len(self._content),
            Qt.Key.Key_End: len(self._content),
        }
        move = moves.get(Qt.Key(event.key()))
        if move is None or not self._content:
            super().keyPressEvent(event)
            return
        self._choose(min(max(self._at + move, 0), len(self._content) - 1))

    def _choose(self, at: int) -> None:
        self._at = at
        self._show(at)
        self.viewport().update()
        self.byte_chosen.emit(at)

    def _byte_at(self, x: float, y: float) -> int | None:
        line = self.verticalScrollBar().value() + int(y // self._line)
        for place in range(self._per_line):
            at = line * self._per_line + place
            if at >= len(self._content):
                return None
            if self._hex_rect(at).contains(x, y) or self._letter_rect(at).contains(x, y):
                return at
        return None

    # Sizes

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.viewport().update()

    def _fit(self) -> None:
        """16 bytes a line, 8 or 4 where there is no room."""
        self._digits = 4 if len(self._content) <= 0x10000 else 8
        room = self.viewport().width() - 2 * self._left
        around = self._digits + _BEFORE + _BETWEEN
        self._per_line = next((count for count in (16, 8) if self._wide * (around + 4 * count) <= room), 4)
        lines = -(-len(self._content) // self._per_line)
        shown = max(1, self.viewport().height() // self._line)
        bar = self.verticalScrollBar()
        bar.setPageStep(shown)
        bar.setRange(0, max(0, lines - shown))
        self.viewport().update()

    def _show(self, at: int) -> None:
        line, bar = at // self._per_line, self.verticalScrollBar()
        shown = max(1, self.viewport().height() // self._line)
        if not bar.value() <= line < bar.value() + shown:
            bar.setValue(line - shown // 3)

    def _describe(self) -> None:
        self.setAccessibleDescription(self.line_text(self._at // self._per_line) if self._content else "")

    def _wear(self) -> None:
        metrics = self._theme.metrics
        self._font = self._theme.code_font(metrics.caption)
        sizes = QFontMetricsF(self._font)
        self._wide = sizes.horizontalAdvance("0")
        self._line = round(sizes.height()) + metrics.gap
        self._ascent = round(sizes.ascent()) + metrics.gap // 2
        self._left = metrics.space_1
        self._fit()
