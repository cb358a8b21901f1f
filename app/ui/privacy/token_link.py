"""Joins the chat and the open panel: a token picked in the chat lights up the entries that carried it, and back.

Nothing is joined while the panel is hidden. The chat is scrolled to a token only where the panel has the focus: then
the person is looking there, and not reading.
"""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication

from app.core.panel_tokens import carried_at
from app.ui.chat.view import ChatView
from app.ui.privacy.panel import PrivacyPanel
from app.ui.words import counted, number


class TokenLink(QObject):
    def __init__(self, panel: PrivacyPanel, view: ChatView) -> None:
        super().__init__(panel)
        self._panel, self._view = panel, view
        self._is_on = panel.isVisible()
        panel.installEventFilter(self)
        strip = panel.detail.tokens
        strip.shown.connect(self._bring)
        strip.lit.connect(self._light)
        strip.chosen_by_person.connect(self._light)
        view.tokens.picked.connect(self._take)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._is_on = event.type() is QEvent.Type.Show
            self._bring()
        return super().eventFilter(watched, event)

    def _bring(self) -> None:
        tokens = self._panel.detail.tokens.tokens if self._is_on else None
        if tokens is None:
            self._view.tokens.show_places({})
        else:
            self._view.tokens.show_places(tokens.places, self._words)

    def _take(self, positions: frozenset[int]) -> None:
        """The person pointed at them in the chat."""
        if self._is_on and positions != self._panel.detail.tokens.chosen:
            self._panel.detail.tokens.choose_all(positions)

    def _light(self, positions: frozenset[int]) -> None:
        """Entries were selected, or the strip's token."""
        if self._is_on and positions != self._view.tokens.chosen:
            focus = QApplication.focusWidget()
            self._view.tokens.light(positions, reveals=focus is not None and self._panel.isAncestorOf(focus))

    def _words(self, token: int, position: int) -> str:
        """What is known of a token, by its number in its message."""
        feed = self._panel.detail.feed
        if feed is None or feed.ledger is None:
            return ""
        carried = carried_at(feed.ledger, self._panel.detail.token_rows(feed), position)
        words = counted(
            carried.frames,
            self.tr("Token {token} of this message, position {position}: 1 frame, {bytes} bytes up"),
            self.tr("Token {token} of this message, position {position}: %n frames, {bytes} bytes up"),
        )
        return words.format(token=number(token), position=number(position), bytes=number(carried.bytes_up))
