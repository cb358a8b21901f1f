"""Deleting a chat deletes what the ledger and the gate know of it: real library, real gate, real encrypted history."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.audit.verify import Known, State, verify_export
from app.core.conversations import Library
from app.core.erasure import SETTING, Erasures
from app.core.reply_writer import ReplyWriter
from app.core.session import RetryPolicy
from app.domain.clearance import Clearance, Purpose
from app.domain.errors import LedgerError
from app.domain.ids import NO_MESSAGE, ChatId, MessageId, new_message_id
from app.domain.sampling import SamplingSettings
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from app.privacy.ledger_format import LedgerEntry, read_entries, verify
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from tests.sim.cloud_simulator import MODEL, SimulatedChannel, SimulatedCloud, SimulatedNear, SimulatedTokens
from tests.sim.keyrings import NullKeyring
from tests.sim.library import Recorder

HOST = "cloud.example:443"


class GatedChannel(SimulatedChannel):
    """What goes up is cleared, what comes down is recorded, as app/net does it."""

    def __init__(self, cloud: SimulatedCloud, gate: PrivacyGate) -> None:
        super().__init__(cloud)
        self._gate = gate
        self._connection = gate.next_connection(HOST)
        self._clearance = Clearance(self._connection, HOST, Purpose.SESSION)

    def exchange(self, data: bytes, purpose: Purpose, message: MessageId, timeout_s: float) -> bytes:
        if (self._clearance.purpose, self._clearance.message) != (purpose, message):
            self._clearance = Clearance(self._connection, HOST, purpose, message)
        self._gate.clear_message(data, self._clearance)
        answer = super().exchange(data, purpose, message, timeout_s)
        self._gate.received(b"\x82\x7e" + len(answer).to_bytes(2) + answer, answer, self._clearance)
        return answer


class App:
    """One run of the app over a folder."""

    def __init__(self, folder: DataFolder, erase: Callable[..., object] | None = None) -> None:
        self.ledger = folder.ledger
        self.gate = PrivacyGate(Ledger(folder.ledger))
        self.gate.allow(HOST)
        self.vault = DataVault(folder, NullKeyring(), around_deletion=self.gate.begin_anew)
        assert self.vault.open_without_asking()
        self.cloud = SimulatedCloud()
        erasures = Erasures(erase or self.gate.erase, self.vault.read_setting, self.vault.write_setting)
        self.library = Library(self.vault.chats, sampling=SamplingSettings, system=lambda: "", erasures=erasures)
        self.recorder = Recorder(self.library)
        self.library.attach(
            ReplyWriter(
                model=MODEL,
                near=SimulatedNear(),
                tokenizer=SimulatedTokens(),
                open_channel=lambda is_cancelled: GatedChannel(self.cloud, self.gate),
                meter=self.gate,
                retry=RetryPolicy(list),
                host=HOST,
                adapter=None,
            )
        )

    def say(self, text: str, chat: ChatId | None = None, *, is_temporary: bool = False) -> tuple[ChatId, MessageId]:
        chat = chat or self.library.new_chat(is_temporary=is_temporary)
        self.library.send(chat, text)
        return chat, self.recorder.reply().message_id

    def close(self) -> None:
        self.library.close()
        self.vault.close()
        self.gate.close()


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "home").create()


@contextmanager
def running(folder: DataFolder, erase: Callable[..., object] | None = None) -> Iterator[App]:
    app = App(folder, erase)
    try:
        yield app
    finally:
        app.close()


def entries(folder: DataFolder, *messages: MessageId) -> list[LedgerEntry]:
    return [entry for entry in read_entries(folder.ledger) if entry.message in messages]


def assert_gone(folder: DataFolder, before: list[LedgerEntry], *messages: MessageId) -> None:
    data = folder.ledger.read_bytes()
    assert before
    for message in messages:
        assert message.bytes not in data
    for entry in before:
        assert entry.sha256 not in data
        assert entry.time_ns.to_bytes(8, "little") not in data
        sizes = entry.payload_bytes.to_bytes(4, "little") + entry.wire_bytes.to_bytes(4, "little")
        at = 32 + 160 * entry.number
        assert sizes not in data[at : at + 128]
        assert not any(data[at + 17 : at + 128])
    assert verify(folder.ledger).is_good


def test_a_deleted_chat_is_gone_from_the_ledger_when_it_is_forgotten(folder: DataFolder) -> None:
    with running(folder) as app:
        gone, first = app.say("first question")
        _, second = app.say("second question", gone)
        kept, other = app.say("another chat")
        app.library.delete(gone)
        before = entries(folder, first, second)
        assert len(before) > 4  # deleting can still be undone
    assert_gone(folder, before, first, second)
    assert entries(folder, other)
    verdict = verify(folder.ledger)
    assert (verdict.erased, verdict.is_closed) == (len(before), True)
    with running(folder) as app:
        assert [info.id for info in app.library.chats()] == [kept]
        assert len(app.library.turns(kept)) == 2


def test_frames_in_memory_go_too(folder: DataFolder) -> None:
    app = App(folder)
    gone, reply = app.say("question")
    _, other = app.say("another chat")
    app.library.delete(gone)
    app.library.close()
    assert {kept.message for kept in app.gate.kept()} == {other, NO_MESSAGE}
    assert app.gate.totals(reply).bytes_up == 0
    app.close()


def test_one_deleted_message_takes_what_it_sent_and_leaves_the_rest_of_the_chat(folder: DataFolder) -> None:
    with running(folder) as app:
        chat, first = app.say("first question")
        _, second = app.say("second question", chat)
        app.library.delete(chat, second)
        before = entries(folder, second)
    assert_gone(folder, before, second)
    assert entries(folder, first)


def test_a_reply_that_never_had_a_token_is_erased_with_its_chat(folder: DataFolder) -> None:
    with running(folder) as app:
        app.cloud.cut_before_answer = set(range(2, 100))
        chat, reply = app.say("sent, and never answered")
        assert all(turn.message.id != reply for turn in app.library.turns(chat))
        before = entries(folder, reply)
        app.cloud.cut_before_answer = set()
        app.library.delete(chat)
    assert_gone(folder, before, reply)


def test_a_crash_before_the_first_token_leaves_a_note_by_which_it_is_erased_later(folder: DataFolder) -> None:
    orphan = new_message_id()
    with running(folder) as app:
        chat, _ = app.say("question")
        erasures = Erasures(app.gate.erase, app.vault.read_setting, app.vault.write_setting)
        erasures.begun(chat, orphan, is_temporary=False)
        app.gate.received(b"sent, then the app died", b"", Clearance(1, HOST, Purpose.GENERATE, orphan))
    before = entries(folder, orphan)
    with running(folder) as app:
        app.library.delete(chat)
    assert_gone(folder, before, orphan)


def test_a_temporary_chat_is_gone_from_the_ledger_when_the_app_closes(folder: DataFolder) -> None:
    with running(folder) as app:
        _, temporary = app.say("between us", is_temporary=True)
        _, other = app.say("another chat")
        before = entries(folder, temporary)
    assert_gone(folder, before, temporary)
    assert entries(folder, other)


def test_what_could_not_be_erased_is_erased_at_the_next_start(folder: DataFolder) -> None:
    def refuse(messages: object) -> None:
        raise LedgerError("The ledger cannot be written.")

    with running(folder, refuse) as app:
        chat, reply = app.say("question")
        app.library.delete(chat)
        before = entries(folder, reply)
    assert entries(folder, reply) == before
    with running(folder) as app:
        assert app.library.chats() == ()
        assert_gone(folder, before, reply)
        assert reply.hex not in app.vault.read_setting(SETTING)


def test_deleting_everything_begins_a_fresh_ledger_under_the_open_gate(folder: DataFolder) -> None:
    with running(folder) as app:
        _, reply = app.say("question")
        app.library.close()
        app.vault.delete_everything()
        assert app.gate.kept() == ()
        app.gate.next_connection(HOST)
    assert entries(folder, reply) == []
    assert reply.bytes not in folder.ledger.read_bytes()
    verdict = verify(folder.ledger)
    assert (verdict.is_good, verdict.entries, verdict.is_closed) == (True, 0, True)


def test_an_export_made_before_still_verifies_and_its_head_is_found_in_the_ledger_after(folder: DataFolder) -> None:
    with running(folder) as app:
        chat, _ = app.say("question")
        head = verify(folder.ledger).head.hex()
        app.library.delete(chat)
    found = verify_export(folder.ledger, Known(head=head))
    assert [(check.name, check.state) for check in found.checks][-1] == ("older head", State.GOOD)
