"""The tokens of the last exchange in a row of chips: choosing one lights up the entries that carried it, and back.

Painted, not made of widgets: a prompt may have thousands. Arrow keys go from token to token.
"""

from bisect import bisect_right

from PySide6.QtCore import QEvent, QRect, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from app.core.panel_source import MessageTokens
from app.ui.theme import Theme
from app.ui.words import number

LINES = 3


class TokenStrip(QAbstractScrollArea):
    chosen_by_person = Signal(object)  # frozenset of positions
    lit = Signal(object)  # the same, where entries were selected
    shown = Signal()  # other tokens, or none

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self._tokens: MessageTokens | None = None
        self._boxes: list[QRect] = []
        self._line_starts: list[int] = []  # the first token of each line
        self._chosen: frozenset[int] = frozenset()
        self._at = 0
        self.setObjectName("tokens")
        self.setAccessibleName(self.tr("Tokens of the last exchange"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        theme.changed.connect(self._wear)
        self._wear()

    @property
    def tokens(self) -> MessageTokens | None:
        return self._tokens

    @property
    def chosen(self) -> frozenset[int]:
        return self._chosen

    def show_tokens(self, tokens: MessageTokens | None) -> None:
        self._tokens, self._chosen, self._at = tokens, frozenset(), 0
        self._lay_out()
        self._describe()
        self.shown.emit()

    def light(self, positions: frozenset[int]) -> None:
        """Mark the tokens that selected entries carry, without telling."""
        self._mark(positions)
        self.lit.emit(positions)

    def choose(self, position: int) -> None:
        """As if it had been clicked."""
        self.choose_all(frozenset({position}))

    def choose_all(self, positions: frozenset[int]) -> None:
        if self._tokens is not None:
            self._mark(frozenset(position for position in positions if 0 <= position < len(self._boxes)))
            self.chosen_by_person.emit(self._chosen)

    def _mark(self, positions: frozenset[int]) -> None:
        self._chosen = positions
        if positions and self._boxes:
            self._at = min(min(positions), len(self._boxes) - 1)
            self._scroll_to(self._at)
        self._describe()
        self.viewport().update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._tokens is None:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        colours, radius = self._theme.colours, self._theme.metrics.space_1
        top, bottom = self.verticalScrollBar().value(), self.verticalScrollBar().value() + self.viewport().height()
        first = self._line_starts[max(0, bisect_right([self._boxes[at].top() for at in self._line_starts], top) - 1)]
        for position in range(first, len(self._boxes)):
            box = self._boxes[position]
            if box.top() > bottom:
                break
            box = box.translated(0, -top)
            is_chosen, is_reply = position in self._chosen, position >= self._tokens.reply_from
            ground = colours.mark_now if is_chosen else (colours.accent_soft if is_reply else colours.panel)
            painter.setPen(QColor(colours.accent) if self.hasFocus() and position == self._at else QColor(ground))
            painter.setBrush(QColor(ground))
            painter.drawRoundedRect(box, radius, radius)
            painter.setPen(QColor(colours.text))
            painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), visible(self._tokens.texts[position]))
        painter.end()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            position = self._token_at(event.pos().x(), event.pos().y())
            if position is not None:
                QToolTip.showText(event.globalPos(), self._words(position), self)
            return True
        return super().viewportEvent(event)

    # Keys and pointer

    def mousePressEvent(self, event: QMouseEvent) -> None:
        position = self._token_at(event.position().x(), event.position().y())
        if position is not None:
            self.choose(position)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: len(self._boxes) - 1}
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        key = Qt.Key(event.key())
        if key in ends:
            self.choose(ends[key])
        elif key in steps:
            self.choose(min(max(self._at + steps[key], 0), len(self._boxes) - 1))
        else:
            super().keyPressEvent(event)

    # Places

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _lay_out(self) -> None:
        metrics = self._theme.metrics
        sizes = QFontMetrics(self._font)
        high, gap, pad = sizes.height() + metrics.gap, metrics.gap, metrics.space_1
        room = max(1, self.viewport().width())
        self._boxes, self._line_starts = [], []
        left = top = 0
        for text in self._tokens.texts if self._tokens is not None else ():
            wide = min(sizes.horizontalAdvance(visible(text)) + 2 * pad, room)
            if left and left + wide > room:
                left, top = 0, top + high + gap
            if not left:
                self._line_starts.append(len(self._boxes))
            self._boxes.append(QRect(left, top, wide, high))
            left += wide + gap
        whole = top + high if self._boxes else 0
        self.setFixedHeight(min(whole, LINES * (high + gap)) + gap if self._boxes else 0)
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(high + gap)
        bar.setRange(0, max(0, whole - self.height()))
        self.setVisible(bool(self._boxes))
        self.viewport().update()

    def _scroll_to(self, position: int) -> None:
        box, bar = self._boxes[position], self.verticalScrollBar()
        if not bar.value() <= box.top() <= bar.value() + self.height() - box.height():
            bar.setValue(box.top() - box.height())

    def _token_at(self, x: float, y: float) -> int | None:
        top = y + self.verticalScrollBar().value()
        return next((at for at, box in enumerate(self._boxes) if box.contains(int(x), int(top))), None)

    def _words(self, position: int) -> str:
        assert self._tokens is not None
        if not self._tokens.texts[position]:
            words = self.tr("Position {position}: a sign of the chat's form, with no text")
            return words.format(position=number(position))
        words = self.tr("Position {position}: {text}")
        return words.format(position=number(position), text=visible(self._tokens.texts[position]))

    def _describe(self) -> None:
        self.setAccessibleDescription(self._words(self._at) if self._tokens is not None and self._boxes else "")

    def _wear(self) -> None:
        self._font = self._theme.text_font(self._theme.metrics.caption)
        self._lay_out()


def visible(text: str) -> str:
    """Spaces and line ends as signs, so that every token can be seen."""
    return text.replace("\n", "⏎").replace("\t", "⇥").replace(" ", "·") or "∅"
