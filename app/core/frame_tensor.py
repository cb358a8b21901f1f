"""The numbers inside one frame, as numpy arrays, with where each of them lies in the bytes, and what they are like."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.core.frame_fields import frame_of, tensor_name
from app.wire.frames import HEADER_BYTES, Dtype

Values = NDArray[np.float32]
_ITEM_BYTES = {Dtype.FP32: 4, Dtype.FP16: 2, Dtype.BF16: 2, Dtype.INT8: 1}
BINS = 48


@dataclass(frozen=True, slots=True)
class FrameTensor:
    """values: [rows, cols]. start: where they begin in the content, behind the scales of int8."""

    name: str
    values: Values
    dtype: Dtype
    start: int

    @property
    def item_bytes(self) -> int:
        return _ITEM_BYTES[self.dtype]

    @property
    def end(self) -> int:
        return self.start + self.values.size * self.item_bytes

    def place(self, row: int, col: int) -> tuple[int, int]:
        """The bytes of one number."""
        start = self.start + (row * self.values.shape[1] + col) * self.item_bytes
        return start, start + self.item_bytes

    def row_place(self, row: int) -> tuple[int, int]:
        return self.place(row, 0)[0], self.place(row, self.values.shape[1] - 1)[1]

    def number_at(self, offset: int) -> tuple[int, int] | None:
        """(row, column) of the number that a byte belongs to."""
        if not self.start <= offset < self.end:
            return None
        row, col = divmod((offset - self.start) // self.item_bytes, int(self.values.shape[1]))
        return row, col


@dataclass(frozen=True, slots=True)
class Statistics:
    """Of the finite numbers. norm: of the whole tensor, Euclidean. histogram: counts over low..high in BINS bins."""

    count: int
    low: float
    high: float
    mean: float
    deviation: float
    norm: float
    zeros: int
    not_finite: int
    histogram: tuple[int, ...]


def tensors_of(content: bytes) -> list[FrameTensor]:
    """The main tensor and the side tensor, as far as the content has them."""
    frame = frame_of(content)
    if frame is None or not frame.rows:
        return []
    found = []
    if frame.cols:
        found.append(_tensor(tensor_name(frame), content, HEADER_BYTES, frame.rows, frame.cols, frame.dtype))
    if frame.side_cols:
        side = HEADER_BYTES + frame.main_bytes
        found.append(_tensor("free y", content, side, frame.rows, frame.side_cols, frame.side_dtype))
    return found


def _tensor(name: str, content: bytes, start: int, rows: int, cols: int, dtype: Dtype) -> FrameTensor:
    scales: Values | None = None
    if dtype is Dtype.INT8:
        scales = np.frombuffer(content, "<f4", rows, start)
        start += 4 * rows
    count = rows * cols
    if dtype is Dtype.BF16:
        values = (np.frombuffer(content, "<u2", count, start).astype(np.uint32) << 16).view(np.float32)
    else:
        form = {Dtype.FP32: "<f4", Dtype.FP16: "<f2", Dtype.INT8: "i1"}[dtype]
        values = np.frombuffer(content, form, count, start).astype(np.float32)
    values = values.reshape(rows, cols)
    if scales is not None:
        values = values * scales[:, None]
    return FrameTensor(name, values, dtype, start)


def statistics(values: Values) -> Statistics:
    finite = values[np.isfinite(values)].astype(np.float64)
    if not finite.size:
        return Statistics(values.size, 0.0, 0.0, 0.0, 0.0, 0.0, 0, values.size, (0,) * BINS)
    low, high = float(finite.min()), float(finite.max())
    span = (low, high) if high > low else (low - 0.5, high + 0.5)
    counts, _ = np.histogram(finite, BINS, span)
    return Statistics(
        count=values.size,
        low=low,
        high=high,
        mean=float(finite.mean()),
        deviation=float(finite.std()),
        norm=float(np.sqrt(np.square(finite).sum())),
        zeros=int((finite == 0).sum()),
        not_finite=values.size - finite.size,
        histogram=tuple(int(count) for count in counts),
    )
