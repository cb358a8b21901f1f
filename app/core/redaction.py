"""Redaction between the chats and the writer: what is sent holds stand-ins, what is shown and stored holds the real
words.

One Redaction serves all chats. For a chat that redacts, the Library asks it for a ChatRedaction, which the reply's task
carries; on the writer's thread that makes the task that is really written (`redacted`), and the listener that puts the
real words back (`RestoringListener`). Stored: real texts, the tokens of the stand-ins, and the chat's map, which is on
the disk before anything that was made with it leaves. Finding takes a language model, loaded with the first text that
needs it; what was found in a text is remembered until `forget`.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from threading import RLock
from typing import TYPE_CHECKING, Protocol

from app.core.events import LinkChanged
from app.core.writing import ReplyListener, ReplyTask
from app.domain.conversation import Attachment, EndReason, Message, Traffic
from app.domain.errors import AppError, SettingsError
from app.domain.redaction import Preview, RedactionChoices, Replaced

if TYPE_CHECKING:
    from app.privacy.redaction.kinds import Span
    from app.privacy.redaction.redacting import Redacted
    from app.privacy.redaction.redactor import Choices, Redactor
    from app.privacy.redaction.restoring import Restorer
    from app.privacy.redaction.stand_ins import StandIns

TEXTS_REMEMBERED = 512
Decode = Callable[[Sequence[int]], str]


_Asked = tuple[Sequence[Message], str, int, RedactionChoices]  # branch, system message, version of the map, choices


class StandInStore(Protocol):
    """Where one chat's map is kept: ChatStore.stand_ins and save_stand_ins of that chat."""

    def load(self) -> str: ...

    def save(self, stand_ins: str) -> None: ...


class Redaction:
    """Any thread. `choices` is asked anew each time: the settings may change while a chat is open."""

    def __init__(self, choices: Callable[[], RedactionChoices], redactor: "Redactor | None" = None) -> None:
        self._choices = choices
        self._redactor = redactor
        self._lock = RLock()
        self._found: OrderedDict[tuple[str, RedactionChoices], tuple[Span, ...]] = OrderedDict()

    @property
    def choices(self) -> RedactionChoices:
        return self._choices()

    def find(self, text: str) -> "tuple[Span, ...]":
        """Raises ModelError where names are wanted and the model for them is not there."""
        choices = self._choices()
        with self._lock:
            if (text, choices) in self._found:
                self._found.move_to_end((text, choices))
                return self._found[(text, choices)]
            redactor = self._ready_redactor()
        found = tuple(redactor.find(text, _as_kinds(choices)))
        with self._lock:
            self._found[(text, choices)] = found
            while len(self._found) > TEXTS_REMEMBERED:
                self._found.popitem(last=False)
        return found

    def forget(self) -> None:
        with self._lock:
            self._found.clear()

    def _ready_redactor(self) -> "Redactor":
        if self._redactor is None:
            from app.privacy.redaction.redactor import Redactor

            self._redactor = Redactor()
        return self._redactor


class ChatRedaction:
    """One chat's. Any thread; what one call learns, the next one knows."""

    def __init__(self, redaction: Redaction, store: StandInStore) -> None:
        self._redaction = redaction
        self._store = store
        self._lock = RLock()
        self._stand_ins: StandIns | None = None
        self._last: tuple[_Asked, tuple[tuple[Message, ...], str]] | None = None

    def sent(self, task: ReplyTask, decode: Decode) -> ReplyTask:
        """The task as it may be sent. The map is stored first. Raises ModelError, StorageError, and SettingsError where
        the reply to go on with was written the other way."""
        with self._lock:
            stand_ins = self._map()
            version = stand_ins.version
            if task.redacts:
                branch, system = self._branch(task.branch, task.system, stand_ins, decode)
            else:
                branch, system = tuple(_with_real_tokens(one, decode) for one in task.branch), task.system
            self._check_reply(task, stand_ins, decode)
            if stand_ins.version != version:
                self._store.save(stand_ins.to_json())
            stop = tuple(_with_known(text, stand_ins) if task.redacts else text for text in task.sampling.stop)
            return replace(
                task, branch=branch, system=system, sampling=replace(task.sampling, stop=stop), redaction=None
            )

    def estimated(
        self, branch: Sequence[Message], message: Message, system: str, decode: Decode
    ) -> tuple[Sequence[Message], Message, str]:
        """As `sent`, for what is being typed: nothing is learnt. The branch stays one object while nothing changes."""
        with self._lock:
            stand_ins = self._map().copy()
            sent, system = self._branch(branch, system, stand_ins, decode)
            texts = self._texts(_texts_of(message), stand_ins, _all_texts(branch))
            return sent, _redacted_message(message, texts), system

    def preview(self, draft: Message, branch: Sequence[Message]) -> Preview:
        """What would be replaced in a draft, each once, in the order of the text. Raises ModelError."""
        with self._lock:
            stand_ins = self._map().copy()
            shown: dict[tuple[str, str], Replaced] = {}
            for redacted in self._texts(_texts_of(draft), stand_ins, _all_texts(branch)):
                for one in redacted.replacements:
                    kind, real = one.span.kind.value, one.span.text
                    key = (kind, " ".join(real.casefold().split()))
                    shown.setdefault(key, Replaced(kind, real, one.stand_in, is_kept=one.is_kept))
            return Preview(tuple(shown.values()))

    def keep(self, kind: str, real: str, *, is_kept: bool) -> None:
        """The person wants it left as it is in this chat, or replaced again. Raises StorageError."""
        from app.privacy.redaction.kinds import Kind

        with self._lock:
            stand_ins = self._map()
            stand_ins.keep(Kind(kind), real, is_kept=is_kept)
            self._store.save(stand_ins.to_json())

    def restorer(self) -> "Restorer":
        from app.privacy.redaction.restoring import Restorer

        with self._lock:
            return Restorer(self._map())

    # Under the lock

    def _map(self) -> "StandIns":
        from app.privacy.redaction.stand_ins import StandIns

        if self._stand_ins is None:
            try:
                self._stand_ins = StandIns.from_json(self._store.load())
            except ValueError:  # from a damaged export: real texts are stored, so a new map is as good
                self._stand_ins = StandIns()
        return self._stand_ins

    def _branch(
        self, branch: Sequence[Message], system: str, stand_ins: "StandIns", decode: Decode
    ) -> tuple[tuple[Message, ...], str]:
        key = (branch, system, stand_ins.version, self._redaction.choices)
        last = self._last
        if last is not None and last[0][0] is branch and last[0][1:] == key[1:]:
            return last[1]
        version = stand_ins.version
        texts = [text for message in branch for text in _texts_of(message)]
        redacted = iter(self._texts([system, *texts], stand_ins, ()))
        clean_system = next(redacted).text
        messages = [_redacted_message(message, [next(redacted) for _ in _texts_of(message)]) for message in branch]
        result = tuple(
            self._with_tokens(real, sent, stand_ins, decode) for real, sent in zip(branch, messages, strict=True)
        )
        if stand_ins is self._stand_ins or stand_ins.version == version:  # else it is a draft's copy that learnt
            self._last = ((branch, system, stand_ins.version, self._redaction.choices), (result, clean_system))
        return result, clean_system

    def _texts(self, texts: Sequence[str], stand_ins: "StandIns", beside: Sequence[str]) -> "list[Redacted]":
        from app.privacy.redaction.redacting import redact

        # The own list finds all of its words in every text; what was taken off it is not looked for in the map.
        kinds = _as_kinds(self._redaction.choices).kinds
        return redact(texts, self._redaction.find, stand_ins, beside, kinds)

    def _check_reply(self, task: ReplyTask, stand_ins: "StandIns", decode: Decode) -> None:
        if not task.reply.tokens:
            return
        from app.privacy.redaction.restoring import Restorer

        said = decode(task.reply.tokens)
        if task.redacts and not self._is_clean(said, stand_ins):
            raise SettingsError(
                "This reply was written before its chat was redacted, so its tokens hold real words.",
                "Generate it anew: then it is written with stand-ins.",
            )
        if not task.redacts and Restorer(stand_ins).whole(said) != said:
            raise SettingsError(
                "This reply was written while its chat was redacted, so its tokens hold stand-ins.",
                "Turn redaction on again, or generate the reply anew.",
            )

    def _with_tokens(self, real: Message, sent: Message, stand_ins: "StandIns", decode: Decode) -> Message:
        """The tokens of an earlier reply count where they say what is sent, or say it in stand-ins of this map; else
        its text is encoded anew."""
        if not real.tokens:
            return sent
        said = decode(real.tokens)
        is_same = said == sent.text or (self._is_clean(said, stand_ins) and self._says(said, real, stand_ins))
        return sent if is_same else replace(sent, tokens=())

    @staticmethod
    def _is_clean(said: str, stand_ins: "StandIns") -> bool:
        """Nothing that the map knows as real stands in it."""
        from app.privacy.redaction.redacting import knows_real

        return not knows_real(said, stand_ins)

    @staticmethod
    def _says(said: str, real: Message, stand_ins: "StandIns") -> bool:
        """Put back, it is the stored text: so it was written with this map."""
        from app.privacy.redaction.restoring import Restorer

        return said != real.text and Restorer(stand_ins).whole(said) == real.text


class RestoringListener:
    """Implements ReplyListener (app/core/writing.py): puts the real words back, and passes everything else on."""

    def __init__(self, listener: ReplyListener, restorer: "Restorer") -> None:
        self._listener = listener
        self._restorer = restorer

    def begin_with(self, said: str, shown: str) -> None:
        """A reply goes on after `said`, of which the person was shown `shown`."""
        text = self._restorer.add(said)
        if text != shown:
            self._listener.text_cut_to(text)

    def link_changed(self, change: LinkChanged) -> None:
        self._listener.link_changed(change)

    def prompt_progressed(self, done: int, total: int) -> None:
        self._listener.prompt_progressed(done, total)

    def text_cut_to(self, text: str) -> None:
        """Said by `begin_with` already."""

    def text_added(self, text: str) -> None:
        if restored := self._restorer.add(text):
            self._listener.text_added(restored)

    def advanced(self, tokens: Sequence[int], traffic: Traffic) -> None:
        self._listener.advanced(tokens, traffic)

    def paused(self, tokens: Sequence[int]) -> None:
        self._listener.paused(tokens)

    def ended(self, reason: EndReason, tokens: Sequence[int], traffic: Traffic, error: AppError | None) -> None:
        if rest := self._restorer.finish():
            self._listener.text_added(rest)
        self._listener.ended(reason, tokens, traffic, error)


@dataclass(frozen=True, slots=True)
class _OfChat:
    """Implements StandInStore."""

    load: Callable[[], str]
    save: Callable[[str], None]


def stand_in_store(load: Callable[[], str], save: Callable[[str], None]) -> StandInStore:
    return _OfChat(load, save)


def _with_real_tokens(message: Message, decode: Decode) -> Message:
    """Tokens that say something else than the text are those of stand-ins: the text is encoded anew."""
    return message if not message.tokens or decode(message.tokens) == message.text else replace(message, tokens=())


def _texts_of(message: Message) -> list[str]:
    return [message.text, *(text for one in message.attachments for text in (one.name, one.text))]


def _all_texts(branch: Sequence[Message]) -> list[str]:
    return [text for message in branch for text in _texts_of(message)]


def _redacted_message(message: Message, redacted: "Sequence[Redacted]") -> Message:
    """`redacted`: of `_texts_of` the same message."""
    texts = [one.text for one in redacted]
    attachments = tuple(Attachment(name, text) for name, text in zip(texts[1::2], texts[2::2], strict=True))
    return replace(message, text=texts[0], attachments=attachments)


def _with_known(text: str, stand_ins: "StandIns") -> str:
    from app.privacy.redaction.redacting import with_known

    return with_known(text, stand_ins)


def _as_kinds(choices: RedactionChoices) -> "Choices":
    from app.privacy.redaction.kinds import Kind
    from app.privacy.redaction.redactor import Choices

    return Choices(frozenset(kind for kind in Kind if kind.value in choices.kinds), choices.own)
