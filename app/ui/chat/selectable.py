"""Selections, copies and find, over messages that need not be laid out."""

from PySide6.QtCore import QMimeData, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.domain.conversation import Message
from app.ui.chat.anchored import AnchoredArea
from app.ui.chat.finding import Finding
from app.ui.chat.painting import State
from app.ui.chat.places import Place, Selection, is_end, message_plain, selected_messages, selected_text
from app.ui.chat.row import Surroundings
from app.ui.theme import Theme

COPIED_MS = 1500
MARKDOWN_TYPE = "text/markdown"


class SelectableArea(AnchoredArea):
    def __init__(self, theme: Theme, around: Surroundings, parent: QWidget | None = None) -> None:
        super().__init__(theme, around, parent)
        self.finding = Finding()
        self.state = State()
        self._copied_timer = QTimer(self, singleShot=True, interval=COPIED_MS)
        self._copied_timer.timeout.connect(self._forget_copied)

    def _flush(self) -> None:
        """Take in the text that waits."""

    # Find

    def find(self, words: str) -> int:  # type: ignore[override]  # QWidget.find looks up window ids
        """Highlight the words everywhere and go to the first hit from here on. How many there are."""
        self._flush()
        total = self.finding.begin(self.rows, words, max(0, self.rows.row_at(self._offset)))
        self._show_hit()
        return total

    def find_step(self, by: int) -> tuple[int, int]:
        """To the next (+1) or previous (-1) hit: which one that is, from 1, and of how many."""
        place = self.finding.step(self.rows, by)
        self._show_hit()
        return place

    @property
    def find_place(self) -> tuple[int, int]:
        return self.finding.place

    def end_find(self) -> None:
        self.finding = Finding()
        self.viewport().update()

    def _show_hit(self) -> None:
        now = self.finding.now()
        if now is not None:
            row, hit = now
            pieces = self.rows.pieces(row, hit.part)
            found = self.finding.in_text(pieces[hit.leaf].text) if hit.leaf < len(pieces) else []
            unit = found[min(hit.number, len(found) - 1)][0] if found else 0
            self.reveal(Place(row, hit.part, hit.leaf, unit))
        self.viewport().update()

    # Selection and copies

    @property
    def selection(self) -> Selection | None:
        return self.state.selection

    def select(self, anchor: Place, head: Place) -> None:
        self.state.selection = Selection(anchor, head)
        self.viewport().update()

    def select_nothing(self) -> None:
        self.state.selection = None
        self.viewport().update()

    def select_all(self) -> None:
        if len(self.rows):
            self.select(self.start_of(0), self.end_of(len(self.rows) - 1))

    def start_of(self, row: int) -> Place:
        return Place(row, 0, 0, 0)

    def end_of(self, row: int) -> Place:
        self.rows.open(row)
        part = len(self.rows[row].parts or ()) - 1
        if part < 0:
            return self.start_of(row)
        pieces = self.rows.pieces(row, part)
        return Place(row, part, max(0, len(pieces) - 1), pieces[-1].units if pieces else 0)

    def selected_text(self, *, as_markdown: bool = False) -> str:
        if self.selection is None or self.selection.is_empty:
            return ""
        return selected_text(self.rows, self.selection, as_markdown=as_markdown)

    def selected_messages(self) -> list[Message]:
        """What is selected, as messages of their own."""
        if self.selection is None or self.selection.is_empty:
            return []
        return selected_messages(self.rows, self.selection)

    def copy_selection(self, as_markdown: bool = False) -> None:
        """Both flavours go to the clipboard; `as_markdown`: programs that take plain text get Markdown too."""
        markdown = self.selected_text(as_markdown=True)
        if markdown:
            self.copy(markdown if as_markdown else self.selected_text(), markdown)

    def copy(self, text: str, markdown: str = "") -> None:
        data = QMimeData()
        data.setText(text)
        if markdown:
            data.setData(MARKDOWN_TYPE, markdown.encode())
        QGuiApplication.clipboard().setMimeData(data)

    def copy_code(self, row: int, start: int) -> None:
        """A whole block of code, whose first part has that number."""
        self.copy(self.rows[row].code_of(start)[1])
        self.state.copied = (row, start)
        self._copied_timer.start()
        self.viewport().update()

    def copy_last_code(self) -> bool:
        """The last block of code of the conversation. False where there is none."""
        for number in reversed(range(len(self.rows))):
            if "```" not in self.rows[number].text and "~~~" not in self.rows[number].text:
                continue
            self.rows.open(number)
            starts = [part.code_start for part in self.rows[number].parts or [] if part.code_start >= 0]
            if starts and not self.rows[number].is_own:
                self.copy_code(number, starts[-1])
                return True
        return False

    def _forget_copied(self) -> None:
        self.state.copied = (-1, -1)
        self.viewport().update()

    def plain_text(self) -> str:
        """All of it as it is read."""
        self._flush()
        rows = (self.rows[number] for number in range(len(self.rows)))
        return "\n".join(message_plain(row) for row in rows if not row.is_hidden)

    def is_selection_whole(self) -> bool:
        """Whether everything is selected."""
        if self.selection is None:
            return False
        first, last = self.selection.ends
        return first == self.start_of(0) and last.row == len(self.rows) - 1 and is_end(self.rows, last)
