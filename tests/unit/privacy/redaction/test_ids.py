"""Numbers of people by country: the check digit tells one wrong digit, and the words around tell the rest."""

import pytest

from app.privacy.redaction import id_checks
from app.privacy.redaction.kinds import RULED
from app.privacy.redaction.redactor import Choices, Redactor

RIGHT = (
    ("is_nhs", "9434765919"), ("is_swiss_social", "7569217076985"), ("is_austrian_social", "1237010180"),
    ("is_german_health", "A123456780"), ("is_dutch_citizen", "111222333"), ("is_spanish_person", "12345678Z"),
    ("is_spanish_person", "X1234567L"), ("is_italian_person", "RSSMRA85T10A562S"), ("is_polish_person", "44051401359"),
    ("is_belgian_person", "85073003328"), ("is_brazilian_person", "11144477735"), ("is_indian_person", "234123412346"),
    ("is_vat", "DE136695976"), ("is_vat", "BE0428759497"), ("is_vat", "IT00743110157"), ("is_vat", "FR40303265045"),
    ("is_vat", "PL8567346215"), ("is_vat", "GB980780684"),
)  # fmt: skip


@pytest.mark.parametrize(("check", "number"), RIGHT)
def test_a_right_number_is_right_and_one_digit_off_is_not(check: str, number: str) -> None:
    is_right = getattr(id_checks, check)
    place = max(at for at, sign in enumerate(number) if sign.isdecimal())
    wrong = f"{number[:place]}{(int(number[place]) + 1) % 10}{number[place + 1 :]}"
    assert is_right(number) and not is_right(wrong)
    assert not is_right("") and not is_right(number[:-1])


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Reisepass Nr. C4VK7L9G2, gültig bis 2031", "C4VK7L9G2"),
        ("AB1234567 is my passport number", "AB1234567"),
        ("born in Leeds on 3 March 1971.", "3 March 1971"),
        ("mysql -u root -pHunter2Blau! shop", "-pHunter2Blau!"),
        ("Rose Cottage, Mill Lane, Oxford OX18 4TE", "Rose Cottage, Mill Lane, Oxford OX18 4TE"),
        ("my heroku api key is 550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000"),
    ],
)
def test_what_stands_around_a_number_says_what_it_is(text: str, number: str) -> None:
    assert [span.text for span in Redactor().find(text, Choices(RULED))] == [number]


@pytest.mark.parametrize(
    "text",
    [
        "passport control took 45 minutes, gate 12 closed at 17:30",
        "VAT is 19 % on 1,190.00 euros",
        "max_tokens: 4096, token = 12",
        "the object 550e8400-e29b-41d4-a716-446655440000 is gone",
        "a newborn weighed 3400 g on 3 March 2024",
        "10557 Wähler kamen",
    ],
)
def test_numbers_of_nobody_stay(text: str) -> None:
    assert Redactor().find(text, Choices(RULED)) == []
