"""What the privacy panel reads of the real app: gate, ledger, chats, the device pack's public weights."""

from collections.abc import Callable, Collection, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.conversations import Library
from app.core.panel_source import AttackInfo, GateState, MessagePlace, MessageTokens, Recovered, SendingLimit, Tell
from app.core.recovery_watch import RecoveryWatch
from app.core.tuning_ledgers import JobLedger, JobLedgers
from app.core.vault import Vault
from app.domain.conversation import Role
from app.domain.errors import AppError, ModelError
from app.domain.ids import ChatId, MessageId
from app.domain.redaction import RedactionChoices
from app.main.link import Network
from app.net import key_log
from app.privacy.guard import denials
from app.storage.paths import DataFolder
from app.ui.words import chat_title

if TYPE_CHECKING:
    from app.core.reply_writer import ReplyWriter
    from app.privacy.recovery.attack import Real, Recovery

QUICK = "embeddings"  # the attack that runs by itself after each reply
_NOTES = "panel notes"


class LocalPanel:
    """Implements PanelSource. `library` and `writer`: what is open now; None while there is none. `redactions`: what
    the settings say of redaction. `limit_recovery`: SettingsServices.limit_recovery. `watch` keeps that limit."""

    def __init__(
        self,
        folder: DataFolder,
        network: Network,
        vault: Vault,
        job_names: JobLedgers,
        library: Callable[[], Library | None],
        writer: "Callable[[], ReplyWriter | None]",
        redactions: Callable[[], RedactionChoices],
        limit_recovery: Callable[[str, int | None], str],
    ) -> None:
        self._folder, self._network, self._vault, self.job_names = folder, network, vault, job_names
        self._library, self._writer, self._redactions = library, writer, redactions
        self._limit_recovery = limit_recovery
        self.watch = RecoveryWatch(self.share_of, way_of=self._way_of)
        self._infos: tuple[AttackInfo, ...] | None = None

    @property
    def ledger_path(self) -> Path:
        return self._network.gate.ledger_path

    def job_ledgers(self) -> Sequence[JobLedger]:
        return self.job_names.list()

    def gate_state(self) -> GateState:
        failure = self._network.gate.ledger_failure
        words = f"The ledger cannot be written ({failure}), so nothing is sent." if failure else ""
        writing = key_log.active()
        return GateState(words, denials()[0], str(writing.path) if writing is not None else "")

    def end_key_log(self) -> None:
        key_log.end()

    def first_kept(self) -> int | None:
        return self._network.gate.first_kept()

    def content(self, entry: int) -> bytes | None:
        return self._network.gate.content(entry)

    def place_of(self, message: MessageId) -> MessagePlace | None:
        library = self._library()
        try:
            chat = library.chat_of(message) if library is not None else None
            if library is None or chat is None:
                return None
            return MessagePlace(chat, chat_title(library.chat(chat)))
        except AppError:  # it was deleted, or the vault was locked, just now
            return None

    def messages_of(self, chat: ChatId) -> Set[MessageId]:
        library = self._library()
        try:
            return {message.id for message in library.whole(chat).messages} if library is not None else set()
        except AppError:
            return set()

    def redacts(self, chat: ChatId) -> bool | None:
        library = self._library()
        try:
            chosen = library.chat(chat).options.redacts if library is not None else None
        except AppError:
            return None
        return self._redactions().is_on if chosen is None else chosen

    def sending_limit(self, chat: ChatId | None) -> SendingLimit | None:
        if self.watch.backend is None:
            return None
        refused = self.watch.refusal(chat)
        limit = SendingLimit(self.watch.limit_percent)
        return replace(limit, refusal=str(refused), is_redacted=refused.is_redacted) if refused is not None else limit

    def limit_recovery(self, percent: int | None) -> None:
        if self.watch.backend is not None:
            self._limit_recovery(self.watch.backend.name, percent)

    def _way_of(self, chat: ChatId) -> RedactionChoices | None:
        """How texts of a chat are made ready: another choice of what is replaced is another way."""
        return replace(self._redactions(), is_on=True) if self.redacts(chat) else None

    def tokens_of(self, message: MessageId) -> MessageTokens | None:
        writer = self._writer()
        sent = writer.sent_tokens() if writer is not None else None
        if sent is None or sent.message != message:
            return None
        return MessageTokens(message, sent.texts, sent.reply_from, sent.places(self._texts_beside(message).get))

    def _texts_beside(self, message: MessageId) -> dict[MessageId, str]:
        """The texts of its chat, as they are shown."""
        library = self._library()
        try:
            chat = library.chat_of(message) if library is not None else None
            return {one.id: one.text for one in library.whole(chat).messages} if library and chat is not None else {}
        except AppError:
            return {}

    def attacks(self) -> Sequence[AttackInfo]:
        from app.privacy.recovery.attack import all_attacks

        if self._infos is None:
            self._infos = tuple(AttackInfo(one.name, one.title, one.name == QUICK) for one in all_attacks())
        return self._infos

    def recover(self, message: MessageId, attacks: Sequence[str], tell: Tell) -> Sequence[Recovered]:
        from app.device.near_states import near_states
        from app.privacy.recovery.attack import all_attacks, run_all
        from app.privacy.recovery.recording import Recording
        from app.privacy.recovery.weights import PublicWeights

        writer = self._writer()
        if writer is None:
            raise ModelError("No model is loaded.", "Wait until the backend is ready.")
        pack = self._folder.packs / writer.model.pack_sha256[:16]
        weights = PublicWeights(pack, self._folder.models, near_states)
        recording = Recording.of(self._network.gate.kept(), message)
        wanted = [one for one in all_attacks() if one.name in attacks]
        found = run_all(recording, weights, self._real(message), lambda title, _: tell(title), wanted)
        return [_recovered(one) for one in found]

    def share_of(self, message: MessageId) -> float | None:
        """How much of the message behind a reply its frames give away, in words; None: it cannot be said."""
        found = self.recover(message, [QUICK], lambda sentence: None)
        return found[0].share if found and not found[0].problem else None

    def read_notes(self) -> str:
        return self._vault.read_setting(_NOTES)

    def erase(self, messages: Collection[MessageId]) -> None:
        """What the ledgers say of these messages goes, and a person's notes on it. Raises AppError; harmless again."""
        from app.core.panel_ledger import open_ledger
        from app.core.panel_notes import without_erased

        try:
            self._network.gate.erase(messages)
        finally:
            text = self._vault.read_setting(_NOTES)
            ledgers = map(open_ledger, self._folder.ledger.parent.glob("ledger*.nhl*")) if text else ()
            left = without_erased(text, [ledger for ledger in ledgers if ledger is not None])
            if left != text:
                self._vault.overwrite_setting(_NOTES, left)

    def save_notes(self, text: str) -> None:
        self._vault.write_setting(_NOTES, text)

    def _real(self, message: MessageId) -> "Real | None":
        """What was really written: the person's message, and the reply that was made."""
        from app.privacy.recovery.attack import Real

        library = self._library()
        chat = library.chat_of(message) if library is not None else None
        if library is None or chat is None:
            return None
        by_id = {one.id: one for one in library.whole(chat).messages}
        reply = by_id.get(message)
        if reply is None:
            return None
        asked = by_id.get(reply.parent) if reply.parent is not None else None
        if asked is None or asked.role is not Role.USER:
            return Real("", reply.text)
        found = library.preview(chat, asked.text, asked.attachments, instead_of=asked.id)
        pairs = tuple((one.real, one.stand_in) for one in found.replaced if not one.is_kept) if found else ()
        return Real(asked.text, reply.text, pairs)


def _recovered(one: "Recovery") -> Recovered:
    return Recovered(
        attack=one.attack,
        title=one.title,
        sentence=one.sentence,
        share=one.share if one.is_possible else None,
        rebuilt=one.rebuilt,
        real=one.real or "",
        seconds=one.seconds,
        replaced=one.spans.stand_ins_found if one.spans is not None else 0,
        words=one.words,
        details=one.details,
        problem="" if one.is_possible else one.words,
    )
