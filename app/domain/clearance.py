"""What the gate is told about bytes that want to leave, and what it hands back (DESIGN.md section 4, "One gate").

`net` writes only a ClearedPayload, and only app/privacy/gate.py builds one (held by tests/contract/test_one_gate.py).
"""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple, Protocol

from app.domain.errors import AppError
from app.domain.ids import NO_MESSAGE, MessageId


class Direction(IntEnum):
    UP = 1  # leaves the device
    DOWN = 2  # reaches the device


class Purpose(IntEnum):
    """Why bytes travel. Numbers are never reused."""

    LIST_MODELS = 1
    DEVICE_PACK = 2
    HEALTH = 3
    UPGRADE = 4  # HTTP upgrade to the data channel
    SESSION = 5  # OPEN, OPENED, ERROR
    GENERATE = 6  # steps and exchanges of a reply
    REPLAY = 7  # steps sent again after a lost connection
    MEASURE = 8  # round-trip measurements
    KEEPALIVE = 9  # WebSocket ping and pong
    CLOSE = 10
    UPDATE_CHECK = 11  # a release feed, where the person asked for that
    TUNE = 12  # steps, exchanges and gradients of fine-tuning
    RECIPE = 13  # the public matrices A and B


class NotCleared(AppError):
    """The gate refused: these bytes may not leave, or not to this host."""


@dataclass(frozen=True, slots=True)
class Clearance:
    """Facts about writes or reads, as the ledger keeps them. Bytes that follow each other for one purpose share one."""

    connection: int  # what `next_connection` gave: entries of one number are one byte stream
    host: str  # host:port
    purpose: Purpose
    message: MessageId = NO_MESSAGE
    is_tls: bool = False  # the bytes judged and hashed are those inside TLS


class ClearedPayload(NamedTuple):
    """Bytes that the gate has judged and the ledger has recorded."""

    data: bytes
    entry: int  # number of the ledger entry


class Gate(Protocol):
    """The only way out. What a call that returns has let out is in the ledger.

    `content` is what the wire bytes carry, for the ledger's facts and the kept window: the payload of a WebSocket frame
    before masking, or HTTP as it is (the gate blanks the bearer token before it keeps anything).
    """

    def next_connection(self, host: str) -> int:
        """A number for a socket about to be opened to `host` (host:port), before its name is even looked up.

        Raises NotCleared where the host is not allowed, LedgerError where the ledger cannot be written.
        """

    def clear_message(self, content: bytes, clearance: Clearance) -> ClearedPayload:
        """Judge and record a Nearhalf frame, and wrap it as one masked WebSocket frame: the bytes that may leave.

        Raises NotCleared or LedgerError where they may not.
        """

    def clear(self, data: bytes, content: bytes, clearance: Clearance) -> ClearedPayload:
        """Judge and record other bytes that are about to leave. Raises NotCleared or LedgerError where they may not."""

    def received(self, data: bytes, content: bytes, clearance: Clearance) -> None:
        """Record bytes that arrived: the next run of the connection's byte stream. Raises LedgerError.

        The record of a frame that is answered at once may wait for that of its answer.
        """
