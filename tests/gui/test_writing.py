"""Drafts, attachments, the meter, and what is said before a message is sent."""

import threading
import time

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from app.core.events import LinkChanged, LinkState
from app.domain.errors import SettingsError
from app.ui.text_files import LIMIT_BYTES, decode_text, read_text_file
from tests.gui.acting import press, say, wait_idle, write
from tests.gui.conftest import shown
from tests.sim.scripted_conversations import ScriptedConversations, ScriptedReply

LONG = "word " * 500


def paste(window, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    window.page.composer.input.insertFromMimeData(data)


def names(window) -> list[str]:
    return [attachment.name for attachment in window.desk.writing.attachments]


def test_every_chat_keeps_its_own_draft(qtbot, open_window) -> None:
    chats = ScriptedConversations()
    one, two = chats.seeded("q", "a"), chats.seeded("q", "a")
    window, _ = open_window(chats=chats)
    window.desk.open_chat(one, None)
    write(qtbot, window, "for one")
    window.desk.open_chat(two, None)
    assert window.page.composer.text == ""
    write(qtbot, window, "for two")
    window.desk.open_chat(one, None)
    assert window.page.composer.text == "for one"
    assert (chats.chat(one).draft, chats.chat(two).draft) == ("for one", "for two")


def test_a_draft_is_saved_while_it_is_written_and_emptied_by_sending(qtbot, open_window) -> None:
    window, chats = open_window()
    write(qtbot, window, "half a thought")
    qtbot.waitUntil(lambda: chats.chat(window.desk.chat).draft == "half a thought")
    press(qtbot, window, Qt.Key.Key_Return)
    wait_idle(qtbot, window)
    qtbot.wait(450)
    assert chats.chat(window.desk.chat).draft == ""


def test_what_will_be_sent_is_said_before_it_is(qtbot, open_window) -> None:
    window, _ = open_window()
    write(qtbot, window, "one two three")
    qtbot.waitUntil(lambda: window.page.composer.hint.whole == "7 tokens, about 8.1 kB of activations, to localhost")
    assert window.page.composer.meter.text() == "7 of 8,192 tokens"


def test_counting_never_happens_on_the_gui_thread_and_only_the_latest_answer_is_shown(qtbot, open_window) -> None:
    window, chats = open_window()
    threads, asked, honest = [], [], chats.estimate

    def slow(chat, text, attachments=(), *, instead_of=None):
        threads.append(threading.current_thread())
        asked.append(text)
        threading.Event().wait(0.1)
        return honest(chat, text, attachments)

    chats.estimate = slow
    for word in ("a ", "b ", "c ", "d "):
        write(qtbot, window, word)
        qtbot.wait(170)
    qtbot.waitUntil(lambda: window.page.composer.meter.text() == "8 of 8,192 tokens")
    assert threading.main_thread() not in threads
    assert asked[-1] == "a b c d"


def test_a_message_that_does_not_fit_is_refused_before_it_is_sent_with_ways_out(qtbot, open_window) -> None:
    window, chats = open_window()
    say(qtbot, window, "hello")
    wait_idle(qtbot, window)
    chats.writer.limit = 20
    write(qtbot, window, "many words " * 12)
    qtbot.waitUntil(lambda: window.page.banner.isVisible())
    assert window.page.banner.text.startswith("This does not fit: 31 tokens, and the model reads 20 at most.")
    assert not window.page.composer.button.isEnabled()
    press(qtbot, window, Qt.Key.Key_Return)
    window.desk.send(window.page.composer.text)
    assert len(chats.sent) == 1
    before = window.desk.chat
    window.page.banner.action.click()
    assert window.desk.chat != before
    assert window.page.composer.text.startswith("many words")
    assert chats.chat(before).draft == ""


def test_an_edit_is_counted_in_place_of_its_message_and_refused_where_it_does_not_fit(qtbot, open_window) -> None:
    window, chats = open_window()
    say(qtbot, window, "one two three")
    wait_idle(qtbot, window)
    own = chats.turns(window.desk.chat)[0].message
    chats.writer.limit = 20
    window.page.view.action_requested.emit("edit", own.id)
    write(qtbot, window, "one two three four")  # alone: neither the old message nor its reply counts
    qtbot.waitUntil(lambda: "8 of 20" in window.page.composer.meter.text())
    write(qtbot, window, "many words " * 12)
    qtbot.waitUntil(lambda: window.page.banner.isVisible())
    window.desk.send(window.page.composer.text)
    assert len(chats.sent) == 1


def test_shortening_makes_it_fit_again(qtbot, open_window) -> None:
    window, chats = open_window()
    chats.writer.limit = 10
    write(qtbot, window, "one two three four five six seven")
    qtbot.waitUntil(lambda: window.page.banner.isVisible())
    window.page.composer.set_text("one")
    qtbot.waitUntil(lambda: not window.page.banner.isVisible())
    assert window.page.composer.button.isEnabled()


def test_a_long_paste_goes_beside_the_message_and_can_be_put_back(qtbot, open_window) -> None:
    window, chats = open_window()
    paste(window, "short")
    assert window.page.composer.text == "short"
    paste(window, LONG)
    paste(window, "line\n" * 41)
    assert window.page.composer.text == "short"
    assert names(window) == ["Pasted text 1", "Pasted text 2"]
    window.page.composer.attachments.chips[1].to_text.click()
    assert names(window) == ["Pasted text 1"]
    assert window.page.composer.text.startswith("shortline\nline")
    window.page.composer.set_text("")
    press(qtbot, window, Qt.Key.Key_Return)
    wait_idle(qtbot, window)
    assert [one.text for one in chats.writer.tasks[0].branch[-1].attachments] == [LONG]
    assert names(window) == []


@pytest.mark.allow_warning_logs  # the refused file
def test_dropped_files_are_read_and_removed_with_their_button(qtbot, open_window, tmp_path) -> None:
    window, _ = open_window()
    good, bad = tmp_path / "notes.txt", tmp_path / "picture.png"
    good.write_text("grüße", encoding="utf-16")
    bad.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\x00\x00\x01")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(good)), QUrl.fromLocalFile(str(bad))])
    window.page.composer.input.insertFromMimeData(data)
    qtbot.waitUntil(lambda: names(window) == ["notes.txt"])
    assert window.desk.writing.attachments[0].text == "grüße"
    qtbot.waitUntil(lambda: "“picture.png” is not a text file." in window.page.banner.text)
    window.page.composer.attachments.chips[0].remove.click()
    assert names(window) == []
    assert window.page.composer.input.hasFocus()


@pytest.mark.allow_warning_logs  # the refused file
def test_a_refused_file_takes_no_other_with_it(qtbot, open_window, tmp_path) -> None:
    """The other has been read when the window hears of the refusal, and is only then to be taken."""
    window, _ = open_window()
    (tmp_path / "notes.txt").write_text("words")
    for name in ("missing.txt", "notes.txt"):
        window.desk.writing.add_files([tmp_path / name])
        assert window.desk.writing._reading[-1].wait(30)
    qtbot.waitUntil(lambda: names(window) == ["notes.txt"])
    assert "“missing.txt” cannot be read." in window.page.banner.text


def test_attachments_stay_with_their_chat(qtbot, open_window) -> None:
    chats = ScriptedConversations()
    other = chats.seeded("q", "a")
    window, _ = open_window(chats=chats)
    first = window.desk.chat
    write(qtbot, window, "x")
    paste(window, LONG)
    window.desk.open_chat(other, None)
    assert names(window) == []
    window.desk.open_chat(first, None)
    assert names(window) == ["Pasted text 1"]


def test_editing_brings_the_attachments_along(qtbot, open_window) -> None:
    window, chats = open_window()
    paste(window, LONG)
    say(qtbot, window, "read this")
    wait_idle(qtbot, window)
    window.shortcuts["edit_last"].trigger()
    assert names(window) == ["Pasted text 1"]
    press(qtbot, window, Qt.Key.Key_Escape)
    assert names(window) == []
    assert len(chats.sent) == 1


def test_a_message_is_kept_until_the_backend_is_there(qtbot, open_window) -> None:
    chats = ScriptedConversations(is_ready=False)
    window, _ = open_window(chats=chats)
    write(qtbot, window, "early words")
    press(qtbot, window, Qt.Key.Key_Return)
    assert window.page.composer.text == "early words"
    assert not window.page.composer.button.isEnabled()
    assert "sending waits" in window.page.composer.hint.whole
    chats.attach(chats.writer)
    window.post(LinkChanged(LinkState.READY))
    qtbot.waitUntil(window.page.composer.button.isEnabled)
    press(qtbot, window, Qt.Key.Key_Return)
    wait_idle(qtbot, window)
    assert "Hello there." in shown(window)


def test_typing_is_answered_at_once_while_a_reply_streams(qtbot, open_window) -> None:
    window, chats = open_window(ScriptedReply(tuple("word " for _ in range(400)), pause_s=0.004))
    say(qtbot, window, "go")
    qtbot.waitUntil(lambda: len(shown(window)) > 200)
    delays = []
    for letter in "typing while a reply streams" * 2:
        began_s = time.perf_counter()
        qtbot.keyClicks(window.page.composer.input, letter)
        delays.append(time.perf_counter() - began_s)
        qtbot.wait(5)
    chats.stop()
    wait_idle(qtbot, window)
    assert sorted(delays)[len(delays) // 2] < 0.03


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"plain", "plain"),
        ("grüße".encode(), "grüße"),
        ("\ufeffgrüße".encode(), "grüße"),
        ("grüße".encode("utf-16"), "grüße"),
        ("plain words".encode("utf-16-le"), "plain words"),
        ("plain words".encode("utf-16-be"), "plain words"),
        ("grüße".encode("utf-32"), "grüße"),
        ("grüße “x”".encode("cp1252"), "grüße “x”"),
        (b"\x7fELF\x02\x01\x01\x00\x00\x00", None),
        (bytes(range(256)) * 4, None),
        (b"\x1f\x8b\x08\x08abc\x01\x02\x03\x04\x05", None),
    ],
)
def test_text_is_told_from_what_is_none(data: bytes, text: str | None) -> None:
    assert decode_text(data) == text


@pytest.mark.parametrize("kind", ["folder", "missing", "large", "empty"])
def test_what_cannot_be_attached_is_refused_in_words(tmp_path, kind: str) -> None:
    path = tmp_path / "thing.txt"
    if kind == "folder":
        path.mkdir()
    elif kind == "large":
        path.write_bytes(b"x" * (LIMIT_BYTES + 1))
    elif kind == "empty":
        path.write_text(" \n")
    with pytest.raises(SettingsError) as refused:
        read_text_file(path)
    assert "thing.txt" in refused.value.message


def test_a_file_may_be_dropped_anywhere_on_the_chat(qtbot, open_window, tmp_path) -> None:
    window, _ = open_window()
    note = tmp_path / "note.md"
    note.write_text("words")
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(note))])
    modes = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window.page, QDragEnterEvent(QPoint(400, 200), *modes))
    assert window.page.composer.property("focused")
    QApplication.sendEvent(window.page, QDropEvent(QPointF(400, 200), *modes))
    qtbot.waitUntil(lambda: names(window) == ["note.md"])


def test_what_waits_beside_a_draft_is_there_after_the_lock_and_a_restart(qtbot, open_window) -> None:
    chats = ScriptedConversations()
    one, two = chats.seeded("q", "a"), chats.seeded("q", "a")
    window, _ = open_window(chats=chats)
    window.desk.open_chat(one, None)
    paste(window, LONG)
    paste(window, LONG + "more")
    window.desk.open_chat(two, None)
    window.desk.writing.forget()  # as the lock and a restart do
    window.desk.open_chat(one, None)
    assert names(window) == ["Pasted text 1", "Pasted text 2"]
    assert all(chip.to_text.isVisible() for chip in window.page.composer.attachments.chips)
    window.page.composer.attachments.chips[0].remove.click()
    paste(window, LONG + "and more")
    assert names(window) == ["Pasted text 2", "Pasted text 3"]
    assert [kept.attachment.name for kept in chats.draft_attachments(one)] == ["Pasted text 2", "Pasted text 3"]
    write(qtbot, window, "read this")
    press(qtbot, window, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: chats.draft_attachments(one) == (), timeout=30_000)
    wait_idle(qtbot, window)


def test_attachments_of_an_edit_are_not_the_drafts(qtbot, open_window) -> None:
    window, chats = open_window()
    say(qtbot, window, "a question")
    wait_idle(qtbot, window)
    window.desk.replies.edit_last()
    assert window.desk.writing.editing is not None
    paste(window, LONG)
    assert names(window) == ["Pasted text 1"]
    assert chats.draft_attachments(window.desk.chat) == ()
