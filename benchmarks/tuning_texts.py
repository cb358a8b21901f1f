"""Public texts to tune on, from Debian packages, as notes; and questions whose answers stand in them.

Fetched with `apt-get download` into a folder, never installed. A note is a run of whole paragraphs of some 1,500
characters. Notes are shuffled by a seed and split into train and held-out by note.
"""

import gzip
import html
import random
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("jargon-text", "debian-handbook", "anarchism")
NOTE_CHARACTERS = 1500
_TAG = re.compile(r"<[^>]+>")
_BLOCKS = re.compile(r"<(?:p|dd|li|div class=\"para\")[^>]*>(.*?)</(?:p|dd|li|div)>", re.DOTALL)
_ANSWER = re.compile(r"(?<=[a-z,] )([A-Z][a-z]{3,}(?: [A-Z][a-z]+)?|[0-9]{2,4})(?=[ ,.;)])")


@dataclass(frozen=True, slots=True)
class Question:
    """The beginning of a sentence that stands in a training note, and the name or number that follows there."""

    prompt: str
    answer: str


def fetch(folder: Path) -> None:
    """Download and unpack what is not in `folder` yet. Raises CalledProcessError where apt cannot."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in PACKAGES:
        if (folder / name).is_dir():
            continue
        subprocess.run(["apt-get", "download", name], cwd=folder, check=True, capture_output=True)
        (package,) = folder.glob(f"{name}_*.deb")
        subprocess.run(["dpkg-deb", "-x", package, folder / name], check=True)
        package.unlink()


def notes_of(folder: Path, name: str) -> list[str]:
    """All notes of one text, in its order."""
    docs = folder / name / "usr/share/doc" / name
    if name == "jargon-text":
        text = gzip.decompress((docs / "jargon.txt.gz").read_bytes()).decode()
        paragraphs = [" ".join(part.split()) for part in text.split("\n\n")]
    elif name == "debian-handbook":
        pages = sorted((docs / "html/en-US").glob("sect.*.html"))
        paragraphs = [part for page in pages for part in _paragraphs(page.read_text())]
    else:
        pages = sorted((docs / "html").glob("sec[A-J][0-9]*.html"))
        paragraphs = [part for page in pages for part in _paragraphs(page.read_text(errors="replace"))]
    return _packed([part for part in paragraphs if len(part) > 120])


def split(
    notes: Sequence[str], seed: int, train_characters: int, held_out_characters: int
) -> tuple[list[str], list[str]]:
    """(train, held-out) notes, drawn without overlap; as many as the numbers of characters allow."""
    order = list(notes)
    random.Random(seed).shuffle(order)
    held_out = _take(order, held_out_characters)
    return _take(order[len(held_out) :], train_characters), held_out


def questions(notes: Sequence[str], seed: int, count: int) -> list[Question]:
    """Names and numbers inside sentences of `notes`, at most eight a note, each answer once."""
    found: list[Question] = []
    seen: set[str] = set()
    for note in notes:
        taken = 0
        for match in _ANSWER.finditer(note):
            start = max(note.rfind(". ", 0, match.start()) + 2, match.start() - 300, 0)
            if match.start() - start < 50 or match.group() in seen or taken == 8:
                continue
            seen.add(match.group())
            found.append(Question(note[start : match.start()].rstrip(), " " + match.group()))
            taken += 1
    random.Random(seed).shuffle(found)
    return found[:count]


def _paragraphs(page: str) -> list[str]:
    return [" ".join(html.unescape(_TAG.sub(" ", block)).split()) for block in _BLOCKS.findall(page)]


def _packed(paragraphs: Sequence[str]) -> list[str]:
    notes: list[str] = []
    for paragraph in paragraphs:
        if notes and len(notes[-1]) + len(paragraph) < NOTE_CHARACTERS:
            notes[-1] += "\n\n" + paragraph
        else:
            notes.append(paragraph)
    return notes


def _take(notes: Sequence[str], characters: int) -> list[str]:
    taken: list[str] = []
    for note in notes:
        if sum(map(len, taken)) >= characters:
            break
        taken.append(note)
    return taken
