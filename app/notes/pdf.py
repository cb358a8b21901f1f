"""The text of a PDF, page by page, through pypdf. Scanned pages have none, and are counted.

A PDF breaks its text where the line is full: such lines are joined again, words cut by a hyphen too. What stands at the
top or bottom of most pages (but for its numbers) is left out. Nothing in it is run: pypdf knows no scripts.
"""

import logging
import re
from collections import Counter
from io import BytesIO

from pypdf import PageObject, PdfReader
from pypdf.errors import FileNotDecryptedError, PyPdfError, WrongPasswordError

from app.domain.notes import Left, Unread
from app.notes.entries import NotRead
from app.notes.limits import LIMITS, Limits
from app.notes.tally import Draft, Tally
from app.notes.texts import cleaned

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells the log, not the caller, of every oddity

# What pypdf lets out for a damaged file: most of Python's own errors, from the middle of its parser.
_ODD = (
    PyPdfError, ArithmeticError, AssertionError, AttributeError, KeyError, IndexError, LookupError, NotImplementedError,
    RecursionError, RuntimeError, TypeError, UnicodeError, ValueError, OSError, EOFError, MemoryError,
)  # fmt: skip
_FULL_LINE = 0.75  # of the page's long lines: a shorter line ends a paragraph
_LEAST_PAGES = 4  # for headers and footers
_BULLETS = set("•‣◦▪●○∙")
_SYMBOLS = str.maketrans(dict.fromkeys("\uf0b7\uf0a7\uf0d8\uf0fc\uf076", "•"))  # bullets of Symbol and Wingdings
_NO_LETTERS = re.compile("[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]|/[A-Za-z]{0,3}\\d{1,4}(?=/|\\s|$)|\\(cid:\\d+\\)")
_MOST_NO_LETTERS = 0.3  # of the characters: more, and the page's font does not say which letters its shapes are
_NUMBERS = re.compile(r"\d+")
_HYPHEN = re.compile(r"[^\W\d_]-$")
_OTHER_HYPHENS = re.compile("[\u00ad\u2010]$")  # at the end of a line; soft ones inside are none on paper
_CUT = re.compile(r"([^\W\d_])-\n+(?=([^\W\d_]))")


class _TooMuch(Exception):
    """A page that draws without end."""


def read_pdf(data: bytes, name: str, tally: Tally, limits: Limits = LIMITS) -> Draft:
    """Raises NotRead: BROKEN, ENCRYPTED."""
    reader = _opened(data)
    pages = []
    try:
        count = len(reader.pages)
    except _ODD as error:
        raise NotRead(Unread.BROKEN) from error
    tally.left(Left.LATER_PAGES, count - limits.pdf_pages)
    for at in range(min(count, limits.pdf_pages)):
        tally.went_on()
        try:
            text = _text(reader.pages[at], limits)
        except FileNotDecryptedError as error:
            raise NotRead(Unread.ENCRYPTED) from error
        except (*_ODD, _TooMuch):
            tally.left(Left.BROKEN_PAGES)
            continue
        tally.pages += 1
        text = text.translate(_SYMBOLS)
        if sum(map(len, _NO_LETTERS.findall(text))) > _MOST_NO_LETTERS * len(text):
            tally.left(Left.BROKEN_PAGES)
            continue
        if text.strip():
            pages.append([" ".join(line.split()) for line in text.split("\n")])
        else:
            tally.left(Left.PAGES_WITHOUT_TEXT)
    if not pages:
        raise NotRead(Unread.NO_TEXT if tally.pages else Unread.BROKEN)
    return Draft(_title(reader) or name, cleaned(joined(_without_running_lines(pages, tally)), tally))


def joined(pages: list[list[str]]) -> str:
    """Lines as paragraphs, over the ends of pages too."""
    out: list[str] = []
    for lines in pages:
        lengths = sorted(len(line) for line in lines if line)
        lines = [_OTHER_HYPHENS.sub("-", line) for line in lines]
        full = _FULL_LINE * lengths[int(len(lengths) * 0.9)] if lengths else 0
        for line in lines:
            if line[:1] in _BULLETS and out and out[-1].endswith(" "):
                out.append("\n")
            if not line:
                out.append("\n")
            elif _HYPHEN.search(line) and len(line) >= full:
                out.append(line + "\n")  # told from a paragraph's end by its hyphen
            else:
                out.append(line + (" " if len(line) >= full and line[-1] not in ".!?:" else "\n\n"))
    # "wal-" "ked" is one word; "Nord-" "Süd" keeps its hyphen
    return _CUT.sub(lambda cut: cut.group(1) + ("-" if cut.group(2).isupper() else ""), "".join(out))


def _opened(data: bytes) -> PdfReader:
    try:
        reader = PdfReader(BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):  # many have an empty password, and open for everybody
            raise NotRead(Unread.ENCRYPTED)
    except (WrongPasswordError, FileNotDecryptedError) as error:
        raise NotRead(Unread.ENCRYPTED) from error
    except _ODD as error:
        raise NotRead(Unread.BROKEN) from error
    return reader


def _text(page: PageObject, limits: Limits) -> str:
    steps = 0

    def count(*_: object) -> None:
        nonlocal steps
        steps += 1
        if steps > limits.pdf_page_operators:
            raise _TooMuch

    contents = page.get_contents()
    if contents is not None and len(contents.get_data()) > limits.pdf_page_bytes:
        raise _TooMuch
    return page.extract_text(visitor_operand_before=count)


def _without_running_lines(pages: list[list[str]], tally: Tally) -> list[list[str]]:
    """Without what stands first or last on more than half of the pages, whatever its numbers say."""
    if len(pages) < _LEAST_PAGES:
        return pages
    ends = Counter(key for lines in pages for key in {_key(line) for line in _ends(lines)})
    running = {key for key, count in ends.items() if count > len(pages) / 2}
    if not running:
        return pages
    kept = []
    for lines in pages:
        filled = [at for at, line in enumerate(lines) if line]
        gone = {at for at in {*filled[:1], *filled[-1:]} if _key(lines[at]) in running}
        tally.left(Left.RUNNING_LINES, len(gone))
        kept.append([line for at, line in enumerate(lines) if at not in gone])
    return kept


def _ends(lines: list[str]) -> list[str]:
    filled = [line for line in lines if line]
    return [*filled[:1], *filled[-1:]]


def _key(line: str) -> str:
    return _NUMBERS.sub("0", line)


def _title(reader: PdfReader) -> str:
    try:
        title = reader.metadata.title if reader.metadata else None
    except _ODD:
        return ""
    title = " ".join(title.split()) if isinstance(title, str) else ""
    return "" if re.search(r"\.(?:docx?|tex|dvi|indd|pdf)$|^untitled", title, re.IGNORECASE) else title[:200]
