"""What became of the notes of `nearhalf tune`: counts with some names for a person, every file for a program."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence

from app.cli.redaction import kind_counts
from app.cli.terminal import counted
from app.core.notes import NotesChoices
from app.domain.notes import FileReport, NotesSet, SecretChoice

MOST_NAMES = 3  # of files, beside a count


def notes_lines(notes: NotesSet, choices: NotesChoices) -> list[str]:
    """What was read, what was not and why, what was left out of the rest, and what looks secret in it."""
    learned = counted(len(notes.train), "note", "notes")
    unread = [(report.error.value, report.path) for report in notes.reports if report.error is not None]
    folds = [(fold.why.value, fold.source) for fold in notes.folds]
    lines = [_read_line(notes.reports)]
    lines += _reasons(f"{counted(len(unread), 'file was', 'files were')} not read:", unread)
    lines += _left_lines(notes.reports)
    lines += _reasons(f"{counted(len(folds), 'note is', 'notes are')} there twice, or nearly so:", folds)
    if notes.aside:
        aside = counted(len(notes.aside), "note is", "notes are")
        lines.append(f"{aside} too much like a learned one to judge by: {_some(note.source for note in notes.aside)}.")
    held_out = f"{len(notes.held_out)} held back to judge by"
    return [*lines, f"{learned} to learn from, {held_out}, {notes.words} words in all.", *_secret_lines(notes, choices)]


def notes_summary(notes: NotesSet, choices: NotesChoices) -> dict[str, object]:
    """Every file for a program, and what was found by kind. No text of the notes."""
    kinds = Counter(secret.kind for secret in notes.secrets)
    return {
        "files": [
            {
                "path": report.path,
                "kind": report.kind.value,
                "notes": report.notes,
                "characters": report.characters,
                "pages": report.pages,
                "left_out": {left.value: count for left, count in report.left},
                "error": report.error.value if report.error is not None else None,
            }
            for report in notes.reports
        ],
        "folded": [{"note": fold.source, "into": fold.into, "why": fold.why.value} for fold in notes.folds],
        "set_aside": [note.source for note in notes.aside],
        "secrets": {
            kind: {"found": count, "choice": _choice(choices.secrets, kind).value} for kind, count in kinds.items()
        },
    }


def _read_line(reports: Sequence[FileReport]) -> str:
    read = Counter(report.kind.value for report in reports if report.error is None)
    kinds = ", ".join(f"{count} {kind}" for kind, count in read.most_common())
    return f"{counted(read.total(), 'file was', 'files were')} read" + (f": {kinds}." if kinds else ".")


def _left_lines(reports: Sequence[FileReport]) -> list[str]:
    counts: Counter[str] = Counter()
    paths: dict[str, list[str]] = defaultdict(list)
    for report in reports:
        for left, count in report.left if report.error is None else ():
            counts[left.value] += count
            paths[left.value].append(report.path)
    lines = [f"  {left}: {count} ({_some(paths[left])})" for left, count in counts.most_common()]
    return ["Left out of what was read:", *lines] if lines else []


def _reasons(head: str, found: Iterable[tuple[str, str]]) -> list[str]:
    """found: (why, name)."""
    names: dict[str, list[str]] = defaultdict(list)
    for why, name in found:
        names[why].append(name)
    most_first = sorted(names.items(), key=lambda item: -len(item[1]))
    return [head, *(f"  {why}: {len(which)} ({_some(which)})" for why, which in most_first)] if names else []


def _some(names: Iterable[str]) -> str:
    names = list(names)
    more = len(names) - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _secret_lines(notes: NotesSet, choices: NotesChoices) -> list[str]:
    """What is done with what looks secret or personal; not a word of it."""
    done: dict[SecretChoice, Counter[str]] = defaultdict(Counter)
    for secret in notes.secrets:
        done[_choice(choices.secrets, secret.kind)][secret.kind] += 1
    said = {
        SecretChoice.REPLACE: "Replaced by invented ones before anything is learned: {0}.",
        SecretChoice.DROP_PASSAGE: "Left out with their paragraphs: {0}.",
        SecretChoice.LEAVE: "Left in, and tried in the verdict: {0}. Replace them too with: --secrets replace",
    }
    lines = [words.format(kind_counts(done[choice])) for choice, words in said.items() if done[choice]]
    names = "Names of people are not looked for."
    return [*lines, names] if lines else [f"Nothing was found that looks secret or personal. {names}"]


def _choice(choices: Mapping[str, SecretChoice], kind: str) -> SecretChoice:
    return choices.get(kind, SecretChoice.LEAVE)
