"""What is being written in the chat on show: its draft, what goes with it, what sending it will do, and edits.

A draft is saved DRAFT_PAUSE_MS after the last key, and whenever the chat is left; its attachments at once. Nothing is
counted on the GUI thread.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.core.ports import Conversations
from app.domain.conversation import Attachment, DraftAttachment, Estimate, Message
from app.domain.ids import ChatId
from app.ui.composer import Composer
from app.ui.job import Job
from app.ui.latest import Latest
from app.ui.notices import Notice, notice_of_full
from app.ui.redaction.preview_desk import PreviewDesk
from app.ui.text_files import read_text_file
from app.ui.words import estimate_sentence, meter_words

DRAFT_PAUSE_MS = 400
COUNT_PAUSE_MS = 150
NEARLY_FULL = 0.9
WORTH_WAITING_CHARACTERS = 4_000  # a message this long is counted before it is sent, even if Enter was quicker
MOST_ATTACHMENTS = 20


@dataclass
class Sheet:
    """What lies beside the text."""

    attachments: list[Attachment] = field(default_factory=list)
    pastes: set[str] = field(default_factory=set)  # names of those that were pasted


class WritingDesk(QObject):
    counted = Signal()  # `notice` may be another one
    failed = Signal(object)  # AppError
    send_ready = Signal(str)  # what was to be sent has been counted now

    def __init__(
        self,
        conversations: Conversations,
        composer: Composer,
        attempt: Callable[[Callable[[], object]], bool],
        parent: QObject,
    ) -> None:
        """`attempt` runs a request and shows its error; False where there was one."""
        super().__init__(parent)
        self._conversations = conversations
        self._composer = composer
        self._attempt = attempt
        self._chat: ChatId | None = None
        self._sheets: dict[ChatId, Sheet] = {}
        self._sheet = Sheet()
        self._kept_text = ""  # the draft, while something is edited
        self._estimate: Estimate | None = None
        self._is_send_wanted = False
        self._reading: list[Job] = []
        self._number_of_pastes = 0
        self.editing: Message | None = None
        self.has_history = False
        self._draft_pause = QTimer(self, singleShot=True, interval=DRAFT_PAUSE_MS)
        self._draft_pause.timeout.connect(self.save_draft)
        self._meter = Latest("nearhalf-count", COUNT_PAUSE_MS, self)
        self._meter.answered.connect(self._take_estimate)
        self._preview = PreviewDesk(conversations, composer.redaction, attempt, self)
        self._preview.changed.connect(self.count)
        composer.input.textChanged.connect(self._note_change)
        composer.input.long_text_pasted.connect(self.add_paste)
        composer.input.files_given.connect(self.add_files)
        composer.attachments.remove_requested.connect(self._remove)
        composer.attachments.text_requested.connect(self._put_back)

    # Chats come and go

    def open_chat(self, chat: ChatId, draft: str) -> None:
        self.leave()
        self._chat = chat
        self._sheet = self._sheets[chat] if chat in self._sheets else self._kept_sheet(chat)
        self._sheets[chat] = self._sheet
        self._meter.drop()
        self._show_estimate(None)
        self._composer.set_text(draft)
        self._draft_pause.stop()
        self._show_sheet()

    def leave(self) -> None:
        """Keep what was written in the chat on show."""
        self.end_edit()
        self.save_draft()
        self._chat = None

    def forget_chat(self) -> None:
        """The chat on show is deleted: what was written in it goes with it."""
        self.editing = None
        self._composer.end_edit()
        self._chat = None

    def save_draft(self) -> None:
        self._draft_pause.stop()
        chat, text = self._chat, self._composer.text
        if chat is not None and self.editing is None:
            self._attempt(lambda: self._conversations.save_draft(chat, text))

    def _kept_sheet(self, chat: ChatId) -> Sheet:
        """As it was when the app was closed."""
        sheet = Sheet()

        def read() -> None:
            for kept in self._conversations.draft_attachments(chat):
                sheet.attachments.append(kept.attachment)
                if kept.is_paste:
                    sheet.pastes.add(kept.attachment.name)

        self._attempt(read)
        return sheet

    def _keep_sheet(self) -> None:
        chat, sheet = self._chat, self._sheet
        if chat is not None and self.editing is None:
            kept = [DraftAttachment(one, one.name in sheet.pastes) for one in sheet.attachments]
            self._attempt(lambda: self._conversations.save_draft_attachments(chat, kept))

    def forget(self) -> None:
        """Drop every text. What is typed was saved before."""
        self._chat = self.editing = self._estimate = None
        self._kept_text = ""
        self._sheets.clear()
        self._sheet = Sheet()
        self._draft_pause.stop()
        self._meter.close()
        self._preview.close()
        for job in self._reading:
            job.wait(2.0)
        self._composer.end_edit()
        self._composer.input.clear()
        self._composer.input.document().clearUndoRedoStacks()
        self._composer.set_attachments((), frozenset())
        self._composer.set_estimate("", "", "")
        self._draft_pause.stop()

    # Editing a message that was sent

    def begin_edit(self, message: Message) -> None:
        if self.editing is None:
            self.save_draft()
            self._kept_text = self._composer.text
        self.editing = message
        self._sheet = Sheet(list(message.attachments))
        self._composer.begin_edit(message.text)
        self._show_sheet()

    def end_edit(self) -> None:
        if self.editing is None:
            return
        self.editing = None
        self._composer.end_edit()
        self._sheet = self._sheets.setdefault(self._chat, Sheet()) if self._chat is not None else Sheet()
        self._composer.set_text(self._kept_text)
        self._kept_text = ""
        self._show_sheet()

    # Sending

    def send(self, text: str) -> bool:
        """Send, or replace what is edited. What was written stays where it is refused."""
        chat, editing, attachments = self._chat, self.editing, tuple(self._sheet.attachments)
        if chat is None or self.notice is not None:
            return False
        if self._meter.is_waiting and self._length() > WORTH_WAITING_CHARACTERS and editing is None:
            self._is_send_wanted = True
            return False
        self._draft_pause.stop()
        if editing is not None:
            is_done = self._attempt(lambda: self._conversations.edit(chat, editing.id, text, attachments))
            if is_done:
                self.end_edit()
            return is_done
        is_done = self._attempt(lambda: self._conversations.send(chat, text, attachments))
        if is_done:
            self._sheet.attachments.clear()
            self._sheet.pastes.clear()
            self._composer.input.clear()
            self._draft_pause.stop()
            self._show_sheet()
        return is_done

    def take_over(self) -> tuple[str, Sheet]:
        """What was written, to go on with in another chat; nothing of it stays here."""
        text, sheet = self._composer.text, self._sheet
        if self._chat is not None:
            self._sheet = self._sheets[self._chat] = Sheet()
            self._keep_sheet()
        self._composer.input.clear()
        self.save_draft()
        return text, sheet

    def put_down(self, text: str, sheet: Sheet) -> None:
        if self._chat is not None:
            self._sheet = self._sheets[self._chat] = sheet
            self._keep_sheet()
        self._composer.set_text(text)
        self._show_sheet()

    # Attachments

    @property
    def attachments(self) -> Sequence[Attachment]:
        return tuple(self._sheet.attachments)

    def add_paste(self, text: str) -> None:
        names = {one.name for one in self._sheet.attachments}
        while True:
            self._number_of_pastes += 1
            name = self.tr("Pasted text {number}").format(number=self._number_of_pastes)
            if name not in names:  # of a draft that was kept
                break
        self._sheet.pastes.add(name)
        self._add(Attachment(name, text))

    def add_files(self, paths: Sequence[Path]) -> None:
        """Read in a thread: a file may lie on a slow disk."""
        take = partial(self._take_file, self._sheet)
        self._reading = [job for job in self._reading if job.is_running]
        for path in paths[:MOST_ATTACHMENTS]:
            job = Job("nearhalf-attach", partial(read_text_file, path), self)
            job.start(take, self.failed.emit)
            self._reading.append(job)

    def _take_file(self, target: Sheet, read: Attachment) -> None:
        if target is self._sheet and self._chat is not None:
            self._add(read)

    def _add(self, attachment: Attachment) -> None:
        names = {one.name for one in self._sheet.attachments}
        if attachment not in self._sheet.attachments and len(names) < MOST_ATTACHMENTS:
            self._sheet.attachments.append(attachment)
            self._keep_sheet()
            self._show_sheet()

    def _remove(self, at: int) -> None:
        if 0 <= at < len(self._sheet.attachments):
            del self._sheet.attachments[at]
            self._keep_sheet()
            self._show_sheet()
            self._composer.setFocus()

    def _put_back(self, at: int) -> None:
        """The paste is text of the message again."""
        if 0 <= at < len(self._sheet.attachments):
            self._composer.input.insertPlainText(self._sheet.attachments[at].text)
            self._remove(at)

    def _show_sheet(self) -> None:
        self._composer.set_attachments(self._sheet.attachments, frozenset(self._sheet.pastes))
        self.count()

    # Counting

    @property
    def notice(self) -> Notice | None:
        """Why this cannot be sent as it is."""
        if self._estimate is None or self._estimate.fits:
            return None
        return notice_of_full(
            self._estimate,
            has_attachments=bool(self._sheet.attachments),
            has_history=self.has_history and self.editing is None,
        )

    def count(self) -> None:
        """Ask anew what sending would do: something changed."""
        chat, text, attachments = self._chat, self._composer.text.strip(), tuple(self._sheet.attachments)
        edited = self.editing.id if self.editing is not None else None
        if chat is None:
            self._meter.drop()
            self._preview.drop()
            self._show_estimate(None)
            return
        self._preview.ask(chat, text, attachments, edited)
        if self._conversations.busy_chat is None:  # a reply that grows would make it wrong at once
            self._meter.ask(lambda: self._conversations.estimate(chat, text, attachments, instead_of=edited))

    def _note_change(self) -> None:
        if self._chat is not None:
            self._draft_pause.start()
            self.count()

    def _take_estimate(self, estimate: Estimate | None) -> None:
        self._show_estimate(estimate)
        if self._is_send_wanted and not self._meter.is_waiting:
            self._is_send_wanted = False
            self.send_ready.emit(self._composer.text.strip())

    def _show_estimate(self, estimate: Estimate | None) -> None:
        self._estimate = estimate
        if estimate is None:
            self._composer.set_estimate("", "", "")
        else:
            has_words = bool(self._composer.text.strip() or self._sheet.attachments)
            sentence = estimate_sentence(estimate) if has_words else ""
            is_nearly_full = estimate.total_tokens >= NEARLY_FULL * estimate.limit
            tone = "danger" if not estimate.fits else "warning" if is_nearly_full else ""
            self._composer.set_estimate(sentence, meter_words(estimate), tone)
        self.counted.emit()

    def _length(self) -> int:
        return len(self._composer.text) + sum(len(one.text) for one in self._sheet.attachments)
