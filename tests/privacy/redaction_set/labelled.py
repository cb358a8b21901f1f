"""The labelled set: texts with what should be found in them. hand.txt and held_out.txt are written by hand, the rest is
made by generate.py; all three stand beside this file as JSONL as well, which is what tests and benchmarks/redaction.py
read. independent.txt was written by somebody who had not seen the rules; only to measure, never to tune on.

    python -m tests.privacy.redaction_set.labelled    # independent.txt -> independent.jsonl
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent
PARTS = ("generated", "hand", "held_out")
INDEPENDENT = "independent"
_MARK = re.compile(r"\{([a-z]+):(.*?)\}(?!\})", re.DOTALL)


@dataclass(frozen=True)
class Labelled:
    text: str
    spans: tuple[tuple[int, int, str], ...]  # start, end, kind


def from_marked(marked: str) -> Labelled:
    """ "Ask {person:Anna}" -> the text without marks, and where they were."""
    out, spans, end = "", [], 0
    for match in _MARK.finditer(marked):
        out += marked[end : match.start()]
        spans.append((len(out), len(out) + len(match[2]), match[1]))
        out += match[2]
        end = match.end()
    return Labelled(out + marked[end:], tuple(spans))


def marked_file(name: str) -> Iterator[Labelled]:
    for line in (FOLDER / f"{name}.txt").read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield from_marked(line.replace("\\n", "\n"))


def write(part: str, rows: list[Labelled]) -> None:
    lines = [json.dumps({"text": row.text, "spans": row.spans}, ensure_ascii=False) + "\n" for row in rows]
    (FOLDER / f"{part}.jsonl").write_text("".join(lines), "utf-8")


def load(part: str) -> list[Labelled]:
    rows = map(json.loads, (FOLDER / f"{part}.jsonl").read_text("utf-8").splitlines())
    return [Labelled(row["text"], tuple((start, end, kind) for start, end, kind in row["spans"])) for row in rows]


if __name__ == "__main__":
    write(INDEPENDENT, list(marked_file(INDEPENDENT)))
