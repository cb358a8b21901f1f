"""Every limit of the data channel, in one place. All are judged from a frame's header, before its payload is read."""

from dataclasses import dataclass

MAX_COLS = 65_536  # wider than any supported model's hidden size, or any tap's deltas
CONTROL_PAYLOAD_BYTES = 65_536  # OPEN with the longest plan accepted; OPENED and ERROR are far smaller


@dataclass(frozen=True, slots=True)
class Limits:
    """What one side accepts.

    max_rows: positions in one step. max_payload_bytes: bytes behind one header.
    """

    max_rows: int = 512
    max_payload_bytes: int = 64 * 2**20
