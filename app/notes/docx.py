"""The text of a Word document: paragraphs, headings, lists and tables of word/document.xml, and foot- and endnotes.

Read as what it is, a ZIP with XML, as a stream: no picture, no macro and no other file is touched. A library would take
the whole package into memory, and build a tree of it. What was deleted while changes were tracked is no text any more.
"""

import re
import zipfile
import zlib
from typing import BinaryIO

from app.domain.notes import Left, Unread
from app.notes.archives import SmallReads
from app.notes.entries import NotRead
from app.notes.limits import LIMITS, Limits
from app.notes.tally import Draft, Tally
from app.notes.texts import cleaned
from app.notes.xml_stream import Handler, parse_xml

_WORD = (
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main ",
    "http://purl.oclc.org/ooxml/wordprocessingml/main ",  # what "strict" documents say
)
_FALLBACK = "http://schemas.openxmlformats.org/markup-compatibility/2006 Fallback"  # the same text once more
_HEADING = re.compile(r"(?:heading|berschrift|titre|rubrik|overskrift|kop|ttulo|titolo) ?([1-6])$", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0"  # a document with a password is no ZIP but such a container
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, KeyError)
_STORIES = ("word/document.xml", "word/footnotes.xml", "word/endnotes.xml")


def read_docx(file: BinaryIO, name: str, tally: Tally, limits: Limits = LIMITS) -> Draft:
    """file: can seek. Raises NotRead: ENCRYPTED, BROKEN, HOSTILE, TOO_DEEP, UNPACKS_TOO_LARGE."""
    if file.read(4) == _OLE:
        raise NotRead(Unread.ENCRYPTED)
    try:
        with zipfile.ZipFile(SmallReads(file)) as package:
            return _read(package, name, tally, limits)
    except _BROKEN as error:
        raise NotRead(Unread.BROKEN) from error


def _read(package: zipfile.ZipFile, name: str, tally: Tally, limits: Limits) -> Draft:
    names = sorted(set(package.namelist()))
    lower = [one.lower() for one in names]
    if _STORIES[0] not in names or len(names) > limits.archive_members:
        raise NotRead(Unread.BROKEN)
    tally.left(Left.MACROS, sum(one.endswith(("vbaproject.bin", "vbadata.xml")) for one in lower))
    tally.left(Left.IMAGES, sum(one.startswith("word/media/") for one in lower))
    tally.left(Left.ATTACHMENTS, sum(one.startswith("word/embeddings/") for one in lower))
    for one in names:
        if one.startswith("word/_rels/") and one.endswith(".rels"):
            _parse(package, one, _Relations(tally), limits)
    core = _Core()
    if "docProps/core.xml" in names:
        _parse(package, "docProps/core.xml", core, limits)
    story = _Story(tally)
    for part in _STORIES:
        if part in names:
            _parse(package, part, story, limits)
    text = "".join(story.out)
    return Draft(core.title or name, cleaned(text, tally) if text.strip() else "")


def _parse(package: zipfile.ZipFile, part: str, handler: Handler, limits: Limits) -> None:
    info = package.getinfo(part)
    if info.flag_bits & 1:
        raise NotRead(Unread.ENCRYPTED)
    most = max(limits.unsuspicious_bytes, info.compress_size * limits.most_times_smaller)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NotRead(Unread.BROKEN)
    if info.file_size > min(most, limits.docx_part_bytes):
        raise NotRead(Unread.UNPACKS_TOO_LARGE)
    with package.open(info) as file:
        parse_xml(file, handler, limits.docx_part_bytes, limits)  # type: ignore[arg-type]


class _Story:
    """One story of the document after the other, as lines of text."""

    def __init__(self, tally: Tally) -> None:
        self.out: list[str] = []
        self._tally = tally
        self._line: list[str] = []
        self._prefix = ""
        self._is_text = False
        self._gone = 0  # how many elements around this are no text of the document
        self._cells = 0  # in a row
        self._in_cell = 0
        self._is_hidden = False  # the run of text, which Word would not print
        self._around: list[tuple[list[str], str, int, int]] = []  # what was being read where a text box begins

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        word = _local(name)
        if self._gone or word in ("del", "moveFrom", "instrText", "rt") or name == _FALLBACK:
            if not self._gone and word in ("del", "moveFrom"):
                self._tally.left(Left.DELETED_TEXT)
            self._gone += 1
        elif word == "txbxContent":
            self._around.append((self._line, self._prefix, self._cells, self._in_cell))
            self._line, self._prefix, self._cells, self._in_cell = [], "", 0, 0
        elif word == "p" and not self._in_cell:
            self._line, self._prefix = [], ""
        elif word == "r":
            self._is_hidden = False
        elif word == "vanish" and _value(attributes) not in ("0", "false", "off"):
            self._is_hidden = True
        elif word == "pStyle":
            self._style(_value(attributes))
        elif word == "numPr":
            self._prefix = self._prefix or "- "
        elif word == "numId" and _value(attributes) == "0" and self._prefix == "- ":
            self._prefix = ""  # the style's number is taken away
        elif word == "t":
            self._is_text = not self._is_hidden
            self._tally.left(Left.HIDDEN, self._is_hidden)
        elif word == "tab":
            self._line.append("\t" if self._line else "")
        elif word in ("br", "cr"):
            self._line.append("\n")
        elif word == "noBreakHyphen":
            self._line.append("-")
        elif word == "tr":
            self._cells = 0
        elif word == "tc":
            if self._in_cell == 0 and self._cells:
                self._line = ["".join(self._line).rstrip(), " | "]
            self._cells += 1
            self._in_cell += 1

    def end(self, name: str) -> None:
        if self._gone:
            self._gone -= 1
            return
        word = _local(name)
        if word == "t":
            self._is_text = False
        elif word == "r":
            self._is_hidden = False
        elif word == "p":
            if self._in_cell:
                self._line.append(" ")
            else:
                self._flush("\n\n")
        elif word == "txbxContent" and self._around:
            self._flush("\n\n")  # before the paragraph that the box hangs on
            self._line, self._prefix, self._cells, self._in_cell = self._around.pop()
        elif word == "tc":
            self._in_cell = max(0, self._in_cell - 1)
        elif word == "tr" and not self._in_cell:
            self._flush("\n")
        elif word == "tbl" and not self._in_cell:
            self.out.append("\n")

    def write(self, text: str) -> None:
        if self._is_text and not self._gone:
            self._line.append(text)

    def _style(self, style: str) -> None:
        if found := _HEADING.search(style):
            self._prefix = "#" * int(found.group(1)) + " "
        elif style.lower() == "title":
            self._prefix = "# "
        elif style.lower().startswith(("listbullet", "listnumber")):
            self._prefix = "- "

    def _flush(self, end: str) -> None:
        line = "".join(self._line).strip()
        if line:
            self.out.append(self._prefix + line + end)
        self._line, self._prefix = [], ""


class _Core:
    """The title among a document's properties."""

    def __init__(self) -> None:
        self._is_title = False
        self._pieces: list[str] = []

    @property
    def title(self) -> str:
        return " ".join("".join(self._pieces).split())[:200]

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._is_title = name.endswith("/dc/elements/1.1/ title")

    def end(self, name: str) -> None:
        self._is_title = False

    def write(self, text: str) -> None:
        if self._is_title:
            self._pieces.append(text)


class _Relations:
    """Counts what lies elsewhere: pictures and templates on the web, addresses of links."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._tally.left(Left.EXTERNAL, attributes.get("TargetMode") == "External")

    def end(self, name: str) -> None: ...

    def write(self, text: str) -> None: ...


def _local(name: str) -> str:
    """The name of an element of WordprocessingML; "" for any other."""
    return next((name[len(space) :] for space in _WORD if name.startswith(space)), "")


def _value(attributes: dict[str, str]) -> str:
    return next((value for name, value in attributes.items() if _local(name) == "val"), "")
