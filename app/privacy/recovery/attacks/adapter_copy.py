"""(c) A copy of the adapter: the cloud sends z and receives y = M z, so least squares over enough positions gives M.

About r positions are enough (r: the tap's rank). The copy is made from the first r + 16 positions and judged on the
others: |y - M' z| / |y|; where rounding makes it worse than 1 %, it is made from more of them. A free tap's z never
crosses the wire, but it comes from the embeddings, A and the norm, which are all public. Where the device runs K layers
before it, these are public too, and see nothing but the embeddings; K is not sent either, but no target lies below it:
each K up to the lowest target is tried, and the one that fits is it. What an adapter's head part does is never sent, so
it cannot be copied.
Legend: N positions, D r_down, U up_cols.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from app.privacy.recovery.attack import CannotRecover, Json, Progress, Recovery, attack, percent
from app.privacy.recovery.near_layers import can_be_run, entering_states
from app.privacy.recovery.recording import Recording, SentStep, tap_of
from app.privacy.recovery.tensors import Floats, decode_rows, rounded_to_bf16
from app.privacy.recovery.weights import PublicWeights
from app.wire.frames import tensor_bytes
from app.wire.messages import Open
from app.wire.plan import Tap

SPARE = 16  # positions beyond r that the copy is made from
GOOD = 0.01  # a copy with a smaller error is as good as the original
WRONG_INPUT = 0.1  # a larger error says that z was another: rounding, int8's too, makes far less
_HELD_OUT = 4  # positions, at least, to judge a copy on
_MOST_OF = 0.75  # of the positions, at most, that a copy is made from where r + 16 are not enough


INPUT_UNKNOWN = (
    "What a free tap read cannot be worked out from these frames alone, so no copy of it is judged here; an operator "
    "who recorded the chat from its beginning can make one."
)


@dataclass(frozen=True, slots=True)
class Way:
    """A way in which z (N x D) may have been computed: after how many layers that ran on the device."""

    z: Floats
    layers: int = 0


@dataclass(frozen=True, slots=True)
class Pairs:
    """All (z, y) of one tap. `tap`: the plan's, None where the plan is not known. ways: those that z may be computed.

    lacks_ways: the device may have run layers before this tap which cannot be run on this recording.
    """

    layer: int
    tap: Tap | None
    ways: tuple[Way, ...]
    y: Floats
    lacks_ways: bool = False


@dataclass(frozen=True, slots=True)
class CopiedTarget:
    """One M, copied: from how many positions, and how wrong on how many others. positions_needed: fewest for 1 %.

    layers: that ran on the device before the tap.
    """

    target: str
    rank: int
    positions: int
    held_out: int
    error: float
    positions_needed: int | None
    layers: int = 0


@attack
class AdapterCopy:
    """Least squares on (z, y) pairs. share: 1 - the median error of the copies' answers."""

    name = "adapter"
    title = "Copy the adapter"
    sentence = "Fits a copy of your adapter to the numbers that went down and the answers that went up."
    order = 3
    is_supposed = False

    def run(self, recording: Recording, weights: PublicWeights, progress: Progress) -> Recovery:
        found = list(all_pairs(recording, weights, lambda: progress(0.0)))
        if not found:
            raise CannotRecover(
                "No adapter was at work in these frames, so there is nothing to copy.",
                "Choose an adapter for the chat to see this.",
            )
        copies: list[CopiedTarget] = []
        is_open = False
        for number, pairs in enumerate(found, 1):
            made = copied(pairs)
            if pairs.lacks_ways and any(copy.error > WRONG_INPUT for copy in made):
                is_open = True  # a poor copy, made from what the device may not have used, proves nothing
            else:
                copies += made
            progress(number / len(found))
        return self._recovery(copies, max(len(pairs.y) for pairs in found), is_open=is_open)

    def _recovery(self, copies: list[CopiedTarget], positions: int, *, is_open: bool) -> Recovery:
        if not copies and is_open:
            raise CannotRecover(INPUT_UNKNOWN, "Look right after sending: frames stay in memory for a while only.")
        if not copies:
            raise CannotRecover(
                f"{positions} positions are too few to copy an adapter from and judge the copy.",
                "A longer message is enough: about as many positions as the adapter's rank, and 16 more.",
            )
        errors = [copy.error for copy in copies]
        needed = [copy.positions_needed for copy in copies if copy.positions_needed is not None]
        good = sum(error < GOOD for error in errors) / len(errors)
        median = float(np.median(errors))
        near = max(copy.layers for copy in copies)
        details = [
            ("matrices copied", str(len(copies))),
            ("made from", f"The first {max(copy.positions for copy in copies)} positions."),
            ("judged on", f"At least {min(copy.held_out for copy in copies)} other positions."),
            ("median error there", f"{100 * median:.2f} %"),
            ("largest error there", f"{100 * max(errors):.2f} %"),
            ("copies that are off by less than one percent", percent(good)),
        ]
        if len(needed) == len(copies):
            details.append(
                (
                    "positions needed for that",
                    f"At most {max(needed)} positions, at rank {max(copy.rank for copy in copies)}.",
                )
            )
        if near:
            details.append(("layers run before the free tap", f"{near}: they are public, so they were run here too."))
        if is_open:
            details.append(("not judged", INPUT_UNKNOWN))
        return Recovery(
            self.name,
            self.title,
            self.sentence,
            share=max(0.0, 1.0 - median),
            words=(
                f"From {max(copy.positions for copy in copies)} positions an operator can fit a copy of the adapter "
                f"whose answers are off by {100 * median:.2f} % (median). "
                "The file stays here; what it does to the layers can be copied."
            ),
            details=tuple(details),
            data={"targets": [_json(copy) for copy in copies], "share_under_1_percent": good},
        )


def copied(pairs: Pairs) -> list[CopiedTarget]:
    """A copy of each target's M: from r + 16 positions, or from ever more of them until no answer is off by 1 %, as far
    as enough are left to judge it on. Empty where there are too few positions."""
    rows, cols = len(pairs.y), pairs.ways[0].z.shape[1]
    made_from = min(cols + SPARE, rows - _HELD_OUT)
    if made_from < 1:
        return []
    held_out = slice(made_from, rows)
    way = min(pairs.ways, key=lambda way: float(np.sum((_fit(way.z, pairs.y, made_from) - pairs.y)[held_out] ** 2)))
    fewer = sorted({n for n in (cols // 2, cols, cols + 4, cols + 8) if 0 < n < made_from})
    made = _copied_from(pairs, way, made_from, fewer)
    most = min(int(rows * _MOST_OF), rows - _HELD_OUT)
    while made_from < most and max(copy.error for copy in made) >= GOOD:
        made_from = min(made_from + cols, most)
        made = _copied_from(pairs, way, made_from, [])
    return made


def _copied_from(pairs: Pairs, way: Way, made_from: int, fewer: Sequence[int]) -> list[CopiedTarget]:
    """A copy of each target's M from the first `made_from` positions, judged on the others. `fewer`: numbers of
    positions that may have been enough, in rising order."""
    rows, cols = way.z.shape
    held_out = slice(made_from, rows)
    guessed_NU = _fit(way.z, pairs.y, made_from)
    earlier = [(n, _fit(way.z, pairs.y, n)) for n in fewer]
    copies = []
    for name, part in _targets(pairs):
        y = pairs.y[held_out, part]
        error = _error(guessed_NU[held_out, part], y)
        tries = [(n, _error(guess[held_out, part], y)) for n, guess in earlier] + [(made_from, error)]
        needed = next((n for n, off in tries if off < GOOD), None)
        copies.append(CopiedTarget(name, cols, made_from, rows - made_from, error, needed, way.layers))
    return copies


def all_pairs(recording: Recording, weights: PublicWeights, tell: Callable[[], None] = lambda: None) -> Iterator[Pairs]:
    """The (z, y) pairs of every tap: those that were exchanged, then those of the free tap. tell: called often; may
    raise Cancelled. Raises ModelError."""
    groups: dict[tuple[int, int, int], list[tuple[Floats, Floats]]] = defaultdict(list)
    opened: Open | None = None
    for exchange in recording.exchanges:
        tap, delta = exchange.tap, exchange.delta
        opened = exchange.opened or opened
        z_RD = decode_rows(tap.payload, tap.rows, tap.cols, tap.dtype)
        y_RU = decode_rows(delta.payload, delta.rows, delta.cols, delta.dtype)
        groups[tap.tap, tap.cols, delta.cols].append((z_RD, y_RU))
    for (layer, r_down, up_cols), rows in sorted(groups.items(), key=lambda group: group[0]):
        z_ND, y_NU = (np.concatenate(part) for part in zip(*rows, strict=True))
        if r_down and up_cols and np.isfinite(z_ND).all() and np.isfinite(y_NU).all():
            yield Pairs(layer, tap_of(opened, layer, r_down, up_cols), (Way(z_ND),), y_NU)
    yield from _free_pairs(recording, weights, tell)


def _free_pairs(recording: Recording, weights: PublicWeights, tell: Callable[[], None]) -> Iterator[Pairs]:
    """z of a tap at layer 0, computed as the device does: A times the normed state that enters layer K, which is the
    embeddings that were sent where K is 0."""
    steps = [step for step in recording.steps if step.frame.side_cols and step.opened is not None and not step.passage]
    if not steps or steps[-1].opened is None:
        return
    opened = steps[-1].opened
    a_RD = weights.a(0, opened.recipe, opened.recipe_version)
    if a_RD is None or not opened.plan.free_taps:
        return
    tap = opened.plan.free_taps[0]
    steps = [step for step in steps if step.frame.side_cols == tap.up_cols and step.frame.cols == a_RD.shape[1]]
    lowest = min(target.layer for target in tap.targets)
    near = min(lowest, weights.near_layers)
    if near:
        whole = [step for step in steps if can_be_run(step)]
        if sum(step.frame.rows for step in whole) >= min(
            tap.r_down + SPARE + _HELD_OUT, sum(step.frame.rows for step in steps)
        ):
            steps = whole
        else:
            near = 0
    if not steps:
        return
    y_NU = np.concatenate([_deltas(step) for step in steps])
    if not np.isfinite(y_NU).all():
        return
    ways = [way for layers in range(near + 1) for way in _ways(steps, weights, opened, tap, layers, tell)]
    yield Pairs(0, tap, tuple(ways), y_NU, lacks_ways=lowest > 0 and not near)


def _ways(
    steps: Sequence[SentStep], weights: PublicWeights, opened: Open, tap: Tap, layers: int, tell: Callable[[], None]
) -> Iterator[Way]:
    """The device computes in fp32 or in bf16."""
    wide_RD = weights.a(layers, opened.recipe, opened.recipe_version)
    if wide_RD is None:
        return
    for narrow in (False, True):
        a_RD = rounded_to_bf16(wide_RD) if narrow else wide_RD
        if layers:
            h_ND = entering_states(steps, weights, layers, narrow=narrow, tell=tell)
        else:
            h_ND = np.concatenate([_embeddings(step) for step in steps])
        z_ND = _normed(h_ND, weights, layers, narrow=narrow) @ a_RD[: tap.r_down].T
        yield Way(rounded_to_bf16(z_ND) if narrow else z_ND, layers)


def _embeddings(step: SentStep) -> Floats:
    frame = step.frame
    return decode_rows(frame.payload, frame.rows, frame.cols, frame.dtype)


def _deltas(step: SentStep) -> Floats:
    frame = step.frame
    side = frame.payload[tensor_bytes(frame.dtype, frame.rows, frame.cols) :]
    return decode_rows(side, frame.rows, frame.side_cols, frame.side_dtype)


def _normed(h_ND: Floats, weights: PublicWeights, layer: int, *, narrow: bool) -> Floats:
    """A layer's input norm, in fp32 or with bf16's roundings."""
    h_ND = np.nan_to_num(h_ND, posinf=0.0, neginf=0.0)
    scale = 1 / np.sqrt(np.mean(h_ND * h_ND, axis=1, keepdims=True) + np.float32(weights.facts.norm_eps))
    normed_ND, weight_D = h_ND * scale, weights.norm(layer)
    weight_D = rounded_to_bf16(weight_D) if narrow else weight_D
    if weights.facts.norm_plus_one:
        normed_ND = np.asarray(normed_ND * (1 + weight_D), np.float32)
        return rounded_to_bf16(normed_ND) if narrow else normed_ND
    return (
        rounded_to_bf16(rounded_to_bf16(normed_ND) * weight_D)
        if narrow
        else np.asarray(normed_ND * weight_D, np.float32)
    )


def _fit(z_ND: Floats, y_NU: Floats, made_from: int) -> Floats:
    """y of every position as a copy of M made from the first positions has it. The rows are weighed alike: rounding
    is relative to a row's own size, so that a few large ones must not drown the others."""
    z, y = z_ND[:made_from].astype(np.float64), y_NU[:made_from].astype(np.float64)
    weigh = 1 / np.maximum(np.linalg.norm(z, axis=1, keepdims=True), 1e-30)
    m_DU, *_ = np.linalg.lstsq(z * weigh, y * weigh, rcond=None)
    return np.asarray(z_ND @ m_DU, np.float32)


def _error(guessed: Floats, y: Floats) -> float:
    """Relative to y; 0 where both are nothing (M is zero)."""
    size = float(np.linalg.norm(y))
    gap = float(np.linalg.norm(guessed - y))
    return gap / size if size else (0.0 if gap == 0 else 1.0)


def _targets(pairs: Pairs) -> Iterator[tuple[str, slice]]:
    if pairs.tap is None:
        yield f"tap at layer {pairs.layer}, all targets", slice(0, pairs.y.shape[1])
        return
    for number, target in enumerate(pairs.tap.targets):
        width = pairs.tap.r_up
        yield f"layer {target.layer} {target.projection.name.lower()}", slice(number * width, (number + 1) * width)


def _json(copy: CopiedTarget) -> dict[str, Json]:
    return {
        "target": copy.target,
        "rank": copy.rank,
        "positions": copy.positions,
        "held_out": copy.held_out,
        "error": copy.error,
        "positions_needed": copy.positions_needed,
        "layers_on_the_device": copy.layers,
    }
