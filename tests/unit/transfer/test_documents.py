"""Markdown and HTML: complete, readable, and safe to open."""

import dataclasses
import re
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings

from app.domain.conversation import ChatInfo, Role, StoredChat
from app.domain.ids import ChatId
from app.transfer.export_words import ExportWords
from app.transfer.html import html
from app.transfer.markdown import markdown
from app.transfer.tree import branches
from app.transfer.writing import ExportFormat, export_all, export_chat, suggested_name
from tests.unit.transfer.samples import FOLDER, SAMPLE, chats, said


def one_reply(text: str) -> StoredChat:
    return StoredChat(ChatInfo(ChatId(UUID(int=1))), [said(1, None, text, Role.ASSISTANT)], {})


def test_markdown_of_the_branch_on_show() -> None:
    text = "".join(markdown(SAMPLE, all_branches=False))
    assert text.startswith("# Bread: “why?” \\<b\\>\n")
    assert re.findall(r"^## .*", text, re.MULTILINE) == ["## 1. You", "## 2. smollm2", "## 3. You"]
    assert "````\nflour\n```\nwater\n```\n````" in text  # a fence that the attachment does not hold
    assert "Too **little** salt.\n\n| a | b |" in text
    assert "Too *much* yeast" not in text


def test_markdown_of_all_branches_says_what_they_stand_beside() -> None:
    text = "".join(markdown(SAMPLE))
    assert re.findall(r"^(?:#+ |\*).*", text, re.MULTILINE)[1:] == [
        "## 1. You", "## 2. smollm2", "## 3. You", "# Other branches",
        "*Instead of message 1*", "## 4. You", "## 5. Reply", "*This reply was cut.*",
        "*Instead of message 2*", "## 6. smollm2-135m-instruct", "*This reply was cut.*",
    ]  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(chat=chats())
def test_every_message_stands_in_exactly_one_branch(chat: StoredChat) -> None:
    found = branches(chat)
    written = [message.id for branch in found for message in branch.messages]
    assert sorted(written, key=str) == sorted((message.id for message in chat.messages), key=str)
    assert len(set(written)) == len(written)
    number = {message: place for place, message in enumerate(written, 1)}
    parent = {message.id: message.parent for message in chat.messages}
    for branch in found:
        assert branch.first_number == number[branch.messages[0].id]
        for above, below in zip(branch.messages, branch.messages[1:], strict=False):
            assert below.parent == above.id
        if branch.instead_of is not None:
            assert parent[written[branch.instead_of - 1]] == branch.messages[0].parent


def test_a_chat_of_a_hundred_thousand_messages_is_written() -> None:
    messages = [
        said(number, number - 1 if number > 1 else None, "x", Role.USER if number % 2 else Role.ASSISTANT)
        for number in range(1, 100_001)
    ]
    chat = StoredChat(SAMPLE.info, messages, {})
    assert sum(1 for piece in markdown(chat) if piece.startswith("\n## ")) == 100_000


class Page(HTMLParser):
    """Every element and attribute of a document, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words.append(data)


FETCHING = {"script", "img", "iframe", "object", "embed", "link", "video", "audio", "source", "form", "base", "svg"}
HOSTILE = [
    "<script>alert(1)</script>", "<img src=http://evil.example/x.png onerror=alert(1)>", "![x](http://evil.example/x)",
    "[x](javascript:alert(1))", "[x](data:text/html;base64,PHNjcmlwdD4=)", "[x](vbscript:x)", "[x](file:///etc/passwd)",
    "<http://a.example/\"onmouseover=alert(1)>", "</style><script>x</script>", "```\n</pre><script>x</script>\n```",
    "`</code><img src=x>`", "<!-- x --><iframe src=//evil.example>", "[x]: javascript:alert(1)\n\n[x]",
    "|a|\n|-|\n|<svg onload=alert(1)>|", "&lt;script&gt;", "<a href='//evil.example'>x</a>", "![x][y]\n\n[y]: http://a.example/",
    "[x](//evil.example)", "[x](JaVaScRiPt:alert(1))", "```js\" onclick=\"x\ncode\n```",
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("where", ["reply", "question", "title", "attachment", "model"])
def test_nothing_in_a_page_is_fetched_or_run(text: str, where: str) -> None:
    chat = one_reply(text)
    message = chat.messages[0]
    if where == "question":
        chat = dataclasses.replace(chat, messages=[dataclasses.replace(message, role=Role.USER)])
    elif where == "title":
        chat = dataclasses.replace(chat, info=dataclasses.replace(chat.info, title=text))
    elif where == "attachment":
        attachment = dataclasses.replace(SAMPLE.messages[0].attachments[0], name=text, text=text)
        chat = dataclasses.replace(chat, messages=[dataclasses.replace(message, attachments=(attachment,))])
    elif where == "model":
        chat = dataclasses.replace(chat, messages=[dataclasses.replace(message, model_id=text)])
    page = Page("".join(html(chat)))
    assert not page.tags & FETCHING
    for tag, name, value in page.attributes:
        assert not name.startswith("on")
        assert name in (
            "href",
            "class",
            "id",
            "dir",
            "lang",
            "charset",
            "name",
            "content",
            "http-equiv",
            "start",
            "style",
        )
        if name == "href":
            assert tag == "a"
            assert value.startswith(("http://", "https://", "mailto:", "#"))


def test_the_page_renders_markdown_and_allows_itself_nothing() -> None:
    text = "".join(html(SAMPLE))
    page = Page(text)
    assert "<strong>little</strong>" in text
    assert "<table>" in text
    assert (
        "meta",
        "content",
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    ) in (page.attributes)
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text
    assert "url(" not in text
    assert "@import" not in text
    assert not re.search(r"https?://", text)


@pytest.mark.parametrize("text", ["x" * 1_000_000, "> " * 20_000 + "x", "* " * 20_000, "[" * 20_000, "`" * 50_001])
def test_a_hostile_reply_does_not_hold_the_export_up(text: str) -> None:
    assert "".join(html(one_reply(text))).endswith("</html>\n")


def test_words_come_from_the_caller() -> None:
    words = ExportWords(language="de", user="Sie", branches="Weitere Zweige")
    text = "".join(html(SAMPLE, words))
    assert '<html lang="de">' in text
    assert "1. Sie" in text
    assert "Weitere Zweige" in text


def test_all_chats_go_into_one_archive_with_names_that_every_system_takes(tmp_path: Path) -> None:
    titles = ["a/b\\c:*?", "../../etc/passwd", "", "CON", "x" * 300, "a/b\\c:*?", "Übung"]
    many = [
        dataclasses.replace(
            SAMPLE, info=ChatInfo(ChatId(UUID(int=place)), title=title, folder=FOLDER.id if place else None)
        )
        for place, title in enumerate(titles)
    ]
    told: list[int] = []
    target = tmp_path / "all.zip"
    assert export_all(target, ExportFormat.MARKDOWN, many, [FOLDER], tell=told.append) == 7
    assert told == list(range(7))
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
        assert archive.testzip() is None
    assert names[0] == "a b c.md"
    assert names[1:] == [
        "Recipes more/etc passwd.md", "Recipes more/Untitled chat.md", "Recipes more/CON chat.md",
        f"Recipes more/{'x' * 60}.md", "Recipes more/a b c.md", "Recipes more/Übung.md",
    ]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="modes are of POSIX")
def test_an_export_is_for_its_owner_alone(tmp_path: Path) -> None:
    target = tmp_path / "a.html"
    export_chat(target, ExportFormat.HTML, SAMPLE)
    assert target.stat().st_mode & 0o777 == 0o600


def test_a_name_is_suggested() -> None:
    assert suggested_name(SAMPLE, ExportFormat.HTML) == "Bread why b.html"


def test_ids_in_the_page_are_the_numbers_of_the_messages() -> None:
    page = Page("".join(html(SAMPLE)))
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert ids == [f"m{number}" for number in range(1, 7)]
    assert {value for _, name, value in page.attributes if name == "href"} <= {f"#{found}" for found in ids}
