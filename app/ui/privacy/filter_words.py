"""Words about the filter language: what is wrong with a filter, what its fields mean, and the help."""

from PySide6.QtCore import QCoreApplication

from app.core.panel_query import FIELDS, VALUES, FilterProblem, Problem

translate = QCoreApplication.translate
EXAMPLES = (
    "dir:up kind:step",
    "tap:3..7 bytes>1000",
    "chat:this since:10m not purpose:keepalive",
    "host:localhost latency>50ms",
    "(kind:tap or kind:delta) is:kept",
)

_MOST_NAMED = 4  # values in a sentence; completion offers all


def problem_words(problem: FilterProblem) -> str:
    """A sentence that says what to type instead."""
    values = tuple(VALUES.get(problem.field, ()))
    known = ", ".join(values if len(values) <= _MOST_NAMED + 1 else (*values[:_MOST_NAMED], "…"))
    return {
        Problem.UNKNOWN_FIELD: translate("privacy", "There is no field “{word}”. There are: {known}."),
        Problem.UNKNOWN_VALUE: translate("privacy", "“{word}” is not known for {field}. Known are: {known}."),
        Problem.UNKNOWN_WORD: translate(
            "privacy", "“{word}” says nothing by itself. Write a field before it, as in kind:step."
        ),
        Problem.NO_NUMBER: translate("privacy", "{field} needs a number, as 3, 3..7 or 1k; “{word}” is none."),
        Problem.NO_TIME: translate("privacy", "{field} needs a time, as 10m, 14:05 or 2026-11-23; “{word}” is none."),
        Problem.NO_HEX: translate("privacy", "{field} needs digits from 0 to 9 and a to f; “{word}” has others."),
        Problem.NO_ORDER: translate("privacy", "{field} has no order: write : after it."),
        Problem.NO_VALUE: translate("privacy", "Something is missing after {field}."),
        Problem.OPEN_BRACKET: translate("privacy", "A bracket is never closed."),
        Problem.STRAY_BRACKET: translate("privacy", "This bracket holds nothing, or was never opened."),
        Problem.OPEN_QUOTE: translate("privacy", "A quotation mark is never closed."),
        Problem.NOTHING_AFTER: translate("privacy", "Something is missing after “{word}”."),
        Problem.TOO_LONG: translate("privacy", "The filter is too long."),
        Problem.TOO_DEEP: translate("privacy", "There are too many brackets in brackets."),
    }[problem.problem].format(word=shortened(problem.word), field=problem.field, known=known or ", ".join(FIELDS))


def shortened(word: str) -> str:
    return word if len(word) <= 24 else f"{word[:24]}…"


def field_words(field: str) -> str:
    return {
        "dir": translate("privacy", "up: sent from this computer, down: received"),
        "kind": translate("privacy", "the kind of frame"),
        "purpose": translate("privacy", "what it was for"),
        "dtype": translate("privacy", "how the numbers are written"),
        "number": translate("privacy", "the entry's number in the ledger"),
        "tap": translate("privacy", "the layer of an exchange"),
        "rows": translate("privacy", "how many positions it carries"),
        "cols": translate("privacy", "how many numbers for each position"),
        "step": translate("privacy", "the step of the session"),
        "position": translate("privacy", "the first position"),
        "session": translate("privacy", "the session's number"),
        "connection": translate("privacy", "the connection's number"),
        "bytes": translate("privacy", "bytes on the wire"),
        "raw": translate("privacy", "bytes of the content"),
        "host": translate("privacy", "a part of the backend's address"),
        "latency": translate("privacy", "how long the answer took, as latency>50ms"),
        "since": translate("privacy", "not older than this: 10m, 14:05 or a date"),
        "until": translate("privacy", "not newer than this"),
        "chat": translate("privacy", "chat:this is the chat on show"),
        "message": translate("privacy", "message:last, or how a message's id begins"),
        "hash": translate("privacy", "how the SHA-256 begins"),
        "is": translate("privacy", "marked, noted, kept (its content is still here), tls"),
    }[field]


def help_html() -> str:
    """The whole language on one page."""
    rows = "".join(f"<tr><td><code>{name}</code>&nbsp;&nbsp;</td><td>{field_words(name)}</td></tr>" for name in FIELDS)
    examples = "".join(f"<tr><td><code>{example}</code></td></tr>" for example in EXAMPLES)
    rules = (
        translate("privacy", "Terms with a space between must all hold. “or” between them, “not” or - before one."),
        translate("privacy", "A comma lists values: kind:tap,delta. Two dots make a range: tap:3..7."),
        translate("privacy", "Numbers know > < >= <=, bytes know k and M."),
    )
    sentences = "".join(f"<p>{rule}</p>" for rule in rules)
    return f"<table>{examples}</table>{sentences}<table>{rows}</table>"
