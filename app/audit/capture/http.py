"""Where one thing on the wire ends: HTTP/1.1 heads and bodies, and after an upgrade WebSocket frames (RFC 6455, 5.2).

What a stream holds is cut by its own rules, not by the ledger's, so that bytes which are not in the ledger have names.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass

from app.audit.capture.streams import Stream

_HEAD_END = b"\r\n\r\n"
_MOST_HEAD_BYTES = 2**16
_REQUEST = re.compile(rb"([A-Z]{1,16}) ([!-~]{1,4096}) HTTP/1\.[01]\r\n")
_RESPONSE = re.compile(rb"HTTP/1\.[01] (\d{3})[ \r]")
_HEADER = re.compile(rb"\r\n([!-9;-~]{1,256}):[ \t]*([^\r\n]{0,8192})")
_OPCODES = {0: "continued", 1: "text", 2: "binary", 8: "close", 9: "ping", 10: "pong"}
_REST_BYTES = 2**16  # what has no form of its own is cut into pieces of this length


@dataclass(frozen=True, slots=True)
class Unit:
    """One thing on the wire: a request, an answer or its body, a WebSocket frame, or bytes of no known form."""

    start: int
    end: int
    words: str
    head_bytes: int = 0
    mask: bytes = b""
    opcode: int = -1

    @property
    def is_frame(self) -> bool:
        return self.opcode >= 0


def is_request(data: bytes) -> bool:
    return _REQUEST.match(data) is not None


def host_header(data: bytes) -> str:
    """Whom a request says that it is for, "" where it does not say."""
    head = data[: data.find(_HEAD_END) + 4] if _HEAD_END in data[:_MOST_HEAD_BYTES] else b""
    for name, value in _HEADER.findall(head):
        if name.lower() == b"host":
            return bytes(value).decode("ascii", "replace").strip().lower()
    return ""


def units(up: Stream, down: Stream) -> tuple[list[Unit], list[Unit]]:
    """Both directions cut, each from its beginning to its end."""
    requests, up_place = _heads(up, is_up=True)
    answers, down_place = _heads(down, is_up=False)
    if answers and answers[-1].words.startswith("answer 101"):
        return requests + _frames(up, up_place), answers + _frames(down, down_place)
    return requests + _rest(up, up_place), answers + _rest(down, down_place)


def frame_at(head: bytes, place: int) -> Unit | None:
    """The WebSocket frame whose head `head` begins with; None where no frame can begin so."""
    if len(head) < 2 or head[0] & 0x70 or head[0] & 15 not in _OPCODES:
        return None
    size, used = head[1] & 0x7F, 2
    if size > 125:
        used = 4 if size == 126 else 10
        if len(head) < used:
            return None
        size = int.from_bytes(head[2:used])
    mask = b""
    if head[1] & 0x80:
        mask = head[used : used + 4]
        used += 4
    if len(head) < used or size >= 2**62:
        return None
    opcode = head[0] & 15
    return Unit(place, place + used + size, f"WebSocket {_OPCODES[opcode]} frame", used, mask, opcode)


def unmasked(unit: Unit, data: bytes) -> bytes:
    """The payload of a frame whose bytes are `data`."""
    payload = data[unit.head_bytes :]
    if not unit.mask:
        return payload
    size = len(payload)
    key = (unit.mask * (size // 4 + 1))[:size]
    return (int.from_bytes(payload) ^ int.from_bytes(key)).to_bytes(size) if size else b""


def _heads(stream: Stream, *, is_up: bool) -> tuple[list[Unit], int]:
    """Requests, or answers with their bodies, from the beginning on; and where they end."""
    found: list[Unit] = []
    place = stream.start
    data = stream.rest(place)
    base = place
    while place < stream.end:
        offset = place - base
        end = data.find(_HEAD_END, offset, offset + _MOST_HEAD_BYTES) + 4
        match = (_REQUEST if is_up else _RESPONSE).match(data, offset)
        if match is None or end < 4:
            break
        head = data[offset:end]
        if is_up:
            words = f"request {match[1].decode()} {match[2].decode()}"
        else:
            words = f"answer {match[1].decode()}"
        found.append(Unit(place, base + end, words))
        place = base + end
        if not is_up and match[1] == b"101":
            break
        body_bytes = min(_body_bytes(head), stream.end - place)
        if body_bytes:
            found.append(Unit(place, place + body_bytes, f"body of {words}"))
            place += body_bytes
    return found, place


def _body_bytes(head: bytes) -> int:
    for name, value in _HEADER.findall(head):
        if name.lower() == b"content-length" and value.strip().isdigit() and len(value) < 16:
            return int(value)
    return 0


def _frames(stream: Stream, place: int) -> list[Unit]:
    found: list[Unit] = []
    while place < stream.end:
        unit = frame_at(stream.take(place, min(14, stream.end - place)) or b"", place)
        if unit is None:
            return found + _rest(stream, place)
        end = min(unit.end, stream.end)
        found.append(Unit(place, end, unit.words, unit.head_bytes, unit.mask, unit.opcode))
        place = end
    return found


def _rest(stream: Stream, place: int) -> list[Unit]:
    return [
        Unit(start, min(start + _REST_BYTES, stream.end), "bytes of no known form")
        for start in range(place, stream.end, _REST_BYTES)
        if place < stream.end
    ][:4096]


def units_between(cut: list[Unit], start: int, end: int) -> list[Unit]:
    """What stands from `start` to `end`; what is only partly there is cut."""
    if end <= start:
        return []
    index = bisect_left(cut, start, key=lambda unit: unit.start)
    if index and cut[index - 1].end > start:
        index -= 1
    found: list[Unit] = []
    place = start
    while index < len(cut) and place < end:
        unit = cut[index]
        if unit.start >= end:
            break
        if unit.start > place:
            found.append(Unit(place, unit.start, "bytes of no known form"))
        first, last = max(unit.start, start), min(unit.end, end)
        is_whole = (first, last) == (unit.start, unit.end)
        found.append(unit if is_whole else Unit(first, last, f"part of a {unit.words}"))
        place = last
        index += 1
    if place < end:
        found.append(Unit(place, end, "bytes of no known form"))
    return found
