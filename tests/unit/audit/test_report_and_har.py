"""Reports escape every word; HAR tells the requests and never a token."""

import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.audit.har import as_har, has_token, is_control
from app.audit.layout import HAR
from app.audit.report import Report, Section, as_html
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from app.privacy.ledger_format import read_entries
from tests.unit.audit.exports import ANSWER, REQUEST, TOKEN, files_of, make_export, talk

EVIL = '<script>alert("x")</script>&\'"><img src=http://evil.example/x onerror=alert(1)>'
ALLOWED = {"html", "head", "meta", "title", "style", "body", "main", "h1", "h2", "p", "strong", "dl", "dt", "dd"} | {
    "section", "div", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


class Page(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@given(st.text(max_size=40) | st.just(EVIL))
def test_no_word_of_a_report_becomes_part_of_the_page(word: str) -> None:
    section = Section(word, (word,), (word, "b"), ((word, word),))
    page = Page(as_html(Report(word, word, word, True, ((word, word),), (section,), language=word)))
    assert set(page.tags) <= ALLOWED
    assert {name for name, _ in page.attributes} <= {
        "lang",
        "charset",
        "http-equiv",
        "content",
        "name",
        "class",
        "scope",
    }


def test_a_report_says_what_it_was_given_and_loads_nothing() -> None:
    page = as_html(
        Report("Canary report", "Found", EVIL, False, (("Chats", "3"),), (Section("What left", ("a", "b")),))
    )
    text = Page(page).text
    for word in ("Canary report", "Found", EVIL, "Chats", "3", "What left", "a", "b"):
        assert word in text
    assert 'class="verdict bad"' in page
    assert "default-src 'none'" in page
    assert " src=" not in page.replace(" src=http://evil", "")
    assert "@media print" in page


@pytest.fixture
def control(tmp_path: Path) -> tuple[list, dict[int, bytes]]:
    gate = PrivacyGate(Ledger(tmp_path / "l"))
    talk(gate)
    contents = {kept.entry: kept.content for kept in gate.kept()}
    gate.close()
    return [entry for entry in read_entries(tmp_path / "l") if is_control(entry)], contents


def test_a_har_tells_request_and_answer(control: tuple[list, dict[int, bytes]]) -> None:
    (exchange,) = json.loads(as_har(*control, "1"))["log"]["entries"]
    assert exchange["request"]["method"] == "GET"
    assert exchange["request"]["url"] == "https://cloud.example:443/v1/models"
    assert exchange["response"]["status"] == 200
    assert exchange["response"]["bodySize"] == len(ANSWER)
    assert exchange["_ledger"] == [entry.number for entry in control[0]]


def test_sanitised_it_has_no_bodies_and_only_names_of_other_headers(control: tuple[list, dict[int, bytes]]) -> None:
    text = as_har(*control, "1").decode()
    (exchange,) = json.loads(text)["log"]["entries"]
    headers = {header["name"]: header["value"] for header in exchange["request"]["headers"]}
    assert headers == {"Host": "cloud.example", "Accept": "*/*", "Authorization": "***", "User-Agent": "nearhalf"}
    assert {"name": "Set-Cookie", "value": "***"} in exchange["response"]["headers"]
    assert "data" not in json.dumps(exchange["response"]["content"])


@pytest.mark.parametrize("sanitised", [True, False])
def test_a_token_is_in_none_even_where_the_gate_had_not_blanked_it(
    control: tuple[list, dict[int, bytes]], sanitised: bool
) -> None:
    entries, _ = control
    secret = f"Bearer {TOKEN}".encode()
    contents = {entries[0].number: REQUEST.replace(b"User-Agent: nearhalf", b"X-Odd: " + secret)}
    contents[entries[1].number] = ANSWER + b' "echo": "' + secret + b'"'
    text = as_har(entries, contents, "1", sanitised=sanitised).decode()
    assert TOKEN not in text
    assert not has_token(text)
    assert ("data" in text) == (not sanitised)


def test_without_contents_the_ledger_alone_says_what_it_can(control: tuple[list, dict[int, bytes]]) -> None:
    (exchange,) = json.loads(as_har(control[0], {}, "1"))["log"]["entries"]
    assert exchange["request"]["url"].endswith("/v1/models")
    assert (exchange["response"]["status"], exchange["request"]["headers"]) == (0, [])


def test_odd_answers_make_no_trouble(control: tuple[list, dict[int, bytes]]) -> None:
    entries, _ = control
    for odd in (b"", b"\r\n\r\n", b"\xff" * 50, b"HTTP/1.1 abc\r\nno colon\r\n\r\n", b"GET"):
        json.loads(as_har(entries, {entry.number: odd for entry in entries}, "1"))


def test_it_is_part_of_an_export(tmp_path: Path) -> None:
    assert json.loads(files_of(make_export(tmp_path))[HAR])["log"]["version"] == "1.2"
