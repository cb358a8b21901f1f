"""What an adapter added to the first layers, as it was recorded: y of each tap crossed the wire, and B is public.

Legend: N positions, U up_cols of a tap, R r_up, d a projection's width.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from app.domain.ids import MessageId
from app.privacy.recovery.recording import Recording, tap_of
from app.privacy.recovery.tensors import Floats, decode_rows
from app.privacy.recovery.weights import PublicWeights
from app.wire.frames import tensor_bytes
from app.wire.messages import Open
from app.wire.plan import Tap

Place = tuple[MessageId, int]  # message and position


def recorded_deltas(
    recording: Recording, weights: PublicWeights, places: Sequence[Place], layers: int
) -> dict[tuple[int, str], Floats] | None:
    """B y (N x d) of each projection of the first `layers` layers that an adapter changes, at each of `places`; nothing
    is added where no y was recorded. Empty where no adapter was at work; None where its B is not on this computer."""
    found: dict[tuple[int, str], Floats] = {}
    for opened, tap, y_of in _answers(recording):
        for number, target in enumerate(tap.targets):
            if target.layer >= layers:
                continue
            b_dR = weights.b(target, opened.recipe, opened.recipe_version)
            if b_dR is None or b_dR.shape[1] < tap.r_up:
                return None
            part = slice(number * tap.r_up, (number + 1) * tap.r_up)
            nothing = np.zeros(tap.r_up, np.float32)
            y_NR = np.stack([y_of[place][part] if place in y_of else nothing for place in places])
            name = (target.layer, target.projection.name.lower())
            found[name] = found.get(name, np.float32(0)) + np.nan_to_num(y_NR @ b_dR[:, : tap.r_up].T)
    return found


def _answers(recording: Recording) -> Iterator[tuple[Open, Tap, dict[Place, Floats]]]:
    """y of each tap by place: those that were exchanged, and those that went up with the embeddings."""
    taps: dict[Tap, tuple[Open, dict[Place, Floats]]] = {}
    for exchange in recording.exchanges:
        z, y = exchange.tap, exchange.delta
        tap = tap_of(exchange.opened, z.tap, z.cols, y.cols)
        if tap is not None and exchange.opened is not None:
            rows = decode_rows(y.payload, y.rows, y.cols, y.dtype)
            taps.setdefault(tap, (exchange.opened, {}))[1].update(_placed(rows, exchange.message, y.position))
    for step in (one for one in recording.steps if not one.passage):
        frame, opened = step.frame, step.opened
        if opened is None or not frame.side_cols:
            continue
        side = frame.payload[tensor_bytes(frame.dtype, frame.rows, frame.cols) :]
        rows, start = decode_rows(side, frame.rows, frame.side_cols, frame.side_dtype), 0
        for tap in opened.plan.free_taps:
            part = rows[:, start : start + tap.up_cols]
            start += tap.up_cols
            taps.setdefault(tap, (opened, {}))[1].update(_placed(part, step.message, frame.position))
    for tap, (opened, y_of) in taps.items():
        yield opened, tap, y_of


def _placed(rows: Floats, message: MessageId, first: int) -> dict[Place, Floats]:
    return {(message, first + number): row for number, row in enumerate(rows)}
