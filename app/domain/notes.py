"""A person's notes, as the wizard, the terminal and the trainer speak of them. Values only; others make words of it."""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum

from app.domain.errors import SettingsError


class FileKind(Enum):
    MARKDOWN = "markdown"
    TEXT = "text"
    HTML = "html"
    PDF = "pdf"
    DOCX = "docx"
    MBOX = "mbox"
    CSV = "csv"
    CHAT = "chat"  # one of our own, opted in
    ZIP = "zip"
    FOLDER = "folder"
    OTHER = "other"


class Unread(Enum):
    """Why nothing of a file was read."""

    UNKNOWN_KIND = "unknown kind"  # a picture, a program
    EMPTY = "empty"  # no byte, or nothing but white space
    NO_TEXT = "no text found"  # scanned pages, a message of pictures
    BINARY = "not text"  # called .md or .txt, and is none
    TOO_LARGE = "too large"
    UNPACKS_TOO_LARGE = "unpacks to too much"
    TOO_DEEP = "too many folders or archives inside each other"
    TOO_MANY_FILES = "too many files"
    FULL = "no room left"  # all notes together reached the limit
    SYMLINK = "symbolic link"
    SPECIAL = "no ordinary file"  # a pipe, a device, a socket
    UNSAFE_NAME = "a name that leads out of its archive"
    SKIPPED_FOLDER = "settings, trash or hidden"
    NO_PERMISSION = "may not be read"
    VANISHED = "gone while reading"
    CHANGED = "changed while reading"
    INPUT_ERROR = "cannot be read"  # the disk says so
    BROKEN = "damaged"
    ENCRYPTED = "locked with a password"
    HOSTILE = "made to harm whoever reads it"  # XML that declares entities


class Left(Enum):
    """What was left out of a file that was read; counted in the unit behind it."""

    FRONT_MATTER = "front matter"  # lines, beside title and tags
    COMMENTS = "comments"  # pieces
    IMAGES = "images"  # pieces
    ADDRESSES = "addresses of links"  # links; their words are kept
    EMBEDS = "embeds"  # pieces: not found, or no text
    EMBEDS_ELSEWHERE = (
        "embeds that stand elsewhere"  # pieces: in another note, or too deep or long; their titles are kept
    )
    SCRIPTS = "scripts and styles"  # elements
    FORMS = "menus and forms"  # elements
    HIDDEN = "hidden text"  # elements
    PAGES_WITHOUT_TEXT = "pages without text"  # pages
    BROKEN_PAGES = "pages that cannot be read"  # pages
    LATER_PAGES = "pages beyond the limit"  # pages
    RUNNING_LINES = "headers and footers of pages"  # lines
    DELETED_TEXT = "deleted text"  # pieces: changes that a document tracks
    MACROS = "macros"  # parts
    EXTERNAL = "references to elsewhere"  # pieces: nothing is fetched
    ATTACHMENTS = "attachments"  # parts of mail
    QUOTES = "quoted lines"  # lines
    SIGNATURES = "signatures"  # pieces
    EMPTY_MESSAGES = "messages without text"  # messages
    LARGE_MESSAGES = "messages beyond the limit"  # messages
    BAD_CHARACTERS = "characters that are none"  # characters
    WRONG_CHARSET = "declared encodings that do not fit"  # declarations; what the bytes are was read instead
    LONG_ROWS = "rows beyond the limit"  # rows
    REPLIES = "replies of a model"  # messages of a chat; the person's own are kept


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a note lies on this computer: a file, or (chat, its id) one of our own chats. Never leaves it.

    file: absolute; of the archive for what lies in one. root: what the person picked, resolved: the file or a folder
    above it. volume: where its disk was mounted. computer: which one this was (app/notes/origins.py).
    """

    file: str = ""
    root: str = ""
    volume: str = ""
    computer: str = ""
    chat: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """id: hash of source and text as read. sha256: hex, of the text as read, whatever is replaced in it later.

    source: the file as it is shown, with its place in an archive or mailbox. day: when it was written, where known.
    origin: None where it is not known.
    """

    id: str
    title: str
    source: str
    text: str
    sha256: str
    tags: tuple[str, ...] = ()
    day: date | None = None
    origin: Origin | None = field(default=None, compare=False)

    @property
    def words(self) -> int:
        return len(self.text.split())


@dataclass(frozen=True, slots=True)
class FileReport:
    """What became of one file. characters: of text kept; pages: read of a PDF, 0 for others; notes: made of it."""

    path: str
    kind: FileKind
    notes: int = 0
    characters: int = 0
    pages: int = 0
    left: tuple[tuple[Left, int], ...] = ()
    error: Unread | None = None


class Folded(Enum):
    SAME = "the same text"
    NEARLY_SAME = "nearly the same text"
    INSIDE = "wholly inside the other one"


@dataclass(frozen=True, slots=True)
class Fold:
    """`source` was left out since `into` has its text; both as shown. share: of its word shingles, 0..1."""

    source: str
    into: str
    why: Folded
    share: float


@dataclass(frozen=True, slots=True)
class Secret:
    """Something personal or secret: `text[start:end]` of a note. kind: a name of app/domain/redaction.py."""

    kind: str
    note_id: str
    start: int
    end: int


class SecretChoice(Enum):
    """What is done with everything of one kind."""

    LEAVE = "leave"
    DROP_PASSAGE = "drop passage"
    REPLACE = "replace"


class Side(Enum):
    TRAIN = "train"
    HELD_OUT = "held out"


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph: `text` begins `start` characters into its note's text. What the trainer packs, in order."""

    note_id: str
    text: str
    start: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Said between files, and within long ones."""

    files: int = 0
    notes: int = 0
    characters: int = 0
    path: str = ""  # being read


@dataclass(frozen=True, slots=True)
class NotesSet:
    """All that was read, ready for the trainer. In both lists notes stand in the order of their sources.

    aside: held out by their hash, but too like a note that is learned, so neither (docs/notes.md). data_hash: hex
    SHA-256 over the texts of both sides, as they are after choices about secrets. secrets: all that were found, placed
    in the texts as read. learned_secrets: those that the person left in, placed in the texts of `train`.
    """

    train: tuple[Note, ...]
    held_out: tuple[Note, ...]
    reports: tuple[FileReport, ...] = ()
    aside: tuple[Note, ...] = ()
    folds: tuple[Fold, ...] = ()
    secrets: tuple[Secret, ...] = ()
    dropped_passages: int = 0
    replaced_secrets: int = 0
    data_hash: str = ""
    learned_secrets: tuple[Secret, ...] = ()

    @property
    def words(self) -> int:
        return sum(note.words for note in (*self.train, *self.held_out))

    @property
    def characters(self) -> int:
        return sum(len(note.text) for note in (*self.train, *self.held_out))


class TooLittleText(SettingsError):
    """What was read is not enough to learn from. Carries what became of each file, for whoever can do something."""

    def __init__(
        self, message: str, advice: str, reports: tuple[FileReport, ...], folds: tuple[Fold, ...] = ()
    ) -> None:
        super().__init__(message, advice)
        self.reports = reports
        self.folds = folds
