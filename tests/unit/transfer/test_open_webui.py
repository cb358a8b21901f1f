"""Open WebUI's exports, as they come: new ones with branches, old ones with a list; and what they must not break."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.conversation import EndReason, Role, StoredChat
from app.transfer.open_webui import is_conversation, read_chat, time_ms
from app.transfer.reading import ChatFile
from app.transfer.report import Dropped, ImportReport, Source
from app.transfer.tree import branches
from tests.unit.transfer.samples import FILES
from tests.unit.transfer.test_own_format import assert_can_be_stored

FILE = FILES / "open-webui.json"


def read(path: Path) -> tuple[list[StoredChat], ImportReport]:
    file = ChatFile(path)
    return list(file), file.report


def written(tmp_path: Path, value: object) -> Path:
    path = tmp_path / "chat-export-1736000000123.json"
    path.write_text(json.dumps(value))
    return path


def said(name: str, parent: str | None, text: object, role: str = "user", **more: object) -> dict[str, object]:
    return {"id": name, "parentId": parent, "childrenIds": [], "role": role, "content": text} | more


def chat_of(*messages: dict[str, object], **more: object) -> dict[str, Any]:
    return {
        "id": "c",
        "title": "t",
        "chat": {"history": {"messages": {str(found["id"]): found for found in messages}, "currentId": None}} | more,
    }


def texts(value: dict[str, Any]) -> tuple[list[str], ImportReport]:
    report = ImportReport()
    chat = read_chat(value, report)
    return [message.text for message in chat.messages] if chat else [], report


def test_a_chat_with_two_models_files_tools_thoughts_and_a_system_message() -> None:
    chat, _ = read(FILE)[0]
    shown, *others = branches(chat)
    assert [(message.role, message.text) for message in shown.messages] == [
        (Role.USER, "[Picture]\n\n[File: Baking]\n\nWhy did this loaf fall?"),
        (Role.ASSISTANT, "I look it up.\n\n\nThe oven was <details>cold</details>."),
        (Role.USER, "And the second?"),
        (Role.ASSISTANT, "The same,"),
    ]
    assert [[message.text for message in branch.messages] for branch in others] == [["Too much **yeast**."]]
    first, second = shown.messages[0], shown.messages[1]
    assert [(found.name, found.text) for found in first.attachments] == [("recipe.md", "500 g flour")]
    assert [message.model_id for message in (second, others[0].messages[0])] == ["qwen2.5:7b", "Llama 3.2"]
    assert [message.end for message in shown.messages] == [None, EndReason.END_OF_TEXT, None, EndReason.STOPPED]
    assert (chat.info.title, chat.info.is_title_chosen, chat.info.is_pinned) == ("🍞 Falling Bread", True, True)
    assert (chat.info.created_at_ms, chat.info.changed_at_ms) == (1736000000000, 1736000400000)
    assert first.created_at_ms == 1736000001000
    assert chat.info.options.system == "You are a baker."


def test_an_old_chat_is_a_list() -> None:
    _, chat = read(FILE)[0]
    assert [(message.role, message.text) for message in chat.messages] == [
        (Role.USER, "Colour of snow?"),
        (Role.ASSISTANT, "White."),
    ]
    assert chat.messages[1].parent == chat.messages[0].id
    assert chat.info.options.system == "Answer in one word."
    assert (chat.info.title, chat.info.is_title_chosen) == ("", False)  # it had none: an automatic title may come
    assert chat.info.created_at_ms == 1707000000123


def test_what_was_left_out_is_counted() -> None:
    _, report = read(FILE)
    assert report.sources == {Source.OPEN_WEBUI}
    assert (report.chats, report.messages) == (2, 7)
    assert report.dropped == {
        Dropped.FILES: 2,
        Dropped.THOUGHTS: 1,
        Dropped.TOOLS: 2,  # a call, and what was looked up
        Dropped.NO_PLACE: 3,  # two tags, a rating
        Dropped.EMPTY: 1,
    }


def test_importing_twice_adds_nothing() -> None:
    chats, _ = read(FILE)
    again = ChatFile(FILE, known={chat.info.id for chat in chats})
    assert not list(again)
    assert again.report.dropped[Dropped.ALREADY_THERE] == 2
    assert read(FILE)[0] == chats


def test_one_chat_alone_wrapped_or_as_the_oldest_export_wrote_it(tmp_path: Path) -> None:
    new, old, _ = json.loads(FILE.read_text(encoding="utf-8"))
    expected, _ = read(FILE)
    assert read(written(tmp_path, new))[0] == expected[:1]
    bare = old["chat"] | {"id": old["id"]}
    (chat,), _ = read(written(tmp_path, [bare]))
    assert chat == expected[1]


def test_every_service_in_one_file_is_known_by_its_chats(tmp_path: Path) -> None:
    values = [
        found
        for name in ("chatgpt", "claude", "open-webui")
        for found in json.loads((FILES / f"{name}.json").read_text())
    ]
    _, report = read(written(tmp_path, values))
    assert report.sources == {Source.CHATGPT, Source.CLAUDE, Source.OPEN_WEBUI}


def test_content_in_parts() -> None:
    parts = [{"type": "text", "text": "Look:"}, {"type": "image_url", "image_url": {"url": "x"}}, {"type": "odd"}, 7]
    found, report = texts(chat_of(said("a", None, parts)))
    assert found == ["[Picture]\n\nLook:"]
    assert report.dropped == {Dropped.FILES: 1, Dropped.NO_PLACE: 2}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('<details type="reasoning">never closed', ""),
        ('a<details type="reasoning">b</details>c<details type="tool_calls">d</details>e', "ace"),
        ("a</details>b", "a</details>b"),
        ("<details type=", "<details type="),
        ('<details type="custom">kept</details>', '<details type="custom">kept</details>'),
        ("<details", "<details"),
    ],
)
def test_blocks_of_thoughts_and_tools_are_taken_out(text: str, left: str) -> None:
    found, _ = texts(chat_of(said("a", None, "q"), said("b", "a", text, "assistant")))
    assert found == ["q", left] if left else ["q"]
    asked, _ = texts(chat_of(said("a", None, text)))
    assert asked == [text]  # the person's own words stay as they are


@pytest.mark.parametrize("text", ["<details>" * 200_000, '<details type="reasoning">' * 100_000, "<details " * 200_000])
def test_many_blocks_take_one_pass(text: str) -> None:
    found, _ = texts(chat_of(said("a", None, "q"), said("b", "a", text, "assistant")))
    assert found[0] == "q"  # after 0.2 s; what is quadratic takes hours, and pytest ends it


def test_links_that_lead_nowhere_lose_no_message() -> None:
    circle = chat_of(said("a", "c", "1"), said("b", "a", "2"), said("c", "b", "3"), said("d", "gone", "4"))
    found, report = texts(circle)
    assert sorted(found) == ["1", "2", "3", "4"]
    assert report.dropped == {Dropped.BROKEN_LINK: 2}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1736000000, 1736000000000),
        (1736000000.5, 1736000000500),
        (1736000000123, 1736000000123),
        (1736000000123456, 1736000000123),
        (1736000000123456789, 1736000000123),
        ("2025-01-04T14:13:20Z", 1736000000000),
        (None, 0),
        (-1, 0),
        (10**400, 0),
        (True, 0),
    ],
)
def test_times_of_every_unit(value: object, expected: int) -> None:
    assert time_ms(value) == expected


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
names = st.sampled_from(["a", "b", "c", ""])
messages = st.fixed_dictionaries(
    {},
    optional={
        "id": names | values,
        "parentId": names | values,
        "childrenIds": st.lists(names | values, max_size=3) | values,
        "role": st.sampled_from(["user", "assistant", "system", "tool"]) | values,
        "content": st.text(max_size=5) | values,
        "files": st.lists(st.dictionaries(st.sampled_from(["type", "name", "file"]), values), max_size=2) | values,
        "timestamp": values,
        "model": values,
        "done": values,
        "error": values,
        "annotation": values,
        "sources": values,
    },
)
histories = st.fixed_dictionaries(
    {"messages": st.dictionaries(names, messages, max_size=4), "currentId": names | values}
)
chats = st.fixed_dictionaries(
    {"history": histories},
    optional={"messages": st.lists(messages, max_size=4) | values, "params": values, "tags": values, "title": values},
)


@given(chats, st.dictionaries(st.sampled_from(["id", "title", "created_at", "meta", "pinned"]), values))
@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_whatever_stands_in_a_chat_it_can_be_stored_or_is_none(chat: dict[str, Any], around: dict[str, Any]) -> None:
    for untrusted in (around | {"chat": chat}, chat):
        assert is_conversation(untrusted)
        found = read_chat(untrusted, ImportReport())
        if found is not None:
            assert_can_be_stored(found)
