"""The verdict as a whole, general questions and blind pairs, with models whose answers are told beforehand."""

from collections.abc import Callable

import pytest

from app.core.general_set import GeneralAbility, Question, general_ability, general_set
from app.core.side_by_side import MOST_TRIED, PAIRS, pairs_of, whole_text
from app.core.tuning import Basis, EvalPoint, SideBySide
from app.core.verdict import Case, judge
from app.domain.errors import Cancelled
from app.domain.notes import Note, NotesSet
from tests.sim.scripted_scorer import SEPARATOR, Letters, ScriptedScorer

LONG = "It was a long day and nobody came to the mill, so the miller went to sleep early that evening."
QUESTIONS = [Question("facts", f"{number} is", " yes", (" no", " maybe")) for number in range(20)]


def note(name: str, text: str = LONG, title: str = "") -> Note:
    return Note(name, title or name, name, text, "ab" * 32)


def case(notes: NotesSet) -> Case:
    points = [EvalPoint(0, 3.0), EvalPoint(10, 2.5), EvalPoint(20, 2.9), EvalPoint(30, 3.0)]
    return Case(notes, Letters(), SEPARATOR, points, 30, 0, 64, 4096)  # type: ignore[arg-type]


def answering(wrong: int) -> ScriptedScorer:
    """Answers all questions but the first `wrong` ones."""

    def loss(text: str) -> float:
        number = text.lstrip("\0").split(" ")[0]
        return 0.0 if text.endswith(" n" if number.isdecimal() and int(number) < wrong else " y") else 1.0

    return ScriptedScorer(loss)


def ability(before: ScriptedScorer, after: ScriptedScorer) -> GeneralAbility:
    return general_ability(QUESTIONS, Letters(), SEPARATOR, before, after, 0)  # type: ignore[arg-type]


def test_a_verdict_says_what_it_rests_on() -> None:
    notes = NotesSet(
        (note("learned"), note("book.md › 1", title="Book (1)")),
        (*(note(f"held {number}") for number in range(7)), note("book.md › 2", title="Book (2)")),
    )
    said: list[str] = []
    before, after = ScriptedScorer(lambda text: 2.0), ScriptedScorer(lambda text: 1.5, lambda prompt: " and so on")
    verdict = judge(case(notes), before, after, lambda: None, said.append)
    assert verdict.has_helped and not verdict.has_harmed
    assert (verdict.kept_step, verdict.overfit_step, verdict.steps) == (10, 10, 30)
    assert (verdict.basis, verdict.witnesses, verdict.held_out_notes) == (Basis.NOTES, 8, 8)
    assert (verdict.same_books, verdict.train_notes) == (1, 2)
    assert verdict.general_questions == len(general_set())
    assert len(said) == len(set(said)) == 4


def test_it_can_be_stopped_before_any_question() -> None:
    notes = NotesSet((note("learned"),), tuple(note(f"held {number}") for number in range(7)))
    asked = 0

    def stop_at(last: int) -> Callable[[], None]:
        def check() -> None:
            nonlocal asked
            asked += 1
            if asked == last:
                raise Cancelled

        return check

    judge(case(notes), ScriptedScorer(), ScriptedScorer(), stop_at(0), lambda _: None)
    questions = asked
    for last in (1, questions // 2, questions):
        asked = 0
        scorers = ScriptedScorer(), ScriptedScorer()
        with pytest.raises(Cancelled):
            judge(case(notes), *scorers, stop_at(last), lambda _: None)
        assert sum(len(one.asked) for one in scorers) == last - 1


def test_too_little_text_never_helps() -> None:
    notes = NotesSet((note("learned"),), (note("held", "Forty signs are too few for anything."),))
    verdict = judge(case(notes), ScriptedScorer(), ScriptedScorer(lambda text: 0.1), lambda: None, lambda _: None)
    assert verdict.gain.value > 0.5
    assert not verdict.has_helped and verdict.basis is Basis.TOO_LITTLE


def test_the_general_set_is_sound() -> None:
    questions = general_set()
    assert 50 <= len(questions) <= 80
    assert len({one.kind for one in questions}) == 5
    for one in questions:
        assert one.right not in one.wrong and one.wrong
        assert len({one.right, *one.wrong}) == len(one.wrong) + 1
        assert all(text.startswith(" ") == bool(one.prompt) for text in (one.right, *one.wrong))
        assert one.prompt == one.prompt.rstrip()


def test_general_ability_that_is_lost_is_damage() -> None:
    found = ability(answering(0), answering(12))
    assert (found.before, found.after, found.gain.value) == (1.0, 0.4, -0.6)
    assert found.gain.high < 0


def test_one_question_more_or_less_is_chance() -> None:
    assert ability(answering(1), answering(0)).gain.low <= 0
    assert ability(answering(0), answering(1)).gain.high >= 0


def test_completions_are_compared_where_they_part_in_one_question_and_sentences_as_a_whole() -> None:
    scorer = answering(0)
    assert ability(scorer, answering(0)).before == 1.0
    assert scorer.asked == [f"\0{number} is " for number in range(20)]
    grammar = [Question("grammar", "", "She has.", ("She have.",))]
    scorer = ScriptedScorer(lambda text: 5.0 if text.endswith("hav") else 1.0)
    assert general_ability(grammar, Letters(), SEPARATOR, scorer, scorer, 0).before == 1.0  # type: ignore[arg-type]
    assert scorer.asked[:2] == ["\0She has.", "\0She have."]


def test_completions_that_part_late_or_not_all_at_once_are_compared_as_a_whole() -> None:
    question = [Question("sums", "5 + 5 =", " 10", (" 12", " 9", " 1"))]
    scorer = ScriptedScorer()
    general_ability(question, Letters(), SEPARATOR, scorer, scorer, 0)  # type: ignore[arg-type]
    assert scorer.asked[0] == "\x005 + 5 = 10"


def pairs(notes: list[Note], before: str = " and it rained.", after: str = " and so on.") -> tuple[SideBySide, ...]:
    plain, tuned = ScriptedScorer(writes=lambda _: before), ScriptedScorer(writes=lambda _: after)
    return pairs_of(notes, Letters(), SEPARATOR, plain, tuned, 5)  # type: ignore[arg-type]


def test_pairs_stand_on_beginnings_of_different_notes_and_both_sides_are_used() -> None:
    notes = [note(f"{number}", f"Number {number} " + LONG) for number in range(10)]
    found = pairs(notes)
    assert len(found) == PAIRS == len({one.prompt for one in found})
    for one in found:
        assert any(other.text.startswith(one.prompt + " ") for other in notes)
        assert {one.left, one.right} == {" and it rained.", " and so on."}
        assert (one.left == " and so on.") == one.left_is_tuned
    assert found == pairs(notes)
    sides = {one.left_is_tuned for seed in range(4) for one in pairs_of(
        notes, Letters(), SEPARATOR, ScriptedScorer(writes=lambda _: "a"), ScriptedScorer(writes=lambda _: "b"), seed,  # type: ignore[arg-type]
    )}  # fmt: skip
    assert sides == {True, False}


def test_no_pair_of_short_notes_equal_texts_or_silence() -> None:
    assert pairs([note("short", "Only this.")]) == ()
    assert pairs([note("a"), note("b")], after=" and it rained.") == ()
    assert pairs([note("a"), note("b")], after="  ") == ()


def test_models_that_write_the_same_are_not_asked_for_ever() -> None:
    plain = ScriptedScorer(writes=lambda _: "same")
    pairs_of([note(f"{n}") for n in range(30)], Letters(), SEPARATOR, plain, plain, 0)  # type: ignore[arg-type]
    assert len(plain.asked) == 2 * MOST_TRIED


def test_a_book_gives_one_pair_while_there_are_other_notes() -> None:
    book = [note(f"book.md › {n}", f"Part {n} " + LONG, f"Book ({n})") for n in range(1, 9)]
    others = [note(f"{n}", f"Other {n} " + LONG) for n in range(3)]
    assert sum(one.prompt.startswith("Part") for one in pairs(book + others)) == 1


def test_a_character_cut_at_the_end_is_left_out() -> None:
    assert whole_text("grün �") == "grün"
