"""Notes that are too few: which files gave nothing, and why, stands on the first screen."""

from pathlib import Path

import pytest

from app.ui.tuning.window import TuningWindow
from tests.gui.surfaces import until
from tests.gui.tuning.conftest import OpenHost, read, to_learned
from tests.sim.note_files import pdf


@pytest.fixture
def refused(open_host: OpenHost, tmp_path: Path) -> TuningWindow:
    """Six scans and an empty file were dropped and read."""
    folder = tmp_path / "Scans"
    folder.mkdir()
    for number in range(6):
        (folder / f"{number}.pdf").write_bytes(pdf([[]]))
    (folder / "empty.md").write_text("")
    host = open_host()
    host.open([folder])
    wizard = host.window
    assert wizard is not None
    assert wizard.notes.left_out.isHidden()
    wizard.next.click()
    until(lambda: bool(wizard.notes.work.words) and not wizard.notes.work.is_busy)
    return wizard


@pytest.mark.allow_warning_logs
def test_where_no_file_holds_text_each_stands_with_its_reason_on_the_first_screen(refused: TuningWindow) -> None:
    page = refused.notes
    assert refused.page is page
    assert "6 PDFs have no text" in page.work.words
    assert "1 file is empty." in page.work.words
    assert page.left_out.files.isVisible()
    assert page.left_out.files.lines == [
        *(f"Scans/{number}.pdf: No text found, as in scanned pages" for number in range(6)),
        "Scans/empty.md: Empty",
    ]
    assert "Show every file that was left out (7)" in read(page)


@pytest.mark.allow_warning_logs
def test_the_list_goes_with_what_it_speaks_of(refused: TuningWindow, notes: Path) -> None:
    refused.notes.add_paths([notes])
    to_learned(refused)
    assert refused.notes.left_out.files.lines == []
    assert len(refused.learned.left_out.files.lines) >= 7
