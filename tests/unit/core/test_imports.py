"""Imports whose ids are taken: by what was deleted a moment ago, or by what is there. Nothing is refused, or lost."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.core.memory_store import MemoryStore
from app.core.ports import ChatStore
from app.core.shareable import LibraryFiles
from app.domain.conversation import ChatInfo, Message, Role, StoredChat
from app.domain.ids import ChatId, MessageId, new_chat_id, new_message_id
from app.storage.chat_store import EncryptedChatStore
from app.storage.database import Database
from app.transfer.report import Dropped, ImportReport
from app.transfer.writing import ExportFormat, export_all
from tests.sim.scripted_conversations import ScriptedConversations
from tests.unit.transfer.samples import FILES

Start = Callable[[], ScriptedConversations]


@pytest.fixture(params=["memory", "disk"])
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Start]:
    """A Library over one store; each call is another start of the app, which forgets what was deleted."""
    database = Database(tmp_path / "history.db")
    store: ChatStore = MemoryStore()
    if request.param == "disk":
        database.open(bytes(range(32)))
        store = EncryptedChatStore(database)
    opened: list[ScriptedConversations] = []

    def open_one() -> ScriptedConversations:
        for library in opened:
            library.close()
        opened[:] = [ScriptedConversations(store=store)]
        return opened[0]

    yield open_one
    for library in opened:
        library.close()
    database.close()


def import_(library: ScriptedConversations, path: Path) -> tuple[ImportReport, ChatId | None]:
    return LibraryFiles(library).import_file(path, lambda done, total: None)


def said(library: ScriptedConversations) -> dict[str, list[str]]:
    """What is read of each chat, by title."""
    found: dict[str, list[str]] = {}
    for info in library.chats():
        key = info.title if info.title not in found else f"{info.title}, again"
        found[key] = [message.text for message in library.whole(info.id).messages]
    return found


def chat_of(*texts: str, title: str = "Bread") -> StoredChat:
    messages: list[Message] = []
    for number, text in enumerate(texts):
        role = Role.ASSISTANT if number % 2 else Role.USER
        messages.append(Message(new_message_id(), role, text, parent=messages[-1].id if messages else None))
    return StoredChat(ChatInfo(new_chat_id(), title, is_title_chosen=True), messages)


def exported(tmp_path: Path, *chats: StoredChat, name: str = "chats.json") -> Path:
    export_all(tmp_path / name, ExportFormat.JSON, chats)
    return tmp_path / name


def test_a_chat_that_was_deleted_comes_back_and_is_recognised_from_then_on(start: Start, tmp_path: Path) -> None:
    path = exported(tmp_path, chat_of("q", "a"))
    library = start()
    _, first = import_(library, path)
    assert first is not None
    library.delete(first)
    report, second = import_(library, path)
    assert second is not None
    assert second != first
    assert (report.chats, said(library)) == (1, {"Bread": ["q", "a"]})
    library.undo_delete(first)
    assert said(library) == {"Bread": ["q", "a"], "Bread, again": ["q", "a"]}
    library.delete(first)

    library = start()
    assert [info.id for info in library.chats()] == [second]
    report, none = import_(library, path)
    assert (none, report.dropped) == (None, {Dropped.ALREADY_THERE: 1})
    assert said(library) == {"Bread": ["q", "a"]}


def test_it_can_be_deleted_and_imported_again_and_again(start: Start) -> None:
    library = start()
    ids = set()
    for _ in range(4):
        _, first = import_(library, FILES / "open-webui.json")
        assert first is not None
        ids.add(first)
        assert len(library.chats()) == 2
        for info in library.chats():
            library.delete(info.id)
    assert len(ids) == 4


def test_a_message_whose_id_another_chat_has_gets_its_own(start: Start, tmp_path: Path) -> None:
    """A file of ours that somebody copied within."""
    chat = chat_of("q", "a", "and?", title="First")
    other = replace(chat.messages[1], id=new_message_id(), text="b")
    shown: dict[MessageId | None, MessageId] = {chat.messages[0].id: chat.messages[1].id}
    chat = replace(chat, messages=[*chat.messages, other], shown=shown)
    copy = replace(chat, info=replace(chat.info, id=new_chat_id(), title="Second"))
    library = start()
    report, _ = import_(library, exported(tmp_path, chat, copy))
    assert report.chats == 2
    assert said(library) == {"First": ["q", "a", "and?", "b"], "Second": ["q", "a", "and?", "b"]}
    first, second = (library.whole(info.id) for info in sorted(library.chats(), key=lambda info: info.title))
    assert not {message.id for message in first.messages} & {message.id for message in second.messages}
    question, answer, last, _ = second.messages
    assert (answer.parent, last.parent) == (question.id, answer.id)
    assert second.shown[question.id] == answer.id
    assert list(first.messages) == chat.messages  # the one that was there first keeps its own
    again, _ = import_(library, exported(tmp_path, chat, copy))
    assert again.dropped == {Dropped.ALREADY_THERE: 2}


def test_a_message_that_was_deleted_keeps_its_id_until_it_is_forgotten(start: Start, tmp_path: Path) -> None:
    chat = chat_of("q", "a", title="First")
    library = start()
    import_(library, exported(tmp_path, chat))
    library.delete(chat.info.id, chat.messages[1].id)
    copy = replace(chat, info=replace(chat.info, id=new_chat_id(), title="Second"))
    import_(library, exported(tmp_path, copy, name="copy.json"))
    library.undo_delete(chat.info.id, chat.messages[1].id)
    assert said(library) == {"First": ["q", "a"], "Second": ["q", "a"]}


def test_an_export_of_ours_keeps_its_ids_where_they_are_free(start: Start, tmp_path: Path) -> None:
    chat = chat_of("q", "a")
    library = start()
    _, first = import_(library, exported(tmp_path, chat))
    assert first == chat.info.id
    assert list(library.whole(chat.info.id).messages) == chat.messages
    assert json.loads(exported(tmp_path, library.whole(first)).read_text())["chats"][0]["id"] == str(first)
