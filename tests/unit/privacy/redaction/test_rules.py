"""The exact rules: what they must find, what they must leave."""

import time
from itertools import pairwise

import pytest

from app.privacy.redaction.checks import german_tax_check, is_iban, is_luhn
from app.privacy.redaction.kinds import RANK, Kind, Span, without_overlaps
from app.privacy.redaction.redactor import Choices, Redactor, own_words
from tests.privacy.redaction_set.labelled import load

RULES_ONLY = Choices(frozenset(Kind) - {Kind.PERSON, Kind.ORGANISATION, Kind.PLACE})


def found(text: str) -> list[tuple[str, str]]:
    return [(span.kind.value, span.text) for span in Redactor().find(text, RULES_ONLY)]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("4111 1111 1111 1111", "card"),
        ("DE89 3704 0044 0532 0130 00", "iban"),
        ("gb82west12345698765432", "iban"),
        ("219-09-9999", "social"),
        ("86095742719", "tax"),
        ("jane.doe+x@mail.example.co.uk", "mail"),
        ("+49 170 1234567", "phone"),
        ("ghp_R7kLm2Qx9Zt4Vb6Nc8Yd1Wf3Hj5Ps0GaUeIo", "key"),
        ("2001:db8::1", "ip"),
        ("14 Birch Lane", "address"),
        ("Lindenallee 7", "address"),
    ],
)
def test_found(text: str, kind: str) -> None:
    assert found(text) == [(kind, text)]
    assert found(f"see {text}, please") == [(kind, text)]


@pytest.mark.parametrize(
    "text",
    [
        "4111 1111 1111 1112",  # Luhn
        "DE89 3704 0044 0532 0130 01",  # mod 97
        "86095742710",  # check digit
        "000-12-3456",  # never given out
        "127.0.0.1",
        "999.1.1.1",
        "version 10.4.2.1",
        "2024-05-06",
        "1 200 000 people",
        "order 123456789",
        "https://docs.python.org/3/library/re.html?highlight=re",
        "the password is wrong and the token is missing",
        "foo@bar",
        "3f786850-e387-550f-dab8-36ed7e6dc881 is no key: see commit 3f786850e387550fdab836ed7e6dc881de23001b"[36:],
    ],
)
def test_left(text: str) -> None:
    assert found(text) == []


def test_checksums_tell_one_wrong_digit() -> None:
    assert is_luhn("4111111111111111") and not is_luhn("4111111111111121")
    assert is_iban("DE89370400440532013000") and not is_iban("DE89370400440532013001") and not is_iban("DE8937")
    assert german_tax_check("8609574271") == 9


def test_overlaps_are_settled_the_same_way_whatever_the_order() -> None:
    text = "x" * 30
    spans = [
        Span(0, 9, Kind.PERSON, text[:9]),
        Span(4, 12, Kind.MAIL, text[4:12]),
        Span(10, 20, Kind.PHONE, text[10:20]),
    ]
    assert without_overlaps(spans) == without_overlaps(spans[::-1]) == [spans[1]]
    assert set(RANK) == set(Kind)


def test_own_words_in_any_case_and_only_as_words() -> None:
    text = "Falcon, falcon-like, PROJECT  FALCON, falconer"
    assert [span.text for span in own_words(text, ["falcon", "", "  "])] == ["Falcon", "falcon", "FALCON"]
    assert [span.text for span in own_words(text, ["project falcon"])] == ["PROJECT  FALCON"]


@pytest.mark.parametrize(
    "text",
    ["a" * 60_000, "1" * 60_000, "1-" * 30_000, "A1" * 30_000, "@." * 30_000, "Aa " * 20_000, "://" * 20_000,
     "\n" * 60_000, "-----BEGIN PRIVATE KEY-----" * 2_000, "x@y." * 15_000, ":" * 60_000, "(" * 60_000, "0 " * 30_000,
     "https://a:" * 6_000],
)  # fmt: skip
def test_hostile_texts_take_no_hours(text: str) -> None:
    start = time.monotonic()
    found(text)
    assert time.monotonic() - start < 30


def test_every_span_lies_in_its_text_and_none_overlap() -> None:
    for row in load("generated")[:200]:
        spans = Redactor().find(row.text, RULES_ONLY)
        assert all(row.text[span.start : span.end] == span.text for span in spans)
        assert all(a.end <= b.start for a, b in pairwise(spans))
