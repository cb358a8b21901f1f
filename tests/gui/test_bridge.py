"""Events from another thread: none lost, in order, and few enough for a window."""

import threading
import time

from PySide6.QtCore import QThread

from app.core.events import (
    ChatsChanged,
    Event,
    LinkChanged,
    LinkState,
    PromptProgressed,
    TextAdded,
    Traffic,
    TrafficChanged,
)
from app.domain.ids import new_message_id
from app.ui.bridge import UPDATES_PER_S, Bridge, merged

REPLY = new_message_id()


def text(piece: str) -> TextAdded:
    return TextAdded(REPLY, piece)


def traffic(tokens: int) -> TrafficChanged:
    return TrafficChanged(Traffic(tokens=tokens))


def test_texts_are_joined_across_counters_and_the_latest_counter_stays() -> None:
    assert merged([text("a"), traffic(1), text("b"), traffic(2), text("c")]) == [text("abc"), traffic(2)]


def test_nothing_moves_past_a_change_of_the_link() -> None:
    cut = LinkChanged(LinkState.RECONNECTING)
    assert merged([text("a"), cut, text("b")]) == [text("a"), cut, text("b")]


def test_progress_keeps_its_last_value() -> None:
    assert merged([PromptProgressed(1, 3), PromptProgressed(2, 3)]) == [PromptProgressed(2, 3)]


def test_many_changes_of_the_list_are_one() -> None:
    assert merged([ChatsChanged(), ChatsChanged(), text("a"), ChatsChanged()]) == [
        ChatsChanged(),
        text("a"),
        ChatsChanged(),
    ]


def test_texts_of_two_messages_stay_apart() -> None:
    other = TextAdded(new_message_id(), "b")
    assert merged([text("a"), other]) == [text("a"), other]


def test_a_fast_stream_arrives_whole_on_the_gui_thread_in_few_updates(qtbot) -> None:
    bridge, seen, threads = Bridge(), [], set()

    def take(event: Event) -> None:
        seen.append(event)
        threads.add(QThread.currentThread())

    bridge.delivered.connect(take)

    def stream() -> None:
        for number in range(240):
            bridge.post(text(f"{number} "))
            bridge.post(traffic(number))
            time.sleep(1 / 480)

    began_s = time.monotonic()
    producer = threading.Thread(target=stream)
    producer.start()
    qtbot.waitUntil(lambda: bool(seen) and seen[-1] == traffic(239))
    took_s = time.monotonic() - began_s
    producer.join()
    bridge.close()
    assert "".join(e.text for e in seen if isinstance(e, TextAdded)) == "".join(f"{n} " for n in range(240))
    assert sum(isinstance(e, TextAdded) for e in seen) <= took_s * UPDATES_PER_S + 2
    assert threads == {bridge.thread()}


def test_nothing_is_delivered_after_close(qtbot) -> None:
    bridge = Bridge()
    seen: list[object] = []
    bridge.delivered.connect(seen.append)
    bridge.post(text("a"))
    bridge.close()
    bridge.post(text("b"))
    qtbot.wait(60)
    assert seen == []
