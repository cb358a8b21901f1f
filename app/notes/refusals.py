"""Why too little was left to learn from, in sentences: files that were not read, counted by what a person can do."""

from collections import Counter
from collections.abc import Iterable, Sequence

from app.domain.notes import FileKind, FileReport, Fold, Unread

# (reasons, the sentence for one file, the sentence for several); what a person can do most about comes first
_SENTENCES = (
    (
        (Unread.EMPTY,),
        "1 file is empty.",
        "{0} files are empty.",
    ),
    (
        (Unread.ENCRYPTED,),
        "1 file is locked with a password.",
        "{0} files are locked with a password.",
    ),
    (
        (Unread.TOO_LARGE, Unread.UNPACKS_TOO_LARGE),
        "1 file is too large.",
        "{0} files are too large.",
    ),
    (
        (Unread.TOO_DEEP, Unread.TOO_MANY_FILES, Unread.FULL),
        "1 file or folder is beyond what is read at once.",
        "{0} files or folders are beyond what is read at once.",
    ),
    (
        (Unread.NO_PERMISSION, Unread.VANISHED, Unread.CHANGED, Unread.INPUT_ERROR),
        "1 file could not be opened, or changed while it was read.",
        "{0} files could not be opened, or changed while they were read.",
    ),
    (
        (Unread.BROKEN, Unread.HOSTILE, Unread.UNSAFE_NAME),
        "1 file is damaged, or not safe to read.",
        "{0} files are damaged, or not safe to read.",
    ),
    (
        (Unread.BINARY,),
        "1 file is called a text, but holds none.",
        "{0} files are called a text, but hold none.",
    ),
    (
        (Unread.UNKNOWN_KIND,),
        "1 file is of a kind that is not read.",
        "{0} files are of a kind that is not read.",
    ),
    (
        (Unread.SYMLINK, Unread.SPECIAL, Unread.SKIPPED_FOLDER),
        "1 file or folder is hidden, a link, or no ordinary file.",
        "{0} files or folders are hidden, links, or no ordinary files.",
    ),
)  # fmt: skip


def refusals(reports: Iterable[FileReport], folds: Sequence[Fold] = ()) -> str:
    """Whole sentences, each with its count; "" where every file was read and none says the same as another."""
    unread = [report for report in reports if report.error is not None]
    scans = sum(report.error is Unread.NO_TEXT and report.kind is FileKind.PDF for report in unread)
    count = Counter(report.error for report in unread)
    sentences = [
        _counted(
            scans,
            "1 PDF has no text: a scan needs text recognition (OCR) first.",
            "{0} PDFs have no text: scans need text recognition (OCR) first.",
        ),
        _counted(count[Unread.NO_TEXT] - scans, "1 file has no text.", "{0} files have no text."),
        *(_counted(sum(count[why] for why in reasons), one, many) for reasons, one, many in _SENTENCES),
        _counted(len(folds), "1 note says the same as another.", "{0} notes say the same as others."),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _counted(number: int, one: str, many: str) -> str:
    return "" if number == 0 else one if number == 1 else many.format(number)
