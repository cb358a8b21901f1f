"""y = M z for one tap: what the device does 30 times a token in the paper's plan, so every microsecond counts.

The M of all the tap's targets are stacked into one matrix. One row goes through buffers made beforehand: 4 us at
r = 32 with three targets, codec included (measured; a general torch path takes 40). Several rows are one product, or,
where an exact replay is wanted, the one-row path row by row: then the bits are those of one-row steps.
Legend: R rows, D r_down, U up_cols (r_up of every target, in order).
"""

import numpy as np
import torch

from app.device import codec
from app.domain.errors import AdapterError
from app.wire.frames import Dtype, tensor_bytes
from app.wire.plan import Tap, Target


class TapMatrix:
    """One tap's stacked M, fp32. Not for two threads at once: the buffers are shared between calls."""

    def __init__(self, tap: Tap, matrices: dict[Target, torch.Tensor], exchange_dtype: Dtype) -> None:
        self._dtype = exchange_dtype
        self._m_UD = torch.cat([matrices[target] for target in tap.targets]).contiguous()
        self._z_D = torch.empty(tap.r_down)
        self._y_U = torch.empty(tap.up_cols)
        self._z_view, self._y_view = self._z_D.numpy(), self._y_U.numpy()
        self._row_bytes = tensor_bytes(exchange_dtype, 1, tap.r_down)
        if exchange_dtype is not Dtype.INT8:
            wire = codec.TORCH_DTYPES[exchange_dtype]
            self._z_wire = torch.empty(tap.r_down, dtype=wire)
            self._y_wire = torch.empty(tap.up_cols, dtype=wire)
            self._z_bytes = self._z_wire.view(torch.uint8).numpy().data
            self._y_bytes = self._y_wire.view(torch.uint8).numpy()

    def answer(self, payload: bytes, rows: int, *, rowwise: bool) -> bytes:
        """Wire bytes of y for the wire bytes of z. Raises BackendError (z is not finite, or of the wrong size) and
        AdapterError (finite z, but y is not)."""
        if rows == 1 and self._dtype is Dtype.INT8 and len(payload) == self._row_bytes:
            return self._answer_int8(payload)
        if rows == 1 and len(payload) == self._row_bytes:
            self._z_bytes[:] = payload
            self._z_D.copy_(self._z_wire)
            torch.mv(self._m_UD, self._z_D, out=self._y_U)
            if not np.isfinite(self._y_view).all():
                raise self._not_finite(self._z_D)
            self._y_wire.copy_(self._y_U)
            if self._dtype is Dtype.FP16 and not bool(torch.isfinite(self._y_wire).all()):
                raise codec.too_large_for_fp16()
            return self._y_bytes.tobytes()
        z_RD = codec.decode_rows(payload, rows, self._z_D.numel(), self._dtype).float()
        return codec.encode_rows(self.apply(z_RD, rowwise=rowwise), self._dtype)

    def _answer_int8(self, payload: bytes) -> bytes:
        """One row, in numpy: 15 us against 39 for the general path. The arithmetic is codec.py's, to the bit."""
        scale = np.frombuffer(payload, np.float32, 1)
        with np.errstate(all="ignore"):  # a scale that is not finite is found below, in y
            np.multiply(np.frombuffer(payload, np.int8, offset=4), scale, out=self._z_view)
        torch.mv(self._m_UD, self._z_D, out=self._y_U)
        absmax = np.abs(self._y_view).max()
        if not np.isfinite(absmax):
            raise self._not_finite(self._z_D)
        up_scale = absmax / np.float32(127) or np.float32(1)
        quants_U = np.rint(self._y_view / up_scale).clip(-127, 127).astype(np.int8)
        return bytes(up_scale.tobytes() + quants_U.tobytes())

    def apply(self, z_RD: torch.Tensor, *, rowwise: bool) -> torch.Tensor:
        """y (R x U, fp32) for fp32 z. Raises as `answer` does."""
        if rowwise or z_RD.shape[0] == 1:
            y_RU = torch.empty(z_RD.shape[0], self._m_UD.shape[0])
            for z_row_D, y_row_U in zip(z_RD, y_RU, strict=True):
                self._z_D.copy_(z_row_D)
                torch.mv(self._m_UD, self._z_D, out=self._y_U)
                y_row_U.copy_(self._y_U)
        else:
            y_RU = z_RD @ self._m_UD.T
        if not bool(torch.isfinite(y_RU).all()):
            raise self._not_finite(z_RD)
        return y_RU

    def _not_finite(self, z: torch.Tensor) -> Exception:
        """A z that is not finite always gives a y that is not (0 x inf is NaN), so y alone is checked first."""
        if not bool(torch.isfinite(z).all()):
            return codec.not_finite()
        return AdapterError(
            "The adapter's answer is too large to be a number.", "Choose another adapter, or train it again."
        )
