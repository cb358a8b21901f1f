"""The window around the chats: pages, the lock, the start of the backend, its own place, its end."""

import gc
import threading
import time
import weakref

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QLabel, QLineEdit, QPlainTextEdit, QWidget

from app.core.events import LinkChanged, LinkState, TextAdded
from app.domain.errors import ContextFull, LedgerError, ModelError, StorageError
from app.domain.ids import NO_MESSAGE
from app.storage.settings import Settings
from app.ui.notices import Step, notice_of_error, percent_of
from app.ui.preferences import Preferences
from app.ui.window import ChatWindow
from app.ui.window_place import WindowPlace, decoded_place
from tests.gui.acting import press, say, titles, wait_idle, write
from tests.gui.conftest import shown
from tests.sim.scripted_conversations import ScriptedConversations, ScriptedReply

CANARY = "canary sentence"


def readable(root: QWidget) -> str:
    """Everything that a person, or a program that looks through the widgets, could read."""
    parts = []
    for widget in root.findChildren(QWidget):
        parts += [widget.accessibleName(), widget.accessibleDescription(), widget.toolTip(), widget.windowTitle()]
        if isinstance(widget, QLabel | QLineEdit):
            parts.append(widget.text())
        if isinstance(widget, QPlainTextEdit):
            parts.append(widget.toPlainText())
        if hasattr(widget, "plain_text"):
            parts.append(widget.plain_text())
    return "\n".join(parts)


@pytest.fixture
def full_window(qtbot, open_window):
    """A window with the canary everywhere: title, message, reply, draft, attachment, search, find, edit, toast."""
    window, chats = open_window(ScriptedReply((CANARY,)))
    chats.add_folder(f"folder {CANARY}")
    say(qtbot, window, f"{CANARY} sent")
    wait_idle(qtbot, window)
    window.desk.reading.open_find()
    window.page.find_bar.field.setText(CANARY)
    window.desk.writing.add_paste(f"{CANARY} pasted")
    window.page.sidebar.search.setText(CANARY)
    qtbot.waitUntil(lambda: window.page.sidebar.hits.isVisible())
    window.page.composer.set_text(f"{CANARY} typed")
    window.page.toast.show_words(CANARY)
    assert readable(window).count(CANARY) > 5
    return window, chats


def test_forget_drops_every_text_and_keeps_the_draft_in_the_store(qtbot, full_window) -> None:
    window, chats = full_window
    chat, page, view = window.desk.chat, window.page, window.page.view
    bridge = window.desk.bridge
    model, hits = page.sidebar.model, page.sidebar.hits.model()
    window.forget()
    assert CANARY not in readable(window)
    assert CANARY not in readable(page)
    assert view.plain_text() == ""
    assert (model.rowCount(), hits.rowCount()) == (0, 0)
    assert page.composer.input.document().availableUndoSteps() == 0
    assert chats.chat(chat).draft == f"{CANARY} typed"
    chats.seeded(CANARY, CANARY)  # events after the lock reach nobody
    qtbot.wait(60)
    bridge.post(TextAdded(NO_MESSAGE, CANARY))  # nor does one wait anywhere
    assert not bridge._waiting
    assert CANARY not in readable(window)


def test_after_the_lock_the_chats_come_back_whole(qtbot, full_window) -> None:
    window, chats = full_window
    window.forget()
    lock_page = QLineEdit()
    window.show_page(lock_page)
    assert lock_page.isVisible()
    assert not window.shortcuts["new_chat"].isEnabled()
    window.open_chats(chats)
    qtbot.waitUntil(lambda: any("anary" in title for chats in titles(window).values() for title in chats))
    assert window.page.isVisible()
    window.shortcuts["next_chat"].trigger()
    qtbot.waitUntil(lambda: CANARY in shown(window))
    assert window.page.composer.text == f"{CANARY} typed"


def test_another_page_stands_in_place_of_the_chats(open_window) -> None:
    window, _ = open_window()
    page = QWidget()
    window.show_page(page)
    assert page.isVisible()
    assert not window.page.isVisible()
    assert not window.shortcuts["palette"].isEnabled()
    window.show_chat()
    assert window.page.isVisible()
    assert window.shortcuts["palette"].isEnabled()


def test_a_start_shows_what_it_does_how_far_it_is_and_what_can_be_done_meanwhile(qtbot, open_window) -> None:
    window, chats = open_window(chats=ScriptedConversations(is_ready=False))
    window.post(LinkChanged(LinkState.STARTING, "Converting the model: 43 %"))
    banner = window.page.banner
    qtbot.waitUntil(lambda: banner.text.startswith("Converting the model: 43 %"))
    assert "You can read, search and write already" in banner.text
    assert banner._progress.value() == 43
    assert window.page.header.link_text == "Starting"
    chats.attach(chats.writer)
    window.post(LinkChanged(LinkState.READY))
    qtbot.waitUntil(lambda: not banner.isVisible())
    write(qtbot, window, "x")
    qtbot.waitUntil(window.page.composer.button.isEnabled)


def test_a_failed_start_offers_to_try_again_and_leads_to_the_settings(qtbot, open_window) -> None:
    window, _ = open_window(chats=ScriptedConversations(is_ready=False))
    window.fail_start(ModelError("The model's file is damaged.", "Fetch it again."))
    banner = window.page.banner
    assert banner.text == "The model's file is damaged. Fetch it again."
    assert window.page.header.link_text == "Offline"
    with qtbot.waitSignal(window.settings_requested) as asked:
        banner.second.click()
    assert asked.args == ["models"]
    window.fail_start(ModelError("The model's file is damaged.", "Fetch it again."))
    with qtbot.waitSignal(window.retry_start_requested):
        banner.action.click()
    assert window.page.header.link_text == "Starting"


def test_a_failed_start_is_still_told_when_the_chats_open_later(open_window, theme) -> None:
    window = ChatWindow(theme, Preferences())
    window.fail_start(ModelError("The model's file is damaged."))
    window.open_chats(ScriptedConversations(is_ready=False))
    assert window.page.header.link_text == "Offline"
    window._conversations.close()
    window.finish_closing()
    window.deleteLater()


@pytest.mark.parametrize(
    ("error", "step"),
    [
        (StorageError("The disk is full."), Step.STORAGE),
        (LedgerError("The ledger cannot be written."), Step.STORAGE),
        (ModelError("There is not enough memory for this model."), Step.MODELS),
        (ContextFull("It no longer fits."), Step.NEW_CHAT),
    ],
)
def test_every_kind_of_error_has_advice_and_a_next_step(error, step: Step) -> None:
    notice = notice_of_error(error, can_retry=False)
    assert notice.message == error.message
    assert notice.advice
    assert notice.first is step


@pytest.mark.parametrize(
    ("words", "percent"),
    [("Fetching: 12 of 48 MB.", 25), ("once: 43 %", 43), ("140 %", 100), ("Loading", -1), ("0 of 0", -1)],
)
def test_progress_is_read_from_the_words(words: str, percent: int) -> None:
    assert percent_of(words) == percent


def test_an_error_is_said_before_what_is_less_urgent_and_then_gives_way(qtbot, open_window) -> None:
    window, _ = open_window(chats=ScriptedConversations(is_ready=False))
    window.receive(LinkChanged(LinkState.STARTING, "Loading"))
    window.show_error(StorageError("The disk is full."))
    assert window.page.banner.text.startswith("The disk is full.")
    press(qtbot, window, Qt.Key.Key_Escape)
    assert window.page.banner.text.startswith("Loading")


def test_the_place_is_kept_and_nonsense_in_it_is_left_out(qtbot, open_window) -> None:
    place = WindowPlace(b"\x01\x02", 280)
    assert decoded_place(place.encoded()) == place
    for nonsense in ("", "%%% 12", "AQI= 99999999", "AQI= -3", "é"):
        decoded_place(nonsense)
    window, _ = open_window(settings=Settings(window_geometry="nonsense"))
    window.resize(1000, 700)
    window.page.set_sidebar_width(300)
    window.close()
    saved = decoded_place(window._preferences.settings.window_geometry)
    assert saved.geometry
    assert abs(saved.sidebar_width - 300) <= 2


def test_a_narrow_window_makes_room_for_the_chat(qtbot, open_window) -> None:
    window, _ = open_window()
    assert window.page.sidebar.isVisible()
    window.resize(600, 600)
    qtbot.waitUntil(lambda: not window.page.sidebar.isVisible())
    assert window.page.header.new_chat.isVisible()
    window.shortcuts["toggle_sidebar"].trigger()
    window.resize(1200, 700)
    qtbot.waitUntil(lambda: window.page.sidebar.isVisible())


def test_a_slow_close_does_not_freeze_the_window(qtbot, theme) -> None:
    class Slow(ScriptedConversations):
        def close(self) -> None:
            time.sleep(0.4)
            super().close()

    chats = Slow()
    window = ChatWindow(theme, Preferences(), chats)
    window.show()
    window.close_requested.connect(lambda: window.close_chats(window.finish_closing))
    turns = []
    with qtbot.waitSignal(window.closed):
        window.close()
        for delay_ms in (50, 100, 150, 200):
            QTimer.singleShot(delay_ms, window, lambda: turns.append(1))
        assert window.page.composer.hint.whole == "Closing…"
        window.close()  # an impatient person
    assert len(turns) == 4
    assert chats.is_closed
    assert not window.isVisible()
    window.deleteLater()


def test_closing_while_a_reply_streams_ends_everything(qtbot, theme) -> None:
    chats = ScriptedConversations([ScriptedReply(("on and on ",) * 500, pause_s=0.005)])
    window = ChatWindow(theme, Preferences(), chats)
    window.show()
    window.close_requested.connect(lambda: window.close_chats(window.finish_closing))
    say(qtbot, window, "go")
    qtbot.waitUntil(lambda: "on and on" in shown(window))
    with qtbot.waitSignal(window.closed):
        window.close()
    assert chats.is_closed
    window.deleteLater()


def test_events_from_any_thread_reach_the_window(qtbot, open_window) -> None:
    window, _ = open_window(chats=ScriptedConversations(is_ready=False))
    thread = threading.Thread(target=lambda: window.post(LinkChanged(LinkState.OFFLINE, "Gone")))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: window.page.header.link_text == "Offline")


def test_options_of_one_chat_are_chosen_and_reset(qtbot, open_window) -> None:
    window, chats = open_window()
    window.shortcuts["chat_options"].trigger()
    panel = window.page.options
    panel.system.setPlainText("Be brief.")
    panel.own_sampling.setChecked(True)
    panel.temperature.setValue(0.7)
    panel.seed.setText("42")
    panel.done.click()
    options = chats.chat(window.desk.chat).options
    assert options.system == "Be brief."
    assert (options.sampling.temperature, options.sampling.seed) == (0.7, 42)
    assert window.page.header.options.property("is_on")
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    assert chats.writer.tasks[0].system == "Be brief."
    window.shortcuts["chat_options"].trigger()
    panel.reset.click()
    panel.done.click()
    assert chats.chat(window.desk.chat).options.sampling is None
    assert chats.chat(window.desk.chat).options.system is None


def test_no_chat_page_outlives_its_lock(qtbot, open_window) -> None:
    window, chats = open_window()
    page = weakref.ref(window.page)
    window.forget()
    window.open_chats(chats)
    qtbot.wait(10)
    gc.collect()
    assert page() is None
