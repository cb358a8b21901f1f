"""A safetensors file as fp32 numpy arrays: mapped, and read block by block (numpy has no bf16, so neither has the
library's numpy reader). The file may come from a backend, so its header is checked before anything is read.
"""

import json
import math
import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.domain.errors import ModelError
from app.privacy.recovery.tensors import Floats, widened

_HEADER_LIMIT_BYTES = 64 * 2**20
_LENGTH = struct.Struct("<Q")
_DTYPES: dict[str, np.dtype[Any]] = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2"), "BF16": np.dtype("<u2")}


@dataclass(frozen=True, slots=True)
class _Place:
    dtype: str
    shape: tuple[int, ...]
    start: int


class TensorFile:
    """Raises ModelError where the file is missing or damaged."""

    def __init__(self, path: Path) -> None:
        try:
            with path.open("rb") as file:
                self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            header, data_start = self._header()
            self.metadata: dict[str, str] = header.pop("__metadata__", {}) or {}
            self._places = {name: self._place(entry, data_start) for name, entry in header.items()}
        except (OSError, ValueError, KeyError, TypeError, AttributeError, struct.error, RecursionError) as error:
            raise ModelError(
                f"The model's file {path.name} on this computer is missing or damaged.",
                "Remove the model in the settings and fetch it again.",
            ) from error

    def __contains__(self, name: str) -> bool:
        return name in self._places

    def shape(self, name: str) -> tuple[int, ...]:
        """Raises ModelError where there is no tensor of that name."""
        return self._found(name).shape

    def numbers(self, name: str) -> Floats:
        """A whole tensor. Raises ModelError."""
        place = self._found(name)
        return self._read(place, place.start, math.prod(place.shape)).reshape(place.shape)

    def rows(self, name: str, first: int, last: int) -> Floats:
        """Rows first..last-1 of a matrix. Raises ModelError."""
        place = self._found(name)
        rows, cols = place.shape
        last = min(last, rows)
        start = place.start + first * cols * _DTYPES[place.dtype].itemsize
        return self._read(place, start, (last - first) * cols).reshape(last - first, cols)

    def picked(self, name: str, rows: Sequence[int]) -> Floats:
        """Some rows of a matrix. Raises ModelError."""
        place = self._found(name)
        raw = np.frombuffer(self._map, _DTYPES[place.dtype], math.prod(place.shape), place.start)
        return _numbers(raw.reshape(place.shape)[list(rows)], place.dtype)

    def names(self, prefix: str) -> list[str]:
        return [name for name in self._places if name.startswith(prefix)]

    @property
    def parameters(self) -> int:
        return sum(math.prod(place.shape) for place in self._places.values())

    def _read(self, place: _Place, start: int, count: int) -> Floats:
        raw = np.frombuffer(self._map, _DTYPES[place.dtype], count, start)
        return _numbers(raw, place.dtype)

    def _found(self, name: str) -> _Place:
        if name not in self._places:
            raise ModelError(
                "The model's files on this computer lack a part that is needed here.",
                "Remove the model in the settings and fetch it again.",
            )
        return self._places[name]

    def _header(self) -> tuple[dict[str, Any], int]:
        (length,) = _LENGTH.unpack_from(self._map, 0)
        if length > min(_HEADER_LIMIT_BYTES, len(self._map) - _LENGTH.size):
            raise ValueError("the header is longer than the file")
        header = json.loads(self._map[_LENGTH.size : _LENGTH.size + length])
        if not isinstance(header, dict):
            raise ValueError("the header is no object")
        return header, _LENGTH.size + length

    def _place(self, untrusted: dict[str, Any], data_start: int) -> _Place:
        dtype, shape, offsets = str(untrusted["dtype"]), untrusted["shape"], untrusted["data_offsets"]
        if not (isinstance(shape, list) and isinstance(offsets, list)):
            raise TypeError("a tensor's entry")
        sizes, (start, end) = tuple(int(size) for size in shape), (int(offset) for offset in offsets)
        length = math.prod(sizes) * _DTYPES[dtype].itemsize
        if min((0, start, *sizes)) < 0 or end - start != length or data_start + end > len(self._map):
            raise ValueError("a tensor lies outside of the file")
        return _Place(dtype, sizes, data_start + start)


def _numbers(raw: Any, dtype: str) -> Floats:
    return widened(raw) if dtype == "BF16" else np.asarray(raw, np.float32)
