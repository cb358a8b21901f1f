"""What the bytes of one entry mean, field by field, each with its place: for the panel's two-way view. Reads only.

docs/wire-protocol.md, "Byte layout". Names are keys; the window has the words for them (app/ui/privacy/field_words.py).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.wire.errors import ErrorCode, RemoteProtocolError
from app.wire.frames import HEADER_BYTES, MAGIC, Dtype, Flags, Frame, Kind, read_header
from app.wire.limits import Limits
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan

ANY_SIZE = Limits(max_rows=2**31, max_payload_bytes=2**31)
_HTTP_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\n|$)")
_MOST_LINES = 400


@dataclass(frozen=True, slots=True)
class FieldSpan:
    """Bytes start..end of the content. `value`: as a person reads it. `depth`: 0, or 1 for a part of the one before."""

    name: str
    start: int
    end: int
    value: str
    depth: int = 0
    note: str = ""  # a name that belongs to this one alone: an HTTP header's, a tensor's


#  (name, offset, bytes) of docs/wire-protocol.md
_HEADER = (
    ("magic", 0, 2),
    ("major", 2, 1),
    ("minor", 3, 1),
    ("kind", 4, 1),
    ("dtype", 5, 1),
    ("side_dtype", 6, 1),
    ("flags", 7, 1),
    ("session", 8, 8),
    ("step", 16, 4),
    ("position", 20, 4),
    ("tap", 24, 2),
    ("reserved", 26, 2),
    ("rows", 28, 4),
    ("cols", 32, 4),
    ("side_cols", 36, 4),
    ("payload_bytes", 40, 4),
    ("reserved", 44, 4),
)
_OPEN = (
    ("model_hash", 0, 32),
    ("recipe_hash", 32, 32),
    ("recipe", 64, 2),
    ("recipe_version", 66, 2),
    ("positions", 68, 4),
    ("state_dtype", 72, 1),
    ("exchange_dtype", 73, 1),
)
_OPEN_BYTES = 74
_OPENED = (("positions", 0, 4), ("max_rows", 4, 4), ("idle_timeout_s", 8, 4), ("step_timeout_s", 12, 4))
_TENSOR_NAMES = {
    Kind.STEP: "embeddings",
    Kind.TAP: "z",
    Kind.DELTA: "y",
    Kind.STATE: "hidden states",
    Kind.GRADIENT: "dL/dh",
    Kind.DELTA_GRADIENT: "dy",
    Kind.TAP_GRADIENT: "dz",
    Kind.STEP_GRADIENT: "free dy",
}
_ERROR = (("error_code", 0, 2), ("error_limit", 2, 8))


def frame_of(content: bytes) -> Frame | None:
    """The frame that the content is, with its payload; None where it is none, or not whole."""
    if len(content) < HEADER_BYTES or content[:2] != MAGIC:
        return None
    try:
        frame, payload_bytes = read_header(content, ANY_SIZE)
    except RemoteProtocolError:
        return None
    if len(content) != HEADER_BYTES + payload_bytes:
        return None
    frame.payload = content[HEADER_BYTES:]
    return frame


def field_spans(content: bytes) -> list[FieldSpan]:
    """Every byte of the content belongs to exactly one span of depth 0."""
    frame = frame_of(content)
    if frame is not None:
        return [*_numbers(content, _HEADER, 0), *_payload(content, frame)]
    if content[:5] in (b"GET /", b"HTTP/"):
        return list(_http(content))
    return [FieldSpan("bytes", 0, len(content), str(len(content)))] if content else []


def _numbers(content: bytes, layout: tuple[tuple[str, int, int], ...], base: int) -> Iterator[FieldSpan]:
    for name, offset, size in layout:
        start = base + offset
        yield FieldSpan(name, start, start + size, _value(name, content[start : start + size]))


def _value(name: str, data: bytes) -> str:
    if name == "magic":
        return data.decode("ascii", "replace")
    if name in ("model_hash", "recipe_hash"):
        return data.hex()
    value = int.from_bytes(data, "little")
    if name == "session":
        return f"{value:016x}"
    known = {"kind": Kind, "recipe": Recipe, "error_code": ErrorCode}
    if name in known:
        return next((one.name for one in known[name] if one == value), str(value))
    if name.endswith("dtype"):
        return next((one.name.lower() for one in Dtype if one == value), str(value))
    if name == "flags":
        return " + ".join(flag.name or "" for flag in Flags(value & 15)) or "0"
    return str(value)


def _payload(content: bytes, frame: Frame) -> Iterator[FieldSpan]:
    end = len(content)
    if frame.kind is Kind.OPEN and end - HEADER_BYTES >= _OPEN_BYTES:
        yield from _numbers(content, _OPEN, HEADER_BYTES)
        yield from _plan(content, HEADER_BYTES + _OPEN_BYTES)
    elif frame.kind is Kind.OPENED and end - HEADER_BYTES >= 16:
        yield from _numbers(content, _OPENED, HEADER_BYTES)
        yield from _rest(HEADER_BYTES + 16, end)
    elif frame.kind is Kind.ERROR and end - HEADER_BYTES >= 10:
        yield from _numbers(content, _ERROR, HEADER_BYTES)
        yield from _rest(HEADER_BYTES + 10, end)
    elif frame.dtype is Dtype.NONE and frame.side_dtype is Dtype.NONE:
        yield from _rest(HEADER_BYTES, end)
    else:
        middle = HEADER_BYTES + frame.main_bytes
        yield from _tensor("tensor", tensor_name(frame), HEADER_BYTES, middle, frame.rows, frame.cols, frame.dtype)
        yield from _tensor("side_tensor", "free y", middle, end, frame.rows, frame.side_cols, frame.side_dtype)


def tensor_name(frame: Frame) -> str:
    """As the method calls it (DESIGN.md section 2)."""
    return _TENSOR_NAMES.get(frame.kind, "")


def _tensor(name: str, note: str, start: int, end: int, rows: int, cols: int, dtype: Dtype) -> Iterator[FieldSpan]:
    if start >= end:
        return
    yield FieldSpan(name, start, end, f"{rows} × {cols} {dtype.name.lower()}", note=note)
    if dtype is Dtype.INT8:
        yield FieldSpan("scales", start, start + 4 * rows, f"{rows} × fp32", 1)
        yield FieldSpan("quantised", start + 4 * rows, end, f"{rows} × {cols} int8", 1)


def _plan(content: bytes, start: int) -> Iterator[FieldSpan]:
    if start >= len(content):
        return
    try:
        plan = ExchangePlan.decode(content[start:])
    except RemoteProtocolError:
        yield from _rest(start, len(content))
        return
    yield FieldSpan("plan", start, len(content), str(len(plan.taps)))
    at = start + 2
    for tap in plan.taps:
        size = 8 + 3 * len(tap.targets)
        layers = sorted({target.layer for target in tap.targets})
        served = "".join(
            projection.name.lower() for projection in sorted({target.projection for target in tap.targets})
        )
        where = f"{layers[0]}" if len(layers) == 1 else f"{layers[0]}..{layers[-1]}"
        yield FieldSpan("plan_tap", at, at + size, f"{tap.layer} → {where} {served}, r {tap.r_down} → {tap.r_up}", 1)
        at += size


def _rest(start: int, end: int) -> Iterator[FieldSpan]:
    if start < end:
        yield FieldSpan("rest", start, end, str(end - start))


def _http(content: bytes) -> Iterator[FieldSpan]:
    at = 0
    for _ in range(_MOST_LINES):
        found = _HTTP_LINE.match(content, at)
        assert found is not None
        line = found[0].rstrip(b"\r\n")
        if not line:
            break
        name, _, value = line.partition(b":")
        if not at:
            yield FieldSpan("http_first", at, found.end(), line.decode("latin-1"))
        else:
            yield FieldSpan(
                "http_header", at, found.end(), value.strip().decode("latin-1"), note=name.decode("latin-1")
            )
        at = found.end()
        if at == len(content):
            return
    if at < len(content):
        gap = 2 if content[at : at + 2] == b"\r\n" else int(content[at : at + 1] == b"\n")
        if gap:
            yield FieldSpan("http_end", at, at + gap, "")
        if at + gap < len(content):
            yield FieldSpan("http_body", at + gap, len(content), str(len(content) - at - gap))


def plan_of(content: bytes) -> ExchangePlan | None:
    """The exchange plan that an OPEN asked for."""
    frame = frame_of(content)
    if frame is None or frame.kind is not Kind.OPEN:
        return None
    try:
        return ExchangePlan.decode(frame.payload[_OPEN_BYTES:])
    except RemoteProtocolError:
        return None
