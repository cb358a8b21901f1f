"""Arithmetic of the one-row kernels: products, norms, exponentials, and bf16 as plain 16-bit words.

Weights, keys and values are stored as float32, or as uint16 that holds the bits of a bf16 number; all between is
float32. A bf16 number is the upper half of a float32, so reading one is a shift, on any processor.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, overload

from cloud_backend.engine.one_row_jit import compiled

_16 = np.uint32(16)
_LINE_BYTES = 64
_AHEAD_BYTES = 8192


def widen(stored: Any) -> Any:
    """A stored number as float32."""
    raise NotImplementedError  # compiled code only


def narrow(value: Any, like: Any) -> Any:
    """A float32 as `like` is stored: rounded to the nearest bf16, ties to even."""
    raise NotImplementedError


@overload(widen, inline="always")
def _widen(stored: Any) -> Any:
    def as_it_is(stored: Any) -> Any:
        return stored

    def from_bf16(stored: Any) -> Any:
        return np.uint32(np.uint32(stored) << _16).view(np.float32)

    return as_it_is if isinstance(stored, types.Float) else from_bf16


@overload(narrow, inline="always")
def _narrow(value: Any, like: Any) -> Any:
    def as_it_is(value: Any, like: Any) -> Any:
        return value

    def to_bf16(value: Any, like: Any) -> Any:
        bits = np.float32(value).view(np.uint32)
        odd = np.uint32(np.uint32(bits >> _16) & np.uint32(1))
        return np.uint16(np.uint32(bits + np.uint32(0x7FFF) + odd) >> _16)

    return as_it_is if isinstance(like, types.Float) else to_bf16


@compiled()
def dot(row: Any, x: Any) -> Any:
    """row . x. The plain loop is what LLVM turns into the fastest code: 30 GB/s of weights (docs/adr/0002)."""
    total = np.float32(0.0)
    for j in range(row.shape[0]):
        total += widen(row[j]) * x[j]
    return total


@intrinsic
def _prefetch(typing_context: Any, array: Any, i: Any, j: Any) -> Any:
    """Ask for the cache line of array[i, j] (C order), to be read once and soon."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array_type = signature.args[0]
        array = context.make_array(array_type)(context, builder, arguments[0])
        place = cgutils.get_item_pointer(context, builder, array_type, array, list(arguments[1:]), wraparound=False)
        byte_pointer, word = ir.IntType(8).as_pointer(), ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [byte_pointer, word, word, word])
        prefetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
        read, not_again, data = word(0), word(0), word(1)
        builder.call(prefetch, [builder.bitcast(place, byte_pointer), read, not_again, data])
        return context.get_dummy_value()

    return types.void(array, i, j), generate


@compiled()
def product(weight: Any, bias: Any, x: Any, y: Any) -> None:
    """y = W x + b. A bias of length 0 is none.

    Asking for rows ahead, which the processor's own prefetcher does too late, is worth 15 to 20 % (docs/adr/0002).
    """
    rows, width = weight.shape
    line = _LINE_BYTES // weight.itemsize
    ahead = 1 + _AHEAD_BYTES // (width * weight.itemsize)
    for i in range(rows):
        if i + ahead < rows:
            for j in range(0, width, line):
                _prefetch(weight, i + ahead, j)  # type: ignore[call-arg]  # numba gives the context
        y[i] = dot(weight[i], x)
    for i in range(bias.shape[0]):
        y[i] += bias[i]


@compiled()
def rms_norm(x: Any, weight: Any, eps: Any, y: Any) -> None:
    """y = w x / sqrt(mean(x^2) + eps). y may be x."""
    squares = np.float32(0.0)
    for j in range(x.shape[0]):
        squares += x[j] * x[j]
    scale = np.float32(1.0) / np.sqrt(squares / np.float32(x.shape[0]) + eps)
    for j in range(x.shape[0]):
        y[j] = x[j] * scale * weight[j]


@compiled(sums=False)
def exp(x: Any) -> Any:
    """e^x within 2 units in the last place, in code that LLVM can vectorise (Cephes' expf): libm's call cannot be.

    e^x = 2^n e^r with n = round(x / ln 2); ln 2 is taken off in two parts, so that r keeps its precision.
    """
    x = min(max(x, np.float32(-87.0)), np.float32(88.0))
    n = (x * np.float32(1.44269504088896341) + np.float32(12582912.0)) - np.float32(12582912.0)  # 1.5 * 2^23: rounds
    r = (x - n * np.float32(0.693359375)) - n * np.float32(-2.12194440e-4)
    p = np.float32(1.9875691500e-4)
    p = p * r + np.float32(1.3981999507e-3)
    p = p * r + np.float32(8.3334519073e-3)
    p = p * r + np.float32(4.1665795894e-2)
    p = p * r + np.float32(1.6666665459e-1)
    p = p * r + np.float32(5.0000001201e-1)
    p = p * r * r + r + np.float32(1.0)
    return p * np.uint32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)


@compiled()
def gate(gate_up: Any, is_gelu: Any) -> None:
    """The first half of `gate_up` becomes silu(gate) * up, or gelu_tanh(gate) * up.

    gelu_tanh(g) = g / (1 + e^-2t) with t = sqrt(2/pi) (g + 0.044715 g^3): a silu whose exponent is bent.
    """
    half = gate_up.shape[0] // 2
    one = np.float32(1.0)
    if is_gelu:
        for j in range(half):
            g = gate_up[j]
            bent = np.float32(1.5957691216057308) * (g + np.float32(0.044715) * g * g * g)
            gate_up[j] = g / (one + exp(-bent)) * gate_up[half + j]
    else:
        for j in range(half):
            g = gate_up[j]
            gate_up[j] = g / (one + exp(-g)) * gate_up[half + j]


@compiled()
def add_product(weight: Any, x: Any, y: Any) -> None:
    """y += W x."""
    for i in range(weight.shape[0]):
        y[i] += dot(weight[i], x)


@compiled()
def round_to_bf16(x: Any, bits: Any) -> None:
    """bits = x as bf16."""
    for j in range(x.shape[0]):
        bits[j] = narrow(x[j], bits[j])
