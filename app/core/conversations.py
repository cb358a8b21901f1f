"""All chats, and the reply under way: what the window and the terminal use. The only owner of that state.

Events of one reply, in this order: MessageAdded (the person's) or HistoryChanged (after edit, regenerate, continue);
MessageAdded (the reply, empty; none where one is continued); LinkChanged(WORKING); PromptProgressed; then TextAdded and
TrafficChanged; TrafficChanged; LinkChanged(READY or OFFLINE); ReplyEnded. The first come on the calling thread, from
LinkChanged on they come on the writer's. A reply of which no token was made is taken out again: HistoryChanged comes
before its ReplyEnded, whose message is None. When ReplyEnded comes, the next message may be sent. TextAdded comes for
the reply under way whatever chat is looked at: a listener knows which messages it shows.

What a person asks for is done, stored and told of under one lock, so a HistoryChanged never holds text that a later
TextAdded brings again. Listeners are called under that lock: they put the event aside and return.

Durability: a message of the person is stored before `send` or `edit` returns, and before a byte of it leaves; where it
cannot be, they raise StorageError and nothing has changed. For replies see reply_under_way.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Condition

from app.core.chats import Chats
from app.core.erasure import Erasures
from app.core.events import ChatsChanged, HistoryChanged, MessageAdded
from app.core.ports import ChatStore
from app.core.redacted_chats import RedactedChats
from app.core.redaction import ChatRedaction, Redaction
from app.core.reply_under_way import ReplyUnderWay
from app.core.shelf import now_ms
from app.core.title import title_of
from app.core.tree import Tree
from app.core.writing import ReplyTask, Writer
from app.domain.conversation import (
    AdapterUse,
    Attachment,
    ChatInfo,
    Estimate,
    Message,
    Role,
)
from app.domain.errors import SettingsError, StorageError
from app.domain.ids import ChatId, MessageId, new_message_id
from app.domain.redaction import Preview, Replaced
from app.domain.sampling import SamplingSettings


class Library(Chats):
    """Implements Conversations (app/core/ports.py)."""

    def __init__(
        self,
        store: ChatStore,
        *,
        sampling: Callable[[], SamplingSettings],
        system: Callable[[], str],
        erasures: Erasures | None = None,
        redaction: Redaction | None = None,
        adapters: Callable[[], Sequence[AdapterUse]] = tuple,
        adapter_name: Callable[[str], str] = lambda file: file,
    ) -> None:
        """`sampling`, `system`: what is used where a chat has no options of its own. Raises StorageError.

        `erasures`: takes what deleted chats left in the ledger; None: nothing does. `redaction`: finds what chats that
        redact replace; None: none does. `adapters`: what chats can choose. `adapter_name`: what the person calls the
        adapter of this file.
        """
        super().__init__(store, erasures or Erasures.none())
        self._sampling = sampling
        self._system = system
        self._redacted = RedactedChats(redaction)
        self._adapters = adapters
        self._adapter_name = adapter_name
        self._writer: Writer | None = None
        self._is_closed = False
        self._idle = Condition(self._lock)
        self._check: Callable[[ChatId], None] = lambda chat: None

    def guard_sending(self, check: Callable[[ChatId], None]) -> None:
        """`check` is asked before a message of a chat is stored and sent: it returns at once, or raises AppError with a
        reason (a limit on recovery)."""
        self._check = check

    # Deleting

    def delete(self, chat: ChatId, message: MessageId | None = None) -> None:
        with self._lock:
            if message is None:
                self._shelf.hide(chat)
                self._stop_if(lambda under_way: under_way.chat == chat)
                self._emit(ChatsChanged())
                return
            tree = self._tree(chat)
            self._known(tree, message)
            self._shelf.pay()
            if self._is_stored(message):
                self._shelf.set_deleted(chat, message, is_deleted=True)
            tree.hide(message)
            self._stop_if(lambda under_way: under_way.chat == chat and not tree.is_visible(under_way.id))
            self._emit(HistoryChanged(chat, tree.turns()))

    def undo_delete(self, chat: ChatId, message: MessageId | None = None) -> None:
        with self._lock:
            if message is None:
                self._shelf.unhide(chat)
                self._emit(ChatsChanged())
                return
            tree = self._tree(chat)
            if message not in tree:  # a reply that was deleted before its first token
                return
            if self._is_stored(message):
                self._shelf.set_deleted(chat, message, is_deleted=False)
            tree.unhide(message)
            self._show(chat, tree, message)

    # Replies

    @property
    def is_ready(self) -> bool:
        return self._writer is not None

    def attach(self, writer: Writer) -> None:
        """From now on it writes the replies, and is closed with this Library. Raises SettingsError after close."""
        with self._lock:
            if self._is_closed or self._writer is not None:
                raise SettingsError("A backend is attached already." if self._writer else "The app is closing.")
            self._writer = writer

    def detach(self) -> Writer | None:
        """Stop the reply under way, wait for its end, and give the writer back: still open, all chats forgotten.

        None where none was attached.
        """
        with self._lock:
            writer, self._writer = self._writer, None
            if writer is not None and self._under_way is not None:
                writer.stop()
            self._idle.wait_for(lambda: self._under_way is None)
            if writer is not None:
                writer.forget()
            return writer

    def send(self, chat: ChatId, text: str, attachments: Sequence[Attachment] = ()) -> None:
        with self._lock:
            writer = self._free_writer(chat)
            tree = self._tree(chat)
            branch = tree.branch()
            message = self._add_own(
                chat, tree, branch[-1].id if branch else None, text, attachments, empties_draft=True
            )
            self._emit(MessageAdded(chat, tree.turn(message.id)))
            self._emit(ChatsChanged())
            self._begin(writer, chat, tree, message.id)

    def edit(self, chat: ChatId, message: MessageId, text: str, attachments: Sequence[Attachment] = ()) -> None:
        with self._lock:
            writer = self._free_writer(chat)
            tree = self._tree(chat)
            if self._known(tree, message).role is not Role.USER:
                raise SettingsError("Only your own messages can be edited.")
            self._shelf.remember_shown(chat, tree.show(message))
            edited = self._add_own(chat, tree, tree.parent_of(message), text, attachments, empties_draft=False)
            self._emit(HistoryChanged(chat, tree.turns()))
            self._emit(ChatsChanged())
            self._begin(writer, chat, tree, edited.id)

    def regenerate(self, chat: ChatId, message: MessageId | None = None, adapter: str | None = None) -> None:
        with self._lock:
            writer = self._free_writer(chat)
            tree = self._tree(chat)
            branch = tree.branch()
            if message is None and not branch:
                raise SettingsError("There is no reply to generate again.")
            old = self._known(tree, branch[-1].id if message is None else message)
            answered = old.id if old.role is Role.USER else tree.parent_of(old.id)
            if answered is None:
                raise SettingsError("There is no message that this reply could answer.")
            self._shelf.pay()
            self._shelf.remember_shown(chat, tree.show(old.id))
            path = tree.path_to(answered)
            self._emit(HistoryChanged(chat, tuple(tree.turn(one.id) for one in path)))
            self._begin(writer, chat, tree, answered, adapter)

    def continue_reply(self, chat: ChatId, message: MessageId) -> None:
        with self._lock:
            writer = self._free_writer(chat)
            tree = self._tree(chat)
            reply = self._known(tree, message)
            if not reply.can_continue:
                raise SettingsError("This reply has ended; there is nothing to go on with.")
            if reply.model_id != writer.model_id:
                raise SettingsError(
                    "Another model began this reply, so its exact tokens mean nothing to this one.",
                    "Use that model again, or generate the reply anew.",
                )
            self._shelf.pay()
            reply = replace(reply, end=None)
            tree.update(reply)
            self._show(chat, tree, message)
            self._write(writer, chat, tree, reply, is_stored=True)

    def stop(self) -> None:
        with self._lock:
            if self._writer is not None and self._under_way is not None:
                self._writer.stop()

    def estimate(
        self,
        chat: ChatId,
        text: str,
        attachments: Sequence[Attachment] = (),
        *,
        instead_of: MessageId | None = None,
    ) -> Estimate | None:
        with self._lock:
            writer = self._writer
            if writer is None:
                return None
            branch: Sequence[Message] = self._branch_before(chat, instead_of)
            info = self._shelf.info(chat)
            system, adapter = self._system_of(info), self._adapter_of(info, writer)
            redaction = self._redaction_of(info) if self._redacted.redacts(info) else None
        message = _draft(text, attachments)
        if redaction is not None:
            branch, message, system = redaction.estimated(branch, message, system, writer.decode)
        return writer.estimate(branch, message, system, adapter)

    def adapters(self) -> Sequence[AdapterUse]:
        return self._adapters()

    # Redaction

    def preview(
        self,
        chat: ChatId,
        text: str,
        attachments: Sequence[Attachment] = (),
        *,
        instead_of: MessageId | None = None,
    ) -> Preview | None:
        with self._lock:
            info = self._shelf.info(chat)
            redaction = self._redaction_of(info) if self._redacted.redacts(info) else None
            branch = self._branch_before(chat, instead_of)
        return redaction.preview(_draft(text, attachments), branch) if redaction is not None else None

    def keep_real(self, chat: ChatId, one: Replaced, *, is_kept: bool) -> None:
        with self._lock:
            self._shelf.keep(chat)
            redaction = self._redaction_of(self._shelf.info(chat))
        if redaction is not None:
            redaction.keep(one.kind, one.real, is_kept=is_kept)

    def close(self) -> None:
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            writer, self._writer = self._writer, None
        if writer is not None:
            writer.close()  # outside of the lock: its thread ends the reply under way
        with self._lock:
            self._idle.wait_for(lambda: self._under_way is None)
            self._shelf.close()
            self._listeners.clear()
            self._redacted.forget()

    # Under the lock

    def _branch_before(self, chat: ChatId, instead_of: MessageId | None) -> tuple[Message, ...]:
        """What a draft would follow; the same object until it changes."""
        tree = self._tree(chat)
        return tree.branch() if instead_of is None else tree.path_to(instead_of)[:-1]

    def _redaction_of(self, info: ChatInfo) -> ChatRedaction | None:
        return self._redacted.of(info, self._shelf.store_of(info.id))

    def _free_writer(self, chat: ChatId) -> Writer:
        """Raises SettingsError where no reply can be written now."""
        if self._writer is None:
            raise SettingsError("The backend is not ready yet.", "Your message is kept: send it when it is.")
        if self._under_way is not None:
            raise SettingsError("A reply is still being written.", "Stop it first, or wait for it.")
        self._check(chat)
        return self._writer

    def _add_own(
        self,
        chat: ChatId,
        tree: Tree,
        parent: MessageId | None,
        text: str,
        attachments: Sequence[Attachment],
        *,
        empties_draft: bool,
    ) -> Message:
        """Store and add a message of the person. Raises StorageError, SettingsError; nothing has changed then."""
        if not text.strip() and not attachments:
            raise SettingsError("There is nothing to send.", "Write a message first.")
        message = Message(
            new_message_id(), Role.USER, text, parent=parent, created_at_ms=now_ms(), attachments=tuple(attachments)
        )
        self._shelf.add_message(chat, message)
        tree.add(message)
        self._shelf.touch(chat)
        info = self._shelf.info(chat)
        draft = "" if empties_draft else info.draft
        try:
            self._shelf.put(replace(info, title=info.title or title_of(message), draft=draft))
            if empties_draft and attachments:
                self._shelf.store_of(chat).save_draft_attachments(chat, "")
        except StorageError:  # the message is safe: a title and an old draft are not worth refusing it
            pass
        return message

    def _begin(self, writer: Writer, chat: ChatId, tree: Tree, parent: MessageId, adapter: str | None = None) -> None:
        reply = Message(
            new_message_id(),
            Role.ASSISTANT,
            "",
            parent=parent,
            created_at_ms=now_ms(),
            model_id=writer.model_id,
            adapter=self._adapter_of(self._shelf.info(chat), writer, adapter),
        )
        self._shelf.begun(chat, reply.id)
        tree.add(reply)
        self._emit(MessageAdded(chat, tree.turn(reply.id)))
        self._write(writer, chat, tree, reply, is_stored=False)

    def _write(self, writer: Writer, chat: ChatId, tree: Tree, reply: Message, *, is_stored: bool) -> None:
        info = self._shelf.info(chat)
        self._under_way = ReplyUnderWay(
            chat,
            tree,
            reply,
            self._shelf.store_of(chat),
            lock=self._lock,
            emit=self._emit,
            finish=self._finish,
            is_stored=is_stored,
        )
        branch = tree.path_to(reply.id)[:-1]
        task = ReplyTask(
            branch,
            reply,
            self._system_of(info),
            info.options.sampling or self._sampling(),
            self._redaction_of(info),
            self._redacted.redacts(info),
            reply.adapter,
        )
        writer.begin(task, self._under_way)

    def _finish(self, under_way: ReplyUnderWay, owed: Message | None) -> None:
        if owed is not None:
            self._shelf.owe(under_way.chat, owed, is_stored=under_way.is_stored)
        elif under_way.is_stored:
            self._shelf.stored(under_way.chat, under_way.id)
        self._shelf.touch(under_way.chat)
        self._under_way = None
        self._idle.notify_all()

    def _system_of(self, info: ChatInfo) -> str:
        return self._system() if info.options.system is None else info.options.system

    def _adapter_of(self, info: ChatInfo, writer: Writer, chosen: str | None = None) -> AdapterUse | None:
        """chosen: its file, "" for none, None for the chat's own."""
        options = info.options
        file = chosen if chosen is not None else options.adapter
        if file is None and writer.adapter is not None:
            file = writer.adapter.file
        strength = 100 if options.strength is None else options.strength
        return AdapterUse(file, strength, self._adapter_name(file)) if file and strength else None

    def _is_stored(self, message: MessageId) -> bool:
        """All are, but a reply before its first token; what is done to that one is stored when it comes."""
        under_way = self._under_way
        return under_way is None or under_way.id != message or under_way.is_stored

    def _stop_if(self, is_meant: Callable[[ReplyUnderWay], bool]) -> None:
        if self._under_way is not None and self._writer is not None and is_meant(self._under_way):
            self._writer.stop()


def _draft(text: str, attachments: Sequence[Attachment]) -> Message:
    return Message(new_message_id(), Role.USER, text, attachments=tuple(attachments))
