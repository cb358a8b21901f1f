"""What says the same is folded, what is only alike is kept and known."""

import random

import pytest

from app.domain.notes import Folded, Note
from app.notes.duplicates import Folding, fold
from app.notes.reading import note_of
from app.notes.tally import Draft
from tests.sim.note_files import prose


def note(name: str, text: str) -> Note:
    return note_of(name, Draft(name, text))


def only_fold(folding: Folding) -> tuple[str, str, Folded]:
    (found,) = folding.folds
    return found.source, found.into, found.why


def changed(text: str, words: int, seed: int = 0) -> str:
    parts = text.split()
    for at in random.Random(seed).sample(range(len(parts)), words):
        parts[at] = "changed"
    return " ".join(parts)


def test_the_same_words_are_folded_whatever_their_case_and_marks() -> None:
    folding = fold([note("b.md", "# The rain,\n\ncame *over* the hill!"), note("a.md", "the rain came over the hill")])
    assert only_fold(folding) == ("a.md", "b.md", Folded.SAME)
    assert [one.source for one in folding.kept] == ["b.md"]


def test_of_many_copies_one_is_kept_and_each_report_says_which() -> None:
    folding = fold([note(f"{at}.md", "the rain came over the hill") for at in range(50)])
    assert len(folding.kept) == 1
    assert {one.into for one in folding.folds} == {folding.kept[0].source}
    assert len(folding.folds) == 49


@pytest.mark.parametrize(("words", "folds"), [(0, True), (3, True), (40, False)])
def test_a_revision_is_folded_and_another_text_is_not(words: int, folds: bool) -> None:
    text = prose(1, 300)
    folding = fold([note("old.md", changed(text, words)), note("new.md", text + " and one more line")])
    assert bool(folding.folds) is folds
    if folds:
        assert only_fold(folding) == ("old.md", "new.md", Folded.NEARLY_SAME)


def test_a_note_that_stands_inside_another_one_is_folded_unless_that_is_far_longer() -> None:
    part = prose(1, 100)
    folding = fold([note("part.md", part), note("whole.md", prose(2, 100) + part + prose(3, 100))])
    assert only_fold(folding) == ("part.md", "whole.md", Folded.INSIDE)
    digest = note("digest.md", part + prose(4, 900))
    folding = fold([note("part.md", part), digest])
    assert not folding.folds
    assert len(folding.alike) == 1


@pytest.mark.parametrize("count", [20, 80])
def test_notes_from_one_template_are_neither_folded_nor_alike(count: int) -> None:
    template = prose(1_000, 60)
    folding = fold([note(f"{at}.md", template + prose(at, 40)) for at in range(count)])
    assert len(folding.kept) == count
    assert not folding.alike


def test_a_hundred_revisions_of_one_note_are_folded() -> None:
    text = prose(1, 400)
    folding = fold([note(f"{at}.md", changed(text, 1, at)) for at in range(100)])
    assert len(folding.kept) == 1


def test_folding_does_not_depend_on_the_order_and_changes_nothing_else() -> None:
    some = [note(f"{at}.md", prose(at % 20, 60) + (" more" if at >= 20 else "")) for at in range(30)]
    one, other = fold(some), fold(some[::-1])
    assert set(one.kept) == set(other.kept)
    assert one.folds == other.folds
    assert [kept.source for kept in one.kept] == [source.source for source in some if source in one.kept]


def test_short_notes_and_notes_of_marks_only() -> None:
    folding = fold(
        [note("a", "hi"), note("b", "Hi!"), note("c", "ho"), note("d", "…"), note("e", "***"), note("f", "***")]
    )
    assert [one.source for one in folding.kept] == ["b", "c", "d", "e"]
    assert fold([]).kept == ()
