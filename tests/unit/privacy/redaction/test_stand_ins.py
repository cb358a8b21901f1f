"""Stand-ins: the same for the same, of the same form, nobody's; and the map as text."""

import json

import pytest

from app.privacy.redaction.checks import digits_of, is_german_tax_id, is_iban, is_luhn
from app.privacy.redaction.kinds import Kind, Span
from app.privacy.redaction.name_lists import FEMALE, MALE
from app.privacy.redaction.redacting import redact
from app.privacy.redaction.redactor import Redactor
from app.privacy.redaction.stand_ins import StandIns
from tests.privacy.redaction_set.labelled import load


def one(kind: Kind, text: str, stand_ins: StandIns | None = None, seen: str = "") -> str:
    stand_ins = stand_ins or StandIns()
    span = Span(0, len(text), kind, text)
    stand_ins.learn(span, seen)
    return stand_ins.replaced(span)


def test_a_name_keeps_its_parts_its_gender_and_its_case() -> None:
    stand_ins = StandIns()
    first, last = one(Kind.PERSON, "Anna Schmidt", stand_ins).split()
    assert one(Kind.PERSON, "Anna", stand_ins) == first and one(Kind.PERSON, "SCHMIDT", stand_ins) == last.upper()
    assert one(Kind.PERSON, "anna schmidt", stand_ins) == f"{first} {last}".lower()
    assert first.lower() in FEMALE or first.lower() not in MALE
    assert one(Kind.PERSON, "Anna von Berg", stand_ins).startswith(f"{first} von ")
    assert one(Kind.PERSON, "Anna-Lena", stand_ins).count("-") == 1


def test_the_mail_of_somebody_has_their_stand_ins_name() -> None:
    stand_ins = StandIns()
    first, last = one(Kind.PERSON, "Anna Schmidt", stand_ins).lower().split()
    assert one(Kind.MAIL, "anna.schmidt@firma.de", stand_ins).startswith(f"{first}.{last}@example.")


@pytest.mark.parametrize("seed", range(20))
def test_numbers_keep_their_form_and_their_checksums(seed: int) -> None:
    stand_ins = StandIns(bytes([seed] * 16))
    card = one(Kind.CARD, "4111-1111-1111-1111", stand_ins)
    assert is_luhn(digits_of(card)) and card[4] == card[9] == "-" and len(card) == 19
    iban = one(Kind.IBAN, "DE89 3704 0044 0532 0130 00", stand_ins)
    assert is_iban(iban.replace(" ", "")) and iban.startswith("DE") and len(iban) == 27
    assert is_german_tax_id(digits_of(one(Kind.TAX, "86 095 742 719", stand_ins)))
    assert one(Kind.SOCIAL, "219-09-9999", stand_ins)[0] == "9"
    assert "555" in one(Kind.PHONE, "(212) 867-5309", stand_ins)
    assert one(Kind.IP, "10.1.2.3", stand_ins).startswith(("192.0.2.", "198.51.100.", "203.0.113."))
    assert one(Kind.KEY, "ghp_" + "a1B2" * 9, stand_ins).startswith("ghp_")


@pytest.mark.parametrize("part", ["generated", "hand"])
def test_no_stand_in_is_or_holds_anything_real(part: str) -> None:
    redactor = Redactor(NoNames())
    for row in load(part):
        stand_ins = StandIns()
        redact([row.text], redactor.find, stand_ins)
        for pair in stand_ins.pairs:
            low, real = pair.stand_in.casefold(), pair.real.casefold()
            assert low != real and real not in low and low not in row.text.casefold()
        assert len({pair.stand_in.casefold() for pair in stand_ins.pairs}) == len(stand_ins.pairs)


def test_a_thousand_people_get_a_thousand_names() -> None:
    stand_ins = StandIns()
    names = [f"Xa{a}{b}{c} Yo{c}{b}{a}" for a in "bcdfghjklm" for b in "nopqrstuvw" for c in "abcdefghij"]
    made = {one(Kind.PERSON, name, stand_ins) for name in names}
    assert len(made) == len(names)
    assert len({pair.stand_in for pair in stand_ins.pairs}) == len(stand_ins.pairs)


def test_a_real_text_that_equals_a_stand_in_is_replaced_too() -> None:
    stand_ins = StandIns()
    stand_in = one(Kind.PERSON, "Anna", stand_ins)
    sent = redact([f"Anna met {stand_in}."], lambda text: [Span(0, 4, Kind.PERSON, "Anna")], stand_ins)[0]
    first, last = sent.text.removesuffix(".").split(" met ")
    assert first == stand_in and last not in (stand_in, "Anna")


def test_what_one_message_tells_is_replaced_in_all() -> None:
    stand_ins = StandIns()
    texts = ["anna wrote", "Ms Schmidt?", "ANNA SCHMIDT!", "schmidts"]
    span = Span(0, 12, Kind.PERSON, "Anna Schmidt")
    sent = redact([*texts, "Anna Schmidt"], lambda text: [span] if text == "Anna Schmidt" else [], stand_ins)
    joined = " ".join(one.text for one in sent[:3]).casefold()
    assert "anna" not in joined and "schmidt" not in joined
    assert sent[3].text == "schmidts"  # another word


def test_the_map_as_text_is_the_map() -> None:
    stand_ins = StandIns()
    one(Kind.PERSON, "Jürgen O'Brien", stand_ins)
    stand_ins.keep(Kind.MAIL, "a@b.de", is_kept=True)
    again = StandIns.from_json(stand_ins.to_json())
    assert again.pairs == stand_ins.pairs and again.kept == stand_ins.kept and again.to_json() == stand_ins.to_json()
    assert one(Kind.PERSON, "Somebody New", stand_ins) == one(Kind.PERSON, "Somebody New", again)
    assert StandIns.from_json("").pairs == () and StandIns().to_json() == ""


@pytest.mark.parametrize(
    "text",
    ["x", "[]", "{}", "1", '{"seed": "zz", "pairs": [], "kept": []}', '{"seed": "00", "pairs": [1], "kept": []}',
     json.dumps({"seed": "00", "pairs": [["no kind", "a", "b", ""]], "kept": []})],
)  # fmt: skip
def test_a_map_that_is_none_is_refused_in_one_way(text: str) -> None:
    with pytest.raises(ValueError):
        StandIns.from_json(text)


class NoNames:
    def find(self, text: str) -> list[Span]:
        return []
