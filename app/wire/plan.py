"""The exchange plan: which layers are tapped, which projections each tap serves, and the ranks (DESIGN.md section 2).

The plan is data. The paper's case (one tap a layer, serving that layer), fewer layers, and one tap serving a group of
later layers are values of the same list. A tap at layer 0 is *free*: its input follows from the embeddings, which the
device has, so it computes z itself and sends the deltas up with the step. Round trips per step = other taps + 1.
"""

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from app.wire.errors import ErrorCode, RemoteProtocolError

MAX_LAYERS = 1024
MAX_RANK = 4096

_COUNT = struct.Struct("<H")
_TAP = struct.Struct("<HHHH")  # layer, r_down, r_up, number of targets
_TARGET = struct.Struct("<HB")  # layer, projection


class Projection(IntEnum):
    """The attention projections that an adapter may change."""

    Q = 0
    K = 1
    V = 2


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """One adapted projection: W of `projection` in decoder layer `layer`."""

    layer: int
    projection: Projection


@dataclass(frozen=True, slots=True)
class Tap:
    """One place where z = A x is taken: at the normed input of `layer`, for the projections in `targets`.

    z has `r_down` values a row; y has `r_up` values a row for each target, concatenated in the order of `targets`.
    """

    layer: int
    targets: tuple[Target, ...]
    r_down: int
    r_up: int

    @property
    def is_free(self) -> bool:
        """True where the device already holds the tap's input, so that no exchange is needed."""
        return self.layer == 0

    @property
    def up_cols(self) -> int:
        """Width of y: r_up for each target."""
        return self.r_up * len(self.targets)


@dataclass(frozen=True, slots=True)
class ExchangePlan:
    """Taps in rising order of layer. Raises ValueError where the list breaks a rule of this page."""

    taps: tuple[Tap, ...] = ()

    def __post_init__(self) -> None:
        seen: set[Target] = set()
        last = -1
        for tap in self.taps:
            if not last < tap.layer < MAX_LAYERS:
                raise ValueError(f"taps must rise by layer and stay under {MAX_LAYERS}; found {tap.layer} after {last}")
            last = tap.layer
            if not (0 < tap.r_down <= MAX_RANK and 0 < tap.r_up <= MAX_RANK):
                raise ValueError(f"ranks of tap {tap.layer} must lie in 1..{MAX_RANK}")
            if not tap.targets:
                raise ValueError(f"tap {tap.layer} serves no projection")
            for target in tap.targets:
                if target in seen:
                    raise ValueError(f"{target} is served twice")
                if not tap.layer <= target.layer < MAX_LAYERS:
                    raise ValueError(f"tap {tap.layer} cannot serve layer {target.layer}")
                seen.add(target)

    @property
    def free_taps(self) -> tuple[Tap, ...]:
        return tuple(tap for tap in self.taps if tap.is_free)

    @property
    def exchanged_taps(self) -> tuple[Tap, ...]:
        return tuple(tap for tap in self.taps if not tap.is_free)

    @property
    def free_cols(self) -> int:
        """Width of the deltas that travel up with a step."""
        return sum(tap.up_cols for tap in self.free_taps)

    @property
    def round_trips(self) -> int:
        """Round trips per step."""
        return len(self.exchanged_taps) + 1

    def encode(self) -> bytes:
        """The plan as it travels in an OPEN frame: integers only."""
        parts = [_COUNT.pack(len(self.taps))]
        for tap in self.taps:
            parts.append(_TAP.pack(tap.layer, tap.r_down, tap.r_up, len(tap.targets)))
            parts.extend(_TARGET.pack(target.layer, target.projection) for target in tap.targets)
        return b"".join(parts)

    @classmethod
    def decode(cls, untrusted: bytes) -> "ExchangePlan":
        """Read `encode`'s form. Raises RemoteProtocolError(PLAN_REFUSED) for anything else."""
        try:
            (count,) = _COUNT.unpack_from(untrusted, 0)
            offset = _COUNT.size
            taps: list[Tap] = []
            for _ in range(count):
                layer, r_down, r_up, n_targets = _TAP.unpack_from(untrusted, offset)
                offset += _TAP.size
                targets: list[Target] = []
                for _ in range(n_targets):
                    target_layer, projection = _TARGET.unpack_from(untrusted, offset)
                    offset += _TARGET.size
                    targets.append(Target(target_layer, Projection(projection)))
                taps.append(Tap(layer, tuple(targets), r_down, r_up))
            if offset != len(untrusted):
                raise ValueError("bytes after the plan")
            return cls(tuple(taps))
        except (struct.error, ValueError) as error:
            raise RemoteProtocolError(ErrorCode.PLAN_REFUSED, str(error)) from error


def layer_by_layer(layers: Iterable[int], rank: int) -> ExchangePlan:
    """The paper's plan: one tap for each of `layers`, serving q, k and v of that layer, r_down = r_up = rank."""
    return ExchangePlan(
        tuple(Tap(layer, tuple(Target(layer, p) for p in Projection), rank, rank) for layer in sorted(layers))
    )


def grouped(layer_count: int, group: int, rank: int) -> ExchangePlan:
    """One tap for each `group` consecutive layers, at the group's first layer, serving q, k and v of all of them."""
    taps: list[Tap] = []
    for first in range(0, layer_count, group):
        layers = range(first, min(first + group, layer_count))
        taps.append(Tap(first, tuple(Target(layer, p) for layer in layers for p in Projection), rank, rank))
    return ExchangePlan(tuple(taps))
