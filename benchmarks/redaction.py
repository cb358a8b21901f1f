"""Redaction: recall and precision by kind on the labelled set, replies put back, speed, memory.

    python -m benchmarks.redaction [--misses]

A span counts as found when every letter and digit of it is replaced, whatever it was taken for; "its kind" is the
share that was also taken for what it is. Precision: of what was replaced as this kind, the share that lies in
something labelled. "generated" is made by tests/privacy/redaction_set/generate.py, "hand" was used for tuning,
"held_out" was not in the first round and was read before the second, "independent" is by somebody who had not seen the
rules. The last table sums up names (persons) and rules (all other kinds), with 95 % Wilson intervals.
"""

import argparse
import math
import random
import time
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import version

from app.privacy.redaction.kinds import Kind, Span
from app.privacy.redaction.redacting import redact
from app.privacy.redaction.redactor import Redactor
from app.privacy.redaction.restoring import Restorer
from app.privacy.redaction.stand_ins import StandIns
from benchmarks.machine import print_header, print_table
from tests.privacy.redaction_set.labelled import INDEPENDENT, PARTS, Labelled, load

SEED = 7
SPLITS = 20  # ways to cut each reply


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--misses", action="store_true", help="print what was missed and what was wrongly found")
    options = parser.parse_args()
    before_mib, start_s = _memory_mib(), time.perf_counter()
    redactor = Redactor()
    redactor.find("Anna")
    load_s, loaded_mib = time.perf_counter() - start_s, _memory_mib() - before_mib
    print_header("Redaction", seed=SEED)
    print("presidio-analyzer, spacy:", version("presidio-analyzer"), version("spacy"))
    groups: list[list[str]] = []
    for part in (*PARTS, INDEPENDENT):
        rows = load(part)
        found = [redactor.find(row.text) for row in rows]
        print(f"\n{part}: {len(rows)} texts, {sum(len(row.spans) for row in rows)} spans")
        _print_table(rows, found)
        groups += _groups(part, rows, found)
        if options.misses:
            _print_misses(rows, found)
    print_table(("part", "group", "spans", "recall", "95 %", "replaced", "precision", "95 %"), groups)
    _print_restored(redactor, [row for part in PARTS for row in load(part)])
    _print_speed(redactor, load_s, loaded_mib)


def _print_table(rows: Sequence[Labelled], found: Sequence[Sequence[Span]]) -> None:
    spans, hits, same, replaced, right = (Counter[str]() for _ in range(5))
    for row, finds in zip(rows, found, strict=True):
        for start, end, kind in row.spans:
            spans[kind] += 1
            hits[kind] += is_covered(row.text, start, end, finds)
            same[kind] += any(one.kind.value == kind and one.start < end and start < one.end for one in finds)
        for one in finds:
            replaced[one.kind.value] += 1
            right[one.kind.value] += any(start < one.end and one.start < end for start, end, _ in row.spans)
    lines = []
    for kind in [*(kind.value for kind in Kind if spans[kind.value] or replaced[kind.value]), "all"]:
        counts = [sum(c.values()) if kind == "all" else c[kind] for c in (spans, hits, same, replaced, right)]
        total, hit, alike, made, good = counts
        lines.append([kind, str(total), _share(hit, total), _share(alike, total), str(made), _share(good, made)])
    print_table(("kind", "spans", "recall", "its kind", "replaced", "precision"), lines)


def _groups(part: str, rows: Sequence[Labelled], found: Sequence[Sequence[Span]]) -> list[list[str]]:
    spans, hits, replaced, right = (Counter[bool]() for _ in range(4))  # by: is it a name
    for row, finds in zip(rows, found, strict=True):
        for start, end, kind in row.spans:
            spans[kind == Kind.PERSON.value] += 1
            hits[kind == Kind.PERSON.value] += is_covered(row.text, start, end, finds)
        for one in finds:
            replaced[one.kind is Kind.PERSON] += 1
            right[one.kind is Kind.PERSON] += any(start < one.end and one.start < end for start, end, _ in row.spans)
    bare = [not finds for row, finds in zip(rows, found, strict=True) if not row.spans]
    print(f"texts with nothing to find: {len(bare)}, left as they were: {sum(bare)}\n")
    lines = []
    for is_name, group in ((False, "rules"), (True, "names")):
        line = [part, group]
        for good, whole in ((hits[is_name], spans[is_name]), (right[is_name], replaced[is_name])):
            low, high = wilson(good, whole)
            line += [str(whole), _share(good, whole), f"{low:.3f} to {high:.3f}"]
        lines.append(line)
    return lines


def wilson(part: int, whole: int, z: float = 1.96) -> tuple[float, float]:
    """The interval of a share (Wilson 1927); z = 1.96 for 95 %."""
    if not whole:
        return 0.0, 1.0
    share, scale = part / whole, 1 + z * z / whole
    middle = (share + z * z / (2 * whole)) / scale
    half = z / scale * math.sqrt(share * (1 - share) / whole + z * z / (4 * whole * whole))
    return middle - half, middle + half


def is_covered(text: str, start: int, end: int, finds: Sequence[Span]) -> bool:
    return all(any(one.start <= at < one.end for one in finds) for at in range(start, end) if text[at].isalnum())


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "-"


def _print_misses(rows: Sequence[Labelled], found: Sequence[Sequence[Span]]) -> None:
    for row, finds in zip(rows, found, strict=True):
        for start, end, kind in row.spans:
            if not is_covered(row.text, start, end, finds):
                print(f"missed {kind} {row.text[start:end]!r} in {row.text[max(start - 30, 0) : end + 20]!r}")
        for one in finds:
            if not any(start < one.end and one.start < end for start, end, _ in row.spans):
                print(f"wrong {one.kind.value} {one.text!r} in {row.text[max(one.start - 30, 0) : one.end + 20]!r}")


def _print_restored(redactor: Redactor, rows: Sequence[Labelled]) -> None:
    """A model that repeats what it was told: the redacted text, cut anywhere, must become the real one."""
    source, cases, right = random.Random(SEED), 0, 0
    for row in rows:
        stand_ins = StandIns()
        sent = redact([row.text], redactor.find, stand_ins)[0]
        if not sent.replacements:
            continue
        for _ in range(SPLITS):
            restorer, said, at = Restorer(stand_ins), "", 0
            while at < len(sent.text):
                piece = sent.text[at : at + source.randrange(1, 9)]
                said, at = said + restorer.add(piece), at + len(piece)
            cases += 1
            right += said + restorer.finish() == row.text
    print(f"\nput back as it streams: {right} of {cases} ({right / cases:.4f})")


def _print_speed(redactor: Redactor, load_s: float, loaded_mib: float) -> None:
    text = " ".join(row.text for row in load("generated"))
    print(f"language model: loaded in {load_s:.1f} s, {loaded_mib:.0f} MiB more memory (with spaCy and Presidio)")
    for size in (500, 8_000, 100_000):
        piece = (text * (size // len(text) + 1))[:size]
        start_s = time.perf_counter()
        redact([piece], redactor.find, StandIns())
        print(f"{size:>7} characters: {(time.perf_counter() - start_s) * 1000:.0f} ms")


def _memory_mib() -> float:
    import psutil

    return float(psutil.Process().memory_info().rss) / 2**20


if __name__ == "__main__":
    main()
