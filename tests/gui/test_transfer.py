"""Export from the window: one chat as PDF, and what is selected; where it goes, and that Stop leaves nothing."""

from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest
from pypdf import PdfReader
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from app.core.shareable import ShareableChats
from app.domain.conversation import Attachment, ChatInfo, EndReason, Message, Role, StoredChat, Turn
from app.domain.errors import AppError
from app.domain.ids import ChatId, new_chat_id, new_message_id
from app.transfer.writing import ExportFormat, export_chat
from app.ui.transfer_dialogs import TransferDialogs, chosen_file
from tests.gui.acting import say, wait_idle
from tests.gui.chat.conftest import drag, point_of, view  # noqa: F401  the fixture
from tests.sim.scripted_conversations import ScriptedReply

KINDS = ["Markdown (*.md)", "PDF (*.pdf)", "Web page (*.html)"]


class OneChat(ShareableChats):
    """`reached` is set when the first message is asked for, which then waits for `goes_on`."""

    def __init__(self, count: int = 3) -> None:
        self.reached, self.goes_on = Event(), Event()
        self.goes_on.set()
        messages: list[Message] = []
        for number in range(count):
            parent = messages[-1].id if messages else None
            messages.append(Message(new_message_id(), Role.USER, f"words {number}", parent=parent))
        self.chat = StoredChat(ChatInfo(new_chat_id(), "A loaf"), messages)

    def whole(self, chat: ChatId) -> StoredChat:
        self.reached.set()
        assert self.goes_on.wait(30)
        return self.chat

    def export(self, chat: ChatId, target: Path, form: ExportFormat, words: object = None) -> None:
        export_chat(target, form, self.chat)


class Dialogs:
    def __init__(self, dialogs: TransferDialogs) -> None:
        self.transfer = dialogs
        self.said: list[str] = []
        self.failed: list[AppError] = []
        dialogs.said.connect(lambda words, more: self.said.append(words))
        dialogs.failed.connect(self.failed.append)

    def is_idle(self) -> bool:
        return self.transfer._job is None


@pytest.fixture
def dialogs(qtbot) -> Iterator[Dialogs]:
    window = QWidget()
    qtbot.addWidget(window)
    made = Dialogs(TransferDialogs(window, lambda: None))
    yield made
    made.transfer.end()


class Asked:
    """Stands in for the system's own dialog, which no test can press."""

    def __init__(self) -> None:
        self.path, self.kind = "", 0
        self.suggested = ""
        self.kinds: list[str] = []

    def answer(self, _: object, title: str, suggested: str, kinds: str) -> tuple[str, str]:
        assert "not be encrypted" in title
        self.suggested, self.kinds = Path(suggested).name, kinds.split(";;")
        return self.path, self.kinds[self.kind] if self.path else ""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    made = Asked()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", made.answer)
    return made


def text_of(path: Path) -> str:
    return "".join("".join(page.extract_text() for page in PdfReader(path).pages).split())


def test_a_chat_is_exported_as_pdf(qtbot, dialogs: Dialogs, tmp_path: Path) -> None:
    chats = OneChat()
    dialogs.transfer.export_to(chats, chats.chat.info.id, tmp_path / "loaf.PDF")
    qtbot.waitUntil(dialogs.is_idle, timeout=30_000)
    assert "words2" in text_of(tmp_path / "loaf.PDF")
    assert dialogs.said == [f"Exported 1 chat to {tmp_path / 'loaf.PDF'}."]
    assert not dialogs.failed


def test_stop_leaves_no_part_of_a_pdf(qtbot, dialogs: Dialogs, tmp_path: Path) -> None:
    chats = OneChat()
    chats.goes_on.clear()
    dialogs.transfer.export_to(chats, chats.chat.info.id, tmp_path / "loaf.pdf")
    assert chats.reached.wait(30)
    assert dialogs.transfer._progress is not None
    dialogs.transfer._progress.canceled.emit()
    chats.goes_on.set()
    qtbot.waitUntil(dialogs.is_idle, timeout=30_000)
    assert not list(tmp_path.iterdir())
    assert (dialogs.said, dialogs.failed) == ([], [])


@pytest.mark.allow_warning_logs
def test_a_pdf_that_cannot_be_written_gives_a_sentence(qtbot, dialogs: Dialogs, tmp_path: Path) -> None:
    chats = OneChat()
    dialogs.transfer.export_to(chats, chats.chat.info.id, tmp_path / "gone" / "loaf.pdf")
    qtbot.waitUntil(dialogs.is_idle, timeout=30_000)
    (error,) = dialogs.failed
    assert error.advice


def test_the_dialog_offers_pdf_and_the_kind_chosen_is_written(
    qtbot, dialogs: Dialogs, asked: Asked, tmp_path: Path
) -> None:
    chats = OneChat()
    dialogs.transfer._open = lambda: chats
    dialogs.transfer.export(chats.chat.info.id)
    assert (asked.suggested, [kind.split(" (")[0] for kind in asked.kinds]) == (
        "A loaf.md",
        ["Markdown", "PDF", "Web page", "Nearhalf's own JSON, with everything"],
    )
    assert dialogs.is_idle()  # the person thought better of it
    asked.path, asked.kind = str(tmp_path / "A loaf.md"), 1
    dialogs.transfer.export(chats.chat.info.id)
    qtbot.waitUntil(dialogs.is_idle, timeout=30_000)
    assert "words2" in text_of(tmp_path / "A loaf.pdf")
    dialogs.transfer.export_excerpt(chats.chat)
    assert len(asked.kinds) == 3
    qtbot.waitUntil(dialogs.is_idle, timeout=30_000)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["A loaf 2.pdf", "A loaf.pdf"]
    asked.path = ""
    dialogs.transfer.export(None)
    assert asked.kinds == ["Nearhalf's own JSON, with everything (*.json)"]


@pytest.mark.parametrize(
    ("typed", "kind", "written"),
    [
        ("a.md", KINDS[0], "a.md"),
        ("a.md", KINDS[1], "a.pdf"),  # the dialog has left the ending as it was
        ("a.md", KINDS[2], "a 2.html"),  # is there, and nobody asked whether it may be replaced
        ("a.html", KINDS[1], "a.html"),  # typed by the person
        ("a.PDF", KINDS[0], "a.PDF"),
        ("a", KINDS[1], "a.pdf"),
        ("a.b", KINDS[0], "a.b.md"),
        ("v1.2 of it.md", KINDS[1], "v1.2 of it.pdf"),
        ("a.json", KINDS[0], "a.json.md"),  # is not offered
        ("a", "", "a.md"),
    ],
)
def test_a_file_gets_the_ending_of_what_is_in_it(tmp_path: Path, typed: str, kind: str, written: str) -> None:
    (tmp_path / "a.html").touch()
    assert chosen_file(tmp_path / typed, kind, KINDS, ".md") == tmp_path / written


# Of what is selected


def turns_of(*messages: Message) -> list[Turn]:
    return [Turn(message) for message in messages]


def test_what_is_selected_becomes_messages(view) -> None:  # noqa: F811
    question = Message(
        new_message_id(), Role.USER, "hello *you*", created_at_ms=5, attachments=(Attachment("a.txt", "in it"),)
    )
    reply = Message(
        new_message_id(), Role.ASSISTANT, "good **day** to you\n\nand bye", parent=question.id,
        end=EndReason.MAX_TOKENS, model_id="small", tokens=(1, 2),
    )  # fmt: skip
    view.set_turns(turns_of(question, reply))
    assert view.selected_messages() == []
    view.select_all()
    assert view.selected_messages() == [question, reply]
    drag(view, point_of(view, "good"), point_of(view, "day", after=True))
    (part,) = view.selected_messages()
    assert (part.text, part.parent, part.end, part.model_id, part.tokens) == (
        "good **day**", None, EndReason.END_OF_TEXT, "small", (),
    )  # fmt: skip
    drag(view, point_of(view, "you"), point_of(view, "day", after=True))
    first, second = view.selected_messages()
    assert (first.text, first.attachments, first.created_at_ms) == ("you*", (), 5)
    assert (second.text, second.parent) == ("good **day**", first.id)


def test_the_selection_goes_out_in_every_form(qtbot, open_window, dialogs: Dialogs, tmp_path: Path) -> None:
    window, _ = open_window(ScriptedReply(["A **loaf** falls."]))
    say(qtbot, window, "Why?")
    wait_idle(qtbot, window)
    window.shortcuts["export_selection"].trigger()
    assert window.page.toast.text == "Nothing is selected in the conversation."
    window.page.view.select_all()
    with qtbot.waitSignal(window.excerpt_requested, timeout=30_000) as asked:
        window.shortcuts["export_selection"].trigger()
    (excerpt,) = asked.args
    assert [message.text for message in excerpt.messages] == ["Why?", "A **loaf** falls."]
    assert excerpt.info.title.endswith("(selection)")
    for ending, words in (("md", "A**loaf**falls."), ("html", "<strong>loaf</strong>"), ("pdf", "Aloaffalls.")):
        target = tmp_path / f"part.{ending}"
        dialogs.transfer.export_excerpt_to(excerpt, target)
        qtbot.waitUntil(dialogs.is_idle, timeout=30_000)
        text = text_of(target) if ending == "pdf" else "".join(target.read_text(encoding="utf-8").split())
        assert words in text
    assert len(dialogs.said) == 3


def test_the_menu_of_a_selection_exports_it(qtbot, open_window) -> None:
    window, _ = open_window(ScriptedReply(["A loaf falls."]))
    say(qtbot, window, "Why?")
    wait_idle(qtbot, window)
    chat = window.page.view
    chat.select_all()
    inside = point_of(chat, "loaf").toPoint()
    chat.keys.open_menu(chat.viewport().mapToGlobal(inside), chat.pointer.spot(QPointF(inside)))
    menu = next(menu for menu in chat.findChildren(QMenu) if menu.isVisible())
    action = next(action for action in menu.actions() if action.text() == "Export the selection…")
    with qtbot.waitSignal(window.excerpt_requested, timeout=30_000):
        action.trigger()
    menu.close()
