"""From the first frame to the last: starting beside the window, failing, closing, crashing."""

import sys
import threading
import time

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication

from app.core.events import LinkChanged, LinkState
from app.core.ports import ChatPort
from app.domain.errors import Cancelled, ModelError
from app.ui.application import Report, Session, Start, run_window
from app.ui.crash import CrashHook
from app.ui.page import WindowSettings
from app.ui.theme import Appearance
from app.ui.window import ChatWindow
from tests.gui.test_chatting import press, say, wait_idle, write
from tests.sim.scripted_chat import ScriptedChat, ScriptedReply


@pytest.fixture
def begin(qtbot, theme):
    """`begin(start)`: a session whose window is shown; closed at the end if the test didn't."""
    sessions: list[Session] = []

    def begin_one(start: Start) -> Session:
        session = Session(theme, start, WindowSettings())
        session.window.show()
        session.begin()
        sessions.append(session)
        return session

    yield begin_one
    for session in sessions:
        session.window.bridge.close()
        session.window.deleteLater()
        session.deleteLater()


def close(qtbot, session: Session) -> None:
    with qtbot.waitSignal(session.window.closed):
        session.window.close()


def test_the_window_is_there_before_the_backend_and_says_what_it_waits_for(qtbot, begin) -> None:
    go_on, chat = threading.Event(), ScriptedChat()

    def start(report: Report) -> ChatPort:
        report(LinkChanged(LinkState.STARTING, "Converting the model: 43 %"))
        assert go_on.wait(5)
        return chat

    session = begin(start)
    window = session.window
    qtbot.waitUntil(lambda: window.composer.hint.text() == "Converting the model: 43 %")
    assert window.header.link_text == "Starting"
    write(qtbot, window, "early words")
    press(qtbot, window, Qt.Key.Key_Return)
    assert window.composer.text == "early words"
    assert not window.composer.button.isEnabled()
    assert window.composer.button.toolTip() == "Converting the model: 43 %"
    go_on.set()
    qtbot.waitUntil(window.composer.button.isEnabled)
    qtbot.waitUntil(lambda: window.header.link_text == "Ready")
    press(qtbot, window, Qt.Key.Key_Return)
    wait_idle(qtbot, window)
    assert [text for text, _ in chat.sent] == ["early words"]
    close(qtbot, session)
    assert chat.closed


def test_progress_words_that_come_late_do_not_outlive_the_start(qtbot, begin) -> None:
    def start(report: Report) -> ChatPort:
        for percent in range(50):
            report(LinkChanged(LinkState.STARTING, f"{percent} %"))
            time.sleep(0.002)
        return ScriptedChat()

    session = begin(start)
    qtbot.wait(200)
    qtbot.waitUntil(lambda: session.window.header.link_text == "Ready")
    assert session.window.composer.hint.text() == ""
    close(qtbot, session)


@pytest.mark.allow_warning_logs
def test_a_start_that_fails_says_why_and_can_be_tried_again(qtbot, begin) -> None:
    tries = []

    def start(report: Report) -> ChatPort:
        tries.append(1)
        if len(tries) == 1:
            raise ModelError("The model's file is damaged.", "Fetch it again.")
        return ScriptedChat()

    session = begin(start)
    banner = session.window.banner
    qtbot.waitUntil(banner.isVisible)
    assert banner.text == "The model's file is damaged. Fetch it again."
    assert session.window.header.link_text == "Offline"
    banner.action.click()
    qtbot.waitUntil(lambda: session.window.header.link_text == "Ready")
    assert not banner.isVisible()
    close(qtbot, session)


@pytest.mark.allow_warning_logs
def test_a_bug_in_the_start_is_told_in_words_and_logged_without_its_text(qtbot, begin, caplog) -> None:
    def start(report: Report) -> ChatPort:
        raise KeyError("canary sentence")

    session = begin(start)
    qtbot.waitUntil(session.window.banner.isVisible)
    assert session.window.banner.text.startswith("Something went wrong inside Nearhalf.")
    assert "KeyError" in caplog.text
    assert "canary" not in caplog.text
    close(qtbot, session)


def test_closing_while_it_starts_cancels_the_start(qtbot, begin) -> None:
    cancelled, running = threading.Event(), threading.Event()

    def start(report: Report) -> ChatPort:
        try:
            while True:
                report(LinkChanged(LinkState.STARTING, "Fetching"))
                running.set()
                time.sleep(0.01)
        except Cancelled:
            cancelled.set()
            raise

    session = begin(start)
    assert running.wait(5)
    close(qtbot, session)
    assert cancelled.is_set()


def test_a_port_that_comes_after_the_person_has_left_is_closed(qtbot, begin) -> None:
    go_on, chat = threading.Event(), ScriptedChat()

    def start(report: Report) -> ChatPort:
        go_on.wait(5)
        return chat

    session = begin(start)
    session.window.close()
    assert not session.window.isVisible()
    with qtbot.waitSignal(session.window.closed):
        go_on.set()
    assert chat.closed


def test_closing_while_a_reply_streams_ends_everything(qtbot, begin) -> None:
    chat = ScriptedChat([ScriptedReply(("on and on ",) * 500, pause_s=0.005)])
    session = begin(lambda report: chat)
    qtbot.waitUntil(lambda: session.window.header.link_text == "Ready")
    say(qtbot, session.window, "go")
    qtbot.wait(100)
    close(qtbot, session)
    assert chat.closed
    assert not session.window.isVisible()


def test_a_slow_close_does_not_freeze_the_window(qtbot, begin) -> None:
    class SlowChat(ScriptedChat):
        def close(self) -> None:
            time.sleep(0.4)
            super().close()

    session = begin(lambda report: SlowChat())
    qtbot.waitUntil(lambda: session.window.header.link_text == "Ready")
    turns = []
    with qtbot.waitSignal(session.window.closed):
        session.window.close()
        for delay_ms in (50, 100, 150, 200):
            QTimer.singleShot(delay_ms, session.window, lambda: turns.append(1))
        assert session.window.composer.hint.text() == "Closing…"
        session.window.close()  # an impatient person
    assert len(turns) == 4


def test_run_window_returns_when_the_person_has_left(qapp: QApplication) -> None:
    chat = ScriptedChat()

    def leave() -> None:
        window = next(w for w in qapp.topLevelWidgets() if isinstance(w, ChatWindow) and w.isVisible())
        if window.header.link_text == "Ready":
            timer.stop()
            window.actions_menu.quit.trigger()

    timer = QTimer(interval=20)
    timer.timeout.connect(leave)
    timer.start()
    before = sys.excepthook
    assert run_window(lambda report: chat, appearance=Appearance.LIGHT) == 0
    assert chat.closed
    assert sys.excepthook is before


@pytest.mark.allow_warning_logs
@pytest.mark.parametrize("where", ["gui", "thread"])
def test_a_bug_anywhere_shows_one_designed_dialog_and_no_traceback(
    qtbot, open_window, theme, tmp_path, caplog, where: str
) -> None:
    window, _ = open_window()
    hook = CrashHook(theme, tmp_path / "app.log", window)
    try:
        error = ValueError("canary sentence")
        if where == "gui":
            sys.excepthook(ValueError, error, None)
            sys.excepthook(ValueError, error, None)
        else:
            arguments = (ValueError, error, None, threading.current_thread())
            threading.excepthook(threading.ExceptHookArgs(arguments))
        qtbot.waitUntil(lambda: hook.dialog is not None)
        dialog = hook.dialog
        assert dialog is not None
        words = " ".join(label.text() for label in dialog.findChildren(type(window.composer.hint)))
        assert "Something went wrong" in words
        assert "app.log" in words
        assert "canary" not in words + caplog.text
        dialog.accept()
        qtbot.waitUntil(lambda: hook.dialog is None)
    finally:
        hook.remove()


def test_starting_timers_leaves_the_reference_count_of_none_alone(qapp: QApplication) -> None:
    """PySide6 6.12.0 lost one reference a call on Python 3.11 and died of it (FACTS.md)."""
    timer = QTimer()
    timer.start(1000)
    before = sys.getrefcount(None)
    for _ in range(300):
        timer.start(1000)
    timer.stop()
    assert abs(sys.getrefcount(None) - before) < 100
