"""Folders of Markdown and text into notes, and what is said of each file."""

from datetime import date
from pathlib import Path

import pytest

from app.domain.errors import Cancelled
from app.domain.notes import FileKind, Left, Note, Progress, Unread
from app.notes.reading import NotesReading


def read(*paths: Path) -> NotesReading:
    reading = NotesReading()
    reading.add(paths)
    return reading


def only(reading: NotesReading) -> Note:
    (note,) = reading.notes
    return note


def test_a_folder_is_read_in_the_order_of_its_names_with_a_report_for_each_file(tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    (folder / "b").mkdir(parents=True)
    (folder / "b" / "two.txt").write_text("second\n")
    (folder / "a.md").write_text("# First\n\nwords\n")
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n")
    reading = read(folder)
    titles = [(note.source, note.title) for note in reading.notes]
    assert titles == [("notes/a.md", "First"), ("notes/b/two.txt", "two")]
    assert [(one.path, one.kind, one.characters, one.error) for one in reading.reports] == [
        ("notes/a.md", FileKind.MARKDOWN, 15, None),
        ("notes/picture.png", FileKind.OTHER, 0, Unread.UNKNOWN_KIND),
        ("notes/b/two.txt", FileKind.TEXT, 7, None),
    ]


def test_ids_follow_from_source_and_text_alone(tmp_path: Path) -> None:
    for place in ("one", "two"):
        (tmp_path / place / "notes").mkdir(parents=True)
        (tmp_path / place / "notes" / "a.md").write_text("same words")
    first, second = (only(read(tmp_path / place / "notes")) for place in ("one", "two"))
    assert (first.id, first.sha256) == (second.id, second.sha256)
    (tmp_path / "two" / "notes" / "a.md").rename(tmp_path / "two" / "notes" / "b.md")
    moved = only(read(tmp_path / "two" / "notes"))
    assert moved.id != first.id
    assert moved.sha256 == first.sha256


def test_front_matter_gives_title_tags_and_day_and_the_rest_of_it_is_counted(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        '---\ntitle: "A walk"\ntags: [wood, rain]\ndate: 2025-04-01\ncssclass: wide\n---\nIt was wet. #late\n'
    )
    reading = read(path)
    note = only(reading)
    assert (note.title, note.tags, note.day, note.text) == (
        "A walk",
        ("wood", "rain", "late"),
        date(2025, 4, 1),
        "It was wet. #late\n",
    )
    assert reading.reports[0].left == ((Left.FRONT_MATTER, 1),)


def test_a_ruler_at_the_top_is_no_front_matter(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("---\nWe went out.\n---\nIt rained.\n")
    assert "We went out." in only(read(path)).text


def test_links_keep_their_words_and_code_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(
        "See [[People/Anna|her]], [[Plans#May]] and [the site](https://example.org/x_(y)).\n"
        "![[photo.png]]![old](a.png) %%not for others%%\n\n"
        "```\n[[not a link]] %%kept%%\n```\nand `[[neither]]`\n"
    )
    reading = read(path)
    text = only(reading).text
    assert text.startswith("See her, Plans, May and the site.\n")
    assert "```\n[[not a link]] %%kept%%\n```\nand `[[neither]]`\n" in text
    assert "old" not in text
    assert "not for others" not in text


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("utf-8-sig", "Grüße aus Köln"),
        ("utf-16", "Grüße aus Köln"),
        ("utf-16-le", "Grüße aus Köln, und mehr"),
        ("utf-32", "Grüße aus Köln"),
        ("cp1252", "Grüße aus Köln, wo es schöne Häuser für müde Gäste gibt – „schön“, sagte sie."),
        ("cp1251", "Сегодня мы ходили в лес и собирали грибы, а потом пошёл дождь."),
        ("shift_jis", "今日は森へ行ってきのこを採りました。そのあと雨が降りました。"),
    ],
)
def test_encodings_are_found(tmp_path: Path, encoding: str, words: str) -> None:
    (tmp_path / "a.txt").write_bytes(words.encode(encoding))
    assert only(read(tmp_path / "a.txt")).text == words + "\n"


def test_cancelling_keeps_what_was_read_and_reading_can_go_on(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / f"{name}.txt").write_text(f"text of {name}")
    reading = NotesReading()
    seen: list[Progress] = []

    def stop(progress: Progress) -> None:
        seen.append(progress)
        if progress.files == 1:
            raise Cancelled

    with pytest.raises(Cancelled):
        reading.add([tmp_path], stop)
    assert len(reading.notes) == 1
    assert seen[-1].notes == 1
    reading.add([tmp_path / "b.txt"])
    assert [note.title for note in reading.notes] == ["a", "b"]
