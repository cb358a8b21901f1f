"""Linear maps for inference, and which kernels do them on this machine.

Three layouts. ROWS: plain row-major weights, which steps of one row read through kernels of our own, and other steps
through oneDNN, which reorders them at each call (docs/adr/0002). PACKED: oneDNN's own layout, kept, 1.5 to 2.5 times
`F.linear` for one row (docs/lab-log.md, "Engine"). PLAIN: `F.linear`. Kernels that may be missing or wrong on a machine
(numba's, and torch's private ops) are probed once, and the next layout is taken.
Adding a residual is part of the interface, because oneDNN does it for nothing. A call costs about 10 us before it reads
a weight: fuse. Not for training: these ops have no backward.
"""

import functools
import logging
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from cloud_backend.engine.errors import EngineError

_DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
_DTYPE_NAMES = {dtype: name for name, dtype in _DTYPES.items()}
_log = logging.getLogger(__name__)


class Layout(Enum):
    """How weights lie in memory; the value is for people."""

    ROWS = "one-row kernels"
    PACKED = "oneDNN-packed"
    PLAIN = "plain"


class Linear(Protocol):
    """y = x W^T + b. x: rows x in; y: rows x out. array: the weight (out x in) for compiled code, where it is ROWS."""

    array: NDArray[Any] | None

    def __call__(self, x: Tensor) -> Tensor: ...

    def add_to(self, base: Tensor, x: Tensor) -> Tensor:
        """base + (x W^T + b), as a new tensor."""
        ...


@dataclass(frozen=True, slots=True)
class Kernels:
    """The choice made for one model: dtype, device, and layout of the weights."""

    dtype: torch.dtype
    device: torch.device
    layout: Layout
    is_exact: bool = False  # many rows in ROWS by `F.linear`, which sums in more chains: half as fast, closer to fp64

    @property
    def description(self) -> str:
        """For people, e.g. "bf16 one-row kernels, 1 thread"."""
        name = _DTYPE_NAMES[self.dtype]
        if self.device.type != "cpu":
            return f"{name} on {self.device}"
        threads = torch.get_num_threads()
        return f"{name} {self.layout.value}, {threads} thread{'s' if threads > 1 else ''}"

    @property
    def blocks_attention(self) -> bool:
        """Whether attention over many rows is done by plain products: faster than the fused kernel in bf16 on CPU."""
        return self.layout is not Layout.PLAIN and self.dtype is torch.bfloat16

    def linear(self, weight: Tensor, bias: Tensor | None = None) -> Linear:
        """A linear map that owns its own copy, or a view, of `weight` (out x in)."""
        weight, bias = self._cast(weight), None if bias is None else self._cast(bias)
        kind = ExactRowsLinear if self.is_exact and self.layout is Layout.ROWS else _LINEARS[self.layout]
        return kind(weight, bias)

    def _cast(self, tensor: Tensor) -> Tensor:
        return tensor.to(device=self.device, dtype=self.dtype)


class WeightStacks(dict[str, Tensor]):
    """The weights of all layers, one tensor a kind (layers x out x in), where the one-row kernels want them so."""

    def __init__(self, layers: int, kernels: Kernels) -> None:
        super().__init__()
        self._layers = layers
        self._kernels = kernels

    def keep(self, kind: str, layer: int, weight: Tensor) -> Tensor:
        """Put a layer's weight in its place and return it from there; in the other layouts, return it as it is."""
        if self._kernels.layout is not Layout.ROWS:
            return weight
        if kind not in self:
            self[kind] = torch.empty(self._layers, *weight.shape, dtype=self._kernels.dtype)
        return self[kind][layer].copy_(weight)


def as_array(tensor: Tensor) -> NDArray[Any]:
    """The same memory for compiled code, which knows no bf16: those are uint16."""
    array: NDArray[Any] = (tensor.view(torch.uint16) if tensor.dtype is torch.bfloat16 else tensor).numpy()
    return array


def choose_kernels(device: str, dtype: str) -> Kernels:
    """Pick kernels. Raises EngineError.

    dtype "auto": bf16 where the hardware multiplies it natively, else fp32. Who asks for fp32 by name wants exactness.
    """
    where = torch.device(device)
    if where.type == "cuda" and not torch.cuda.is_available():
        raise EngineError("there is no CUDA device here; use --device cpu")
    if where.type not in ("cpu", "cuda"):
        raise EngineError(f"the device {device!r} is not supported; supported are cpu and cuda")
    if dtype != "auto" and dtype not in _DTYPES:
        raise EngineError(f"the dtype {dtype!r} is not supported; supported are auto, {', '.join(_DTYPES)}")
    chosen = _DTYPES[dtype] if dtype != "auto" else _fast_dtype(where)
    return Kernels(chosen, where, _layout(where, chosen), is_exact=dtype == "fp32")


def _layout(where: torch.device, dtype: torch.dtype) -> Layout:
    if where.type != "cpu":
        return Layout.PLAIN
    if _ops_work(RowsLinear, dtype) and _one_row_works(dtype):
        return Layout.ROWS
    return Layout.PACKED if _ops_work(PackedLinear, dtype) else Layout.PLAIN


@functools.cache
def _one_row_works(dtype: torch.dtype) -> bool:
    """Try the compiled kernels on a small model and compare with torch's. Compiles them where no earlier start did."""
    try:
        from cloud_backend.engine.one_row_probe import agrees_with_torch  # numba, which may be missing
    except Exception as error:  # noqa: BLE001 - whatever a compiler's import runs into, there is another way
        _log.info("no one-row kernels: %s", type(error).__name__)
        return False
    return agrees_with_torch(dtype)


def _fast_dtype(device: torch.device) -> torch.dtype:
    if device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    # Without AVX512-BF16 or AMX, bf16 is emulated and slower than fp32.
    flags = torch.cpu.get_capabilities()
    return torch.bfloat16 if flags.get("avx512_bf16") or flags.get("amx_bf16") else torch.float32


def _ops_work(kind: "type[PackedLinear]", dtype: torch.dtype) -> bool:
    """Try torch's private ops on a small case and compare with F.linear."""
    if dtype is torch.float16:  # oneDNN has no fast fp16 on most CPUs, and refuses it on some
        return False
    try:
        x, weight = torch.linspace(-1, 1, 64).view(2, 32).to(dtype), torch.linspace(1, -1, 512).view(16, 32).to(dtype)
        base = torch.ones(2, 16, dtype=dtype)
        made = kind(weight, None)
        tolerance = 1e-5 if dtype is torch.float32 else 5e-2
        plain = F.linear(x, weight)
        return torch.allclose(made(x), plain, atol=tolerance, rtol=tolerance) and torch.allclose(
            made.add_to(base, x), base + plain, atol=tolerance, rtol=tolerance
        )
    except (AttributeError, RuntimeError, NotImplementedError):
        return False


class PlainLinear:
    """`F.linear`."""

    array: NDArray[Any] | None = None

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        self._weight = weight.contiguous()
        self._bias = bias

    def __call__(self, x: Tensor) -> Tensor:
        return F.linear(x, self._weight, self._bias)

    def add_to(self, base: Tensor, x: Tensor) -> Tensor:
        return base + F.linear(x, self._weight, self._bias)


class PackedLinear:
    """oneDNN's layout. The batch hint is left out: none was better, and a hint of 1 cost fp32 up to 40 % (measured)."""

    array: NDArray[Any] | None = None

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        self._weight = self._laid_out(weight.contiguous())
        self._bias = bias
        self._run = torch.ops.mkldnn._linear_pointwise.default
        self._run_binary = torch.ops.mkldnn._linear_pointwise.binary

    def _laid_out(self, weight: Tensor) -> Tensor:
        packed: Tensor = torch.ops.mkldnn._reorder_linear_weight(weight, None)
        return packed

    def __call__(self, x: Tensor) -> Tensor:
        y: Tensor = self._run(x, self._weight, self._bias, "none", (), "")
        return y

    def add_to(self, base: Tensor, x: Tensor) -> Tensor:
        y: Tensor = self._run_binary(x, base, self._weight, self._bias, "add")
        return y


class RowsLinear(PackedLinear):
    """Row-major weights, which oneDNN reorders at each call: in fp32 still twice as fast as `F.linear` (measured)."""

    def _laid_out(self, weight: Tensor) -> Tensor:
        self.array = as_array(weight)
        return weight


class ExactRowsLinear(PlainLinear):
    """The same memory, and `F.linear` for many rows: fp32 logits of SmolLM2 within 1e-4 of transformers, not 1.2e-4."""

    def __init__(self, weight: Tensor, bias: Tensor | None) -> None:
        super().__init__(weight, bias)
        self.array = as_array(self._weight)


_LINEARS: dict[Layout, type[PlainLinear] | type[PackedLinear]] = {
    Layout.ROWS: RowsLinear,
    Layout.PACKED: PackedLinear,
    Layout.PLAIN: PlainLinear,
}
