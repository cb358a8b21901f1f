"""By note, from the notes' own hashes: nothing else moves them."""

import random
from collections.abc import Iterable

import pytest

from app.domain.errors import SettingsError
from app.domain.notes import Note
from app.notes import split as splitting
from app.notes.duplicates import fold
from app.notes.reading import note_of
from app.notes.split import split
from app.notes.tally import Draft


def notes(count: int, words: int = 60, seed: int = 1) -> list[Note]:
    chance = random.Random(seed)
    return [
        note_of(f"n/{at}.md", Draft(str(at), " ".join(f"w{chance.randrange(4000)}" for _ in range(words))))
        for at in range(count)
    ]


def ids(some: Iterable[Note]) -> set[str]:
    return {note.id for note in some}


def test_the_share_is_about_an_eighth_and_every_note_is_on_one_side() -> None:
    all_notes = notes(400)
    found = split(all_notes)
    assert 0.08 < len(found.held_out) / 400 < 0.17
    assert ids(found.train) | ids(found.held_out) == ids(all_notes)
    assert not ids(found.train) & ids(found.held_out)


def test_adding_and_taking_notes_moves_no_other_note() -> None:
    before = notes(200)
    sides = {note.id: note in split(before).held_out for note in before}
    after = split([*before[50:], *notes(100, seed=2)])
    for note in before[50:]:
        assert (note.id in ids(after.held_out)) is sides[note.id]


def test_another_seed_is_another_split_and_the_order_of_the_notes_is_not() -> None:
    some = notes(100)
    assert ids(split(some, 1).held_out) != ids(split(some, 2).held_out)
    assert ids(split(some[::-1], 1).held_out) == ids(split(some, 1).held_out)


@pytest.mark.parametrize("seed", range(40))
def test_small_sets_always_hold_something_back_and_never_most_of_it(seed: int) -> None:
    some = notes(5, words=200, seed=seed)
    found = split(some)
    assert found.held_out
    assert sum(note.words for note in found.held_out) <= 0.4 * sum(note.words for note in some)


def test_one_enormous_note_is_learned_where_it_can_be() -> None:
    some = [*notes(1, words=5_000, seed=5), *notes(6, words=100, seed=6)]
    assert some[0].id in ids(split(some).train)


def test_notes_that_are_alike_are_never_on_two_sides() -> None:
    some = notes(60, words=80)
    longer = [
        note_of(f"l/{at}.md", Draft("", note.text[:300] + " " + notes(1, 70, at + 99)[0].text))
        for at, note in enumerate(some)
    ]
    folding = fold([*some, *longer])
    assert len(folding.alike) == 60
    found = split(folding.kept, alike=folding.alike)
    held, learned = ids(found.held_out), ids(found.train)
    assert not [pair for pair in folding.alike if held & set(pair) and learned & set(pair)]
    assert found.aside
    assert all(splitting.place(note, 0) < splitting.SHARE for note in found.aside)


@pytest.mark.parametrize("some", [[], notes(3, words=1_000), notes(10, words=20)], ids=["none", "three", "short"])
def test_too_little_text_is_refused_with_how_much_is_needed(some: list[Note]) -> None:
    with pytest.raises(SettingsError, match="too little") as caught:
        split(some)
    assert "600 words" in caught.value.advice
    assert f"{len(some)} different notes" in caught.value.message


def test_notes_that_all_say_nearly_the_same_are_refused() -> None:
    some = notes(8, words=100)
    pairs = [(one.id, other.id) for one in some for other in some if one is not other]
    with pytest.raises(SettingsError, match="too alike"):
        split(some, alike=pairs)
