"""The mouse over the conversation: selection, links, code's copy buttons, chips, scrolling sideways."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QToolTip

from app.ui.chat.panels import CodePiece, WidePiece
from app.ui.chat.pieces import Piece
from app.ui.chat.places import Place

if TYPE_CHECKING:
    from app.ui.chat.view import ChatView

SCROLL_MS = 30  # between steps of scrolling while a selection is drawn beyond the edge


@dataclass(frozen=True, slots=True)
class Spot:
    """What lies under a point. `piece` is None between pieces; `point`: from the piece's upper left corner."""

    row: int
    part: int
    number: int
    piece: Piece | None
    point: QPointF
    is_inside: bool

    @property
    def place(self) -> Place:
        unit = self.piece.position_at(self.point) if self.piece is not None else 0
        return Place(self.row, self.part, self.number, unit)

    @property
    def link(self) -> str:
        return self.piece.link_at(self.point) if self.piece is not None and self.is_inside else ""


class Pointer(QObject):
    def __init__(self, view: "ChatView") -> None:
        super().__init__(view)
        self._view = view
        self._begin: Place | None = None  # where a selection is drawn from
        self._at = QPointF()
        self._pressed_link = ""
        self._clicks = 0
        self._dragged: tuple[WidePiece, int, float, float] | None = None  # bar: piece, row, where pressed, its scroll
        self._last_press = (0, QPointF())
        self._timer = QTimer(self, interval=SCROLL_MS)
        self._timer.timeout.connect(self._scroll_on)

    def stop(self) -> None:
        self._timer.stop()
        self._begin = None
        self._dragged = None

    def take(self, event: QEvent) -> bool:
        """True where nothing else is to be done with the event."""
        kind = event.type()
        if isinstance(event, QMouseEvent):
            if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick):
                return self._press(event)
            if kind is QEvent.Type.MouseMove:
                self._move(event)
                return True
            if kind is QEvent.Type.MouseButtonRelease:
                self._release(event)
                return True
        elif kind is QEvent.Type.Leave:
            # The pointer may have gone to a button of the foot, which lies over the viewport.
            if (
                not self._view.viewport()
                .rect()
                .contains(self._view.viewport().mapFromGlobal(self._view.cursor().pos()))
            ):
                self._view.hover(-1)
        elif isinstance(event, QWheelEvent):
            return self._wheel(event)
        elif isinstance(event, QContextMenuEvent):
            self._view.keys.open_menu(event.globalPos(), self.spot(QPointF(event.pos())))
            return True
        return False

    # What lies where

    def spot(self, point: QPointF) -> Spot | None:
        """The piece under a point of the viewport, or the nearest; None in an empty chat."""
        view, rows = self._view, self._view.rows
        y = point.y() + view.offset
        number = rows.row_at(y)
        while number > 0 and rows[number].is_hidden:
            number -= 1
        if number < 0 or rows[number].is_hidden:
            return None
        rows.open(number)
        row = rows[number]
        if not row.parts:
            return Spot(number, 0, 0, None, QPointF(), False)
        part = row.part_at(y - rows.top(number), rows.around)
        pieces = rows.pieces(number, part)
        left = view.column_left + row.left(rows.around)
        inside_y = y - rows.part_top(number, part)
        place = max((each for each, piece in enumerate(pieces) if piece.y <= inside_y), default=0)
        if not pieces:
            return Spot(number, part, 0, None, QPointF(), False)
        piece = pieces[place]
        local = QPointF(point.x() - left - piece.x, inside_y - piece.y)
        is_inside = 0 <= local.x() <= piece.width and 0 <= local.y() <= piece.height
        return Spot(number, part, place, piece, local, is_inside)

    def chip_at(self, spot: Spot, point: QPointF) -> int:
        view, rows = self._view, self._view.rows
        chips = rows[spot.row].shown_chips(rows.around)
        if chips is None:
            return -1
        left, top = rows[spot.row].chips_rect(rows.around)
        return chips.chip_at(
            QPointF(point.x() - view.column_left - left, point.y() + view.offset - rows.top(spot.row) - top)
        )

    # Events

    def _press(self, event: QMouseEvent) -> bool:
        view = self._view
        point = event.position()
        spot = self.spot(point)
        if event.button() is not Qt.MouseButton.LeftButton:
            return event.button() is Qt.MouseButton.RightButton
        view.state.marked = -1
        view.focus_row(-1)
        self._count_clicks(event)
        self._pressed_link = ""
        if spot is None:
            view.select_nothing()
            return True
        if self._press_control(spot, point):
            return True
        self._pressed_link = spot.link
        place = spot.place
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and view.selection is not None:
            self._begin = view.selection.anchor
            view.select(self._begin, place)
        elif self._clicks >= 2 and spot.piece is not None:
            start, end = spot.piece.word_at(place.unit) if self._clicks == 2 else (0, spot.piece.units)
            self._begin = place._replace(unit=start)
            view.select(self._begin, place._replace(unit=end))
        else:
            self._begin = place
            view.select(place, place)
        return True

    def _press_control(self, spot: Spot, point: QPointF) -> bool:
        chip = self.chip_at(spot, point)
        if chip >= 0:
            self._view.fold(spot.row, chip)
            return True
        piece = spot.piece
        if isinstance(piece, CodePiece) and piece.copy_rect().contains(spot.point):
            parts = self._view.rows[spot.row].parts or []
            start = parts[spot.part].code_start
            if start >= 0:
                self._view.copy_code(spot.row, start)
            else:
                self._view.copy(piece.code.text)
            return True
        if (
            isinstance(piece, WidePiece)
            and piece.furthest > 0
            and piece.bar_rect().adjusted(0, -6, 0, 4).contains(spot.point)
        ):
            self._dragged = (piece, spot.row, point.x(), piece.scroll)
            return True
        return False

    def _count_clicks(self, event: QMouseEvent) -> None:
        time_ms, where = self._last_press
        is_near = (event.position() - where).manhattanLength() <= QApplication.startDragDistance()
        is_soon = event.timestamp() - time_ms <= QApplication.doubleClickInterval()
        is_double = event.type() is QEvent.Type.MouseButtonDblClick
        self._clicks = self._clicks % 3 + 1 if (is_near and is_soon and self._clicks) else 1
        if is_double:
            self._clicks = max(self._clicks, 2)
        self._last_press = (event.timestamp(), event.position())

    def _move(self, event: QMouseEvent) -> None:
        self._at = event.position()
        if self._dragged is not None:
            self._drag_bar()
            return
        if self._begin is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._extend()
            outside = self._at.y() < 0 or self._at.y() > self._view.viewport().height()
            if outside and not self._timer.isActive():
                self._timer.start()
            elif not outside:
                self._timer.stop()
            return
        self._hover(self._at)

    def _extend(self) -> None:
        """Up to where the pointer is."""
        view = self._view
        height = view.viewport().height()
        spot = self.spot(QPointF(self._at.x(), max(0.0, min(self._at.y(), height - 1.0))))
        if spot is None or self._begin is None:
            return
        place = spot.place
        if view.selection is None or view.selection.head != place:
            view.select(self._begin, place)

    def _scroll_on(self) -> None:
        beyond = min(self._at.y(), 0) + max(self._at.y() - self._view.viewport().height(), 0)
        if not beyond or self._begin is None:
            self._timer.stop()
            return
        self._view.scroll_by(max(-120.0, min(beyond, 120.0)) / 2)
        self._extend()

    def _drag_bar(self) -> None:
        assert self._dragged is not None
        piece, row, pressed_x, scroll = self._dragged
        seen = piece.width - 2 * piece.margin
        length = piece.bar_rect().width()
        self.scroll_sideways(row, piece, scroll + (self._at.x() - pressed_x) * piece.furthest / max(1.0, seen - length))

    def scroll_sideways(self, row: int, piece: WidePiece, x: float) -> None:
        """The parts of one block move together."""
        piece.scroll_to(x)
        shown = self._view.rows[row]
        shown.scrolls = {**(shown.scrolls or {}), piece.group: piece.scroll}
        for part in shown.parts or ():
            part.picture = None
            for each in part.pieces or ():
                if isinstance(each, WidePiece) and each.group == piece.group:
                    each.scroll_to(piece.scroll)
        self._view.viewport().update()

    def _release(self, event: QMouseEvent) -> None:
        view = self._view
        was_drawing = self._begin is not None
        self.stop()
        if not was_drawing or event.button() is not Qt.MouseButton.LeftButton:
            return
        if view.selection is not None and view.selection.is_empty:
            view.select_nothing()
            spot = self.spot(event.position())
            view.tokens.pick(spot)
            if self._pressed_link and spot is not None and spot.link == self._pressed_link and self._clicks == 1:
                view.link_requested.emit(self._pressed_link)
        elif view.selection is not None:
            view.tokens.pick_selection(view.selection)
        self._pressed_link = ""

    def _hover(self, point: QPointF) -> None:
        view = self._view
        spot = self.spot(point)
        if spot is None:
            view.hover(-1)
            return
        view.hover(spot.row)
        shape, tip = Qt.CursorShape.ArrowCursor, ""
        chip = self.chip_at(spot, point)
        if spot.link:
            shape, tip = Qt.CursorShape.PointingHandCursor, spot.link
        elif chip >= 0:
            shape, tip = Qt.CursorShape.PointingHandCursor, self.tr("Show or hide the text")
        elif isinstance(spot.piece, CodePiece) and spot.piece.copy_rect().contains(spot.point):
            shape, tip = Qt.CursorShape.PointingHandCursor, self.tr("Copy the code")
        elif spot.is_inside:
            shape = Qt.CursorShape.IBeamCursor
            tip = view.tokens.tip(spot)
        view.viewport().setCursor(shape)
        if tip:
            QToolTip.showText(view.viewport().mapToGlobal(point.toPoint()), tip[:300], view.viewport())
        else:
            QToolTip.hideText()

    def _wheel(self, event: QWheelEvent) -> bool:
        """Sideways over code and tables; everything else is the scroll area's."""
        delta = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        sideways = delta.x() or (delta.y() if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0)
        if not sideways or abs(delta.y()) > abs(delta.x()) > 0:
            return False
        spot = self.spot(event.position())
        if spot is None or not isinstance(spot.piece, WidePiece) or spot.piece.furthest <= 0:
            return False
        self.scroll_sideways(spot.row, spot.piece, spot.piece.scroll - sideways)
        return True
