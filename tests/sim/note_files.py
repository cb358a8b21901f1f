"""Files of notes, made small: Word documents, PDFs, mailboxes and Notion exports, good and hostile."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
WORDS = ("rain", "came", "over", "hill", "walked", "home", "along", "river", "talking", "of", "old", "friends", "bread")


def docx(body: str, others: Mapping[str, str | bytes] | None = None, before: str = "") -> bytes:
    """body: inside w:body. before: between the XML declaration and the root. others: further parts by name."""
    document = f'<?xml version="1.0" encoding="UTF-8"?>{before}<w:document {W}><w:body>{body}</w:body></w:document>'
    return zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": document, **(others or {})})


def paragraph(text: str, style: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def pdf(pages: Sequence[Sequence[str]], password: str = "") -> bytes:
    """One page for each list of lines; an empty list is a page without text, as a scanned one is."""
    from pypdf import PdfWriter
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer = PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for lines in pages:
        page = writer.add_blank_page(400, 600)
        stream = DecodedStreamObject()
        shown = "".join(f"({line}) Tj T* " for line in lines)
        stream.set_data(f"BT /F1 10 Tf 12 TL 20 560 Td {shown}ET".encode("latin-1"))
        page[NameObject("/Contents")] = writer._add_object(stream)
        page[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject("/F1"): writer._add_object(font)})}
        )
    if password:
        writer.encrypt(password, algorithm="AES-256")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def mail(subject: str, body: str, extra: str = "") -> str:
    return (
        f"From anna@example.org Mon Jan  6 10:00:00 2025\nFrom: Anna <anna@example.org>\nSubject: {subject}\n"
        f"Date: Mon, 06 Jan 2025 10:00:00 +0000\n{extra or 'Content-Type: text/plain; charset=utf-8'}\n\n{body}\n\n"
    )


def vault(folder: Path, pages: Mapping[str, str]) -> Path:
    for name, text in pages.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def prose(number: int, words: int = 120) -> str:
    """A text of its own for each number, in sentences."""
    import random

    chance = random.Random(number)
    return " ".join(f"{chance.choice(WORDS)}{chance.randrange(300)}" for _ in range(words)) + "."
