"""The list's columns: their order, names, widths, and what stands in them for one entry."""

from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.domain.clearance import Purpose
from app.domain.ids import NO_MESSAGE
from app.ui.privacy.names import (
    NOTHING,
    arrow,
    dtype_words,
    kind_words,
    purpose_words,
    span_words,
    tensor_words,
    time_words,
)
from app.ui.words import number
from app.wire.frames import TAP_KINDS

if TYPE_CHECKING:
    from app.core.panel_feed import PanelFeed

translate = QCoreApplication.translate


class Column(IntEnum):
    """What is asked for most stands first: a narrow panel shows these."""

    NUMBER = 0
    TIME = 1
    DIRECTION = 2
    TENSOR = 3
    TAP = 4
    SHAPE = 5
    WIRE = 6
    LATENCY = 7
    CHAT = 8
    PURPOSE = 9
    HOST = 10
    DTYPE = 11
    RAW = 12
    HASH = 13
    NOTE = 14


RIGHT_ALIGNED = frozenset({Column.NUMBER, Column.TAP, Column.WIRE, Column.RAW, Column.LATENCY})
SAMPLES = {  # what a column must have room for
    Column.NUMBER: "1,000,000",
    Column.TIME: "00:00:00.000",
    Column.DIRECTION: "↑",
    Column.TENSOR: "Opening the channel",
    Column.TAP: "1023",
    Column.SHAPE: "512 × (4096 + 96)",
    Column.WIRE: "4,195,000",
    Column.LATENCY: "100.0 ms",
    Column.CHAT: "A chat's title of some words",
    Column.PURPOSE: "Opening the channel",
    Column.HOST: "backbone.example:443",
    Column.DTYPE: "bf16",
    Column.RAW: "4,195,000",
    Column.HASH: "00000000",
    Column.NOTE: "A note of some words",
}


def heading(column: int) -> str:
    return {
        Column.NUMBER: translate("privacy", "No."),
        Column.TIME: translate("privacy", "Time"),
        Column.DIRECTION: "↑↓",
        Column.TENSOR: translate("privacy", "What"),
        Column.TAP: translate("privacy", "Tap"),
        Column.SHAPE: translate("privacy", "Shape"),
        Column.WIRE: translate("privacy", "On the wire"),
        Column.LATENCY: translate("privacy", "Answer"),
        Column.CHAT: translate("privacy", "Chat"),
        Column.PURPOSE: translate("privacy", "Why"),
        Column.HOST: translate("privacy", "Host"),
        Column.DTYPE: translate("privacy", "Format"),
        Column.RAW: translate("privacy", "Content"),
        Column.HASH: translate("privacy", "SHA-256"),
        Column.NOTE: translate("privacy", "Note"),
    }[Column(column)]


def heading_explained(column: int) -> str:
    return {
        Column.NUMBER: translate("privacy", "The entry's number in the ledger"),
        Column.TIME: translate("privacy", "When it was sent or had arrived, by this computer's clock"),
        Column.DIRECTION: translate("privacy", "↑ sent from this computer, ↓ received"),
        Column.TENSOR: translate("privacy", "The numbers that it carries, or what it is instead"),
        Column.TAP: translate("privacy", "The layer at which numbers are exchanged"),
        Column.SHAPE: translate("privacy", "Positions × numbers for each; with a +, of two tensors"),
        Column.WIRE: translate("privacy", "Bytes on the wire, with the connection's own framing"),
        Column.LATENCY: translate(
            "privacy", "How long the answer took: down, the network and the backend; up, this computer"
        ),
        Column.CHAT: translate("privacy", "The chat whose reply it was for"),
        Column.PURPOSE: translate("privacy", "What it was for"),
        Column.HOST: translate("privacy", "The backend's address"),
        Column.DTYPE: translate("privacy", "How the numbers are written"),
        Column.RAW: translate("privacy", "Bytes of what is carried"),
        Column.HASH: translate("privacy", "The start of the SHA-256 of the bytes on the wire"),
        Column.NOTE: translate("privacy", "Your mark and your note on this entry"),
    }[Column(column)]


def cells(feed: "PanelFeed", row: int) -> tuple[str, ...]:
    """One entry as texts, in the order of the columns."""
    from app.core.panel_ledger import NO_LATENCY  # numpy: the app's start reads a column's name alone

    assert feed.ledger is not None
    entry = feed.ledger.entry(row)
    kind, message = int(entry["kind"]), feed.message(row)
    is_of_no_chat = message == NO_MESSAGE or int(entry["purpose"]) == Purpose.TUNE
    place = None if is_of_no_chat else feed.place_of(message)
    latency = feed.ledger.latency_of(row)
    return (
        number(int(entry["number"])),
        time_words(int(entry["time_ns"])),
        arrow(int(entry["direction"])),
        tensor_words(kind) or (kind_words(kind) if kind else purpose_words(int(entry["purpose"]))),
        str(entry["tap"]) if kind in TAP_KINDS else "",
        shape_words(kind, int(entry["rows"]), int(entry["cols"]), int(entry["side_cols"])),
        number(int(entry["wire_bytes"])),
        span_words(latency) if latency != NO_LATENCY else "",
        place.title if place is not None else ("" if is_of_no_chat else translate("privacy", "No longer here")),
        purpose_words(int(entry["purpose"])),
        feed.ledger.host(row),
        dtype_words(int(entry["dtype"])) if int(entry["dtype"]) else "",
        number(int(entry["payload_bytes"])),
        entry["sha256"].tobytes().hex()[:8],
        note_words(feed, int(entry["number"])),
    )


def shape_words(kind: int, rows: int, cols: int, side_cols: int) -> str:
    if not tensor_words(kind):
        return ""
    if not cols and not side_cols:
        return NOTHING
    return f"{rows} × ({cols} + {side_cols})" if side_cols else f"{rows} × {cols}"


def note_words(feed: "PanelFeed", entry: int) -> str:
    mark = "★ " if entry in feed.notes.marks else ""
    return (mark + " ".join(feed.notes.texts.get(entry, "").split())).strip()
