"""Files of notes made to harm, and odd ones: one test for each trap. Whatever is dropped, notes come out or a reason.

Nothing is run or fetched, nothing outside the folder is read, nothing is written, and no file takes the rest with it.
"""

import errno
import io
import os
import socket
import stat
import struct
import sys
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from app.domain.errors import Cancelled
from app.domain.notes import FileKind, FileReport, Left, Progress, Unread
from app.notes import entries as entries_module
from app.notes.limits import KIB, MIB, Limits
from app.notes.reading import NotesReading
from tests.sim.note_files import docx, mail, paragraph, pdf, zipped

posix_only = pytest.mark.skipif(os.name == "nt", reason="needs POSIX files")


def read(*paths: Path, limits: Limits | None = None) -> NotesReading:
    reading = NotesReading(limits or Limits())
    reading.add(paths)
    return reading


def errors(reading: NotesReading) -> dict[str, Unread | None]:
    return {report.path: report.error for report in reading.reports}


def texts(reading: NotesReading) -> list[str]:
    return [note.text for note in reading.notes]


def report_of(folder: Path, name: str, data: bytes, limits: Limits | None = None) -> FileReport:
    (folder / name).write_bytes(data)
    reading = read(folder / name, limits=limits)
    (report,) = reading.reports
    assert (report.error is None) == bool(reading.notes)
    return report


# Archives


@pytest.mark.parametrize(
    "name", ["../out.md", "/etc/out.md", "a/../../out.md", "C:/out.md", "..\\out.md", "\\\\host\\a.md"]
)
def test_zip_slip_names_are_refused_and_nothing_is_written(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({name: "bad", "good.md": "good"}))
    before = sorted(tmp_path.parent.rglob("*"))
    reading = read(tmp_path / "a.zip")
    assert texts(reading) == ["good\n"]
    assert Unread.UNSAFE_NAME in errors(reading).values()
    assert sorted(tmp_path.parent.rglob("*")) == before


def test_zip_bomb_by_ratio_is_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"bomb.md": bytes(8 * MIB), "good.md": "good"}))
    reading = read(tmp_path / "a.zip")
    assert errors(reading) == {"a.zip/bomb.md": Unread.UNPACKS_TOO_LARGE, "a.zip/good.md": None}


def test_zip_bomb_in_all_ends_at_the_limit(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({f"{at}.md": f"text {at} " * 500 for at in range(10)}))
    reading = read(tmp_path / "a.zip", limits=Limits(unpacked_bytes=10 * KIB))
    found = list(errors(reading).values())
    assert found.count(None) == 2
    assert set(found[2:]) == {Unread.UNPACKS_TOO_LARGE}


def test_zip_bomb_whose_directory_claims_less_gives_no_more_than_it_claims(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.md": b"x" * 3_000_000}))
    at = data.rindex(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    data[data.index(b"PK\x03\x04") + 22 :][:4] = struct.pack("<I", 100)
    assert report_of(tmp_path, "a.zip", bytes(data)).error is Unread.BROKEN  # its checksum does not fit


def test_zip_bomb_in_a_zip_in_a_zip_is_not_unpacked(tmp_path: Path) -> None:
    inner = zipped({"bomb.md": bytes(300 * KIB)})
    middle = zipped({f"{at}.zip": inner for at in range(5)})
    (tmp_path / "a.zip").write_bytes(zipped({"m.zip": middle, "good.md": "good"}))
    limits = Limits(unsuspicious_bytes=100 * KIB)
    assert set(errors(read(tmp_path / "a.zip", limits=limits)).values()) == {Unread.UNPACKS_TOO_LARGE, None}


def test_zips_inside_each_other_end_at_a_depth(tmp_path: Path) -> None:
    data = zipped({"deep.md": "deep"})
    for at in range(6):
        data = zipped({f"{at}.zip": data, f"{at}.md": f"level {at}"})
    (tmp_path / "a.zip").write_bytes(data)
    reading = read(tmp_path / "a.zip")
    assert texts(reading) == ["level 4\n", "level 3\n", "level 5\n"] or sorted(texts(reading)) == [
        "level 3\n",
        "level 4\n",
        "level 5\n",
    ]
    assert list(errors(reading).values()).count(Unread.TOO_DEEP) == 1


def test_zip_with_links_passwords_and_odd_packing(tmp_path: Path) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        link = zipfile.ZipInfo("link.md")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("lzma.md", "packed " * 50, zipfile.ZIP_LZMA)
        archive.writestr("good.md", "good")
        archive.writestr("locked.md", "locked")
    data = bytearray(out.getvalue())
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    (tmp_path / "a.zip").write_bytes(bytes(data))
    assert errors(read(tmp_path / "a.zip")) == {
        "a.zip/link.md": Unread.SYMLINK,
        "a.zip/lzma.md": Unread.BROKEN,
        "a.zip/good.md": None,
        "a.zip/locked.md": Unread.ENCRYPTED,
    }


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04", b"no archive at all", b"PK\x05\x06" + b"\xff" * 18])
def test_broken_zip_is_said_to_be_broken(tmp_path: Path, data: bytes) -> None:
    assert report_of(tmp_path, "a.zip", data).error is Unread.BROKEN


def test_zip_cut_in_the_middle_of_a_file_loses_that_file_only(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.md": os.urandom(500).hex(), "b.md": "good"}))
    data[60:90] = bytes(30)
    (tmp_path / "a.zip").write_bytes(bytes(data))
    assert errors(read(tmp_path / "a.zip")) == {"a.zip/a.md": Unread.BROKEN, "a.zip/b.md": None}


def test_zip_with_an_enormous_directory_is_refused_before_it_is_read(tmp_path: Path) -> None:
    directory = 40 * MIB
    with (tmp_path / "a.zip").open("wb") as file:
        file.truncate(directory)
        file.seek(directory)
        file.write(struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 65_000, 65_000, directory, 0, 0))
    tracemalloc.start()
    try:
        assert errors(read(tmp_path / "a.zip")) == {"a.zip": Unread.TOO_MANY_FILES}
        assert tracemalloc.get_traced_memory()[1] < 30 * MIB
    finally:
        tracemalloc.stop()


def test_zip_with_a_file_that_has_no_name(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.md": "one", "b.md": "good"}))
    at = data.index(b"PK\x01\x02")
    data[at + 28 : at + 30] = bytes(2)
    del data[at + 46 : at + 50]
    data[-10:-6] = struct.pack("<I", struct.unpack("<I", data[-10:-6])[0] - 4)
    (tmp_path / "a.zip").write_bytes(bytes(data))
    assert texts(read(tmp_path / "a.zip")) == ["good\n"]


def test_zip_of_nothing_but_folders_is_empty(tmp_path: Path) -> None:
    assert report_of(tmp_path, "a.zip", zipped({"folder/": ""})).error is Unread.EMPTY


def test_zip_with_too_many_files(tmp_path: Path) -> None:
    data = zipped({f"{at}.md": "x" for at in range(30)})
    assert report_of(tmp_path, "a.zip", data, Limits(archive_members=20)).error is Unread.TOO_MANY_FILES


# Folders


@posix_only
def test_symlink_loops_and_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "private.md").write_text("private")
    folder = tmp_path / "notes"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.md").write_text("mine")
    (folder / "sub" / "loop").symlink_to(folder)
    (folder / "self").symlink_to(folder / "self")
    (folder / "out").symlink_to(tmp_path / "outside")
    (folder / "out.md").symlink_to(tmp_path / "outside" / "private.md")
    (folder / "gone.md").symlink_to(tmp_path / "nowhere")
    reading = read(folder)
    assert texts(reading) == ["mine\n"]
    assert list(errors(reading).values()).count(Unread.SYMLINK) == 5


@posix_only
def test_a_link_that_the_person_picked_is_followed_and_a_ring_is_not(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.md").write_text("mine")
    (tmp_path / "picked").symlink_to(tmp_path / "real")
    (tmp_path / "ring").symlink_to(tmp_path / "ring")
    reading = read(tmp_path / "picked", tmp_path / "ring")
    assert texts(reading) == ["mine\n"]
    assert errors(reading)["ring"] is Unread.SYMLINK


@posix_only
def test_pipes_sockets_and_devices_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    with socket.socket(socket.AF_UNIX) as listening:
        here = Path.cwd()
        os.chdir(tmp_path)  # a socket's path is short
        try:
            listening.bind("socket.md")
        finally:
            os.chdir(here)
        assert set(errors(read(tmp_path)).values()) == {Unread.SPECIAL}
        assert errors(read(Path("/dev/null"))) == {"null": Unread.SPECIAL}


@posix_only
def test_a_file_that_became_a_pipe_or_a_link_since_it_was_seen_is_not_read(tmp_path: Path) -> None:
    for name, become in (("a.md", lambda path: os.mkfifo(path)), ("b.md", lambda path: path.symlink_to("/etc/passwd"))):
        path = tmp_path / name
        path.write_text("text")
        entry = entries_module.file_entry(path, name, path.stat())
        path.unlink()
        become(path)
        with pytest.raises((entries_module.NotRead, OSError)) as caught:
            entries_module.read_whole(entry, 1_000)
        why = (
            caught.value.why
            if isinstance(caught.value, entries_module.NotRead)
            else entries_module.why_of(caught.value)
        )
        assert why in (Unread.SPECIAL, Unread.SYMLINK)


def test_huge_file_is_refused_by_its_size(tmp_path: Path) -> None:
    with (tmp_path / "a.md").open("wb") as file:
        file.truncate(17 * MIB)
    assert errors(read(tmp_path)) == {f"{tmp_path.name}/a.md": Unread.TOO_LARGE}


@pytest.mark.parametrize("data", [b"", b" \n\t\r\n", b"\0\0\0\0", b"\xef\xbb\xbf", b"---\ntitle: x\n---\n"])
@pytest.mark.parametrize("name", ["a.md", "a.txt", "a.html", "a.csv"])
def test_empty_files(tmp_path: Path, name: str, data: bytes) -> None:
    if name != "a.md" and data.startswith(b"---"):
        return
    assert report_of(tmp_path, name, data).error in (Unread.EMPTY, Unread.NO_TEXT, Unread.BINARY)


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02\x01\x01" + bytes(64),
        b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
        b"\x1f\x8b" + bytes(range(255, 0, -1)) * 9,
    ],
    ids=["program", "picture", "packed"],
)
def test_binary_with_an_md_ending(tmp_path: Path, data: bytes) -> None:
    assert report_of(tmp_path, "a.md", data).error is Unread.BINARY


def test_bad_bytes_in_utf8_are_dropped_and_counted(tmp_path: Path) -> None:
    words = "Grüße aus Köln, wo es schöne Häuser für müde Gäste gibt. " * 5
    data = words.encode() + b"\xff\xfe\xc3" + words.encode() + b"\0"
    path = tmp_path / "a.md"
    path.write_bytes(data.replace(b"\0", b""))
    reading = read(path)
    assert "Häuser" in reading.notes[0].text
    assert "\ufffd" not in reading.notes[0].text
    assert reading.reports[0].left == ((Left.BAD_CHARACTERS, 3),)


def test_names_with_newlines_and_marks_that_turn_the_text_around(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zipped({"bad\n\x1b[31m\u202ename.md": "good"}))
    reading = read(tmp_path / "a.zip")
    assert [note.source for note in reading.notes] == ["a.zip/bad\ufffd\ufffd[31m\ufffdname.md"]
    if os.name != "nt":
        (tmp_path / "two\nlines.txt").write_text("good")
        (tmp_path / os.fsdecode(b"\xff\xfe.txt")).write_text("good too") if sys.platform == "linux" else None
        assert all(note.source.isprintable() and note.source.encode() for note in read(tmp_path).notes)


def test_deep_folders_end_at_a_depth(tmp_path: Path) -> None:
    at = tmp_path
    for level in range(12):
        (at / "a.md").write_text(f"level {level}")
        at = at / "d"
        at.mkdir()
    reading = read(tmp_path, limits=Limits(folders_deep=5))
    assert len(reading.notes) == 6
    assert Unread.TOO_DEEP in errors(reading).values()


def test_ten_thousand_tiny_files(tmp_path: Path) -> None:
    (tmp_path / "many.zip").write_bytes(zipped({f"{at % 100}/{at}.md": f"note {at}" for at in range(10_000)}))
    reading = read(tmp_path)
    assert len(reading.notes) == len(reading.reports) == 10_000


def test_more_files_than_are_read_are_said(tmp_path: Path) -> None:
    for at in range(9):
        (tmp_path / f"{at}.md").write_text(f"note {at}")
    reading = read(tmp_path, limits=Limits(files=5))
    assert len(reading.notes) == 5
    assert list(errors(reading).values())[5:] == [Unread.TOO_MANY_FILES]


def test_a_full_set_says_which_files_have_no_room(tmp_path: Path) -> None:
    for at in range(3):
        (tmp_path / f"{at}.md").write_text("x" * 40)
    assert list(errors(read(tmp_path, limits=Limits(characters=100))).values()) == [None, None, Unread.FULL]


def test_a_file_that_vanishes_before_it_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.md").write_text("text")
    (tmp_path / "b.md").write_text("text")

    def vanish(progress: Progress) -> None:
        if progress.path.endswith("a.md"):
            (tmp_path / "a.md").unlink(missing_ok=True)

    reading = NotesReading()
    reading.add([tmp_path], vanish)
    assert list(errors(reading).values()) == [Unread.VANISHED, None]


@pytest.mark.parametrize(("times", "error"), [(1, None), (9, Unread.CHANGED)])
def test_a_file_that_changes_while_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int, error: Unread | None
) -> None:
    """Once: it is read again. Again and again: it is left out."""
    path = tmp_path / "a.md"
    path.write_text("text")
    seen = []
    real = entries_module._state

    def state(file: io.BufferedReader) -> object:
        seen.append(file)
        if len(seen) % 2 == 0 and len(seen) <= 2 * times:
            with path.open("a") as other:
                other.write(" more")
        return real(file)

    monkeypatch.setattr(entries_module, "_state", state)
    reading = read(path)
    assert list(errors(reading).values()) == [error]
    assert texts(reading) == (["text more\n"] if error is None else [])


@pytest.mark.parametrize(
    ("error", "why"),
    [(PermissionError(errno.EACCES, "no"), Unread.NO_PERMISSION), (OSError(errno.EIO, "disk"), Unread.INPUT_ERROR)],
)
def test_an_unreadable_file_does_not_stop_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError, why: Unread
) -> None:
    real = entries_module.open_plain

    def refuse(path: Path) -> object:
        if path.name == "a.md":
            raise error
        return real(path)

    monkeypatch.setattr(entries_module, "open_plain", refuse)
    (tmp_path / "a.md").write_text("text")
    (tmp_path / "b.md").write_text("text")
    assert list(errors(read(tmp_path)).values()) == [why, None]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert errors(read(tmp_path / "nowhere")) == {"nowhere": Unread.VANISHED}


# PDF


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"no pdf", pdf([["words"]])[:200], b"%PDF-1.4\n" + b"1 0 obj<<" * 500])
def test_broken_pdf(tmp_path: Path, data: bytes) -> None:
    assert report_of(tmp_path, "a.pdf", data).error is Unread.BROKEN


def test_encrypted_pdf(tmp_path: Path) -> None:
    assert report_of(tmp_path, "a.pdf", pdf([["words"]], password="secret")).error is Unread.ENCRYPTED


def test_scanned_pdf_without_text(tmp_path: Path) -> None:
    report = report_of(tmp_path, "a.pdf", pdf([[], [], []]))
    assert (report.error, report.pages, report.left) == (Unread.NO_TEXT, 3, ((Left.PAGES_WITHOUT_TEXT, 3),))


def test_pdf_page_that_draws_without_end_is_left_out(tmp_path: Path) -> None:
    data = pdf([["words"], ["x"] * 300])
    (tmp_path / "a.pdf").write_bytes(data)
    reading = read(tmp_path / "a.pdf", limits=Limits(pdf_page_operators=200))
    assert texts(reading) == ["words\n"]
    assert reading.reports[0].left == ((Left.BROKEN_PAGES, 1),)


def test_pdf_page_tree_in_a_ring(tmp_path: Path) -> None:
    data = (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Count 1/Kids[2 0 R]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )
    assert report_of(tmp_path, "a.pdf", data).error in (Unread.BROKEN, Unread.NO_TEXT)


# Word


def test_docx_with_macros_external_references_and_pictures_gives_its_words_only(tmp_path: Path) -> None:
    relation = '<Relationship Id="r{}" Type="t" Target="https://example.org/{}" TargetMode="External"/>'.format
    others = {
        "word/_rels/document.xml.rels": f"<Relationships>{relation(1, 'x.dotm')}{relation(2, 'p.png')}</Relationships>",
        "word/vbaProject.bin": b"macro",
        "word/media/image1.png": b"\x89PNG",
        "word/embeddings/sheet.xlsx": b"PK",
    }
    report = report_of(tmp_path, "a.docm", docx(paragraph("words"), others))
    assert report.kind is FileKind.DOCX
    assert dict(report.left) == {Left.MACROS: 1, Left.EXTERNAL: 2, Left.IMAGES: 1, Left.ATTACHMENTS: 1}


LAUGHS = "<!DOCTYPE x [<!ENTITY a 'lol'>" + "".join(
    f"<!ENTITY {chr(98 + at)} '{('&' + chr(97 + at) + ';') * 10}'>" for at in range(9)
) + "]>"  # fmt: skip


@pytest.mark.parametrize(
    "before",
    [
        LAUGHS,
        '<!DOCTYPE x [<!ENTITY j SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "https://example.org/x.dtd">',
    ],
    ids=["billion laughs", "external entity", "external document type"],
)
@pytest.mark.parametrize("part", ["document", "relations", "title"])
def test_docx_with_entities_is_refused(tmp_path: Path, before: str, part: str) -> None:
    bad = f"{before}<r>&j;</r>"
    data = {
        "document": docx(paragraph("&j;"), before=before),
        "relations": docx(paragraph("words"), {"word/_rels/document.xml.rels": bad}),
        "title": docx(paragraph("words"), {"docProps/core.xml": bad}),
    }[part]
    assert report_of(tmp_path, "a.docx", data).error is Unread.HOSTILE


def test_docx_that_unpacks_to_too_much(tmp_path: Path) -> None:
    data = docx("<w:p/>" * 1_000_000)
    assert report_of(tmp_path, "a.docx", data).error is Unread.UNPACKS_TOO_LARGE


def test_docx_nested_too_deeply(tmp_path: Path) -> None:
    data = docx("<w:tbl>" * 2_000 + "</w:tbl>" * 2_000)
    assert report_of(tmp_path, "a.docx", data).error is Unread.TOO_DEEP


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"no zip", Unread.BROKEN),
        (zipped({"other.xml": "<x/>"}), Unread.BROKEN),
        (docx("<w:p><w:r>"), Unread.BROKEN),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), Unread.ENCRYPTED),
        (docx("<w:p/>"), Unread.NO_TEXT),
    ],
    ids=["no zip", "another zip", "cut", "locked", "empty"],
)
def test_broken_locked_and_empty_docx(tmp_path: Path, data: bytes, why: Unread) -> None:
    assert report_of(tmp_path, "a.docx", data).error is why


# HTML, Markdown, mail, tables


HTML_TRAPS = {
    "scripts": "<p>good<script>while(true){}</script><img src=x onerror=f()><svg/onload=x><a href=javascript:x>y</a>",
    "never closed script": "<p>good<script>" + "x" * 1000,
    "never closed tags": "<p>good" + "<a " * 90_000,
    "never closed comments": "<p>good" + "<!-- " * 90_000,
    "never closed quotes": "<p>good" + '<a href="' * 60_000,
    "never closed elements": "<p>good" + "<div>" * 60_000,
    "end tags alone": "<p>good" + "</div>" * 60_000,
    "brackets": "<p>good" + "<" * 150_000,
    "references": "<p>good" + "&#" * 90_000 + "&#xfffffff;&#0;&#xd800;",
}


@pytest.mark.parametrize("trap", HTML_TRAPS)
def test_html_traps_give_their_words_in_time(tmp_path: Path, trap: str) -> None:
    path = tmp_path / "a.html"
    path.write_text(HTML_TRAPS[trap])
    text = "".join(texts(read(path)))
    assert text.startswith("good")
    assert "script" not in text
    assert "while" not in text
    text.encode()


MARKDOWN_TRAPS = {
    "brackets": "[" * 90_000,
    "links": "[a](" * 30_000,
    "images": "![" * 60_000,
    "wiki": "[[" * 60_000,
    "embeds": "![[a" * 30_000,
    "backticks": " ".join("`" * at for at in range(1, 500)),
    "comments": "<!-- %% " * 30_000,
    "spaces": "a" + " " * 150_000 + "b",
    "headings": "# " + "# " * 60_000,
    "hashes": "#" * 90_000 + "a",
    "hex": "0" * 90_000,
    "front matter": "---\n" + "a: b\n" * 30_000,
    "emphasis": "*a_" * 30_000,
    "references": "[a]: " * 30_000,
}


@pytest.mark.parametrize("trap", MARKDOWN_TRAPS)
def test_markdown_traps_end_in_time(tmp_path: Path, trap: str) -> None:
    (tmp_path / "a.md").write_text("good\n\n" + MARKDOWN_TRAPS[trap])
    (tmp_path / "b.md").write_text(MARKDOWN_TRAPS[trap])
    assert texts(read(tmp_path))[0].startswith("good")


def test_mail_with_attachments_gives_its_words_only(tmp_path: Path) -> None:
    kinds = ("image/png", "application/zip", "text/plain", "text/html")
    parts = "".join(
        f'--x\nContent-Type: {kind}\nContent-Disposition: attachment; filename="../../{at}"\n\nEVIL\n'
        for at, kind in enumerate(kinds)
    )
    body = f'Content-Type: multipart/mixed; boundary="x"\n\n--x\nContent-Type: text/plain\n\ngood\n{parts}--x--'
    (tmp_path / "a.mbox").write_text(mail("s", "", body))
    reading = read(tmp_path / "a.mbox")
    assert texts(reading) == ["good\n"]
    assert reading.reports[0].left == ((Left.ATTACHMENTS, 4),)


def test_mail_nested_without_end_and_mail_of_nonsense_leave_the_next_message(tmp_path: Path) -> None:
    deep = "".join(f'Content-Type: multipart/mixed; boundary="{at}"\n\n--{at}\n' for at in range(1_200))
    nonsense = (
        "Content-Type: text/plain; charset=no-such\nContent-Transfer-Encoding: base64\nSubject: =?x?q?=\nDate: never"
    )
    (tmp_path / "a.mbox").write_text(mail("deep", "", deep) + mail("odd", "%%%", nonsense) + mail("good", "good"))
    reading = read(tmp_path / "a.mbox")
    assert texts(reading)[-1] == "good\n"


def test_a_mailbox_of_one_endless_line_is_read_in_bounded_memory(tmp_path: Path) -> None:
    with (tmp_path / "a.mbox").open("wb") as file:
        file.write(b"From a\nSubject: x\n\n")
        for _ in range(40):
            file.write(b"x" * MIB)
        file.write(b"\n\n" + mail("good", "good").encode())
    tracemalloc.start()
    try:
        reading = read(tmp_path / "a.mbox", limits=Limits(message_bytes=MIB))
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()
    assert texts(reading) == ["good\n"]
    assert reading.reports[0].left == ((Left.LARGE_MESSAGES, 1),)


def test_table_with_endless_fields_and_rows(tmp_path: Path) -> None:
    assert report_of(tmp_path, "a.csv", b'a,b\n"' + b"x" * 200_000).error is Unread.BROKEN
    report = report_of(tmp_path, "b.csv", b"a\n" + b"1\n" * 50, Limits(csv_rows=20))
    assert report.left == ((Left.LONG_ROWS, 30),)


def test_a_note_longer_than_any_note_is_refused(tmp_path: Path) -> None:
    assert report_of(tmp_path, "a.md", b"words " * 100, Limits(note_characters=500)).error is Unread.TOO_LARGE


def test_cancelling_in_the_middle_of_a_mailbox_keeps_a_report_of_what_was_read(tmp_path: Path) -> None:
    (tmp_path / "a.mbox").write_text("".join(mail(str(at), f"words {at}") for at in range(9)))

    def stop(progress: Progress) -> None:
        if progress.notes == 4:
            raise Cancelled

    reading = NotesReading()
    with pytest.raises(Cancelled):
        reading.add([tmp_path], stop)
    assert len(reading.notes) == 4
    assert [report.notes for report in reading.reports] == [4]
