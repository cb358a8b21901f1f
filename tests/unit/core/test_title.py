"""Automatic titles: the first words that mean something, in 48 characters."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.title import TITLE_CHARS, title_of
from app.domain.conversation import Attachment, Message, Role
from app.domain.ids import new_message_id


def titled(text: str, *names: str) -> str:
    attachments = tuple(Attachment(name, "inside") for name in names)
    return title_of(Message(new_message_id(), Role.USER, text, attachments=attachments))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("What is a fjord?", "What is a fjord?"),
        ("Hi, what is a fjord? And a skerry?", "What is a fjord?"),
        ("Hello there! Please, name three rivers", "Name three rivers"),
        ("Guten Tag, nenne mir drei Flüsse.", "Nenne mir drei Flüsse"),
        ("hi", "Hi"),
        ("\n\n  ## Plan for *Monday*\n- wake up", "Plan for Monday"),
        ("```python\nprint(1)\n```", "Print(1)"),
        ("> quoted\nanswer", "Quoted"),
        ("1. first\n2. second", "First"),
        ("snake_case and __init__ stay readable", "Snake_case and init stay readable"),
        (
            "Write a long story about a fox who learns to read books in the woods",
            "Write a long story about a fox who learns to…",
        ),
        ("a\u202eb\x07c\u200bd", "Ab cd"),
        ("这是一个关于狐狸的故事。后来它学会了读书。", "这是一个关于狐狸的故事"),
        ("", ""),
        (" \n\t", ""),
    ],
)
def test_titles(text: str, title: str) -> None:
    assert titled(text) == title


def test_a_message_of_attachments_alone_is_named_by_the_first() -> None:
    assert titled("", "notes.txt", "more.txt") == "notes.txt"


@given(st.text(max_size=400))
def test_any_text_gives_one_short_clean_line(text: str) -> None:
    title = titled(text)
    assert len(title) <= TITLE_CHARS
    assert title == " ".join(title.split())
    assert not any(unicodedata.category(sign) in ("Cc", "Co") or sign in "\u202e\u2066" for sign in title)
