"""From what was dropped to what is learned: the reader as the wizard and the terminal use it."""

from pathlib import Path

import pytest
from pydantic import TypeAdapter

from app.core.notes import NotesChoices, NotesReader
from app.domain.conversation import ChatInfo, Message, Role, StoredChat
from app.domain.errors import Cancelled, SettingsError
from app.domain.ids import new_chat_id, new_message_id
from app.domain.notes import FileKind, FileReport, NotesSet, Progress, SecretChoice, TooLittleText, Unread
from app.notes.refusals import refusals
from tests.sim.note_files import pdf, prose, vault

CARD = "4111 1111 1111 1111"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pages = {f"{at}.md": f"# Day {at}\n\n{prose(at)}\n" for at in range(20)}
    pages["copy.md"] = pages["3.md"]
    pages["bank.md"] = f"# Bank\n\nMy card is {CARD}.\n\n{prose(99)}\n\nWrite to ben.miller@gmail.com or call.\n"
    return vault(tmp_path / "notes", pages)


def reader_of(folder: Path) -> NotesReader:
    reader = NotesReader()
    reader.add([folder])
    return reader


def all_text(reader: NotesReader, choices: NotesChoices) -> str:
    found = reader.notes_set(choices)
    return "\n".join(note.text for note in (*found.train, *found.held_out, *found.aside))


def test_a_folder_becomes_a_set_with_both_sides_reports_and_counts(folder: Path) -> None:
    found = reader_of(folder).notes_set()
    assert len(found.train) + len(found.held_out) == 21
    assert found.held_out
    assert len(found.reports) == 22
    assert {(one.source, one.into) for one in found.folds} <= {
        ("notes/copy.md", "notes/3.md"),
        ("notes/3.md", "notes/copy.md"),
    }
    assert found.words > 2_000
    assert found.characters == sum(len(note.text) for note in (*found.train, *found.held_out))


def test_reading_again_gives_the_same_set_and_the_same_hash(folder: Path) -> None:
    first, second = reader_of(folder).notes_set(), reader_of(folder).notes_set()
    assert first == second
    (folder / "0.md").write_text("other words now " * 30)
    assert reader_of(folder).notes_set().data_hash != first.data_hash


def test_secrets_are_found_and_by_default_replaced_while_mail_stays(folder: Path) -> None:
    reader = reader_of(folder)
    found = reader.notes_set()
    assert {secret.kind for secret in found.secrets} == {"card", "mail"}
    assert found.replaced_secrets == 1
    text = all_text(reader, NotesChoices())
    assert CARD not in text
    assert "My card is " in text
    assert "ben.miller@gmail.com" in text


def test_choices_change_what_is_learned_without_reading_anew(folder: Path) -> None:
    reader = reader_of(folder)
    before = reader.notes_set().data_hash
    for path in folder.iterdir():
        path.unlink()
    assert CARD in all_text(reader, NotesChoices({"card": SecretChoice.LEAVE}))
    dropped = reader.notes_set(NotesChoices({"card": SecretChoice.DROP_PASSAGE}))
    assert dropped.dropped_passages == 1
    assert "My card" not in all_text(reader, NotesChoices({"card": SecretChoice.DROP_PASSAGE}))
    assert reader.notes_set().data_hash == before != dropped.data_hash


def test_what_is_replaced_or_dropped_moves_no_note_to_the_other_side(folder: Path) -> None:
    reader = reader_of(folder)
    one, other = reader.notes_set(), reader.notes_set(NotesChoices({"card": SecretChoice.DROP_PASSAGE}))
    assert {note.id for note in one.held_out} == {note.id for note in other.held_out}


def test_what_is_left_in_is_known_where_it_stands_in_what_is_learned(folder: Path) -> None:
    (folder / "bank.md").write_text(
        f"Card {CARD} here.\n\nAsk eva@example.org.\n\nOr ben@example.org.\n\n{prose(99)}\n"
    )
    choices = {"card": SecretChoice.DROP_PASSAGE, "mail": SecretChoice.LEAVE}
    reader = reader_of(folder)
    sets = (reader.notes_set(NotesChoices(choices, seed)) for seed in range(99))
    found = next(one for one in sets if "bank" in [note.title for note in one.train])
    texts = {note.id: note.text for note in found.train}
    learned = [texts[one.note_id][one.start : one.end] for one in found.learned_secrets]
    assert learned == ["eva@example.org", "ben@example.org"]


def test_a_set_can_be_stored_and_read_again(folder: Path) -> None:
    found = reader_of(folder).notes_set()
    kept = TypeAdapter(NotesSet)
    assert kept.validate_json(kept.dump_json(found)) == found


def test_the_persons_own_words_are_found(folder: Path) -> None:
    choices = NotesChoices({"own": SecretChoice.DROP_PASSAGE}, own=("Day 7",))
    assert "Day 7" not in all_text(reader_of(folder), choices)


def test_own_chats_come_in_where_they_are_given(folder: Path) -> None:
    reader = reader_of(folder)
    system = Message(new_message_id(), Role.SYSTEM, "Be kind.")
    ask = Message(new_message_id(), Role.USER, "How do I sow beans?", parent=system.id)
    reply = Message(new_message_id(), Role.ASSISTANT, "In rows.", parent=ask.id)
    reader.add_chats(
        [StoredChat(ChatInfo(new_chat_id(), "Beans", changed_at_ms=1_700_000_000_000), (system, ask, reply))]
    )
    (note,) = [note for note in reader.notes if note.title == "Beans"]
    assert note.text == "How do I sow beans?\n"
    assert note.day is not None


def test_too_little_text_says_how_much_is_needed(tmp_path: Path) -> None:
    reader = reader_of(vault(tmp_path / "few", {"a.md": "hello"}))
    with pytest.raises(SettingsError, match="too little") as caught:
        reader.notes_set()
    assert "600" in caught.value.advice


def test_too_little_text_says_what_became_of_the_files(tmp_path: Path) -> None:
    folder = vault(tmp_path / "few", {"a.md": "hello", "b.md": "hello", "c.md": "", "d.txt": " \n"})
    for number in range(6):
        (folder / f"scan{number}.pdf").write_bytes(pdf([[]]))
    (folder / "picture.png").write_bytes(b"\x89PNG")
    with pytest.raises(TooLittleText) as caught:
        reader_of(folder).notes_set()
    assert caught.value.message == "There is too little to learn from: 1 different notes with 1 words."
    assert caught.value.advice.startswith(
        "6 PDFs have no text: scans need text recognition (OCR) first. 2 files are empty. "
        "1 file is of a kind that is not read. 1 note says the same as another. At least 4 notes"
    )
    assert len([report for report in caught.value.reports if report.error is Unread.NO_TEXT]) == 6
    assert len(caught.value.folds) == 1


def test_every_reason_has_a_sentence() -> None:
    for why in Unread:
        one, two = (refusals([FileReport("a", FileKind.OTHER, error=why)] * count) for count in (1, 2))
        assert one.startswith("1 file ") and one.endswith("."), why
        assert two.startswith("2 files ") and two.endswith("."), why


def test_looking_for_secrets_can_be_stopped_and_forgetting_lets_go_of_all(folder: Path) -> None:
    reader = reader_of(folder)

    def stop(progress: Progress) -> None:
        if progress.files == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        reader.notes_set(progress=stop)
    assert reader.notes_set().train
    reader.forget()
    assert reader.notes == ()
