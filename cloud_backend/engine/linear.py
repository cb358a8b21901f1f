"""Linear maps for inference, and which kernels do them on this machine.

Packed = oneDNN's own weight layout, 1.5 to 2.5 times `F.linear` for one row (docs/lab-log.md, "Engine"). The ops are
private to torch, so they are probed once and replaced by `F.linear` where they are missing or wrong. Adding a residual
is part of the interface, because oneDNN does it for nothing. A call costs about 10 us before it reads a weight: fuse.
Not for training: packed weights have no backward.
"""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from cloud_backend.engine.errors import EngineError

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
_DTYPE_NAMES = {dtype: name for name, dtype in _DTYPES.items()}


class Linear(Protocol):
    """y = x W^T + b. x: rows x in; y: rows x out."""

    def __call__(self, x: Tensor) -> Tensor: ...

    def add_to(self, base: Tensor, x: Tensor) -> Tensor:
        """base + (x W^T + b), as a new tensor."""
        ...


@dataclass(frozen=True, slots=True)
class Kernels:
    """The choice made for one model: dtype, device, and whether weights are packed."""

    dtype: torch.dtype
    device: torch.device
    packed: bool

    @property
    def description(self) -> str:
        """For people, e.g. "bf16 oneDNN-packed, 1 thread"."""
        name = _DTYPE_NAMES[self.dtype]
        if self.device.type != "cpu":
            return f"{name} on {self.device}"
        threads = torch.get_num_threads()
        return f"{name} {'oneDNN-packed' if self.packed else 'plain'}, {threads} thread{'s' if threads > 1 else ''}"

    @property
    def blocks_attention(self) -> bool:
        """Whether attention over many rows is done by plain products: faster than the fused kernel in bf16 on CPU."""
        return self.packed and self.dtype is torch.bfloat16

    def linear(self, weight: Tensor, bias: Tensor | None = None) -> Linear:
        """A linear map that owns its own copy, or a view, of `weight` (out x in)."""
        weight, bias = self._cast(weight), None if bias is None else self._cast(bias)
        return PackedLinear(weight, bias) if self.packed else PlainLinear(weight, bias)

    def _cast(self, tensor: Tensor) -> Tensor:
        return tensor.to(device=self.device, dtype=self.dtype)


def choose_kernels(device: str, dtype: str) -> Kernels:
    """Pick kernels. dtype "auto": bf16 where the hardware multiplies it natively, else fp32. Raises EngineError."""
    where = torch.device(device)
    if where.type == "cuda" and not torch.cuda.is_available():
        raise EngineError("there is no CUDA device here; use --device cpu")
    if where.type not in ("cpu", "cuda"):
        raise EngineError(f"the device {device!r} is not supported; supported are cpu and cuda")
    if dtype != "auto" and dtype not in _DTYPES:
        raise EngineError(f"the dtype {dtype!r} is not supported; supported are auto, {', '.join(_DTYPES)}")
    chosen = _DTYPES[dtype] if dtype != "auto" else _fast_dtype(where)
    return Kernels(chosen, where, where.type == "cpu" and _packing_works(chosen))


def _fast_dtype(device: torch.device) -> torch.dtype:
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    # Without AVX512-BF16 or AMX, bf16 is emulated and slower than fp32.
    flags = torch.cpu.get_capabilities()
    return torch.bfloat16 if flags.get("avx512_bf16") or flags.get("amx_bf16") else torch.float32


def _packing_works(dtype: torch.dtype) -> bool:
    """Try the private ops on a small case and compare with F.linear."""
    if dtype is torch.float16:  # oneDNN has no fast fp16 on most CPUs, and refuses it on some
        return False
    try:
        x, weight = torch.linspace(-1, 1, 64).view(2, 32).to(dtype), torch.linspace(1, -1, 512).view(16, 32).to(dtype)
        base = torch.ones(2, 16, dtype=dtype)
        packed = PackedLinear(weight, None)
        tolerance = 1e-5 if dtype is torch.float32 else 5e-2
        plain = F.linear(x, weight)
        return torch.allclose(packed(x), plain, atol=tolerance, rtol=tolerance) and torch.allclose(
            packed.add_to(base, x), base + plain, atol=tolerance, rtol=tolerance
        )
    except (AttributeError, RuntimeError, NotImplementedError):
        return False


class PlainLinear:
    """`F.linear`."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        self._weight = weight.contiguous()
        self._bias = bias

    def __call__(self, x: Tensor) -> Tensor:
        return F.linear(x, self._weight, self._bias)

    def add_to(self, base: Tensor, x: Tensor) -> Tensor:
        return base + F.linear(x, self._weight, self._bias)


class PackedLinear:
    """oneDNN's layout. The batch hint is left out: none was better, and a hint of 1 cost fp32 up to 40 % (measured)."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        self._weight = torch.ops.mkldnn._reorder_linear_weight(weight.contiguous(), None)
        self._bias = bias
        self._run = torch.ops.mkldnn._linear_pointwise.default
        self._run_binary = torch.ops.mkldnn._linear_pointwise.binary

    def __call__(self, x: Tensor) -> Tensor:
        y: Tensor = self._run(x, self._weight, self._bias, "none", (), "")
        return y

    def add_to(self, base: Tensor, x: Tensor) -> Tensor:
        y: Tensor = self._run_binary(x, base, self._weight, self._bias, "add")
        return y
