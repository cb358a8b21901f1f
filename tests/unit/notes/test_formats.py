"""What becomes text in each kind of file, and what is counted as left out."""

from datetime import date
from pathlib import Path

import pytest

from app.domain.notes import FileKind, FileReport, Left, Note, Unread
from app.notes.chats import ChatText, Turn
from app.notes.limits import Limits
from app.notes.reading import NotesReading
from tests.sim.note_files import docx, mail, paragraph, pdf, vault, zipped

NOTION_ID = "0123456789abcdef0123456789abcdef"


def read(path: Path, limits: Limits | None = None) -> NotesReading:
    reading = NotesReading(limits or Limits())
    reading.add([path])
    return reading


def read_bytes(folder: Path, name: str, data: bytes) -> tuple[Note, FileReport]:
    (folder / name).write_bytes(data)
    reading = read(folder / name)
    (note,), (report,) = reading.notes, reading.reports
    return note, report


# HTML


def test_html_gives_its_words_and_neither_scripts_nor_menus_nor_what_is_hidden(tmp_path: Path) -> None:
    page = (
        "<!doctype html><html><head><title>A &amp; B</title><style>p{}</style><link rel=x href=//x></head><body>"
        "<nav><a href=/>Home</a></nav><h2>Walks</h2><p>Over the <b>hill</b>,\n<a href='https://example.org'>there</a>.</p>"
        "<script>if (a < b) document.write('<p>evil</p>')</script><ul><li>one<li>two</ul><!-- secret -->"
        "<div style='display: none'>unseen <p>too</p></div><p>a<br>b</p><img src=x><pre>  x\n    y</pre>"
        "<table><tr><td>k<td>v</table><noscript>turn it on</noscript></body></html>"
    )
    note, report = read_bytes(tmp_path, "a.html", page.encode())
    assert note.title == "A & B"
    assert note.text == "## Walks\n\nOver the hill, there.\n\n- one\n- two\n\na\nb\n\n  x\n    y\n\nk | v\n"
    assert dict(report.left) == {
        Left.SCRIPTS: 3, Left.FORMS: 1, Left.HIDDEN: 1, Left.IMAGES: 1, Left.EXTERNAL: 1, Left.ADDRESSES: 1,
    }  # fmt: skip


# Word


def test_docx_gives_paragraphs_headings_lists_and_tables(tmp_path: Path) -> None:
    cell = "<w:tc>{}</w:tc>".format
    body = (
        paragraph("Walks", "Heading2")
        + "<w:p><w:r><w:t>Over </w:t><w:tab/><w:t>the &lt;hill&gt;</w:t></w:r></w:p>"
        + "<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>one</w:t></w:r></w:p>"
        + f"<w:tbl><w:tr>{cell(paragraph('k'))}{cell(paragraph('v'))}</w:tr></w:tbl>"
        + "<w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:ins><w:r><w:t>come</w:t></w:r></w:ins></w:p>"
    )
    core = (
        '<c:coreProperties xmlns:c="urn:c" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>My walks</dc:title>'
        "</c:coreProperties>"
    )
    note, report = read_bytes(tmp_path, "a.docx", docx(body, {"docProps/core.xml": core}))
    assert note.title == "My walks"
    assert note.text == "## Walks\n\nOver \tthe <hill>\n\n- one\n\nk | v\n\ncome\n"
    assert report.left == ((Left.DELETED_TEXT, 1),)


# PDF


def test_pdf_lines_are_joined_and_pages_are_counted(tmp_path: Path) -> None:
    lines = [
        "The rain came over the hill and we wal-",
        "ked home along the river, talking of old",
        "friends.",
        "Then it was dark.",
    ]
    note, report = read_bytes(tmp_path, "a.pdf", pdf([lines, []]))
    assert "and we walked home along the river, talking of old friends." in note.text
    assert note.text.endswith("\n\nThen it was dark.\n")
    assert (report.kind, report.pages, report.left) == (FileKind.PDF, 2, ((Left.PAGES_WITHOUT_TEXT, 1),))


def test_pdf_headers_and_footers_go(tmp_path: Path) -> None:
    pages = [["My diary", f"Day {at} was long and full of rain and wind.", f"page {at}"] for at in range(5)]
    note, report = read_bytes(tmp_path, "a.pdf", pdf(pages))
    assert "diary" not in note.text
    assert "page" not in note.text
    assert "Day 4 was long" in note.text
    assert (Left.RUNNING_LINES, 10) in report.left


def test_pages_beyond_the_limit_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf([["one"], ["two"], ["three"]]))
    reading = read(tmp_path / "a.pdf", Limits(pdf_pages=2))
    assert reading.reports[0].pages == 2
    assert reading.reports[0].left == ((Left.LATER_PAGES, 1),)


# Obsidian


def test_vault_embeds_are_resolved_once_and_settings_and_trash_are_skipped(tmp_path: Path) -> None:
    folder = vault(
        tmp_path / "Vault",
        {
            ".obsidian/app.md": "settings",
            ".trash/old.md": "thrown away",
            "Index.md": "Before\n\n![[Walk]]\n\nand ![[Walk]] again, ![[Gone]], ![[Plan#May|x]], ![[map.png]].\n\n"
            "`![[Walk]]`\n",
            "sub/Plan.md": "# Plan\n\n## April\n\nsow\n\n## May\n\nreap\n\n### Late\n\nrest\n\n## June\n\nsleep\n",
            "Walk.md": "It rained.\n",
        },
    )
    reading = read(folder)
    by_source = {note.source: note for note in reading.notes}
    assert set(by_source) == {"Vault/Index.md", "Vault/Walk.md", "Vault/sub/Plan.md"}
    assert by_source["Vault/Index.md"].text == (
        "Before\n\nIt rained.\n\nand Walk again, , ## May\n\nreap\n\n### Late\n\nrest, .\n\n`![[Walk]]`\n"
    )
    reports = {report.path: report for report in reading.reports}
    assert dict(reports["Vault/Index.md"].left) == {Left.EMBEDS: 1, Left.EMBEDS_ELSEWHERE: 1, Left.IMAGES: 1}
    assert reports["Vault/.obsidian"].error is Unread.SKIPPED_FOLDER
    assert reports["Vault/.trash"].error is Unread.SKIPPED_FOLDER


def test_embeds_that_run_in_a_ring_or_too_deep_end_in_titles(tmp_path: Path) -> None:
    pages = {f"{at}.md": f"this is {at}\n\n![[{(at + 1) % 8}]]\n" for at in range(8)}
    reading = read(vault(tmp_path / "Ring", pages))
    first = reading.notes[0].text
    assert first == "this is 0\n\nthis is 1\n\nthis is 2\n\nthis is 3\n\n4\n"
    assert sum(note.text.count("this is 1") for note in reading.notes) == 2  # in itself and where it is embedded first


def test_what_one_note_takes_in_from_others_has_an_end(tmp_path: Path) -> None:
    folder = vault(tmp_path / "Big", {"a.md": "![[b]]\n\n![[c]]\n", "b.md": "b" * 80 + "\n", "c.md": "c" * 80 + "\n"})
    reading = read(folder, Limits(embed_characters=100))
    assert reading.notes[0].text == "b" * 80 + "\n\nc\n"


# Notion


def test_a_notion_export_loses_its_ids_its_inner_archives_and_its_encoded_links(tmp_path: Path) -> None:
    page = (
        f"# Plans\n\nSee [My%20Page%20{NOTION_ID}](My%20Page%20{NOTION_ID}.md) and [this](Other%20{NOTION_ID}/x.md).\n"
    )
    inner = zipped(
        {
            f"Private & Shared/Plans {NOTION_ID}.md": page,
            f"Private & Shared/Tasks {NOTION_ID}_all.csv": '\ufeffName,Done,Note\nSow,Yes,\nReap,,"in, May"\n',
            "Private & Shared/picture.png": b"\x89PNG",
        }
    )
    path = tmp_path / "Export.zip"
    path.write_bytes(zipped({"ExportBlock-1b2c3d4e-0000-4444-8888-123456789abc-Part-1.zip": inner}))
    reading = read(path)
    assert [(note.source, note.title) for note in reading.notes] == [
        ("Export.zip/Private & Shared/Plans.md", "Plans"),
        ("Export.zip/Private & Shared/Tasks.csv", "Tasks"),
    ]
    assert reading.notes[0].text == "# Plans\n\nSee My Page and this.\n"
    assert reading.notes[1].text == "Name: Sow\nDone: Yes\n\nName: Reap\nNote: in, May\n"


def test_one_page_in_several_parts_of_an_export_has_one_name_and_is_folded_later(tmp_path: Path) -> None:
    part = zipped({f"Plans {NOTION_ID}.md": "# Plans\n\nwords\n"})
    path = tmp_path / "Export.zip"
    path.write_bytes(zipped({f"ExportBlock-1b2c3d4e-Part-{at}.zip": part for at in (1, 2)}))
    first, second = read(path).notes
    assert first.id == second.id


# Mail


def test_mail_gives_own_words_without_quotes_signatures_and_attachments(tmp_path: Path) -> None:
    two_parts = (
        'MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary="x"\n\n--x\n'
        "Content-Type: text/plain; charset=iso-8859-1\n"
        "Content-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe\n--x\nContent-Type: application/pdf\n"
        'Content-Disposition: attachment; filename="a.pdf"\n\nJVBERi0=\n--x--'
    )
    box = (
        mail(
            "First",
            "Thanks!\n\n>From the sea, I mean.\n\nOn Monday, Ben\nwrote:\n> old words\n> more\n\n"
            "Yours\n-- \nAnna\n+49 30 1",
        )
        + mail("=?utf-8?q?Zw=C3=B6lf?=", "", two_parts)
        + mail("Page", "<p>only <b>HTML</b></p>", "Content-Type: text/html; charset=utf-8")
        + mail("Empty", "")
    )
    (tmp_path / "a.mbox").write_text(box, encoding="utf-8")
    reading = read(tmp_path / "a.mbox")
    assert [(note.title, note.text, note.source) for note in reading.notes] == [
        ("First", "Thanks!\n\nFrom the sea, I mean.\n\nYours\n", "a.mbox › 1"),
        ("Zwölf", "Grüße\n", "a.mbox › 2"),
        ("Page", "only HTML\n", "a.mbox › 3"),
    ]
    assert reading.notes[0].day == date(2025, 1, 6)
    assert dict(reading.reports[0].left) == {
        Left.ATTACHMENTS: 1, Left.QUOTES: 2, Left.SIGNATURES: 1, Left.EMPTY_MESSAGES: 1,
    }  # fmt: skip


def test_a_mailbox_without_an_ending_and_a_single_message_are_known(tmp_path: Path) -> None:
    (tmp_path / "Inbox").write_text(mail("One", "words"))
    (tmp_path / "b.eml").write_text("Subject: Two\n\nother words\n")
    (tmp_path / "README").write_text("plain words\n")
    assert [(note.title, note.text) for note in read(tmp_path).notes] == [
        ("One", "words\n"),
        ("README", "plain words\n"),
        ("Two", "other words\n"),
    ]


def test_a_message_too_large_is_left_out_and_the_next_one_read(tmp_path: Path) -> None:
    (tmp_path / "a.mbox").write_text(mail("Big", "x " * 2000) + mail("Small", "words"))
    reading = read(tmp_path / "a.mbox", Limits(message_bytes=1_000))
    assert [note.title for note in reading.notes] == ["Small"]
    assert reading.reports[0].left == ((Left.LARGE_MESSAGES, 1),)


# Chats


def test_of_a_chat_the_persons_own_words_are_kept() -> None:
    reading = NotesReading()
    turns = [Turn(True, "How do I sow?"), Turn(False, "In rows."), Turn(True, "And when?")]
    reading.add_chats([ChatText("Garden", turns, date(2025, 5, 1)), ChatText("Nothing", [Turn(False, "Hello")])])
    (note,) = reading.notes
    assert (note.title, note.text, note.day) == ("Garden", "How do I sow?\n\nAnd when?\n", date(2025, 5, 1))
    assert [(one.kind, one.error, one.left) for one in reading.reports] == [
        (FileKind.CHAT, None, ((Left.REPLIES, 1),)),
        (FileKind.CHAT, Unread.NO_TEXT, ((Left.REPLIES, 1),)),
    ]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_tables_of_any_separator_are_rows_of_named_values(tmp_path: Path, separator: str) -> None:
    note, _ = read_bytes(tmp_path, "a.csv", f"Name{separator}Age\nAnna{separator}7\n".encode())
    assert note.text == "Name: Anna\nAge: 7\n"
