"""Recordings made by hand for tests: frames as the wire encodes them, in the order of a session."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.domain.clearance import Purpose
from app.domain.ids import NO_MESSAGE, MessageId, new_message_id
from app.privacy.recovery.tensors import Floats, encode_rows
from app.wire.frames import Dtype, Flags, Frame, Kind
from app.wire.messages import Open, Opened, Recipe
from app.wire.plan import ExchangePlan, Tap
from cloud_backend.engine.recipe import VERSIONS

MESSAGE = new_message_id()


@dataclass(frozen=True)
class Kept:
    """A content, as the gate keeps it."""

    purpose: Purpose
    message: MessageId
    content: bytes


class Recorder:
    """Writes the frames of one session. All numbers travel as `dtype`."""

    def __init__(
        self,
        plan: ExchangePlan = ExchangePlan(),  # noqa: B008
        *,
        session: int = 7,
        dtype: Dtype = Dtype.FP32,
        model_hash: bytes = bytes(32),
        recipe: Recipe = Recipe.SVD,
        message: MessageId = MESSAGE,
    ) -> None:
        self.plan, self.session, self.dtype, self.message = plan, session, dtype, message
        self.contents: list[Kept] = []
        self._number = 0
        asked = Open(model_hash, bytes(32), recipe, VERSIONS[recipe], 64, dtype, dtype, plan)
        self._add(Frame(Kind.OPEN, payload=asked.encode()), Purpose.SESSION, NO_MESSAGE)
        self._add(Frame(Kind.OPENED, session, payload=Opened(64, 64, 60, 30).encode()), Purpose.SESSION, NO_MESSAGE)

    def step(
        self,
        rows: Floats,
        position: int,
        *,
        state: Floats | None = None,
        side: Floats | None = None,
        exchanges: Sequence[tuple[Tap, Floats, Floats]] = (),
        purpose: Purpose = Purpose.GENERATE,
    ) -> None:
        """A STEP of embeddings, the exchanges within it, and the STATE that ends it."""
        self._number += 1
        flags = Flags.NONE if state is None else Flags.WANT_LAST
        frame = self._frame(Kind.STEP, rows, position, flags=flags)
        if side is not None:
            frame.side_cols, frame.side_dtype = side.shape[1], self.dtype
            frame.payload += encode_rows(side, self.dtype)
        self._add(frame, purpose)
        for tap, z, y in exchanges:
            self._add(self._frame(Kind.TAP, z, position, tap=tap.layer), purpose)
            self._add(self._frame(Kind.DELTA, y, position, tap=tap.layer), purpose)
        if state is None:
            self._add(Frame(Kind.STATE, self.session, self._number, position), purpose)
        else:
            self._add(self._frame(Kind.STATE, state, position), purpose)

    def _frame(self, kind: Kind, numbers: Floats, position: int, *, tap: int = 0, flags: Flags = Flags.NONE) -> Frame:
        rows, cols = numbers.shape
        payload = encode_rows(np.asarray(numbers, np.float32), self.dtype)
        number, dtype = self._number, self.dtype
        return Frame(kind, self.session, number, position, tap, rows, cols, dtype, flags=flags, payload=payload)

    def _add(self, frame: Frame, purpose: Purpose, message: MessageId | None = None) -> None:
        self.contents.append(Kept(purpose, self.message if message is None else message, frame.encode()))
