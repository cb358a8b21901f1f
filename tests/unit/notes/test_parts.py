"""What is very long is cut where it reads well; the rest stays whole."""

from pathlib import Path

import pytest

from app.notes.parts import LONGEST_WHOLE, PART, parts
from app.notes.reading import NotesReading
from tests.sim.note_files import prose

PARAGRAPHS = "\n\n".join(prose(at, 150) for at in range(80)) + "\n"


def test_an_ordinary_note_stays_whole() -> None:
    text = "x" * (LONGEST_WHOLE - 1) + "\n"
    assert list(parts(text)) == [text]


@pytest.mark.parametrize(
    "text",
    [PARAGRAPHS, PARAGRAPHS.replace("\n\n", "\n"), PARAGRAPHS.replace("\n", " "), "x" * 100_000],
    ids=["paragraphs", "lines", "one line", "one word"],
)
def test_a_book_is_cut_into_parts_that_hold_all_of_it(text: str) -> None:
    found = list(parts(text))
    assert len(found) > 3
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(PART / 2 <= len(part) <= 2 * PART for part in found)


def test_parts_begin_at_headings_where_there_are_some() -> None:
    chapters = [f"# Chapter {at}\n\n" + "\n\n".join(prose(100 * at + one, 150) for one in range(18)) for at in range(5)]
    found = list(parts("\n\n".join(chapters) + "\n"))
    assert [part.split("\n")[0] for part in found] == [f"# Chapter {at}" for at in range(5)]


def test_what_is_added_at_the_end_changes_the_last_part_alone() -> None:
    before, after = list(parts(PARAGRAPHS)), list(parts(PARAGRAPHS + "\n" + prose(999) + "\n"))
    assert before[:-1] == after[: len(before) - 1]


def test_each_part_is_a_note_of_its_own_and_the_report_counts_them(tmp_path: Path) -> None:
    (tmp_path / "book.txt").write_text(PARAGRAPHS)
    reading = NotesReading()
    reading.add([tmp_path / "book.txt"])
    assert [(note.title, note.source) for note in reading.notes][:2] == [
        ("book (1)", "book.txt › 1"),
        ("book (2)", "book.txt › 2"),
    ]
    assert reading.reports[0].notes == len(reading.notes)
