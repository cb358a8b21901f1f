"""ChatGPT's and Claude's exports, as they come: what is taken, what is left out, and that it is said."""

import json
import zipfile
from pathlib import Path

import pytest

from app.domain.conversation import EndReason, Message, Role, StoredChat
from app.domain.errors import SettingsError
from app.transfer.reading import ChatFile
from app.transfer.report import Dropped, ImportReport, Source
from app.transfer.tree import branches
from tests.unit.transfer.samples import FILES


def read(path: Path) -> tuple[list[StoredChat], ImportReport]:
    file = ChatFile(path)
    return list(file), file.report


def lines(chat: StoredChat) -> list[tuple[Role, str]]:
    """The branch on show."""
    return [(message.role, message.text) for message in branches(chat)[0].messages]


def alternatives(chat: StoredChat) -> list[list[str]]:
    return [[message.text for message in branch.messages] for branch in branches(chat)[1:]]


def by_text(chat: StoredChat, words: str) -> Message:
    return next(message for message in chat.messages if words in message.text)


def test_chatgpt_with_tools_thoughts_pictures_and_a_branch() -> None:
    (chat,), report = read(FILES / "chatgpt.json")
    assert lines(chat) == [
        (Role.USER, "[File: loaf.jpg]\n\nWhy did this loaf fall?"),
        (
            Role.ASSISTANT,
            "Let me look up the boiling point.\n\nGas expands more up there , so use **less yeast**.",
        ),
        (Role.USER, "Thanks!"),
    ]
    assert alternatives(chat) == [["Too much yeast."]]
    reply, other = by_text(chat, "Gas"), by_text(chat, "Too much")
    assert (reply.model_id, reply.end) == ("o3", EndReason.END_OF_TEXT)
    assert (other.model_id, other.end) == ("gpt-4o", EndReason.MAX_TOKENS)
    assert not other.can_continue  # its tokens are not known here
    assert chat.info.title == "Bread at altitude"
    assert chat.info.is_title_chosen
    assert chat.info.is_pinned
    assert (chat.info.created_at_ms, chat.info.changed_at_ms) == (1718000000250, 1718000500750)
    assert chat.messages[0].created_at_ms == 1718000001500
    assert report.sources == {Source.CHATGPT}
    assert (report.chats, report.messages) == (1, 4)
    assert report.dropped == {
        Dropped.INSTRUCTIONS: 2,
        Dropped.FILES: 1,
        Dropped.THOUGHTS: 1,
        Dropped.TOOLS: 2,
        Dropped.EMPTY: 1,
    }


def test_claude_with_attachments_an_artifact_and_a_branch() -> None:
    (poem, hello), report = read(FILES / "claude.json")
    assert lines(poem) == [
        (Role.USER, "[File: crane.png]\n\nWrite four lines about this."),
        (Role.ASSISTANT, "Rust sings.\n\nHarbour\n\n```\nThe crane\nin rain\n```"),
        (Role.USER, ""),
    ]
    assert alternatives(poem) == [["Another try."]]
    first, _, other, last = poem.messages[0], poem.messages[1], by_text(poem, "Another"), poem.messages[2]
    assert [(found.name, found.text) for found in first.attachments] == [
        ("harbour.txt", "Gulls. Rust. A crane at noon.")
    ]
    assert [(found.name, found.text) for found in last.attachments] == [("Pasted text", "a long paste")]
    assert other.end is EndReason.STOPPED
    assert poem.info.title == "A poem for the harbour"
    assert poem.info.created_at_ms == 1771063462123
    assert lines(hello) == [(Role.USER, "Hello"), (Role.ASSISTANT, "Hi! How can I help?")]
    assert not hello.info.is_title_chosen  # it had none: an automatic title may come
    assert report.sources == {Source.CLAUDE}
    assert (report.chats, report.messages) == (2, 6)
    assert report.dropped == {Dropped.FILES: 1, Dropped.THOUGHTS: 1, Dropped.TOOLS: 1, Dropped.EMPTY: 1}


@pytest.mark.parametrize("name", ["chatgpt.json", "claude.json"])
def test_importing_twice_adds_nothing(name: str) -> None:
    chats, _ = read(FILES / name)
    again = ChatFile(FILES / name, known={chat.info.id for chat in chats})
    assert not list(again)
    assert again.report.dropped[Dropped.ALREADY_THERE] == len(chats)
    assert read(FILES / name)[0] == chats  # ids and all


@pytest.mark.parametrize("name", ["chatgpt.json", "claude.json"])
@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_the_zip_file_as_the_service_sends_it(tmp_path: Path, name: str, compression: int) -> None:
    path = tmp_path / "export.bin"  # known by its content
    with zipfile.ZipFile(path, "w", compression) as archive:
        archive.writestr("chat.html", "<html>")
        archive.writestr("user.json", '{"id": "user-1"}')
        archive.writestr("shared_conversations.json", "[]")
        archive.write(FILES / name, "conversations.json")
        archive.writestr("file-AbC123-loaf.jpg", b"\xff\xd8")
    assert read(path)[0] == read(FILES / name)[0]
    assert [found.name for found in tmp_path.iterdir()] == ["export.bin"]


def test_a_large_history_comes_in_several_files(tmp_path: Path) -> None:
    conversations = json.loads((FILES / "chatgpt.json").read_text())
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(3):
            conversations[0] |= {"id": f"id {number}", "conversation_id": f"id {number}"}
            archive.writestr(f"deep/conversations-{number:03}.json", json.dumps(conversations))
    chats, report = read(path)
    assert (len(chats), report.chats) == (3, 3)


def test_one_conversation_alone_one_a_line_and_wrapped(tmp_path: Path) -> None:
    conversations = json.loads((FILES / "claude.json").read_text())
    expected = read(FILES / "claude.json")[0]
    path = tmp_path / "claude.json"
    path.write_text(json.dumps(conversations[0]))
    assert read(path)[0] == expected[:1]
    path.write_text("\n".join(json.dumps(found) for found in conversations))
    assert read(path)[0] == expected
    path.write_text(json.dumps({"meta": {"exported": "today"}, "conversations": conversations}))
    assert read(path)[0] == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_files_that_an_editor_has_saved_in_another_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "conversations.json"
    path.write_text((FILES / "claude.json").read_text(), encoding=encoding)
    assert read(path)[0] == read(FILES / "claude.json")[0]


def claude_chat(*messages: dict[str, object], **more: object) -> str:
    return json.dumps([{"uuid": "c", "name": "", "chat_messages": list(messages)} | more])


def claude_message(name: str, parent: str | None, text: str = "x", sender: str = "human") -> dict[str, object]:
    return {"uuid": name, "sender": sender, "text": text or name, "parent_message_uuid": parent}


def test_claude_shows_the_leaf_that_the_file_names(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    tree = [claude_message("a", None, "a"), claude_message("b", "a", "b"), claude_message("c", "a", "c")]
    path.write_text(claude_chat(*tree, current_leaf_message_uuid="b"))
    (chat,), _ = read(path)
    assert [text for _, text in lines(chat)] == ["a", "b"]
    path.write_text(claude_chat(*tree))
    (chat,), _ = read(path)
    assert [text for _, text in lines(chat)] == ["a", "c"]


def test_claude_messages_whose_parent_is_missing_follow_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(claude_chat(*(claude_message(name, f"lost-{name}", name) for name in "abc")))
    (chat,), report = read(path)
    assert [text for _, text in lines(chat)] == ["a", "b", "c"]
    assert report.dropped == {Dropped.BROKEN_LINK: 3}


def test_chatgpt_spoken_words_are_text_and_code_is_fenced(tmp_path: Path) -> None:
    def node(name: str, parent: str | None, role: str, content: dict[str, object]) -> dict[str, object]:
        return {"id": name, "parent": parent, "message": {"author": {"role": role}, "content": content}}

    spoken = [{"content_type": "audio_transcription", "text": "Say it."}, {"content_type": "audio_asset_pointer"}]
    code = {"content_type": "code", "language": "python", "text": "print('```')"}
    mapping = {
        "a": node("a", None, "user", {"content_type": "multimodal_text", "parts": spoken}),
        "b": node("b", "a", "assistant", code),
    }
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"title": None, "mapping": mapping, "current_node": "b"}))
    (chat,), report = read(path)
    assert lines(chat) == [
        (Role.USER, "[Sound]\n\nSay it."),
        (Role.ASSISTANT, "````python\nprint('```')\n````"),
    ]
    assert report.dropped == {Dropped.FILES: 1}


def test_a_file_without_chats_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text('[{"name": "no chat"}, 7]')
    with pytest.raises(SettingsError, match="No chats were found") as caught:
        read(path)
    assert "Open WebUI" in caught.value.advice


def test_the_report_is_a_text_without_a_word_of_the_chats() -> None:
    _, report = read(FILES / "chatgpt.json")
    assert str(report).splitlines()[0] == "Read 1 chats with 4 messages, from ChatGPT."
    assert "Bread" not in str(report)
