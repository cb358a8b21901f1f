"""All that a run needs to go on exactly, as bytes: a header (JSON), the half's state, the best adapter so far.

Layout: magic, then three runs of bytes, each behind its length (u64, little-endian). Notes are named by their hash, but
the sample is text: whoever stores a checkpoint encrypts it (app/storage/job_files.py).
"""

import json
import struct
from dataclasses import asdict, dataclass

from app.core.tuning import EvalPoint, Sample, TrainPoint
from app.domain.errors import StoreDamaged

MAGIC = b"NHTUNE01"
_LENGTH = struct.Struct("<Q")


@dataclass(slots=True)
class Position:
    """Where a run stands. windows: done in all; pending_*: of the optimiser step under way."""

    windows: int = 0
    pending_windows: int = 0
    pending_loss: float = 0.0
    tokens: int = 0
    seconds: float = 0.0
    bytes_up: int = 0
    bytes_down: int = 0
    round_trips: int = 0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """half, best: bytes as the half gave them (best: b"" before the first evaluation)."""

    data_sha256: str
    position: Position
    points: tuple[TrainPoint, ...]
    evaluations: tuple[EvalPoint, ...]
    sample: Sample | None
    half: bytes
    best: bytes

    def encode(self) -> bytes:
        header = {
            "data_sha256": self.data_sha256,
            "position": asdict(self.position),
            "points": [asdict(point) for point in self.points],
            "evaluations": [asdict(point) for point in self.evaluations],
            "sample": asdict(self.sample) if self.sample else None,
        }
        parts = (json.dumps(header, allow_nan=False).encode(), self.half, self.best)
        return MAGIC + b"".join(_LENGTH.pack(len(part)) + part for part in parts)

    @classmethod
    def decode(cls, untrusted: bytes) -> "Checkpoint":
        """Raises StoreDamaged."""
        try:
            if not untrusted.startswith(MAGIC):
                raise ValueError("no checkpoint")
            parts: list[bytes] = []
            offset = len(MAGIC)
            for _ in range(3):
                (length,) = _LENGTH.unpack_from(untrusted, offset)
                offset += _LENGTH.size
                parts.append(untrusted[offset : offset + length])
                offset += length
            if offset != len(untrusted):
                raise ValueError("cut, or too long")
            header = json.loads(parts[0])
            return cls(
                str(header["data_sha256"]),
                Position(**header["position"]),
                tuple(TrainPoint(**point) for point in header["points"]),
                tuple(EvalPoint(**point) for point in header["evaluations"]),
                Sample(**header["sample"]) if header["sample"] else None,
                parts[1],
                parts[2],
            )
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, struct.error) as error:
            raise unreadable() from error


def unreadable() -> StoreDamaged:
    return StoreDamaged("The training's checkpoint cannot be read.", "Begin the training again, with the same notes.")
