"""Which kind of file it is, by its name, or its first bytes where the name does not say; and the reader for each."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from app.domain.notes import FileKind
from app.notes.docx import read_docx
from app.notes.encodings import declared_in_page
from app.notes.entries import Entry, opened, read_whole
from app.notes.html import read_html
from app.notes.limits import Limits
from app.notes.mail import read_mailbox, read_message
from app.notes.markdown import read_markdown
from app.notes.notion import without_id
from app.notes.tables import read_csv
from app.notes.tally import Draft, Tally
from app.notes.texts import decoded

Reader = Callable[[Entry, Tally, Limits], Iterator[Draft]]
_BY_SUFFIX = {
    ".md": FileKind.MARKDOWN, ".markdown": FileKind.MARKDOWN, ".mdown": FileKind.MARKDOWN, ".mkd": FileKind.MARKDOWN,
    ".txt": FileKind.TEXT, ".text": FileKind.TEXT, ".rst": FileKind.TEXT, ".org": FileKind.TEXT,
    ".html": FileKind.HTML, ".htm": FileKind.HTML, ".xhtml": FileKind.HTML,
    ".pdf": FileKind.PDF, ".docx": FileKind.DOCX, ".docm": FileKind.DOCX,
    ".mbox": FileKind.MBOX, ".mbx": FileKind.MBOX, ".eml": FileKind.MBOX, ".csv": FileKind.CSV,
}  # fmt: skip


def kind_of(entry: Entry) -> FileKind:
    """Raises what opening does, for a name without an ending: README, and the mailboxes of many mail programs."""
    if entry.suffix:
        return _BY_SUFFIX.get(entry.suffix, FileKind.OTHER)
    with entry.open() as file:
        head = file.read(4096)
    if head.startswith(b"From ") and b"\n" in head:
        return FileKind.MBOX
    if head.startswith(b"%PDF-"):
        return FileKind.PDF
    try:
        head[: head.rfind(b"\n") + 1 or None].decode("utf-8")
    except UnicodeDecodeError:
        return FileKind.OTHER
    return FileKind.OTHER if b"\0" in head else FileKind.TEXT


def _name(entry: Entry) -> str:
    return PurePosixPath(entry.path).name


def _stem(entry: Entry) -> str:
    return without_id(PurePosixPath(entry.path).stem)


def _whole(entry: Entry, tally: Tally, limits: Limits) -> str:
    return decoded(read_whole(entry, limits.plain_file_bytes), tally)


def _markdown(entry: Entry, tally: Tally, limits: Limits) -> Iterator[Draft]:
    yield read_markdown(_whole(entry, tally, limits), _name(entry), tally)


def _text(entry: Entry, tally: Tally, limits: Limits) -> Iterator[Draft]:
    yield Draft(_stem(entry), _whole(entry, tally, limits))


def _html(entry: Entry, tally: Tally, limits: Limits) -> Iterator[Draft]:
    data = read_whole(entry, limits.plain_file_bytes)
    yield read_html(decoded(data, tally, declared_in_page(data)), _stem(entry), tally, limits)


def _csv(entry: Entry, tally: Tally, limits: Limits) -> Iterator[Draft]:
    yield read_csv(_whole(entry, tally, limits), _stem(entry), tally, limits)


def _pdf(entry: Entry, tally: Tally, limits: Limits) -> Iterator[Draft]:
    from app.notes.pdf import read_pdf  # 0.3 s, for those who have one

    yield read_pdf(read_whole(entry, limits.pdf_bytes), _stem(entry), tally, limits)


def _docx(entry: Entry, tally: Tally, limits: Limits) -> Iterator[Draft]:
    with opened(entry, limits.docx_bytes) as file:
        draft = read_docx(file, _stem(entry), tally, limits)
    yield draft


def _mail(entry: Entry, tally: Tally, limits: Limits) -> Iterator[Draft]:
    if entry.suffix == ".eml":
        draft = read_message(read_whole(entry, limits.message_bytes), _stem(entry), tally, limits)
        yield from [draft] if draft is not None else []
        return
    with opened(entry, limits.mailbox_bytes) as file:
        yield from read_mailbox(file, _stem(entry), tally, limits)


READERS: Mapping[FileKind, Reader] = {
    FileKind.MARKDOWN: _markdown,
    FileKind.TEXT: _text,
    FileKind.HTML: _html,
    FileKind.CSV: _csv,
    FileKind.PDF: _pdf,
    FileKind.DOCX: _docx,
    FileKind.MBOX: _mail,
}
