"""Text, Markdown, tables, PDFs and Word documents with one odd thing each, of the kind that goes wrong in silence."""

import unicodedata
from pathlib import Path

import pytest

from app.domain.notes import FileReport, Left, Note
from app.notes.pdf import joined
from app.notes.reading import NotesReading
from tests.sim.note_files import W, docx, paragraph, pdf, zipped


def read(path: Path, data: str | bytes) -> tuple[Note, FileReport]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    reading = NotesReading()
    reading.add([path])
    (note,), (report,) = reading.notes, reading.reports
    return note, report


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("one\r\ntwo\rthree\nfour\r\n\r\nfive", "one\ntwo\nthree\nfour\n\nfive"),
        ("one\x0btwo\u2028three\u2029four\x85five\x0csix", "one\ntwo\nthree\n\nfour\nfive\n\nsix"),
        ("Donau\u00addampf\u200bschiff \ufb01nden, \ufb02ott, o\ufb00en, Ka\ufb00ee, o\ufb03ziell",
         "Donaudampfschiff finden, flott, offen, Kaffee, offiziell"),
        ("می\u200cخواهم 👩\u200d🌾", "می\u200cخواهم 👩\u200d🌾"),  # joiners that belong there
        ("cafe\u0301", "café"),
    ],
    ids=["line ends", "rare line ends", "soft hyphens and ligatures", "joiners", "decomposed"],
)  # fmt: skip
def test_text_comes_out_as_it_is_seen(tmp_path: Path, data: str, text: str) -> None:
    assert read(tmp_path / "a.txt", data)[0].text == text + "\n"


# Markdown


@pytest.mark.parametrize(
    ("front", "title", "tags"),
    [
        ('---\r\n"title": Walk\r\ntags: [wood, rain]\r\n---\r\n', "Walk", ("wood", "rain")),
        ("---\ntitle: Walk\nСтатус: готово\n_draft: yes\nmy.key: 1\n2nd key: x\ntags: wood, rain\n---\n", "Walk",
         ("wood", "rain")),
        ("---\ntitle: >-\n  Walk\ntags:\n- wood\n- '#rain'\n---\n", "Walk", ("wood", "rain")),
        ("---\ntitle: Walk\ntags: [wood,\n  rain]\n...\n", "Walk", ("wood",)),
        ('+++\ntitle = "Walk"\ndate = 2025-04-01\ntags = ["wood", "rain"]\n\n[extra]\ncolour = "red"\n+++\n', "Walk",
         ("wood", "rain")),
        ("---\n---\n", "a", ()),
    ],
    ids=["quoted key", "keys of any script", "block", "list over two lines", "toml", "empty"],
)  # fmt: skip
def test_front_matter_is_told_from_text(tmp_path: Path, front: str, title: str, tags: tuple[str, ...]) -> None:
    note, _ = read(tmp_path / "a.md", front + "It rained.\n")
    assert (note.title, note.tags, note.text) == (title, tags, "It rained.\n")


def test_what_somebody_says_is_no_address(tmp_path: Path) -> None:
    talk = "[Anna]: hello there\n[12:30]: and so we went\n"
    links = '[1]: https://example.org\n[2]: <a b> "A title"\n[x y]: /z (t)\n'
    note, report = read(tmp_path / "a.md", talk + links)
    assert note.text == talk
    assert report.left == ((Left.ADDRESSES, 3),)


# Tables


def test_the_line_in_which_excel_names_its_separator_is_none_of_the_table(tmp_path: Path) -> None:
    assert read(tmp_path / "a.csv", "sep=;\r\nName;Age\r\nAnna, B.;7\r\n")[0].text == "Name: Anna, B.\nAge: 7\n"


# PDF


def test_words_that_a_line_cuts_are_whole_again_and_compounds_keep_their_hyphen() -> None:
    lines = ["we wal\u00ad", "ked from Nord-", "Süd to the Über\u2010", "gang and the A-", "Ämter."]
    assert " ".join(joined([lines]).split()) == "we walked from Nord-Süd to the Übergang and the A-Ämter."


def test_a_page_whose_font_does_not_say_what_its_letters_are_is_none(tmp_path: Path) -> None:
    note, report = read(
        tmp_path / "a.pdf", pdf([["Words that can be read."], ["/g38/g72/g81/g3/g20"], ["(cid:12)(cid:7)"]])
    )
    assert note.text == "Words that can be read.\n"
    assert report.left == ((Left.BROKEN_PAGES, 2),)
    note, _ = read(tmp_path / "b.pdf", pdf([["Read /etc/hosts and 1/2 or 3/4 of it."]]))
    assert note.text == "Read /etc/hosts and 1/2 or 3/4 of it.\n"


# Names


def test_names_in_an_archive_that_does_not_say_its_encoding_and_such_as_macos_takes_apart(tmp_path: Path) -> None:
    packed = zipped({"Größe.md": "![[Größe 2]]", "Größe 2.md": "so groß"})
    path = tmp_path / "a.zip"
    path.write_bytes(_without_utf8_flag(packed))
    reading = NotesReading()
    reading.add([path])
    assert [(note.title, note.text) for note in reading.notes] == [("Größe", "so groß\n"), ("Größe 2", "so groß\n")]
    folder = tmp_path / "Vault"
    folder.mkdir()
    (folder / unicodedata.normalize("NFD", "Größe.md")).write_text("so groß")
    (folder / "Seite.md").write_text("![[Größe]]", encoding="utf-8")
    reading = NotesReading()
    reading.add([folder])
    assert [note.text for note in reading.notes] == ["so groß\n", "so groß\n"]


def _without_utf8_flag(packed: bytes) -> bytes:
    data = bytearray(packed)
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(mark, at + 1)) >= 0:
            data[at + flags + 1] &= 0xF7
    return bytes(data)


# Word

BOX = "<w:pict><w:txbxContent>{}</w:txbxContent></w:pict>"
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'


def test_text_boxes_are_read_once_before_the_paragraph_that_they_hang_on(tmp_path: Path) -> None:
    box = paragraph("in the box") + paragraph("and more")
    both = (
        f"<mc:AlternateContent {MC}><mc:Choice><w:txbxContent>{box}</w:txbxContent></mc:Choice>"
        f"<mc:Fallback>{BOX.format(box)}</mc:Fallback></mc:AlternateContent>"
    )
    body = f"<w:p><w:r><w:t>around </w:t></w:r><w:r>{both}</w:r><w:r><w:t>it</w:t></w:r></w:p>"
    assert read(tmp_path / "a.docx", docx(body))[0].text == "in the box\n\nand more\n\naround it\n"
    old = f"<w:p><w:r>{BOX.format(box)}</w:r></w:p>"
    assert read(tmp_path / "b.docx", docx(old))[0].text == "in the box\n\nand more\n"


def test_hidden_text_changes_comments_and_readings_are_left_out(tmp_path: Path) -> None:
    run = "<w:r>{}<w:t>{}</w:t></w:r>".format
    body = (
        "<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr>"
        + run("", "seen, ")
        + run("<w:rPr><w:vanish/></w:rPr>", "unseen, ")
        + run('<w:rPr><w:vanish w:val="0"/></w:rPr>', "seen too, ")
        + f"<w:moveFrom>{run('', 'moved away, ')}</w:moveFrom><w:moveTo>{run('', 'moved here, ')}</w:moveTo>"
        + "<w:r><w:ruby><w:rt><w:r><w:t>reading</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>base</w:t></w:r></w:rubyBase>"
        + "</w:ruby></w:r><w:r><w:commentReference w:id='1'/><w:instrText>PAGE</w:instrText></w:r></w:p>"
        + f'<w:p><w:pPr><w:numPr><w:numId w:val="0"/></w:numPr></w:pPr>{run("", "no item")}</w:p>'
    )
    comments = f"<w:comments xmlns:w='x'>{paragraph('a remark')}</w:comments>"
    note, report = read(tmp_path / "a.docx", docx(body, {"word/comments.xml": comments}))
    assert note.text == "seen, seen too, moved here, base\n\nno item\n"
    assert report.left == ((Left.HIDDEN, 1), (Left.DELETED_TEXT, 1))


def test_notes_at_the_foot_and_the_end_are_read(tmp_path: Path) -> None:
    foot = (
        f'<w:footnotes {W}><w:footnote w:type="separator"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
        f"<w:footnote>{paragraph('A source.')}</w:footnote></w:footnotes>"
    )
    assert read(tmp_path / "a.docx", docx(paragraph("Text."), {"word/footnotes.xml": foot}))[0].text == (
        "Text.\n\nA source.\n"
    )
