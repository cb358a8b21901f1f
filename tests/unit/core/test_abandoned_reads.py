"""A read of notes that was given up ends on its own: nothing of it comes into a later one, or stays behind."""

import shutil
from collections.abc import Callable, Collection
from pathlib import Path
from threading import Event as Flag
from threading import Thread

import pytest

from app.core.memory_store import MemoryStore
from app.core.notes import NotesChoices, NotesReader
from app.core.tuning_services import Place
from app.domain.errors import AppError, SettingsError
from app.domain.notes import NotesSet, Progress
from app.main.tuning import LocalTuning
from app.storage.paths import DataFolder

KEY = bytes(32)
TEXT = "The {0} on shelf {1} was made in {0} {1}, by hand, and whoever has seen the {0} says so. "


class Shelf:
    """What was compared with the notes that adapters learned from: names of files, once for each read."""

    def __init__(self) -> None:
        self.marked: list[Collection[str]] = []

    def mark_notes(self, read: NotesReader) -> int:
        self.marked.append({Path(file).parent.name for file in read.finished})
        return 0


class Reads:
    def __init__(self, root: Path) -> None:
        self.root, self.shelf = root, Shelf()

        def no_link(*_: object) -> None:
            raise AssertionError("nobody asked a backend")

        folder = DataFolder(root / "home").create()
        self.tuning = LocalTuning(
            folder, lambda: KEY, lambda: Place(None, None), no_link, MemoryStore, self.shelf  # type: ignore[arg-type]
        )  # fmt: skip

    def folder(self, name: str) -> Path:
        (self.root / name).mkdir()
        for number in range(12):
            (self.root / name / f"{number}.md").write_text(TEXT.format(f"{name} {number}", number) * 8)
        return self.root / name

    def read(self, folder: Path, progress: Callable[[Progress], None] = lambda _: None) -> NotesSet:
        return self.tuning.read_notes([folder], (), NotesChoices(), progress)

    def given_up(self, folder: Path) -> Callable[[], None]:
        """Begins a read that stands still at its first file; the result lets it go on to its end, and waits for it."""
        there, go_on = Flag(), Flag()

        def halt(_: Progress) -> None:
            there.set()
            assert go_on.wait(30)

        def read() -> None:
            try:
                self.read(folder, halt)
            except AppError:
                pass

        thread = Thread(target=read)
        thread.start()
        assert there.wait(30)

        def end() -> None:
            go_on.set()
            thread.join(30)
            assert not thread.is_alive()

        return end


@pytest.fixture
def reads(tmp_path: Path) -> Reads:
    return Reads(tmp_path)


def places(notes: NotesSet) -> set[str]:
    return {Path(note.source).parent.name for note in (*notes.train, *notes.held_out)}


def test_one_that_ends_in_the_middle_of_the_next_one_touches_nothing_of_it(reads: Reads) -> None:
    old, new = reads.folder("vases"), reads.folder("kettles")
    end = reads.given_up(old)
    seen: list[Progress] = []

    def ends_after_three(progress: Progress) -> None:
        seen.append(progress)
        if len(seen) == 3:
            end()

    notes = reads.read(new, ends_after_three)
    assert places(notes) == {"kettles"}
    assert len(notes.train) + len(notes.held_out) == 12
    assert reads.shelf.marked == [{"kettles"}]
    assert reads.read(new) == notes
    assert reads.shelf.marked == [{"kettles"}], "nothing was read anew"


def test_one_that_ends_after_all_was_forgotten_leaves_nothing_behind(reads: Reads) -> None:
    folder = reads.folder("vases")
    end = reads.given_up(folder)
    reads.tuning.forget_notes()
    end()
    assert reads.shelf.marked == []
    shutil.rmtree(folder)
    with pytest.raises(SettingsError, match="no longer there"):
        reads.read(folder)
