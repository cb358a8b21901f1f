"""A scroll area over the rows of a conversation that stands at an anchor: a part of a message, and how far above the
upper edge it begins. Heights that turn out otherwise than estimated move the scroll bar, never the text. While the
person is at the end, it follows the end.
"""

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from app.ui.chat.places import Place
from app.ui.chat.row import Surroundings
from app.ui.chat.rows import Rows
from app.ui.theme import Theme

AT_END_PIXELS = 12  # this near to the end counts as at the end
NARROWEST = 120  # column


class AnchoredArea(QAbstractScrollArea):
    def __init__(self, theme: Theme, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.rows = Rows(around)
        self._anchor = (0, 0, 0.0)  # row, part, pixels from the part's top to the view's upper edge
        self._follows = True
        self._is_adjusting = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # text must not shift when it appears
        self.verticalScrollBar().valueChanged.connect(self._take_scroll)

    def _below(self) -> float:
        """Height of what stands below the last message."""
        return 0.0

    def _place_parts(self) -> None:
        """Called when everything stands where it belongs."""

    # Going somewhere

    def follow(self) -> None:
        """Go to the end, and stay there as it moves."""
        self._follows = True
        self._arrange()

    @property
    def is_following(self) -> bool:
        return self._follows

    def go_to(self, row: int, part: int, offset: float) -> None:
        """Put a place of a part, in pixels from its top, at the view's upper edge."""
        self._follows = False
        self._anchor = (row, part, offset)
        self._arrange()

    def scroll_by(self, pixels: float) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(round(bar.value() + pixels))

    def reveal(self, place: Place) -> None:
        """Scroll as little as needed for a character to be in sight."""
        rect = self.rect_of(place)
        margin = float(self.rows.around.looks.sizes.line)
        bottom = self.viewport().height() - margin
        if margin <= rect.top() and rect.bottom() <= bottom:
            return
        self.rows.pieces(place.row, place.part)
        inside = rect.top() + self._offset - self.rows.part_top(place.row, place.part)
        distance = self.viewport().height() / 3 if not 0 <= rect.top() <= bottom * 1.5 else (
            margin if rect.top() < margin else bottom - rect.height()
        )  # fmt: skip
        self.go_to(place.row, place.part, inside - distance)

    def rect_of(self, place: Place) -> QRectF:
        """Where a character is, in the viewport."""
        pieces = self.rows.pieces(place.row, place.part)
        row = self.rows[place.row]
        top = self.rows.part_top(place.row, place.part) - self._offset
        if not pieces:
            return QRectF(self.column_left, top, 1, row.height(self.rows.around))
        piece = pieces[min(place.piece, len(pieces) - 1)]
        left = self.column_left + row.left(self.rows.around) + piece.x
        return piece.rect_of(place.unit).translated(left, top + piece.y)

    # Geometry

    @property
    def column_left(self) -> int:
        """The text is centred on the whole view: the scroll bar doesn't count."""
        return max(self._theme.metrics.space_8, (self.width() - self._theme.metrics.column) // 2)

    @property
    def _offset(self) -> float:
        """Of the view's upper edge, from the first row's top."""
        return self.verticalScrollBar().value() - float(self._theme.metrics.space_4)

    @property
    def offset(self) -> float:
        return self._offset

    def _content_height(self) -> float:
        metrics = self._theme.metrics
        return self.rows.total + self._below() + metrics.space_4 + metrics.space_2

    def _arrange(self) -> None:
        """Lay out what can be seen, put the scroll bar where the anchor is, and place the buttons."""
        height = float(self.viewport().height())
        for _ in range(8):
            top = self._wanted_offset(height)
            if not self.rows.lay_out(top, top + height):
                break
        self._set_bar(self._wanted_offset(height), height)
        self.rows.trim()
        self._keep_anchor()
        self._place_parts()
        self.viewport().update()

    def _wanted_offset(self, height: float) -> float:
        above = float(self._theme.metrics.space_4)
        highest = max(-above, self._content_height() - height - above)
        if self._follows or not len(self.rows):
            return highest
        row, part, inside = self._anchor
        row = min(row, len(self.rows) - 1)
        parts = self.rows[row].parts
        part = min(part, len(parts) - 1) if parts else 0
        return max(-above, min(self.rows.part_top(row, part) + inside, highest))

    def _set_bar(self, offset: float, height: float) -> None:
        bar = self.verticalScrollBar()
        highest = max(0, round(self._content_height() - height))
        self._is_adjusting = True
        bar.setRange(0, highest)
        bar.setPageStep(round(height))
        bar.setSingleStep(round(self.rows.around.looks.sizes.line * 2))
        bar.setValue(round(offset + self._theme.metrics.space_4))
        self._is_adjusting = False
        if bar.property("idle") != (highest == 0):
            bar.setProperty("idle", highest == 0)  # the style sheet hides the handle then
            bar.style().polish(bar)

    def _keep_anchor(self) -> None:
        row = self.rows.row_at(self._offset)
        if row < 0:
            self._anchor = (0, 0, 0.0)
            return
        part = 0
        if self.rows[row].parts:
            part = self.rows[row].part_at(self._offset - self.rows.top(row), self.rows.around)
        row, part = self.rows.laid_out_from(row, part, self._offset + self.viewport().height())
        self._anchor = (row, part, self._offset - self.rows.part_top(row, part))

    def _take_scroll(self, value: int) -> None:
        if self._is_adjusting:
            return
        self._follows = value >= self.verticalScrollBar().maximum() - AT_END_PIXELS
        self._keep_anchor()
        self._arrange()

    def _renew(self) -> None:
        """Lay everything out anew, at the same place of the same part."""
        row, part, inside = self._anchor
        before = self.rows[row].parts if row < len(self.rows) else None
        share = inside / max(before[part].height, 1) if before and part < len(before) else 0.0
        self.rows.around.column = float(max(NARROWEST, self.width() - 2 * self.column_left))
        self.rows.forget_layouts()
        if not self._follows and before:
            pieces = self.rows.pieces(row, min(part, len(before) - 1))
            parts = self.rows[row].parts or []
            if pieces and part < len(parts) and inside > 0:
                self._anchor = (row, part, share * parts[part].height)
        self._arrange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        column = float(max(NARROWEST, self.width() - 2 * self.column_left))
        if column != self.rows.around.column:
            self._renew()
        else:
            self._arrange()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """Everything is drawn anew: shifting pixels would shift the buttons too."""
