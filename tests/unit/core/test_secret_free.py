"""Secrets taken out of notes for training again: every place, however it is written, and nothing else."""

import pytest

from app.core.secret_free import MARK, without_secrets
from app.domain.notes import Note, NotesSet, Secret


def note(text: str, name: str = "a", title: str = "A title") -> Note:
    return Note(name, title, f"{name}.md", text, "ab" * 32)


def cleared(text: str, *secrets: str) -> str:
    return without_secrets(NotesSet((note(text),), (note("held", "b"),)), secrets).train[0].text


@pytest.mark.parametrize(
    ("secret", "written"),
    [
        ("ann@example.org", "ann@example.org"),
        ("ann@example.org", "Ann@Example.ORG"),
        ("Hafenweg 12, Ulm", "Hafenweg  12,\nUlm"),
        ("0176 4821 9937", "0176 4821 9937"),
        ("0176 4821 9937", "0176-4821/9937"),
        ("0176 4821 9937", "(0176) 48219937"),
        ("DE12 5001 0517 5407 3249 31", "de12500105175407324931"),
        ("zq8K-11vT-x0pR", "ZQ8K-11VT-X0PR"),
        ("Bo", "Bo"),
        ("a.b*c(", "a.b*c("),
    ],
)
def test_every_way_of_writing_it_goes_at_every_place(secret: str, written: str) -> None:
    assert cleared(f"First {written}, then {written}; {written}.", secret) == f"First {MARK}, then {MARK}; {MARK}."


def test_what_only_looks_like_it_stays() -> None:
    text = "Bob went to Bonn with 10176 4821 9937 and 0176 4821 99370."
    assert cleared(text, "Bo", "0176 4821 9937") == text


def test_a_long_secret_goes_from_inside_other_words_too_and_before_the_shorter_one_that_it_holds() -> None:
    assert cleared("see https://x/?key=abcdef123456z", "abcdef123456") == f"see https://x/?key={MARK}z"
    assert cleared("Anna Maria Berg met Berg", "Berg", "Anna Maria Berg") == f"{MARK} met {MARK}"


def test_nothing_is_asked_of_an_empty_secret() -> None:
    assert cleared("as it was", "", " ") == "as it was"


def test_titles_and_held_out_notes_too_and_the_rest_is_the_same_set() -> None:
    notes = NotesSet(
        (note("call 0176 4821 9937 or ann@x.org", title="0176 4821 9937"), note("nothing", "c")),
        (note("held 0176 4821 9937", "b"),),
        learned_secrets=(Secret("phone", "a", 5, 19), Secret("mail", "a", 23, 32)),
        data_hash="old",
    )
    safe = without_secrets(notes, ["0176 4821 9937"])
    assert "4821" not in str(safe)
    assert safe.train[1] is notes.train[1]
    assert safe.data_hash not in ("old", "")
    (left,) = safe.learned_secrets  # where it stands now
    assert (left.kind, safe.train[0].text[left.start : left.end]) == ("mail", "ann@x.org")
