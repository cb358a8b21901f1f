"""The limit on recovery, with the real Library: what is refused, and what lets the next message through."""

import threading
from dataclasses import replace

import pytest

from app.core.conversations import Library
from app.core.events import EndReason, Event, ReplyEnded
from app.core.memory_store import MemoryStore
from app.core.recovery_watch import RecoveryWatch
from app.domain.backend import Backend
from app.domain.conversation import Message, Role, Traffic
from app.domain.errors import ModelError, SettingsError
from app.domain.ids import ChatId, MessageId, new_chat_id, new_message_id
from app.domain.sampling import SamplingSettings
from app.privacy.recovery.limit import NotMeasured, RecoveryAboveLimit
from tests.sim.scripted_conversations import ScriptedWriter

CHAT = new_chat_id()
LIMITED = Backend("lab", "https://lab.example", "", recovery_limit_percent=80)


def ended(asked: MessageId | None = None) -> ReplyEnded:
    reply = Message(new_message_id(), Role.ASSISTANT, "Hello", parent=asked or new_message_id())
    return ReplyEnded(CHAT, reply.id, EndReason.END_OF_TEXT, Traffic(), message=reply)


def heard(watch: RecoveryWatch, *events: Event) -> None:
    for event in events:
        watch.hear(event)
        watch.close()


def test_a_message_above_the_limit_stops_the_next_one() -> None:
    watch = RecoveryWatch(lambda reply: 1.0)
    watch.use(LIMITED)
    watch.check(CHAT)
    heard(watch, ended())
    with pytest.raises(RecoveryAboveLimit, match="100 %"):
        watch.check(CHAT)


@pytest.mark.parametrize("backend", [None, replace(LIMITED, recovery_limit_percent=None)])
def test_without_a_limit_nothing_is_measured(backend: Backend | None) -> None:
    watch = RecoveryWatch(lambda reply: pytest.fail("measured"))
    watch.use(backend)
    heard(watch, ended())
    watch.check(CHAT)


def test_another_backend_limit_or_way_of_sending_lets_it_through() -> None:
    watch = RecoveryWatch(lambda reply: 0.9)
    for relief in (
        lambda: watch.use(None),
        lambda: watch.use(replace(LIMITED, recovery_limit_percent=90)),
        watch.start_anew,
    ):
        watch.use(LIMITED)
        heard(watch, ended())
        with pytest.raises(RecoveryAboveLimit):
            watch.check(CHAT)
        relief()
        watch.check(CHAT)


def test_a_higher_limit_does_not_make_it_forgotten() -> None:
    watch = RecoveryWatch(lambda reply: 0.9)
    watch.use(LIMITED)
    heard(watch, ended())
    watch.use(replace(LIMITED, recovery_limit_percent=85))
    with pytest.raises(RecoveryAboveLimit, match="85 %"):
        watch.check(CHAT)


def test_a_limit_that_is_set_afterwards_counts_for_the_last_message() -> None:
    watch = RecoveryWatch(lambda reply: 0.9)
    watch.use(replace(LIMITED, recovery_limit_percent=None))
    heard(watch, ended())
    watch.check(CHAT)
    watch.use(LIMITED)
    watch.close()
    with pytest.raises(RecoveryAboveLimit):
        watch.check(CHAT)


def test_what_is_replaced_is_measured_by_itself() -> None:
    """Redaction switched on begins anew; switched off again, what was measured before still holds."""
    ways: dict[ChatId, str | None] = {CHAT: None}
    shares = {None: 1.0, "names": 0.3}
    watch = RecoveryWatch(lambda reply: shares[ways[CHAT]], way_of=ways.__getitem__)
    watch.use(LIMITED)
    watch.check(CHAT)
    heard(watch, ended())
    refused = watch.refusal(CHAT)
    assert refused is not None
    assert not refused.is_redacted
    ways[CHAT] = "names"
    watch.check(CHAT)
    heard(watch, ended())
    watch.check(CHAT)
    ways[CHAT] = None
    with pytest.raises(RecoveryAboveLimit):
        watch.check(CHAT)
    ways[CHAT], shares["names"] = "names", 0.9
    watch.check(CHAT)
    heard(watch, ended())
    refused = watch.refusal(CHAT)
    assert refused is not None
    assert refused.is_redacted
    assert "Replace" not in refused.advice


def test_what_was_sent_counts_as_it_was_sent() -> None:
    """Switched on while the reply is written: that message went out as it was."""
    ways: dict[ChatId, str | None] = {CHAT: None}
    watch = RecoveryWatch(lambda reply: 1.0, way_of=ways.__getitem__)
    watch.use(LIMITED)
    watch.check(CHAT)
    ways[CHAT] = "names"
    heard(watch, ended())
    watch.check(CHAT)
    ways[CHAT] = None
    with pytest.raises(RecoveryAboveLimit):
        watch.check(CHAT)


def test_a_second_reply_to_the_same_message_does_not_make_it_forgotten() -> None:
    """It is in the cache already, so that little of it is sent again."""
    shares = iter([0.95, 0.0, 0.1])
    watch = RecoveryWatch(lambda reply: next(shares))
    watch.use(LIMITED)
    asked = new_message_id()
    heard(watch, ended(asked), ended(asked))
    with pytest.raises(RecoveryAboveLimit):
        watch.check(CHAT)
    heard(watch, ended())
    watch.check(CHAT)


def test_what_cannot_be_measured_counts_as_too_much() -> None:
    def fails(reply: MessageId) -> float | None:
        raise ModelError("gone")

    for measure in (fails, lambda reply: None):
        watch = RecoveryWatch(measure)
        watch.use(LIMITED)
        heard(watch, ended())
        with pytest.raises(NotMeasured):
            watch.check(CHAT)


def test_while_it_measures_nothing_is_sent_and_nobody_waits() -> None:
    go = threading.Event()
    watch = RecoveryWatch(lambda reply: 0.1 if go.wait(5) else None)
    watch.use(LIMITED)
    watch.hear(ended())
    with pytest.raises(SettingsError, match="still being measured"):
        watch.check(CHAT)
    go.set()
    watch.close()
    watch.check(CHAT)


def test_the_library_asks_before_it_stores_or_sends_anything() -> None:
    library = Library(MemoryStore(), sampling=SamplingSettings, system=lambda: "")
    library.attach(ScriptedWriter())
    watch = RecoveryWatch(lambda reply: 1.0)
    watch.use(LIMITED)
    heard(watch, ended())
    library.guard_sending(watch.check)
    chat = library.new_chat()
    with pytest.raises(RecoveryAboveLimit):
        library.send(chat, "My name is Anna.")
    assert library.turns(chat) == () and library.busy_chat is None
    library.close()
