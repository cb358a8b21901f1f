"""Any bytes under any name: notes or a reason, never an exception; and nothing run, fetched or written meanwhile."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.notes import Left
from app.notes.reading import NotesReading
from tests.sim.note_files import docx, mail, paragraph, pdf, vault, zipped

SUFFIXES = (".md", ".txt", ".html", ".csv", ".pdf", ".docx", ".mbox", ".eml", ".zip", "")
SEEDS = {
    ".md": b"---\ntitle: x\ntags:\n - a\n---\n# h\n[[a|b]] ![[c#d]] `x` %%c%% <!-- --> ![i](p)\n```\ncode\n```\n",
    ".html": b"<title>t</title><p>a<br>b<ul><li>c</ul><script>x</script><pre> y</pre><!-- z --><td>1<td>2&amp;",
    ".pdf": pdf([["words of a page", "and more"], []]),
    ".docx": docx(paragraph("words", "Heading1"), {"word/_rels/document.xml.rels": "<r TargetMode='External'/>"}),
    ".mbox": (mail("one", "text\n> q\n-- \ns") + mail("two", "x")).encode(),
    ".csv": b'a,b\n1,"2\n3"\n',
    ".zip": zipped({"a.md": "text", "b.zip": zipped({"c.md": "more"})}),
}
_denied: list[str] | None = None
_EVENTS = (
    "socket.", "subprocess.", "os.system", "os.exec", "os.spawn", "os.posix_spawn", "os.fork", "os.remove", "os.rename",
    "os.mkdir", "os.rmdir", "shutil.", "ctypes.dlopen", "urllib.", "tempfile.",
)  # fmt: skip


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if _denied is None:
        return
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    if writes or event.startswith(_EVENTS):
        _denied.append(f"{event} {arguments!r}")


@contextmanager
def watched() -> Iterator[list[str]]:
    """Collects what was opened for writing, sent, started or removed inside."""
    global _denied
    if not getattr(sys, "_nearhalf_notes_watch", False):
        sys.addaudithook(_watch)  # for good; silent outside
        sys._nearhalf_notes_watch = True  # type: ignore[attr-defined]
    _denied = found = []
    try:
        yield found
    finally:
        _denied = None


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("garbage")


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SUFFIXES), st.binary(max_size=400))
def test_any_bytes_under_any_name(folder: Path, suffix: str, data: bytes) -> None:
    check(folder, suffix, data)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(sorted(SEEDS)),
    st.lists(st.tuples(st.integers(0, 5_000), st.integers(0, 6), st.binary(max_size=6)), min_size=1, max_size=5),
)
def test_good_files_with_bytes_changed(folder: Path, suffix: str, changes: list[tuple[int, int, bytes]]) -> None:
    data = bytearray(SEEDS[suffix])
    for at, gone, new in changes:
        at %= len(data) + 1
        data[at : at + gone] = new
    check(folder, suffix, bytes(data))


def check(folder: Path, suffix: str, data: bytes) -> None:
    path = folder / f"a{suffix}"
    path.write_bytes(data)
    reading = NotesReading()
    reading.add([path])
    assert reading.reports
    assert sum(report.notes for report in reading.reports) == len(reading.notes)
    for note in reading.notes:
        note.text.encode()
        assert note.text.strip()
        assert "\0" not in note.text
        assert len(note.title) <= 240


def test_reading_every_kind_of_file_runs_fetches_and_writes_nothing(tmp_path: Path) -> None:
    folder = vault(tmp_path / "all", {"Page.md": "![[Other]] ![x](https://example.org/x.png)", "Other.md": "words"})
    for suffix, data in SEEDS.items():
        (folder / f"file{suffix}").write_bytes(data)
    relation = '<R><Relationship TargetMode="External" Target="https://example.org/evil.dotm"/></R>'
    (folder / "far.docx").write_bytes(docx(paragraph("words"), {"word/_rels/document.xml.rels": relation}))
    (folder / "far.html").write_text('<img src="https://example.org/x"><iframe src="file:///etc/passwd"></iframe>words')
    warm = NotesReading()
    warm.add([folder])  # what is imported late is imported now
    with watched() as found:
        reading = NotesReading()
        reading.add([folder])
        assert len(reading.notes) == len(warm.notes) >= 10
    assert not found
    assert any(dict(report.left).get(Left.EXTERNAL) for report in reading.reports)


def test_the_watch_would_see_a_file_that_is_written(tmp_path: Path) -> None:
    with watched() as found:
        (tmp_path / "written").write_text("x")
    assert found
