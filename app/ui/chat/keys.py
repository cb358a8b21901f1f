"""The keyboard in the conversation: from message to message, selections, and a menu with what a message holds."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from app.domain.ids import MessageId
from app.ui.chat.blocks import Heading, Paragraph
from app.ui.chat.foot import MenuEntry
from app.ui.chat.places import Place, Selection
from app.ui.chat.pointer import Spot

if TYPE_CHECKING:
    from app.ui.chat.view import ChatView

MAX_ENTRIES = 8  # of links, and of blocks of code, in a menu
WORD_BREAKS = " \t\n.,;:!?()[]{}\"'"


class Keys(QObject):
    def __init__(self, view: "ChatView") -> None:
        super().__init__(view)
        self._view = view

    def enter(self) -> None:
        """The keyboard came to the view: at the last message that can be seen."""
        view = self._view
        if len(view.rows) and view.state.focused < 0:
            view.focus_row(self._shown(view.rows.row_at(view.offset + view.viewport().height() - 1), -1))

    def press(self, event: QKeyEvent) -> bool:
        """True where the key meant something here."""
        view = self._view
        if event.matches(QKeySequence.StandardKey.SelectAll):
            view.select_all()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._copy()
        elif event.key() == Qt.Key.Key_Escape and (view.selection is not None or view.state.focused >= 0):
            view.select_nothing()
            view.state.marked = -1
            view.focus_row(-1)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            return self._extend(event)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Menu) and view.state.focused >= 0:
            self._open_row_menu()
        else:
            return self._go(event)
        return True

    def _copy(self) -> None:
        view = self._view
        if view.selection is not None and not view.selection.is_empty:
            view.copy_selection()
        elif view.state.focused >= 0:
            view.action_requested.emit("copy", view.rows[view.state.focused].id)

    # From message to message

    def _go(self, event: QKeyEvent) -> bool:
        view, rows = self._view, self._view.rows
        if not len(rows):
            return False
        now = view.state.focused
        page = view.viewport().height() * 0.9
        match event.key():
            case Qt.Key.Key_Up:
                self._step(now, -1)
            case Qt.Key.Key_Down:
                self._step(now, +1)
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                return view.tokens.step(-1 if event.key() == Qt.Key.Key_Left else +1)
            case Qt.Key.Key_PageUp:
                view.scroll_by(-page)
                self._focus_seen(at_end=False)
            case Qt.Key.Key_PageDown | Qt.Key.Key_Space:
                view.scroll_by(page)
                self._focus_seen(at_end=True)
            case Qt.Key.Key_Home:
                view.go_to(0, 0, -1e9)
                view.focus_row(self._shown(0, +1))
            case Qt.Key.Key_End:
                view.follow()
                view.focus_row(self._shown(len(rows) - 1, -1))
            case _:
                return False
        return True

    def _step(self, now: int, by: int) -> None:
        """To the next message; within one that is taller than the view, on by some lines."""
        view, rows = self._view, self._view.rows
        height = view.viewport().height()
        if now < 0:
            self._focus_seen(at_end=by < 0)
            return
        top = rows.top(now) - view.offset
        bottom = top + rows.height(now)
        if (by < 0 and top < 0) or (by > 0 and bottom > height + 1):
            view.scroll_by(by * min(height * 0.4, -top if by < 0 else bottom - height))
            return
        following = self._shown(now + by, by)
        if following < 0:
            return
        view.focus_row(following)
        top = rows.top(following) - view.offset
        bottom = top + rows.height(following)
        if by < 0 and top < 0:
            view.scroll_by(min(0.0, max(top, bottom - height)))
        elif by > 0 and bottom > height:
            view.scroll_by(min(top, bottom - height) if top > 0 else 0)

    def _focus_seen(self, *, at_end: bool) -> None:
        view = self._view
        offset = view.offset + (view.viewport().height() - 2 if at_end else 2)
        view.focus_row(self._shown(view.rows.row_at(offset), -1 if at_end else +1))

    def _shown(self, number: int, by: int) -> int:
        """The first row from there on that shows something; -1 for none."""
        rows = self._view.rows
        while 0 <= number < len(rows) and rows[number].is_hidden:
            number += by
        return number if 0 <= number < len(rows) else -1

    # Selections

    def _extend(self, event: QKeyEvent) -> bool:
        view = self._view
        selection = view.selection or self._begin()
        if selection is None:
            return False
        by_words = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        head = selection.head
        match event.key():
            case Qt.Key.Key_Left:
                head = self._beside(head, -1, by_words=by_words)
            case Qt.Key.Key_Right:
                head = self._beside(head, +1, by_words=by_words)
            case Qt.Key.Key_Up:
                head = self._line(head, -1)
            case Qt.Key.Key_Down:
                head = self._line(head, +1)
            case Qt.Key.Key_Home:
                head = view.start_of(0) if by_words else head._replace(unit=0)
            case Qt.Key.Key_End:
                head = view.end_of(len(view.rows) - 1) if by_words else head._replace(unit=self._units(head))
            case _:
                return False
        view.select(selection.anchor, head)
        view.tokens.pick_selection(Selection(selection.anchor, head))
        view.reveal(head)
        return True

    def _begin(self) -> Selection | None:
        view = self._view
        row = view.state.focused
        if row < 0:
            row = self._shown(view.rows.row_at(view.offset), +1)
        return Selection(view.start_of(row), view.start_of(row)) if row >= 0 else None

    def _units(self, place: Place) -> int:
        pieces = self._view.rows.pieces(place.row, place.part)
        return pieces[place.piece].units if place.piece < len(pieces) else 0

    def _beside(self, place: Place, by: int, *, by_words: bool) -> Place:
        pieces = self._view.rows.pieces(place.row, place.part)
        text = pieces[place.piece].text if place.piece < len(pieces) else ""
        unit, last = place.unit + by, self._units(place)
        if not 0 <= unit <= last:
            return self._neighbour(place, by)
        while by_words and 0 < unit < last and unit < len(text) and text[unit - (by < 0)] not in WORD_BREAKS:
            unit += by
        return place._replace(unit=unit)

    def _neighbour(self, place: Place, by: int) -> Place:
        """The end or beginning of the piece before or after; the same place where there is none."""
        view, rows = self._view, self._view.rows
        row, part, piece = place.row, place.part, place.piece + by
        if not 0 <= piece < len(rows.pieces(row, part)):
            part += by
            if not 0 <= part < len(rows[row].parts or ()):
                row = self._shown(row + by, by)
                if row < 0:
                    return place
                if by < 0:
                    return view.end_of(row)
                part = 0
            pieces = rows.pieces(row, part) if rows[row].parts else []
            piece = max(0, len(pieces) - 1) if by < 0 else 0
        found = Place(row, part, piece, 0)
        return found._replace(unit=self._units(found)) if by < 0 else found

    def _line(self, place: Place, by: int) -> Place:
        """The line above or below; at the edge of a piece, the next piece."""
        pieces = self._view.rows.pieces(place.row, place.part)
        if place.piece >= len(pieces):
            return self._neighbour(place, by)
        piece = pieces[place.piece]
        rect = piece.rect_of(place.unit)
        y = rect.center().y() + by * rect.height()
        if 0 <= y <= piece.height:
            point = rect.center()
            point.setY(y)
            unit = piece.position_at(point)
            if unit != place.unit:
                return place._replace(unit=unit)
        edge = place._replace(unit=0 if by < 0 else piece.units)
        return self._neighbour(edge, by) if place == edge or by > 0 else edge

    # Menus

    def _open_row_menu(self) -> None:
        view = self._view
        foot = view.active_foot if view.active_foot.message is not None else view.last_foot
        if foot.message is not None:
            menu = foot.menu()
            menu.popup(foot.more.mapToGlobal(foot.more.rect().bottomLeft()))

    def open_menu(self, where: QPoint, spot: Spot | None) -> None:
        """The context menu at a point of the screen."""
        view = self._view
        if spot is None:
            return
        view.hover(spot.row)
        foot = view.active_foot if view.active_foot.message == view.rows[spot.row].id else view.last_foot
        if foot.message != view.rows[spot.row].id:
            return
        menu = foot.menu()
        first = menu.actions()[0]
        if view.selection is not None and not view.selection.is_empty:
            plain = menu.addAction(self.tr("Copy the selection"))
            plain.triggered.connect(lambda: view.copy_selection())
            markdown = menu.addAction(self.tr("Copy the selection as Markdown"))
            markdown.triggered.connect(lambda: view.copy_selection(as_markdown=True))
            export = menu.addAction(self.tr("Export the selection…"))
            message = view.rows[spot.row].id
            export.triggered.connect(lambda: view.action_requested.emit("export_selection", message))
            menu.insertActions(first, [plain, markdown, export])
            menu.insertSeparator(first)
        if spot.link:
            link = menu.addAction(self.tr("Copy the address"))
            link.triggered.connect(lambda: view.copy(spot.link))
            menu.insertAction(first, link)
            menu.insertSeparator(first)
        menu.popup(where)

    def menu_entries(self, message_id: MessageId) -> list[MenuEntry]:
        """What the mouse can reach in a message: blocks of code, links, attachments."""
        view, rows = self._view, self._view.rows
        number = rows.number_of(message_id)
        if number < 0:
            return []
        rows.open(number)
        row = rows[number]
        result: list[MenuEntry] = []
        for start in sorted({part.code_start for part in row.parts or () if part.code_start >= 0})[:MAX_ENTRIES]:
            language, code = row.code_of(start)
            words = language or code.strip().split("\n")[0][:30]
            result.append(
                MenuEntry(
                    self.tr("Copy the code: {name}").format(name=words).replace("&", "&&"),
                    lambda start=start: view.copy_code(number, start),  # type: ignore[misc]
                )
            )
        for address in self._links(number):
            result.append(
                MenuEntry(
                    self.tr("Open {address}").format(address=address[:60]).replace("&", "&&"),
                    lambda address=address: view.link_requested.emit(address),  # type: ignore[misc]
                )
            )
        for place, attachment in enumerate(row.message.attachments[:MAX_ENTRIES]):
            words = self.tr("Hide {name}") if place in row.unfolded else self.tr("Show {name}")
            result.append(
                MenuEntry(
                    words.format(name=attachment.name[:60]).replace("&", "&&"),
                    lambda place=place: view.fold(number, place),  # type: ignore[misc]
                )
            )
        return result

    def _links(self, number: int) -> list[str]:
        row = self._view.rows[number]
        found: dict[str, None] = {}
        for part in range(min(len(row.parts or ()), 200)):
            for leaf in row.leaves_of(part):
                if isinstance(leaf.block, Paragraph | Heading):
                    found.update(dict.fromkeys(span.address for span in leaf.block.spans if span.address))
        return list(found)[:MAX_ENTRIES]
