"""The recovery code: what a person types is read, and a typing mistake is called one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import WrongKey
from app.storage.recovery_code import _ALPHABET, looks_like_a_code, new_recovery_code, read_recovery_code

codes = st.builds(new_recovery_code)
PLACES = [place for place, character in enumerate(new_recovery_code()) if character != "-"]


def test_a_code_is_six_groups_of_five_and_holds_130_random_bits() -> None:
    made = {new_recovery_code() for _ in range(200)}
    assert len(made) == 200
    assert all([len(group) for group in code.split("-")] == [5] * 6 for code in made)
    seen = [set(column) for column in zip(*(code.replace("-", "")[1:27] for code in made), strict=True)]
    assert len(seen) == 26 and all(len(characters) > 20 for characters in seen)


@given(codes, st.sampled_from(["", " ", "-", " - ", "\n", "–"]), st.booleans())
def test_grouping_and_case_do_not_matter(code: str, separator: str, is_lower: bool) -> None:
    typed = separator.join(code.split("-"))
    assert read_recovery_code(typed.lower() if is_lower else typed) == read_recovery_code(code)


@given(codes)
def test_letters_that_look_like_digits_are_read_as_those(code: str) -> None:
    typed = code.replace("0", "O").replace("1", "l")
    assert read_recovery_code(typed) == read_recovery_code(code)


@given(codes, st.sampled_from(PLACES[1:]), st.sampled_from(_ALPHABET))
def test_one_wrong_character_is_a_typing_mistake(code: str, place: int, character: str) -> None:
    wrong = code[:place] + character + code[place + 1 :]
    if wrong == code:
        return
    with pytest.raises(WrongKey, match="typing mistake"):
        read_recovery_code(wrong)


@given(codes, st.sampled_from(PLACES[1:-1]))
def test_two_swapped_neighbours_are_a_typing_mistake(code: str, place: int) -> None:
    after = PLACES[PLACES.index(place) + 1]
    characters = list(code)
    characters[place], characters[after] = characters[after], characters[place]
    wrong = "".join(characters)
    if wrong == code:
        return
    with pytest.raises(WrongKey, match="typing mistake"):
        read_recovery_code(wrong)


@given(codes, st.integers(1, 12))
def test_a_code_with_characters_missing_says_how_many_there_should_be(code: str, missing: int) -> None:
    with pytest.raises(WrongKey, match="has 30 letters and digits"):
        read_recovery_code(code[:-missing])


@given(st.text(max_size=60))
def test_any_text_is_an_answer(text: str) -> None:
    looks_like_a_code(text)
    with pytest.raises(WrongKey):
        read_recovery_code(text)


def test_a_passphrase_of_words_is_not_taken_for_a_code() -> None:
    assert not looks_like_a_code("correct horse battery staple")
    assert looks_like_a_code(new_recovery_code()[:-1] + "0")
