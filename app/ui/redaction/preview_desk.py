"""Keeps the strip under the field true: after each change asks, off the GUI thread, what would be replaced."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from app.core.ports import Conversations
from app.domain.conversation import Attachment
from app.domain.errors import AppError
from app.domain.ids import ChatId, MessageId
from app.domain.redaction import Preview, Replaced
from app.ui.latest import Latest
from app.ui.redaction.strip import RedactionStrip
from app.ui.sentences import in_words

PREVIEW_PAUSE_MS = 250


class PreviewDesk(QObject):
    """`changed` comes where a click changed what will be sent."""

    changed = Signal()

    def __init__(
        self,
        conversations: Conversations,
        strip: RedactionStrip,
        attempt: Callable[[Callable[[], object]], bool],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._conversations, self._strip, self._attempt = conversations, strip, attempt
        self._chat: ChatId | None = None
        self._latest = Latest("nearhalf-preview", PREVIEW_PAUSE_MS, self)
        self._latest.answered.connect(self._take)
        self._latest.failed.connect(self._fail)
        strip.keep_requested.connect(self._keep)

    def ask(self, chat: ChatId, text: str, attachments: Sequence[Attachment], instead_of: MessageId | None) -> None:
        if chat != self._chat:
            self.drop()
        self._chat = chat
        if not text.strip() and not attachments:
            self._latest.drop()
            self._strip.show_preview(None)
            return
        ask = self._conversations.preview
        self._latest.ask(lambda: ask(chat, text, attachments, instead_of=instead_of))

    def drop(self) -> None:
        """No draft is on show."""
        self._chat = None
        self._latest.drop()
        self._strip.show_words("")

    def close(self) -> None:
        """The texts go; wait for the thread that reads them."""
        self.drop()
        self._latest.close()

    def _take(self, preview: Preview | None) -> None:
        self._strip.show_preview(preview)

    def _fail(self, error: AppError) -> None:
        self._strip.show_words(f"{in_words(error.message)} {in_words(error.advice)}".strip())

    def _keep(self, one: Replaced, is_kept: bool) -> None:
        chat = self._chat
        if chat is not None and self._attempt(lambda: self._conversations.keep_real(chat, one, is_kept=is_kept)):
            self.changed.emit()
