"""The real words come back however the reply is cut, and in the form that the model gave to their stand-ins."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.privacy.redaction.kinds import Kind
from app.privacy.redaction.restoring import Restorer
from app.privacy.redaction.stand_ins import Pair

PAIRS = (
    Pair(Kind.PERSON, "Anna", "Maria", "first"),
    Pair(Kind.PERSON, "Schmidt", "Larsen", "last"),
    Pair(Kind.PERSON, "Jones", "Marian", "last"),
    Pair(Kind.MAIL, "anna.schmidt@firma.de", "maria.larsen@example.org"),
    Pair(Kind.PHONE, "+49 170 1234567", "+49 196 9475597"),
    Pair(Kind.IBAN, "DE89 3704 0044 0532 0130 00", "DE79 3598 6347 1519 0037 90"),
    Pair(Kind.ADDRESS, "Hauptstraße 12", "Grunfeldstraße 97"),
    Pair(Kind.ADDRESS, "14 Birch Lane", "45 Sycamore Lane"),
    Pair(Kind.OWN, "project falcon", "vonero talima"),
    Pair(Kind.KEY, "sk-aB3", "sk-xY9"),
)
CASES = [
    ("Maria", "Anna"),
    ("Maria Larsen", "Anna Schmidt"),
    ("MARIA LARSEN!", "ANNA SCHMIDT!"),
    ("maria", "anna"),
    ("Maria's book, Marias Buch", "Anna's book, Annas Buch"),
    ("the Larsens, the Marians", "the Schmidts, the Joneses"),
    ("Mariana, Mariam, Amaria, Maria1", "Mariana, Mariam, Amaria, Maria1"),
    ("_Maria_ **Larsen** (Maria)", "_Anna_ **Schmidt** (Anna)"),
    ("maria.larsen@example.org.", "anna.schmidt@firma.de."),
    ("maria.larsen@example.com", "anna.schmidt@example.com"),
    ("+49 196 9475597, +49-196-947-5597, +491969475597", "+49 170 1234567, +49-170-123-4567, +491701234567"),
    ("+49 196 947559", "+49 196 947559"),
    ("DE79359863471519003790", "DE89370400440532013000"),
    ("Grunfeldstraße 97 and Grunfeldstraße", "Hauptstraße 12 and Hauptstraße"),
    ("45 Sycamore\nLane", "14 Birch Lane"),
    ("Vonero Talima", "project falcon"),
    ("sk-xY9 SK-XY9", "sk-aB3 sk-aB3"),
    ("Mariaさん", "Annaさん"),
    ("", ""),
    ("Mari", "Mari"),
]


@pytest.mark.parametrize(("said", "wanted"), CASES)
def test_put_back_whole_and_in_any_two_or_three_pieces(said: str, wanted: str) -> None:
    assert Restorer(PAIRS).whole(said) == wanted
    for first in range(len(said) + 1):
        for second in range(first, len(said) + 1):
            restorer = Restorer(PAIRS)
            pieces = (said[:first], said[first:second], said[second:])
            assert "".join(map(restorer.add, pieces)) + restorer.finish() == wanted, pieces


WORDS = st.sampled_from(
    [said for said, _ in CASES] + ["Mar", "ia", " ", "\n", ".", "s", "'s", "+49", " 1", "-", "x", "é", "ß", "日本"]
)


@settings(max_examples=400, deadline=None)
@given(st.lists(WORDS, max_size=12).map("".join), st.lists(st.integers(1, 7), max_size=60))
def test_any_text_is_put_back_the_same_however_it_is_cut(said: str, cuts: list[int]) -> None:
    whole = Restorer(PAIRS).whole(said)
    restorer, result, at = Restorer(PAIRS), "", 0
    for size in cuts:
        result += restorer.add(said[at : at + size])
        at += size
    assert result + restorer.add(said[at:]) + restorer.finish() == whole


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_without_stand_ins_every_text_passes_at_once(said: str) -> None:
    restorer = Restorer(())
    assert restorer.add(said) == said and restorer.finish() == ""


def test_no_more_is_held_back_than_could_become_a_stand_in() -> None:
    restorer = Restorer(PAIRS)
    assert restorer.add("Hello, Ma") == "Hello, "
    assert restorer.add("y I? ") == "May I? "
    assert restorer.add("I am here. ") == "I am here. "


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="Maria Lrsen+49 1-.\n", max_size=200))
def test_what_is_held_back_stays_short(said: str) -> None:
    restorer = Restorer(PAIRS)
    longest = max(len(pair.stand_in) for pair in PAIRS)
    for sign in said:
        restorer.add(sign)
        assert len(restorer._held) <= 4 * longest + 8
