"""The canary test's outcome for a person, as a page to print, and for a program (DESIGN.md section 6 on the words)."""

from app.audit.canary import CanaryVerdict
from app.audit.capture.verdict import Outcome
from app.audit.report import Report, Section

TITLE = "Did the text leave this computer?"
OPERATOR = (
    "The numbers that left were computed from the words, one row for each token. At this layer that can be turned "
    "around exactly: whoever runs the backend, records the traffic and has the same public model can rebuild every "
    "word. This test cannot see that, because it searches for text. `nearhalf audit recover` does to your own frames "
    "what an operator could do, and shows how much comes back."
)
NOT_HIDDEN = (
    "What no content hides: that this computer and the backend were in contact, when, how often, how many bytes each "
    "way, and so roughly how long the texts were, and which model was used."
)
FORMS = (
    "A sentence, a name and a number made up for this run, three words of the sentence in a row, and the model's reply "
    "too: as text (UTF-8, UTF-16, UTF-32; small and capital letters; backwards), hexadecimal, base64, base32 at every "
    "alignment, URL-encoded, as numbers; the model's token ids with 1 to 8 bytes each in both byte orders, as varints, "
    "floats and text; and all of these inside what is packed with gzip, zlib, deflate, bzip2 or xz, at any place."
)
_MOST_ROWS = 200


def report_of(verdict: CanaryVerdict) -> Report:
    return Report(TITLE, _verdict(verdict), _sentence(verdict), verdict.is_good, _facts(verdict), _sections(verdict))


def facts_of(verdict: CanaryVerdict) -> dict[str, object]:
    """For a program."""
    return {
        "is_good": verdict.is_good,
        "verdict": _verdict(verdict),
        "canaries": {canary.kind: canary.text for canary in verdict.canaries},
        "forms_searched_for": verdict.forms,
        "self_test": {"planted": verdict.planted, "found": verdict.noticed},
        "searched": [
            {"name": one.name, "places": one.places, "bytes": one.bytes, "found": len(one.found)}
            for one in verdict.searched
        ],
        "found": [
            {"canary": one.kind, "form": one.form, "place": one.place, "offset": one.offset} for one in verdict.found
        ],
        "not_searched": verdict.not_searched,
        "capture": verdict.capture,
        "what_an_operator_can_do": OPERATOR,
    }


def lines_of(verdict: CanaryVerdict) -> list[str]:
    """For a terminal."""
    lines = [f"{_verdict(verdict)} {_sentence(verdict)}", ""]
    lines += [
        f"{one.name}: {one.places:,} places, {one.bytes:,} bytes, {len(one.found)} found" for one in verdict.searched
    ]
    lines += [f"  {one.kind} as {one.form}: {one.place}, at byte {one.offset:,}" for one in verdict.found[:_MOST_ROWS]]
    lines.append(f"Self-test: {verdict.noticed:,} of {verdict.planted:,} planted leaks were found.")
    lines += [
        *verdict.capture[: 1 if verdict.outcome is Outcome.MATCHES else 12],
        *(f"Not searched: {words}" for words in verdict.not_searched),
        "",
        OPERATOR,
    ]
    return lines


def _verdict(verdict: CanaryVerdict) -> str:
    if not verdict.is_trusted:
        return "The test itself failed."
    if verdict.found:
        return "Text left this computer or lies open on it."
    if verdict.outcome is Outcome.DIFFERS:
        return "The independent recording and the ledger differ."
    if verdict.outcome is Outcome.INCOMPLETE:
        return "The independent recording is not whole."
    return "No text was found in what left."


def _sentence(verdict: CanaryVerdict) -> str:
    if not verdict.is_trusted:
        return f"Of {verdict.planted:,} leaks planted for it, it found {verdict.noticed:,}: believe nothing below."
    if verdict.found:
        return f"{len(verdict.found):,} traces of what was typed were found; they are listed below. Please report it."
    if verdict.outcome is Outcome.INCOMPLETE:
        return "No text was found, but not all of what travelled was recorded; what is missing is named below."
    if verdict.outcome is Outcome.DIFFERS:
        return "Something travelled that the ledger does not tell, or the reverse; it is named below."
    return (
        "Neither what was typed nor what came back is in anything that was sent or stored, in any form searched for. "
        "That does not mean that nobody can read it: see below."
    )


def _facts(verdict: CanaryVerdict) -> list[tuple[str, str]]:
    return [
        ("Typed", verdict.prompt),
        ("Forms searched for", f"{verdict.forms:,}"),
        ("Self-test", f"{verdict.noticed:,} of {verdict.planted:,} planted leaks found"),
    ]


def _sections(verdict: CanaryVerdict) -> list[Section]:
    rows = [(one.name, f"{one.places:,}", f"{one.bytes:,}", f"{len(one.found):,}") for one in verdict.searched]
    sections = [
        Section("What this does not say", (OPERATOR, NOT_HIDDEN)),
        Section("Where was searched", (), ("what", "places", "bytes", "found"), rows),
    ]
    if verdict.found:
        found = [(one.kind, one.form, one.place, f"{one.offset:,}") for one in verdict.found[:_MOST_ROWS]]
        sections.append(Section("What was found", (), ("secret", "form", "where", "at byte"), found))
    sections.append(Section("For what was searched", (FORMS,)))
    if verdict.capture:
        sections.append(Section("The independent recording", verdict.capture))
    if verdict.not_searched:
        sections.append(Section("What was not searched", verdict.not_searched))
    return sections
