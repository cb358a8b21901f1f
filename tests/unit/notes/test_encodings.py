"""Encodings that pages and mails declare: rightly, wrongly, and by names that only browsers know."""

from pathlib import Path

import pytest

from app.domain.notes import FileReport, Left, Note
from app.notes.encodings import declared_in_page, encoding_of
from app.notes.reading import NotesReading

POLISH = "Zażółć gęślą jaźń i pójdź na spacer. Wieś śpi."
RUSSIAN = "Привет, мельница"
GERMAN = "Grüße aus Köln – „schön“, sagte sie."


def read(path: Path, data: bytes) -> tuple[Note, FileReport]:
    path.write_bytes(data)
    reading = NotesReading()
    reading.add([path])
    (note,), (report,) = reading.notes, reading.reports
    return note, report


@pytest.mark.parametrize(
    ("head", "words", "encoding"),
    [
        ('<meta charset="iso-8859-2">', POLISH, "iso8859-2"),
        ("<META CharSet = windows-1250 >", POLISH, "cp1250"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=windows-1251">', RUSSIAN, "cp1251"),
        ("<meta content='text/html;charset=koi8-r' http-equiv=content-type/>", RUSSIAN, "koi8-r"),
        ('<meta charset="ISO-8859-1">', GERMAN, "cp1252"),  # as browsers take it
        ('<meta charset="us-ascii">', GERMAN, "cp1252"),
        ('<meta charset="x-sjis">', "今日は森へ", "cp932"),
        ('<meta charset="iso-2022-jp">', "今日は森へ", "iso2022_jp"),
        ('<meta charset="gb2312">', "今天我们去了森林，镕", "gb18030"),
        ('<meta charset="utf-16">', GERMAN, "utf-8"),  # it was read, so it is none
        ('<!-- <meta charset="koi8-r"> --><meta charset="iso-8859-2">', POLISH, "iso8859-2"),
        ('<meta name="charset" content="koi8-r"><meta charset="no such"><meta charset="cp1250">', POLISH, "cp1250"),
        ("<!--" + "saved with all its trimmings " * 60 + '--><meta charset="iso-8859-2">', POLISH, "iso8859-2"),
    ],
    ids=range(13),
)
def test_a_page_is_read_as_it_says(tmp_path: Path, head: str, words: str, encoding: str) -> None:
    page = f"<!doctype html><html><head>{head}<title>t</title></head><body><p>{words}</p></body></html>"
    note, report = read(tmp_path / "a.html", page.encode(encoding))
    assert note.text == words + "\n"
    assert report.left == ()


def test_a_mark_comes_before_the_declaration_and_that_of_the_page_before_that_of_the_xml(tmp_path: Path) -> None:
    page = '<?xml version="1.0" encoding="koi8-r"?><html><head>{}</head><body><p>{}</p></body></html>'
    meta = '<meta charset="iso-8859-2"/>'
    note, _ = read(tmp_path / "marked.html", page.format(meta, POLISH).encode("utf-8-sig"))
    assert note.text == POLISH + "\n"
    note, _ = read(tmp_path / "both.xhtml", page.format(meta, POLISH).encode("iso8859-2"))
    assert note.text == POLISH + "\n"
    note, _ = read(tmp_path / "xml.xhtml", page.format("", RUSSIAN).encode("koi8-r"))
    assert note.text == RUSSIAN + "\n"


@pytest.mark.parametrize(
    ("label", "words", "encoding"),
    [("iso-8859-1", GERMAN, "utf-8"), ("utf-8", GERMAN * 3, "cp1252"), ("gb2312", GERMAN * 3, "cp1252"),
     ("iso-8859-2", POLISH * 3, "cp1250")],
)  # fmt: skip
def test_a_declaration_that_does_not_fit_is_told_and_what_the_bytes_are_is_read(
    tmp_path: Path, label: str, words: str, encoding: str
) -> None:
    page = f'<html><head><meta charset="{label}"></head><body><p>{words}</p></body></html>'
    note, report = read(tmp_path / "a.html", page.encode(encoding))
    assert note.text == words + "\n"
    assert report.left == ((Left.WRONG_CHARSET, 1),)


def test_a_mail_says_for_each_part_and_each_header(tmp_path: Path) -> None:
    mail = (
        b"Subject: =?iso-8859-1?Q?=93Gr=FC=DFe=94?=\nMIME-Version: 1.0\n"
        b'Content-Type: multipart/mixed; boundary="x"\n\n--x\n'
        b"Content-Type: text/plain; charset=iso-8859-1\n\n\x93Sch\xf6n\x94, sagte sie.\n--x\n"
        b"Content-Type: text/plain; charset=iso-8859-2\nContent-Transfer-Encoding: 8bit\n\n"
        + POLISH.encode("iso8859-2") + b"\n--x--\n"
    )  # fmt: skip
    note, report = read(tmp_path / "a.eml", mail)
    assert note.title == "“Grüße”"
    assert note.text == f"“Schön”, sagte sie.\n\n{POLISH}\n"
    assert report.left == ()


def test_a_mail_of_html_alone_may_say_it_in_the_page(tmp_path: Path) -> None:
    mail = b'Subject: x\nContent-Type: text/html\n\n<meta charset="iso-8859-2"><p>' + POLISH.encode("iso8859-2")
    note, _ = read(tmp_path / "a.eml", mail)
    assert note.text == POLISH + "\n"


def test_no_label_leads_to_what_is_no_encoding() -> None:
    for label in ("rot13", "hex", "idna", "unknown-8bit", "", "x" * 9_000, "\0", "a b", "unicode_escape", "mbcs"):
        assert encoding_of(label) is None


def test_a_page_that_never_ends_its_declaration_declares_nothing() -> None:
    for page in (b"<meta charset=", b"<meta " * 4_000, b"<meta charset='" + b"x" * 9_000, b"<?xml " + b"a" * 9_000):
        assert declared_in_page(page) is None


# Without any declaration


@pytest.mark.parametrize(
    ("encoding", "words"),
    [
        ("cp1252", "It’s a “quoted” line – and it isn’t much."),
        ("cp1252", "We didn’t go out."),
        ("cp1252", "# Plan\n\n- “first” thing\n- price: 5€"),
        ("cp1252", "Perché non è più così? La città è là."),
        ("cp1252", "Não há razão para a criança não comer pão."),
        ("cp1252", "På lördag åker vi till sjön och äter räksmörgås."),
        ("cp1252", "Rødgrød med fløde på en smuk ø."),
        ("cp1252", "Elementos de tipo «raíz» y «%1»."),
        ("mac_roman", "It’s a “quoted” line – and we went to the café."),
        ("cp850", "Die Wanderung war schön, und am Abend gab es Käse. Größe."),
        ("cp1250", "Dzień był długi i deszczowy, więc zostaliśmy w domu."),
        ("iso8859_2", "Dzień był długi i deszczowy, więc zostaliśmy w domu."),
        ("cp1254", "Bugün çok yağmur yağdı, bu yüzden evde kaldık."),
        ("cp1257", "Šodien lija, un mēs palikām mājās. Ļoti jauki, ģimene un ķirši."),
        ("cp1251", "Привет, мельница"),
        ("koi8_r", "Сегодня мы ходили в лес."),
        ("cp1253", "Σήμερα έβρεξε πολύ και μείναμε στο σπίτι."),
        ("cp1255", "היום ירד גשם ונשארנו בבית."),
        ("euc_jp", "今日は森へ行ってきのこを採りました。"),
        ("gb18030", "今天我们去了森林，采了蘑菇，然后下雨了。"),
        ("cp949", "오늘 우리는 숲에 가서 버섯을 땄고 비가 왔습니다."),
        ("iso2022_jp", "今日は森へ行ってきのこを採りました。"),
        ("utf-16-le", "Сегодня мы ходили в лес и собирали грибы."),
        ("utf-16-be", "Σήμερα έβρεξε πολύ και μείναμε στο σπίτι."),
    ],
    ids=range(24),
)  # fmt: skip
def test_the_encoding_of_a_text_is_found(tmp_path: Path, encoding: str, words: str) -> None:
    assert read(tmp_path / "a.md", words.encode(encoding))[0].text == words + "\n"


def test_signs_that_come_late_in_a_long_text_decide_too(tmp_path: Path) -> None:
    words = "all is plain here\n" * 2_000 + "Später schön: „Größe“."
    assert read(tmp_path / "a.txt", words.encode("cp1252"))[0].text.endswith("Später schön: „Größe“.\n")
    words = "all on one line " * 2_000 + "und spät: Größe"
    assert read(tmp_path / "b.txt", words.encode("cp1252"))[0].text.endswith("und spät: Größe\n")
