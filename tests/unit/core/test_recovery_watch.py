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
from app.domain.ids import MessageId, new_chat_id, new_message_id
from app.domain.sampling import SamplingSettings
from app.privacy.recovery.limit import NotMeasured, RecoveryAboveLimit
from tests.sim.scripted_conversations import ScriptedWriter

LIMITED = Backend("lab", "https://lab.example", "", recovery_limit_percent=80)


def ended(asked: MessageId | None = None) -> ReplyEnded:
    reply = Message(new_message_id(), Role.ASSISTANT, "Hello", parent=asked or new_message_id())
    return ReplyEnded(new_chat_id(), reply.id, EndReason.END_OF_TEXT, Traffic(), message=reply)


def heard(watch: RecoveryWatch, *events: Event) -> None:
    for event in events:
        watch.hear(event)
        watch.close()


def test_a_message_above_the_limit_stops_the_next_one() -> None:
    watch = RecoveryWatch(lambda reply: 1.0)
    watch.use(LIMITED)
    watch.check()
    heard(watch, ended())
    with pytest.raises(RecoveryAboveLimit, match="100 %"):
        watch.check()


@pytest.mark.parametrize("backend", [None, replace(LIMITED, recovery_limit_percent=None)])
def test_without_a_limit_nothing_is_measured(backend: Backend | None) -> None:
    watch = RecoveryWatch(lambda reply: pytest.fail("measured"))
    watch.use(backend)
    heard(watch, ended())
    watch.check()


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
            watch.check()
        relief()
        watch.check()


def test_a_second_reply_to_the_same_message_does_not_make_it_forgotten() -> None:
    """It is in the cache already, so that little of it is sent again."""
    shares = iter([0.95, 0.0, 0.1])
    watch = RecoveryWatch(lambda reply: next(shares))
    watch.use(LIMITED)
    asked = new_message_id()
    heard(watch, ended(asked), ended(asked))
    with pytest.raises(RecoveryAboveLimit):
        watch.check()
    heard(watch, ended())
    watch.check()


def test_what_cannot_be_measured_counts_as_too_much() -> None:
    def fails(reply: MessageId) -> float | None:
        raise ModelError("gone")

    for measure in (fails, lambda reply: None):
        watch = RecoveryWatch(measure)
        watch.use(LIMITED)
        heard(watch, ended())
        with pytest.raises(NotMeasured):
            watch.check()


def test_while_it_measures_nothing_is_sent_and_nobody_waits() -> None:
    go = threading.Event()
    watch = RecoveryWatch(lambda reply: 0.1 if go.wait(5) else None)
    watch.use(LIMITED)
    watch.hear(ended())
    with pytest.raises(SettingsError, match="still being measured"):
        watch.check()
    go.set()
    watch.close()
    watch.check()


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
