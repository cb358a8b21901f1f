"""Wire bytes of single entries: made again from what the gate kept, and read back from an export."""

import hashlib
from collections.abc import Iterator
from typing import Any

from app.audit.container import Container, read_small
from app.audit.layout import FRAME_NAME, AuditError
from app.domain.clearance import Direction
from app.privacy.ledger_format import LedgerEntry
from app.wire.errors import RemoteProtocolError
from app.wire.frames import HEADER_BYTES, Kind
from app.wire.messages import Open

_KEY_BYTES = 4


class Frames:
    """Frames for an export. wires: entry -> the bytes as they went. plans: what their OPEN frames asked for."""

    def __init__(self) -> None:
        self.wires: dict[int, bytes] = {}
        self.plans: list[dict[str, Any]] = []

    def take(self, entry: LedgerEntry, head: bytes, content: bytes) -> None:
        """Only what has the hash in the ledger becomes part of an export."""
        wire = head + (masked(content, head[-_KEY_BYTES:]) if entry.direction == Direction.UP else content)
        if not head or hashlib.sha256(wire).digest() != entry.sha256:
            return
        self.wires[entry.number] = wire
        if entry.kind == Kind.OPEN:
            self.plans += _plan(entry.number, content)


def masked(content: bytes, key: bytes) -> bytes:
    """RFC 6455, 5.3; the same again unmasks."""
    size = len(content)
    if len(key) != _KEY_BYTES or not size:
        return content
    mask = (key * (size // _KEY_BYTES + 1))[:size]
    return (int.from_bytes(content, "little") ^ int.from_bytes(mask, "little")).to_bytes(size, "little")


def content_of(wire: bytes) -> bytes:
    """What one whole WebSocket frame carries. Raises AuditError where it is none."""
    if len(wire) < 2:
        raise AuditError("A frame is too short.")
    size, at = wire[1] & 0x7F, 2
    if size >= 126:
        more = 2 if size == 126 else 8
        size, at = int.from_bytes(wire[2 : 2 + more], "big"), 2 + more
    key = wire[at : at + _KEY_BYTES] if wire[1] & 0x80 else b""
    at += len(key)
    if len(wire) != at + size:
        raise AuditError("A frame is not as long as it says.")
    return masked(wire[at:], key)


def read_frames(container: Container) -> Iterator[tuple[int, bytes]]:
    """Entry number and content (a frame of the protocol: header, then payload), in order. Raises AuditError."""
    numbers = sorted(int(found[1]) for name in container.names if (found := FRAME_NAME.fullmatch(name)))
    for number in numbers:
        yield number, content_of(read_small(container, f"frames/{number}.wire"))


def _plan(number: int, content: bytes) -> list[dict[str, Any]]:
    try:
        asked = Open.decode(content[HEADER_BYTES:])
    except RemoteProtocolError:
        return []
    return [
        {
            "entry": number,
            "model": asked.model_hash.hex(),
            "recipe": f"{asked.recipe.name.lower()} {asked.recipe_version}",
            "positions": asked.positions,
            "state_dtype": asked.state_dtype.name,
            "exchange_dtype": asked.exchange_dtype.name,
            "taps": [
                {
                    "layer": tap.layer,
                    "r_down": tap.r_down,
                    "r_up": tap.r_up,
                    "targets": [f"{target.layer}.{target.projection.name.lower()}" for target in tap.targets],
                }
                for tap in asked.plan.taps
            ],
        }
    ]
