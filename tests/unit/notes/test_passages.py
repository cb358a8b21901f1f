"""Paragraphs, the hash over what was chosen, and what is done with secrets."""

import random
from collections.abc import Collection, Sequence

from hypothesis import given
from hypothesis import strategies as st

from app.domain.notes import Note, Secret, SecretChoice
from app.notes.passages import data_hash, passages
from app.notes.reading import note_of
from app.notes.secrets import cleared
from app.notes.tally import Draft


def note(text: str, name: str = "a.md") -> Note:
    return note_of(name, Draft("a", text))


def no_stand_ins(texts: Sequence[str], kinds: Collection[str]) -> Sequence[str]:
    raise AssertionError("nothing was to be replaced")


def test_paragraphs_are_units_and_code_is_not_cut() -> None:
    text = "# Head\nline\n\nsecond\n\n```\na\n\nb\n```\n\nlast `x` line\n"
    found = list(passages(note(text)))
    assert [one.text for one in found] == ["# Head\nline", "second", "```\na\n\nb\n```", "last `x` line"]
    assert all(text[one.start :].startswith(one.text) for one in found)


@given(st.lists(st.sampled_from(["a", " ", "\n", "\n\n", "```\n", "`x`", "# h\n", "~~~"]), max_size=40).map("".join))
def test_passages_hold_every_word_in_order_and_stand_where_they_say(text: str) -> None:
    found = list(passages(note(text)))
    assert " ".join(one.text for one in found).split() == text.split()
    assert all(text[one.start : one.start + len(one.text)] == one.text for one in found)
    assert all(one.text.strip() for one in found)


def test_the_data_hash_is_of_the_texts_and_their_side_alone() -> None:
    some = [note(f"text {at}", f"{at}.md") for at in range(5)]
    renamed = [note(f"text {at}", f"other/{at}.md") for at in range(5)]
    random.Random(1).shuffle(renamed)
    assert data_hash(some, []) == data_hash(renamed, [])
    assert data_hash(some, []) != data_hash(some[:4], some[4:])
    assert data_hash(some, []) != data_hash([*some[:4], note("text five")], [])


def test_secrets_are_left_dropped_with_their_paragraph_or_replaced_by_kind() -> None:
    one = note("My card is 1111.\n\nMy key is abcd.\n\nMy mail is a@b.c.\n")
    secrets = [Secret("card", one.id, 11, 15), Secret("key", one.id, 28, 32), Secret("mail", one.id, 46, 51)]
    choices = {"card": SecretChoice.DROP_PASSAGE, "key": SecretChoice.REPLACE, "mail": SecretChoice.LEAVE}

    def replace_in(texts: Sequence[str], kinds: Collection[str]) -> Sequence[str]:
        assert set(kinds) == {"key"}
        return [text.replace("abcd", "wxyz") for text in texts]

    found = cleared([one], secrets, choices, replace_in)
    assert found.notes[0].text == "My key is wxyz.\n\nMy mail is a@b.c.\n"
    assert (found.notes[0].id, found.notes[0].sha256) == (one.id, one.sha256)
    assert (found.dropped_passages, found.replaced_secrets) == (1, 1)


def test_a_note_of_which_nothing_is_left_goes_and_others_stay_as_they_are() -> None:
    one, other = note("key abcd\n"), note("words\n", "b.md")
    found = cleared([one, other], [Secret("key", one.id, 4, 8)], {"key": SecretChoice.DROP_PASSAGE}, no_stand_ins)
    assert found.notes == (other,)


def test_a_secret_over_several_paragraphs_takes_them_all() -> None:
    one = note("before\n\nBEGIN\n\nEND\n\nafter\n")
    found = cleared([one], [Secret("key", one.id, 8, 18)], {"key": SecretChoice.DROP_PASSAGE}, no_stand_ins)
    assert found.notes[0].text == "before\n\nafter\n"
    assert found.dropped_passages == 2
