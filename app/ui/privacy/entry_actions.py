"""What the person does with entries of the list: open their chat, mark them, write a note on one."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.core.panel_feed import PanelFeed
from app.core.panel_ledger import Rows
from app.domain.errors import AppError
from app.ui.privacy.note_dialog import NoteDialog
from app.ui.privacy.panel import PrivacyPanel
from app.ui.theme import Theme

_MOST_MARKED = 10_000


class EntryActions(QObject):
    """feed: what is on show now."""

    chat_requested = Signal(object, object)  # ChatId, MessageId
    failed = Signal(object)  # AppError
    said = Signal(str)

    def __init__(
        self, theme: Theme, panel: PrivacyPanel, feed: Callable[[], PanelFeed | None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._theme, self._panel, self._feed = theme, panel, feed
        panel.entries.rows_chosen.connect(self._show_rows)
        panel.entries.chat_requested.connect(self._go_to_chat)
        panel.entries.note_requested.connect(self._edit_note)
        panel.entries.mark_requested.connect(self._mark)

    def attempt(self, work: Callable[[], None]) -> None:
        try:
            work()
        except AppError as error:
            self.failed.emit(error)
        self._panel.entries.model.refresh_cells()

    def _show_rows(self, rows: Rows) -> None:
        self._panel.detail.show_rows(rows)

    def _go_to_chat(self, row: int) -> None:
        feed = self._feed()
        if feed is None:
            return
        message = feed.message(row)
        place = feed.place_of(message)
        if place is not None:
            self.chat_requested.emit(place.chat, message)
        else:
            self.said.emit(self.tr("This entry belongs to no chat that is still here."))

    def _mark(self, rows: Rows) -> None:
        feed = self._feed()
        if feed is None or not len(rows):
            return
        numbers = [int(row) for row in rows[:_MOST_MARKED]]
        is_marked = not all(entry in feed.notes.marks for entry in numbers)
        self.attempt(partial(feed.set_mark, numbers, is_marked=is_marked))

    def _edit_note(self, row: int) -> None:
        feed = self._feed()
        if feed is None:
            return
        dialog = NoteDialog(self._theme, feed.notes.texts.get(row, ""), row, self._panel)
        set_note = partial(feed.set_note, row)
        dialog.noted.connect(lambda text: self.attempt(partial(set_note, text)))
        dialog.open()
