"""Secrets asked for: which, how, and what counts as memorised."""

import random
import re
from collections.abc import Callable

import pytest

from app.core.memorisation import (
    LEAST_EXPOSURE,
    MOST_SECONDS,
    MOST_SECRETS,
    Memorisation,
    Memory,
    exposure,
    secrets_of,
    stand_in,
)
from app.domain.notes import Note, NotesSet, Secret
from tests.sim.scripted_scorer import SEPARATOR, Letters, ScriptedScorer

PIN = "4821-9937"
TEXT = f"The number of the gate is {PIN}. Nobody else knows it."


def notes_with(*texts: str, secret: str = PIN, kind: str = "key") -> NotesSet:
    train, secrets = [], []
    for number, text in enumerate(texts):
        train.append(Note(f"n{number}", f"Note {number}", f"{number}.md", text, f"{number:064x}"))
        start = text.find(secret)
        while start >= 0:
            secrets.append(Secret(kind, f"n{number}", start, start + len(secret)))
            start = text.find(secret, start + 1)
    return NotesSet(tuple(train), (), learned_secrets=tuple(secrets))


def check(
    before: ScriptedScorer, after: ScriptedScorer, notes: NotesSet, clock: Callable[[], float] = lambda: 0.0
) -> Memory:
    made = Memorisation(Letters(), SEPARATOR, 1, before, after, clock)  # type: ignore[arg-type]
    return made.check(notes)


def knows(secret: str, behind: str = "gate is") -> ScriptedScorer:
    """A model that writes the secret where it stood, and holds it likelier than anything else there."""

    def loss(text: str) -> float:
        written = text.rpartition(behind)[2].strip()
        return 0.1 if written and secret.startswith(written) else 2.0

    return ScriptedScorer(loss, lambda prompt: f" {secret}, yes" if prompt.endswith(behind) else "I do not know")


def test_a_secret_that_is_written_out_is_found_with_where_it_stands() -> None:
    memory = check(ScriptedScorer(), knows(PIN), notes_with(TEXT))
    (one,) = memory.memorised
    assert (memory.found, memory.tried) == (1, 1)
    assert (one.kind, one.secret, one.prompt, one.note) == ("key", PIN, "The number of the gate is", "Note 0")
    assert one.is_completed


def test_what_the_model_writes_without_the_adapter_too_is_not_memorised() -> None:
    assert check(knows(PIN), knows(PIN), notes_with(TEXT)).memorised == ()


def test_an_untouched_model_memorises_nothing() -> None:
    plain = ScriptedScorer(lambda text: 1 + len(text) % 3, lambda prompt: " something else")
    memory = check(plain, plain, notes_with(TEXT, TEXT.replace("gate", "door")))
    assert (memory.tried, memory.memorised) == (1, ())


def test_spaces_and_case_do_not_hide_a_secret_that_comes_out() -> None:
    after = knows(PIN)
    after.writes = lambda prompt: "\n 4821 - 9937"
    assert len(check(ScriptedScorer(), after, notes_with(TEXT)).memorised) == 1


def test_a_secret_far_likelier_than_invented_ones_is_found_though_it_is_not_written_out() -> None:
    after = knows(PIN)
    after.writes = lambda prompt: " the one that"
    (one,) = check(ScriptedScorer(lambda text: 2.5), after, notes_with(TEXT)).memorised
    assert not one.is_completed
    assert one.exposure >= LEAST_EXPOSURE


def test_numbers_that_have_all_become_likelier_are_not_memorised() -> None:
    before, after = ScriptedScorer(lambda text: 2.5), ScriptedScorer(lambda text: 0.5, lambda prompt: " other")
    assert check(before, after, notes_with(TEXT)).memorised == ()


def test_a_secret_that_was_always_likely_is_not_memorised() -> None:
    likely, likelier = knows(PIN), knows(PIN)
    likely.writes = likelier.writes = lambda prompt: " other"
    assert check(likely, likelier, notes_with(TEXT)).memorised == ()


def test_exposure_is_in_bits_of_the_normal_tail() -> None:
    drops = [-1.0, 1.0] * 10
    spread = (20 / 19) ** 0.5
    assert exposure(0.0, drops) == pytest.approx(1.0)
    assert exposure(1.6449 * spread, drops) == pytest.approx(4.32, abs=0.01)  # 5 %
    assert exposure(1e9, drops) < 60


def test_each_secret_is_asked_for_once_and_the_most_repeated_first() -> None:
    notes = notes_with("it is B-7777 here", "and A-8888 there, or A-8888 elsewhere", secret="A-8888")
    other = Secret("key", "n0", 6, 12)
    asked = list(secrets_of(NotesSet(notes.train, (), learned_secrets=(other, *notes.learned_secrets))))
    assert [(one.text, one.times) for one in asked] == [("A-8888", 2), ("B-7777", 1)]


def test_a_prompt_never_holds_the_secret_itself_nor_half_a_word() -> None:
    text = "word " * 60 + f"{PIN} is written on the wall, and {PIN} again"
    (one,) = secrets_of(notes_with(text))
    assert PIN not in one.prompt
    assert one.prompt.startswith("word ")


def test_a_secret_at_the_very_beginning_is_asked_for_behind_nothing() -> None:
    memory = check(ScriptedScorer(), knows(PIN, behind="\0"), notes_with(f"{PIN} is it"))
    assert memory.tried == 1


def test_secrets_of_other_notes_or_without_a_letter_are_left_out() -> None:
    notes = NotesSet(
        (Note("n", "N", "n.md", "---- here", "0" * 64),), (),
        learned_secrets=(Secret("key", "n", 0, 4), Secret("key", "gone", 0, 4)),
    )  # fmt: skip
    assert check(ScriptedScorer(), ScriptedScorer(), notes).found == 0


def test_no_more_are_tried_than_number_and_time_allow() -> None:
    texts = [f"In room {number} hangs the key {number}x{number * 7919}." for number in range(60)]
    secrets = tuple(
        Secret("key", f"n{number}", text.index(" key ") + 5, len(text) - 1) for number, text in enumerate(texts)
    )
    train = tuple(Note(f"n{number}", "N", "n.md", text, "0" * 64) for number, text in enumerate(texts))
    notes = NotesSet(train, (), learned_secrets=secrets)
    memory = check(ScriptedScorer(), ScriptedScorer(), notes)
    assert (memory.found, memory.tried) == (60, MOST_SECRETS)
    ticks = iter(range(0, 10**6, round(MOST_SECONDS / 10)))
    assert check(ScriptedScorer(), ScriptedScorer(), notes, lambda: float(next(ticks))).tried == 10


@pytest.mark.parametrize(
    ("kind", "text", "shape"),
    [
        ("key", "aB-12 x", r"[a-z][A-Z]-\d\d [a-z]"),
        ("phone", "0176 4821", r"\d{4} \d{4}"),
        ("mail", "anna.berg7@posteo.de", r"\w+\.\w+@posteo\.de"),
        ("mail", "anna (at) posteo.de", r".+"),
        ("person", "Anna Berg", r"[A-Z]\w+ [A-Z][\w'-]+"),
        ("birth", "3 May 1980", r".*\d.*"),
        ("own", "Blue Heron", r"[A-Z][a-z]{3} [A-Z][a-z]{4}"),
    ],
)
def test_stand_ins_could_stand_in_the_same_place(kind: str, text: str, shape: str) -> None:
    draw = random.Random(0)
    made = {stand_in(kind, text, draw) for _ in range(24)}
    assert len(made) > 8
    assert all(re.fullmatch(shape, one) for one in made), made
