"""What an adapter learned from, looked for: deleted, changed, moved, on a disk that is not in, and never in a copy."""

import os
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from app.core.adapters import AdapterLibrary
from app.core.learned_places import Place, learned_places, parse, to_text
from app.core.memory_store import MemoryStore
from app.core.notes import NotesReader
from app.core.settings_services import KeptAdapter, Stale, stale
from app.domain.conversation import ChatInfo, Message, Role, StoredChat
from app.domain.errors import StorageError
from app.domain.ids import new_chat_id, new_message_id
from app.domain.notes import NotesSet, Origin
from app.notes import origins
from app.notes.entries import Entry
from app.storage import passphrase_file
from app.storage.paths import DataFolder
from tests.unit.core.test_adapters import CHEAP, FACTS, KEY, MODEL, TEXT, adapter_bytes


class Home:
    """A library, ten notes, and an adapter that learned them all."""

    def __init__(self, root: Path) -> None:
        self.folder = DataFolder(root / "home").create()
        self.chats = MemoryStore()
        self.library = AdapterLibrary(self.folder, lambda: KEY, lambda: self.chats)
        self.notes = root / "notes"
        self.notes.mkdir()
        for number in range(10):
            self.write(f"{number}.md", f"This is about {number}.")
        self.path = self.learn(self.notes)

    def write(self, name: str, words: str) -> None:
        (self.notes / name).write_text(f"# {name}\n\n{TEXT}\n\n{words}\n", encoding="utf-8")

    def learn(self, *paths: Path, chats: tuple[StoredChat, ...] = ()) -> Path:
        reader = NotesReader()
        reader.add(paths)
        reader.add_chats(chats)
        places = learned_places(NotesSet(reader.notes, ()))
        return self.library.add_bytes(adapter_bytes(), "mine", FACTS, places)

    @property
    def kept(self) -> KeptAdapter:
        return next(one for one in self.library.adapters() if one.path == self.path)

    def looked(self) -> int:
        self.library.look_for_notes()
        return self.kept.notes_gone

    def read(self, *paths: Path) -> int:
        self.library.check_notes(paths or [self.notes])
        return self.kept.notes_gone


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def test_reading_one_of_ten_files_marks_nothing(home: Home) -> None:
    assert home.read(home.notes / "3.md") == 0
    assert stale(home.kept, MODEL) == ()


def test_a_deleted_note_is_noticed_without_reading_and_forgiven_when_it_is_back(home: Home) -> None:
    assert home.kept.knows_notes and not home.library.look_for_notes()
    there = (home.notes / "3.md").read_bytes()
    (home.notes / "3.md").unlink()
    assert home.library.look_for_notes() and not home.library.look_for_notes()
    assert home.kept.notes_gone == 1 and stale(home.kept, MODEL) == (Stale.NOTES,)
    (home.notes / "3.md").write_bytes(there)
    assert home.looked() == 0
    (home.notes / "3.md").write_bytes(b"")
    assert home.looked() == 1, "an empty file holds no note"


def test_all_notes_deleted_are_all_gone_read_or_looked_for(home: Home) -> None:
    for file in home.notes.iterdir():
        file.unlink()
    assert home.library.check_notes([home.notes]) == 1, "it learned what lay here"
    assert home.kept.notes_gone == 10 == home.looked()
    home.notes.rmdir()
    assert home.looked() == 10, "the folder deleted with them"


def test_a_folder_on_a_disk_that_is_not_in_is_not_judged(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.notes / "3.md").unlink()
    assert home.looked() == 1
    volume = origins.volume_of(home.notes.resolve())
    with monkeypatch.context() as patch:
        patch.setattr(os.path, "ismount", lambda path: str(path) != volume)
        home.notes.rename(home.notes.with_name("elsewhere"))
        assert home.looked() == 1, "what was known stays known"
    home.notes.with_name("elsewhere").rename(home.notes)
    assert home.looked() == 1


def test_another_computer_does_not_miss_what_it_never_had(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup was restored there, or a portable folder opened."""
    home.notes.rename(home.notes.with_name("elsewhere"))
    monkeypatch.setattr(origins, "computer", lambda: "another")
    assert home.looked() == 0
    assert home.read(home.notes.with_name("elsewhere")) == 0
    (home.notes.with_name("elsewhere") / "3.md").unlink()
    assert home.looked() == 0, "a copy of the notes is no reason to forget where they were"


def test_only_adapters_that_learned_it_are_marked(home: Home, tmp_path: Path) -> None:
    elsewhere = tmp_path / "letters"
    elsewhere.mkdir()
    (elsewhere / "a.md").write_text(TEXT)
    other = home.learn(elsewhere)
    unknown = home.library.add_bytes(adapter_bytes(), "from elsewhere", FACTS)
    (home.notes / "3.md").unlink()
    assert home.library.check_notes([home.notes]) == 1
    gone = {one.path: one.notes_gone for one in home.library.adapters()}
    assert gone == {home.path: 1, other: 0, unknown: 0}
    assert [one.knows_notes for one in home.library.adapters() if one.path == unknown] == [False]


def test_a_changed_note_is_seen_when_all_is_read_again(home: Home) -> None:
    there = (home.notes / "3.md").read_bytes()
    home.write("3.md", "Quite something else.")
    assert home.looked() == 0 == home.read(home.notes / "3.md"), "alone it may read otherwise than in its vault"
    assert home.read() == 1 == home.looked()
    (home.notes / "3.md").write_bytes(there)
    assert home.read() == 0


def test_a_page_that_shows_another_one_is_not_changed_by_being_read_alone(home: Home) -> None:
    home.write("3.md", "![[4]]")
    home.path = home.learn(home.notes)
    assert home.read(home.notes / "3.md") == 0 == home.read()


def test_a_renamed_note_is_found_again_by_reading_and_then_looked_for_there(home: Home) -> None:
    (home.notes / "3.md").rename(home.notes / "three.md")
    assert home.looked() == 1, "no longer where it was"
    assert home.read() == 0 == home.looked()
    (home.notes / "three.md").unlink()
    assert home.looked() == 1


def test_a_file_that_could_not_be_read_is_not_judged_by_its_text(home: Home) -> None:
    (home.notes / "3.md").write_bytes(b"\0\1\2\3" * 1000)
    assert home.read() == 0


def test_a_deleted_chat_marks_what_learned_it(home: Home) -> None:
    chat = StoredChat(
        ChatInfo(new_chat_id(), "Garden", 0), [Message(new_message_id(), Role.USER, "How do I sow beans in May?")]
    )
    home.chats.import_chat(chat)
    home.path = home.learn(chats=(chat,))
    assert not home.kept.knows_notes
    assert home.looked() == 0 == home.read()
    home.chats.set_deleted(chat.info.id, None, is_deleted=True)
    assert home.looked() == 1
    home.chats.set_deleted(chat.info.id, None, is_deleted=False)
    assert home.looked() == 0


def test_chats_that_nobody_can_list_are_not_missed(home: Home) -> None:
    def locked() -> MemoryStore:
        raise StorageError("The history is locked.")

    chat = Place(Origin(chat=str(new_chat_id())), ("aa" * 32,))
    home.library.add_bytes(adapter_bytes(), "mine", FACTS, (chat,))
    shut: Callable[[], MemoryStore] = locked
    for chats in (shut, None):
        AdapterLibrary(home.folder, lambda: KEY, chats).look_for_notes()
        assert [one.notes_gone for one in home.library.adapters()] == [0, 0]


def test_no_copy_and_no_file_says_where_the_notes_lie(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passphrase_file, "measured_cost", lambda: CHEAP)
    plain, locked = tmp_path / "plain.nha", tmp_path / "locked.nha"
    home.library.export_adapter(home.path, plain)
    home.library.export_adapter(home.path, locked, "correct horse")
    for secret in (b"3.md", bytes(home.notes), b"origin"):
        assert secret not in plain.read_bytes()
        assert secret not in passphrase_file.read_locked(locked, "correct horse")
        assert all(secret not in file.read_bytes() for file in home.folder.adapters.iterdir())
    back = home.library.add_adapter(locked, "correct horse")
    assert not back.knows_notes


def test_the_record_goes_with_its_adapter(home: Home) -> None:
    assert len(list(home.folder.adapters.iterdir())) == 2
    home.library.remove_adapter(home.path)
    assert list(home.folder.adapters.iterdir()) == []


def test_a_full_disk_keeps_neither_half(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise StorageError("The disk is full.")

    monkeypatch.setattr(home.library, "_write_places", full)
    with pytest.raises(StorageError):
        home.learn(home.notes)
    (home.notes / "3.md").unlink()
    assert not home.library.look_for_notes(), "the list opens all the same"
    assert len(home.library.adapters()) == 1


def test_a_damaged_record_judges_nothing(home: Home) -> None:
    record = home.path.with_suffix(".places")
    record.write_bytes(record.read_bytes()[:-1] + b"?")
    (home.notes / "3.md").unlink()
    assert home.looked() == 0 and not home.kept.problem


def test_a_record_is_read_as_it_was_written() -> None:
    places = (
        Place(Origin("/a/b.md", "/a", "/", "0123"), ("aa", "bb"), changed=("bb",)),
        Place(Origin(chat="c"), ("dd",), is_missing=True),
    )
    assert parse(to_text(places)) == places
    assert [place.gone for place in places] == [1, 1]


@pytest.mark.parametrize("text", ["", "[]", "7", '{"format": 2, "places": []}', '{"format": 1, "places": [{}]}',
                                  '{"format": 1, "places": [{"origin": {"x": 1}}]}'])  # fmt: skip
def test_what_is_no_record_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse(text)


def test_an_archive_stands_for_what_lies_in_it(home: Home, tmp_path: Path) -> None:
    archive = tmp_path / "export.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name in ("a", "b"):
            file.writestr(f"{name}.md", f"# {name}\n\n{TEXT}\n\nThis is about {name}.\n")
    home.path = home.learn(archive)
    assert home.looked() == 0 == home.read(archive)
    archive.unlink()
    assert home.looked() == 2


def test_a_name_that_no_text_can_hold_is_not_looked_for() -> None:
    entry = Entry("x.md", 1, None, BytesIO, Path("/notes/\udcff.md"), Path("/notes"))
    assert origins.Origins().of(entry) is None
