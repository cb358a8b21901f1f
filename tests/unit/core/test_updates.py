"""What a release feed may say, and when it is news."""

import json
from datetime import date

import pytest

from app.core import updates
from app.core.updates import NOTES_CHARACTERS, Release, is_due, is_newer, packaged_feed, read_feed
from app.domain.errors import FeedError

GOOD = {"version": "1.4.0", "url": "https://example.org/1.4.0", "notes": "New:\n- faster", "sha256": "ab" * 32}


def test_a_feed_is_read() -> None:
    assert read_feed(json.dumps(GOOD | {"more": [1]}).encode()) == Release(
        "1.4.0", "https://example.org/1.4.0", "New:\n- faster", "ab" * 32
    )
    assert read_feed(b'{"version": "2", "url": "https://example.org"}') == Release("2", "https://example.org")


@pytest.mark.parametrize(
    "changes",
    [
        {"version": "latest"},
        {"version": 2},
        {"version": "1" * 65},
        {"version": None},
        {"url": "http://example.org"},
        {"url": "javascript:alert(1)"},
        {"url": "file:///etc/passwd"},
        {"url": "https://"},
        {"url": "https://me@example.org"},
        {"url": "https://exämple.org"},
        {"url": "https://example.org/\u202egnp"},
        {"url": "https://example.org/ x"},
        {"url": "https://example.org/" + "a" * 3000},
        {"notes": ["x"]},
        {"sha256": "AB" * 32},
        {"sha256": 7},
    ],
)
def test_a_feed_with_a_wrong_field_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(FeedError):
        read_feed(json.dumps(GOOD | changes).encode())


@pytest.mark.parametrize("body", [b"", b"[]", b"3", b"\xff\xfe", b"[" * 60_000, b"{}", b'"x"'])
def test_what_is_no_feed_is_refused(body: bytes) -> None:
    with pytest.raises(FeedError) as caught:
        read_feed(body)
    assert caught.value.advice


def test_notes_are_plain_text_that_does_not_deceive() -> None:
    notes = "a\x00b\x1b[31mc\u202ed\u2066e\r\nf\tg" + "x" * (2 * NOTES_CHARACTERS)
    read = read_feed(json.dumps(GOOD | {"notes": notes}).encode()).notes
    assert read.startswith("ab[31mcde\nf\tgx")
    assert len(read) <= NOTES_CHARACTERS


@pytest.mark.parametrize(
    ("offered", "running", "is_news"),
    [
        ("0.2.0", "0.1.0", True),
        ("0.10", "0.9", True),
        ("0.1.0", "0.1.0", False),
        ("0.1", "0.1.0", False),
        ("0.0.9", "0.1.0", False),
        ("0.2rc1", "0.1.0", False),
        ("0.2rc2", "0.2rc1", True),
        ("0.2", "0.2rc1", True),
        ("1!0.1", "9.0", True),
        ("0.2", "unknown", False),
    ],
)
def test_what_is_newer(offered: str, running: str, is_news: bool) -> None:
    assert is_newer(Release(offered, "https://example.org"), running) is is_news


def test_one_look_a_day() -> None:
    assert is_due("", date(2026, 11, 23))
    assert not is_due("2026-11-23", date(2026, 11, 23))
    assert is_due("2026-11-23", date(2026, 11, 24))
    assert is_due("2027-01-01", date(2026, 11, 24))  # a clock that was wrong


def test_the_address_comes_from_the_package_where_its_maker_set_one(monkeypatch: pytest.MonkeyPatch) -> None:
    assert packaged_feed() == ""  # none is published: the field starts empty

    class Packaged:
        def get_all(self, name: str) -> list[str]:
            return ["Home, https://example.org", "Release feed, https://example.org/releases.json"]

    monkeypatch.setattr(updates, "metadata", lambda name: Packaged())
    assert packaged_feed() == "https://example.org/releases.json"
