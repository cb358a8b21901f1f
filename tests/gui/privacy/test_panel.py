"""The privacy panel, as the person sees it: what it says is what the ledger says."""

import threading
import time
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QWidget

from app.core.events import EndReason, LinkChanged, LinkState, ReplyEnded, Traffic
from app.core.panel_source import GateState, Recovered, SendingLimit, Tell
from app.domain.clearance import Direction
from app.domain.errors import AppError, LedgerError
from app.domain.ids import MessageId
from app.privacy.ledger_format import LedgerEntry, read_entries
from app.privacy.recovery.limit import RecoveryAboveLimit
from app.ui.backend_facts import BackendFacts
from app.ui.limit_choice import LimitChoice
from app.ui.privacy.columns import Column
from app.ui.words import number, size
from app.wire.frames import Kind
from tests.gui.acting import press, say, wait_idle
from tests.gui.privacy.conftest import ANSWER, QUESTION, WHOLE, Stage
from tests.gui.test_access import nameless
from tests.sim.scripted_conversations import ScriptedReply


def entries(stage: Stage) -> list[LedgerEntry]:
    return list(read_entries(stage.source.ledger_path))


def lines(stage: Stage, column: Column) -> list[str]:
    model = stage.panel.entries.model
    return [str(model.index(line, column).data() or "") for line in range(model.rowCount())]


def everything_said(widget: QWidget) -> str:
    """Every text that any widget below holds."""
    said = []
    for one in [widget, *widget.findChildren(QWidget)]:
        for part in ("text", "toPlainText", "accessibleName", "accessibleDescription"):
            found = getattr(one, part, None)
            if callable(found):
                said.append(str(found()))
    return "\n".join(said)


# ---------------------------------------------------------------- the sentence


def test_the_sentence_says_what_the_ledger_says(stage: Stage) -> None:
    own = [entry for entry in entries(stage) if entry.message == stage.message]
    up = [entry for entry in own if entry.direction == Direction.UP]
    down = [entry for entry in own if entry.direction == Direction.DOWN]
    words = stage.panel.summary.sentence.text()
    assert f"{len(up)} frames" in words
    assert f"{size(sum(entry.wire_bytes for entry in up))} up" in words
    assert f"{size(sum(entry.wire_bytes for entry in down))} down" in words
    assert "0 bytes of text" in words


def test_the_share_is_the_one_that_was_measured(qtbot, make_stage: Callable[..., Stage]) -> None:
    stage = make_stage()
    stage.source.recovered = {"embeddings": Recovered("embeddings", share=0.976, rebuilt="a", real="b")}
    stage.window.privacy.toggle()
    qtbot.waitUntil(lambda: "97.6 %" in stage.panel.summary.recovery.text())
    assert stage.source.asked == [(stage.message, ("embeddings",))], "only the quick attack runs by itself"


def test_nothing_is_said_that_was_not_measured(qtbot, make_stage: Callable[..., Stage]) -> None:
    stage = make_stage()
    stage.source.recovered = {"embeddings": Recovered("embeddings", problem="The model's files are damaged.")}
    stage.window.privacy.toggle()
    qtbot.waitUntil(lambda: "damaged" in stage.panel.summary.recovery.text())
    assert "%" not in stage.panel.summary.recovery.text()


def test_frames_that_have_gone_are_not_measured(qtbot, make_stage: Callable[..., Stage]) -> None:
    stage = make_stage()
    stage.source.gate.forget()
    stage.window.privacy.toggle()
    assert "no longer in memory" in stage.panel.summary.recovery.text()
    assert not stage.panel.summary.measure.isEnabled()
    stage.panel.entries.list.go_to(int(stage.panel.entries.model.rows[-1]))
    shown = stage.panel.detail._gone
    assert shown.isVisible()
    assert "no longer in memory" in shown.text()
    assert entries(stage)[-1].sha256.hex() in shown.text().replace(" ", "")


def test_every_attack_runs_when_asked(qtbot, stage: Stage) -> None:
    stage.source.recovered["head"] = Recovered("head", "The last layer", share=0.5, rebuilt="It was", real=ANSWER)
    qtbot.mouseClick(stage.panel.summary.measure, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(stage.panel.detail.recovery.cards) == 2)
    said = everything_said(stage.panel.detail.recovery)
    assert QUESTION in said
    assert "It was" in said
    assert ANSWER in said
    assert "50.0 %" in said


def test_a_reply_whose_end_comes_while_it_is_measured_is_measured_after_it(
    qtbot, make_stage: Callable[..., Stage]
) -> None:
    """Its end cancels what was begun too early, and that must not be the last word."""
    stage = make_stage()
    begun, go = threading.Event(), threading.Event()

    def recover(message: MessageId, attacks: Sequence[str], tell: Tell) -> Sequence[Recovered]:
        if not begun.is_set():
            begun.set()
            go.wait(30)
            tell("on")
        return [WHOLE]

    stage.source.recover = recover
    stage.window.privacy.toggle()
    qtbot.waitUntil(begun.is_set)
    stage.window.privacy.receive(ReplyEnded(stage.chat, stage.message, EndReason.END_OF_TEXT, Traffic()))
    go.set()
    qtbot.waitUntil(lambda: "100 %" in stage.panel.summary.recovery.text())


@pytest.mark.parametrize(
    ("state", "light"),
    [
        (LinkState.READY, "Idle"),
        (LinkState.WORKING, "Sending"),
        (LinkState.OFFLINE, "Offline"),
        (LinkState.RECONNECTING, "Offline"),
    ],
)
def test_the_light_follows_the_link(qtbot, stage: Stage, state: LinkState, light: str) -> None:
    stage.window.post(LinkChanged(state))
    qtbot.waitUntil(lambda: stage.panel.summary.light.text().startswith(light))


def test_a_ledger_that_fails_is_said(qtbot, stage: Stage) -> None:
    stage.source.state = GateState("The ledger cannot be written (No space left), so nothing is sent.")
    stage.window.post(LinkChanged(LinkState.READY))
    qtbot.waitUntil(lambda: stage.panel.summary.light.text().startswith("Blocked"))
    assert "No space left" in stage.panel.summary.gate.text()


def test_a_refusal_of_the_gate_is_said(qtbot, make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(ScriptedReply(error=LedgerError("The ledger is full.", "Free some space.")))
    stage.window.privacy.toggle()
    say(qtbot, stage.window, "hello")
    wait_idle(qtbot, stage.window)
    qtbot.waitUntil(lambda: stage.panel.summary.light.text().startswith("Blocked"))
    assert "The ledger is full." in stage.panel.summary.gate.text()


def test_what_the_hook_stopped_is_counted(qtbot, stage: Stage) -> None:
    stage.source.state = GateState(denied=3)
    stage.window.post(LinkChanged(LinkState.READY))
    qtbot.waitUntil(lambda: "3 attempts" in stage.panel.summary.gate.text())


def test_a_key_log_is_red_wherever_one_looks_until_it_is_off(qtbot, make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(is_recorded=False)
    traffic = stage.window.page.traffic
    assert traffic.alarm == ""
    stage.source.state = GateState(key_log="/tmp/keys.log")
    stage.window.open_chats(stage.conversations)
    traffic = stage.window.page.traffic
    assert "anyone with the file can read the TLS stream" in traffic.alarm, "though the panel is closed"
    assert "/tmp/keys.log" in traffic.alarm
    assert traffic._keys.isVisible()
    assert traffic._keys.property("kind") == "wrong"
    stage.window.privacy.toggle()
    summary = stage.panel.summary
    assert "anyone with the file can read the TLS stream" in summary.keys.text()
    qtbot.mouseClick(summary.end_keys, Qt.MouseButton.LeftButton)
    assert stage.source.state.key_log == ""
    qtbot.waitUntil(lambda: not summary.keys.isVisible() and not summary.end_keys.isVisible())
    qtbot.waitUntil(lambda: traffic.alarm == "")


def test_a_key_log_that_ends_by_itself_is_red_no_more(qtbot, stage: Stage) -> None:
    stage.source.state = GateState(key_log="/tmp/keys.log")
    qtbot.waitUntil(stage.panel.summary.keys.isVisible)
    stage.source.state = GateState()
    qtbot.waitUntil(lambda: not stage.panel.summary.keys.isVisible())


def choose_limit(choice: LimitChoice, percent: int | None) -> None:
    choice.setCurrentIndex(choice.findData(percent))
    choice.activated.emit(choice.currentIndex())


def test_the_limit_of_the_backend_in_use_is_chosen_beside_the_sentence(qtbot, make_stage: Callable[..., Stage]) -> None:
    stage = make_stage()
    stage.source.limit = SendingLimit(33)
    stage.window.privacy.toggle()
    summary = stage.panel.summary
    assert summary.limit.isVisible()
    assert summary.limit.currentText() == "At most 33 %"
    choose_limit(summary.limit, 50)
    assert stage.source.limit == SendingLimit(50)
    choose_limit(summary.limit, None)
    assert stage.source.limit == SendingLimit(None)
    assert summary.limit.currentText() == "No limit"


def test_what_the_limit_refuses_is_said_with_the_ways_out(qtbot, stage: Stage) -> None:
    assert not stage.panel.summary.limit.isVisible(), "the built-in backend has none"
    stage.window.set_backend(BackendFacts("model", "lab", is_on_this_computer=False))
    stage.source.limit = SendingLimit(50, str(RecoveryAboveLimit(100, 50)))
    qtbot.waitUntil(lambda: stage.panel.summary.light.text().startswith("Blocked"))
    summary = stage.panel.summary
    assert "100 %" in summary.gate.text()
    assert "50 %" in summary.gate.text()
    assert all(one.isVisible() for one in (summary.redaction, summary.limit, summary.own_backend))
    stage.source.limit = SendingLimit(None)
    qtbot.waitUntil(lambda: stage.panel.summary.light.text().startswith("Idle"))
    assert not summary.gate.isVisible()


# ---------------------------------------------------------------- the list


def test_every_entry_stands_in_the_list_with_its_facts(stage: Stage) -> None:
    found = entries(stage)
    assert lines(stage, Column.NUMBER) == [number(entry.number) for entry in found]
    assert lines(stage, Column.WIRE) == [number(entry.wire_bytes) for entry in found]
    assert lines(stage, Column.RAW) == [number(entry.payload_bytes) for entry in found]
    assert lines(stage, Column.HASH) == [entry.sha256.hex()[:8] for entry in found]
    assert lines(stage, Column.HOST) == [entry.host for entry in found]
    assert lines(stage, Column.DIRECTION) == ["↑" if entry.direction == 1 else "↓" for entry in found]
    taps = [str(entry.tap) if entry.kind in (Kind.TAP, Kind.DELTA) else "" for entry in found]
    assert lines(stage, Column.TAP) == taps
    chats = ["The fall" if entry.message == stage.message else "" for entry in found]
    assert lines(stage, Column.CHAT) == chats


def test_a_filter_is_typed_and_its_mistakes_are_said(qtbot, stage: Stage) -> None:
    bar = stage.panel.entries.filter_bar
    press(qtbot, stage.window, Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert bar.field.hasFocus()
    qtbot.keyClicks(bar.field, "kind:step dir:up")
    qtbot.keyClick(bar.field, Qt.Key.Key_Escape)  # the completion goes
    bar.take()
    steps = [entry for entry in entries(stage) if entry.kind == Kind.STEP]
    assert lines(stage, Column.NUMBER) == [number(entry.number) for entry in steps]
    assert f"{len(steps)} entries pass" in stage.panel.entries.count.text()
    bar.set_text("kind:stepp")
    assert "“stepp” is not known for kind" in bar.problem.text()
    assert "step, delta" in bar.problem.text()
    assert lines(stage, Column.NUMBER) == [number(entry.number) for entry in steps], "the list stays as it was"
    bar.set_text("")
    assert len(lines(stage, Column.NUMBER)) == len(entries(stage))


def test_completion_offers_fields_and_their_values(qtbot, stage: Stage) -> None:
    bar = stage.panel.entries.filter_bar
    bar.field.setFocus()
    qtbot.keyClicks(bar.field, "ki")
    qtbot.waitUntil(bar._popup_is_shown)
    qtbot.keyClick(bar._popup(), Qt.Key.Key_Down)
    qtbot.keyClick(bar._popup(), Qt.Key.Key_Return)
    assert bar.field.text() == "kind:"
    qtbot.waitUntil(lambda: "step" in bar._words.stringList())
    bar._popup().hide()


def test_this_chat_is_the_one_on_show(stage: Stage) -> None:
    stage.panel.entries.filter_bar.set_text("chat:this")
    own = [entry for entry in entries(stage) if entry.message == stage.message]
    assert len(lines(stage, Column.NUMBER)) == len(own)
    stage.window.desk.new_chat()
    stage.panel.entries.filter_bar.set_text("chat:this ")
    assert lines(stage, Column.NUMBER) == []
    assert "No entry passes" in stage.panel.entries._empty.text()


def test_grouped_by_message(qtbot, stage: Stage) -> None:
    panel = stage.panel.entries
    panel.group.click()
    spoken = [
        panel.model.index(line, 0).data(Qt.ItemDataRole.AccessibleTextRole) for line in range(panel.model.rowCount())
    ]
    own = [entry for entry in entries(stage) if entry.message == stage.message]
    assert len(spoken) == 2
    assert spoken[1].startswith(f"The fall  ·  {len(own)} entries")
    panel.list.setFocus()
    panel.list.selectRow(1)
    qtbot.keyClick(panel.list, Qt.Key.Key_Right)
    assert panel.model.rowCount() == 2 + len(own)
    assert lines(stage, Column.NUMBER)[2:] == [number(entry.number) for entry in own]
    qtbot.keyClick(panel.list, Qt.Key.Key_Left)
    assert panel.model.rowCount() == 2


def test_new_entries_come_and_wait_while_the_list_is_held(qtbot, stage: Stage) -> None:
    panel = stage.panel.entries
    before = panel.model.rowCount()
    panel.hold.click()
    stage.source.record_reply(stage.message, prompt=1, tokens=1, start=9)
    new = len(entries(stage)) - before
    qtbot.waitUntil(lambda: f"{new} newer records" in panel.count.text())
    assert panel.model.rowCount() == before, "held"
    panel.hold.click()
    qtbot.waitUntil(lambda: panel.model.rowCount() == before + new)
    assert panel.list.is_at_end


def test_who_reads_above_is_not_moved(qtbot, stage: Stage) -> None:
    panel = stage.panel.entries
    panel.list.verticalScrollBar().setValue(1)
    before = panel.model.rowCount()
    stage.source.record_reply(stage.message, prompt=1, tokens=3, start=9)
    qtbot.waitUntil(lambda: panel.model.rowCount() > before)
    assert panel.list.verticalScrollBar().value() == 1


def test_the_chat_of_an_entry_opens_at_the_message(qtbot, stage: Stage) -> None:
    stage.window.desk.new_chat()
    panel = stage.panel.entries
    panel.list.go_to(int(panel.model.rows[-1]))
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: stage.window.desk.chat == stage.chat)
    panel.list.go_to(int(panel.model.rows[0]))
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert "no chat" in stage.window.page.toast.text


def test_copying_takes_whole_hashes(qtbot, stage: Stage) -> None:
    panel = stage.panel.entries
    panel.list.go_to(int(panel.model.rows[-1]))
    qtbot.keyClick(panel.list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert entries(stage)[-1].sha256.hex() in QGuiApplication.clipboard().text()


def test_marks_and_notes_are_kept(qtbot, stage: Stage) -> None:
    panel = stage.panel.entries
    row = int(panel.model.rows[-1])
    panel.list.go_to(row)
    qtbot.keyClick(panel.list, Qt.Key.Key_M)
    desk = stage.window.privacy.desk
    desk.feed.set_note(row, "strange")
    panel.model.refresh_cells()
    assert lines(stage, Column.NOTE)[-1] == "★ strange"
    panel.filter_bar.set_text("is:marked is:noted")
    assert lines(stage, Column.NUMBER) == [number(row)]
    stage.window.open_chats(stage.conversations)  # as after the lock
    stage.window.privacy.toggle()
    assert lines(stage, Column.NOTE)[-1] == "★ strange"


# ---------------------------------------------------------------- one frame


def choose_last(stage: Stage, kind: Kind) -> int:
    panel = stage.panel.entries
    row = next(entry.number for entry in reversed(entries(stage)) if entry.kind == kind)
    panel.list.go_to(row)
    return row


def test_fields_and_bytes_select_each_other(qtbot, stage: Stage) -> None:
    choose_last(stage, Kind.STEP)
    detail = stage.panel.detail.bytes
    for row, field in enumerate(detail.fields._fields):
        detail.fields.selectRow(row)
        assert detail.hex.marked == (field.start, field.end)
        detail.hex._choose(field.end - 1)
        chosen = detail.fields.chosen
        assert chosen is not None
        assert chosen.start <= field.end - 1 < chosen.end
    assert detail.explained.text()


def test_a_number_in_the_picture_is_a_number_in_the_bytes(qtbot, stage: Stage) -> None:
    row = choose_last(stage, Kind.STATE)
    content = stage.source.content(row)
    detail = stage.panel.detail
    detail.tabs.setCurrentWidget(detail.numbers)
    detail.numbers.map.setFocus()
    for _ in range(3):
        qtbot.keyClick(detail.numbers.map, Qt.Key.Key_Right)
    start, end = detail.bytes.hex._inner
    assert (start, end) == (48 + 2 * 3, 48 + 2 * 4)
    value = (np.frombuffer(content[start:end], "<u2").astype(np.uint32) << 16).view(np.float32)[0]
    assert f"{value:.6g}" in detail.numbers.number.text()
    detail.bytes.hex._choose(48 + 2 * 7 + 1)
    assert detail.numbers.map.chosen == (0, 7)


def test_a_token_lights_up_its_entries_and_they_the_token(qtbot, stage: Stage) -> None:
    detail, model = stage.panel.detail, stage.panel.entries.model
    detail.tokens.choose(6)  # the second token of the reply, sent by itself
    lit = {entry.number for entry in entries(stage) if entry.message == stage.message and entry.position == 6}
    assert len(lit) == 6
    assert {row for row in map(int, model.rows) if model.is_lit(model.line_of(row))} == lit
    stage.panel.entries.list.go_to(min(lit))
    assert detail.tokens.chosen == {6}
    first_step = next(entry.number for entry in entries(stage) if entry.kind == Kind.STEP)
    stage.panel.entries.list.go_to(first_step)
    assert detail.tokens.chosen == {0, 1, 2, 3, 4}
    first_state = next(entry.number for entry in entries(stage) if entry.kind == Kind.STATE)
    stage.panel.entries.list.go_to(first_state)
    assert detail.tokens.chosen == {4}, "the last position of its step"


def test_the_plan_counts_what_went_over_each_arrow(qtbot, stage: Stage) -> None:
    detail = stage.panel.detail
    detail.tabs.setCurrentWidget(detail.plan)
    own = [entry for entry in entries(stage) if entry.message == stage.message]
    for arrow in detail.plan.picture.arrows:
        counted = [entry for entry in own if entry.kind == arrow.kind and entry.tap == arrow.tap]
        assert (arrow.frames, arrow.bytes) == (len(counted), sum(entry.wire_bytes for entry in counted))
    assert sum(arrow.bytes for arrow in detail.plan.picture.arrows) == sum(entry.wire_bytes for entry in own)
    assert "y for layers 4 to 7" in detail.plan.picture.accessibleDescription()
    detail.plan.picture.setFocus()
    qtbot.keyClick(detail.plan.picture, Qt.Key.Key_Down)
    qtbot.keyClick(detail.plan.picture, Qt.Key.Key_Down)
    qtbot.keyClick(detail.plan.picture, Qt.Key.Key_Return)
    assert set(lines(stage, Column.TAP)) == {"4"}


# ---------------------------------------------------------------- lock, places, names


def test_the_lock_wipes_every_frame_and_view(qtbot, stage: Stage) -> None:
    choose_last(stage, Kind.STEP)
    stage.panel.detail.open_recovery()
    panel = stage.panel
    assert QUESTION in everything_said(panel)
    desk = stage.window.privacy.desk
    stage.window.forget()
    said = everything_said(panel)
    for word in (QUESTION, "The fall", "ripe"):
        assert word not in said
    assert panel.entries.model.rowCount() == 0
    assert panel.detail.bytes.hex._content == b""
    assert panel.detail.numbers.map.image.isNull()
    assert panel.detail.tokens.tokens is None
    assert desk.feed is None
    assert desk.last.recovered is None
    assert stage.window.privacy.panel is None


def test_a_measurement_that_ends_after_the_lock_is_dropped(qtbot, make_stage: Callable[..., Stage]) -> None:
    stage = make_stage()
    recover = stage.source.recover

    def slow(*given: object) -> object:
        time.sleep(0.2)
        return recover(*given)

    stage.source.recover = slow
    stage.window.privacy.toggle()
    desk = stage.window.privacy.desk
    stage.window.forget()
    desk.wait(5.0)
    QApplication.processEvents()
    assert desk.last.all == ()


def test_the_panel_stands_beside_the_chat_or_alone(qtbot, make_stage: Callable[..., Stage]) -> None:
    stage = make_stage()
    host, window = stage.window.privacy, stage.window
    window.shortcuts["privacy_panel"].trigger()
    assert stage.panel.window() is window
    width = stage.panel.width()
    qtbot.mouseClick(stage.panel.move_button, Qt.MouseButton.LeftButton)
    assert stage.panel.window() is host._own
    assert stage.panel.isVisible()
    qtbot.mouseClick(stage.panel.move_button, Qt.MouseButton.LeftButton)
    assert stage.panel.window() is window
    assert abs(stage.panel.width() - width) < 3
    window.shortcuts["privacy_panel"].trigger()
    assert not stage.panel.isVisible()
    window.resize(640, 700)
    QApplication.processEvents()
    window.shortcuts["privacy_panel"].trigger()
    assert stage.panel.window() is host._own, "no room beside the chat"


def test_nothing_is_read_while_the_panel_is_hidden(qtbot, make_stage: Callable[..., Stage]) -> None:
    stage = make_stage()
    say(qtbot, stage.window, "hello")
    wait_idle(qtbot, stage.window)
    assert stage.window.privacy.desk.feed is None
    assert stage.source.asked == []
    assert not stage.window.privacy.desk._live.isActive()


def test_without_anything_recorded_it_says_so(qtbot, make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(is_recorded=False)
    stage.window.privacy.toggle()
    assert stage.panel.summary.sentence.text() == "No message has been sent yet."
    assert stage.panel.summary.recovery.text() == ""
    assert "Every byte will stand here" in stage.panel.entries._empty.text()


def test_everything_that_can_have_the_focus_has_a_name(qtbot, stage: Stage) -> None:
    choose_last(stage, Kind.STEP)
    assert nameless(stage.panel) == []


def test_the_panel_never_holds_the_window_up(qtbot, stage: Stage) -> None:
    """A reply of some thousand frames comes while the panel is open: the longest pause between two events is short."""
    panel = stage.panel.entries
    worst_s = 0.0
    for start in range(0, 400, 8):
        stage.source.record_reply(stage.message, prompt=1, tokens=8, start=9 + start)
        began_s = time.thread_time()
        QApplication.processEvents()
        worst_s = max(worst_s, time.thread_time() - began_s)
    qtbot.waitUntil(lambda: panel.model.entries == len(entries(stage)))
    assert worst_s < 1.0, "no performance test: something that blocks takes seconds"


def test_a_click_on_the_name_of_a_chat_goes_there(qtbot, stage: Stage) -> None:
    stage.window.desk.new_chat()
    panel = stage.panel.entries
    index = panel.model.index(panel.model.rowCount() - 1, Column.CHAT)
    panel.list.scrollTo(index)
    place = panel.list.visualRect(index).center()
    qtbot.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))
    qtbot.waitUntil(lambda: stage.window.desk.chat == stage.chat)


def test_errors_of_the_vault_are_shown(qtbot, stage: Stage) -> None:
    def fail(text: str) -> None:
        raise AppError("The vault is full.", "Free some space.")

    stage.source.save_notes = fail
    panel = stage.panel.entries
    panel.list.go_to(int(panel.model.rows[-1]))
    qtbot.keyClick(panel.list, Qt.Key.Key_M)
    assert "The vault is full." in stage.window.page.banner.text


def test_a_new_message_ends_the_measuring_of_the_last(qtbot, make_stage: Callable[..., Stage]) -> None:
    stage = make_stage(ScriptedReply(pause_s=0.01))
    stage.window.privacy.toggle()
    qtbot.waitUntil(lambda: "100" in stage.panel.summary.recovery.text())
    told = []

    def endless(message: object, attacks: object, tell: Callable[[str], None]) -> list[Recovered]:
        try:
            while True:
                tell("")
                time.sleep(0.005)
        finally:
            told.append(True)

    stage.source.recover = endless
    stage.panel.summary.measure.click()
    assert not stage.panel.summary.measure.isEnabled()
    say(qtbot, stage.window, "hello")
    qtbot.waitUntil(lambda: bool(told))
    wait_idle(qtbot, stage.window)
    stage.window.privacy.cancel()


def test_each_result_is_shown_when_it_is_there(qtbot, stage: Stage) -> None:
    go_on = threading.Event()

    def slow(message: object, attacks: object, tell: object) -> list[Recovered]:
        go_on.wait(5)
        return [Recovered("head", "The last layer", share=0.25)]

    stage.source.recover = slow
    stage.panel.summary.measure.click()
    view = stage.panel.detail.recovery
    assert "100 %" in view._state.text(), "what was measured stays"
    assert "Now trying: Reading the last layer" in view._state.text()
    go_on.set()
    qtbot.waitUntil(lambda: "25.0 %" in everything_said(view))
    assert "Now trying" not in view._state.text()


def test_the_switch_replaces_names_from_now_on(qtbot, stage: Stage) -> None:
    switch = stage.panel.summary.redaction
    assert switch.isVisible()
    assert not switch.isChecked()
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert stage.conversations.chat(stage.chat).options.redacts is True
    qtbot.waitUntil(switch.isChecked)
    stage.window.desk.new_chat()
    qtbot.waitUntil(lambda: not switch.isChecked())


def test_what_was_replaced_is_counted_by_the_attack(qtbot, make_stage: Callable[..., Stage]) -> None:
    stage = make_stage()
    stage.source.recovered = {"embeddings": Recovered("embeddings", share=0.8, replaced=2)}
    stage.window.privacy.toggle()
    qtbot.waitUntil(lambda: "2 names and numbers were replaced" in stage.panel.summary.recovery.text())
    assert "80.0 % of your words" in stage.panel.summary.recovery.text()
