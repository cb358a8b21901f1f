"""Decoder layers for one row: a whole segment in one call, for all families (docs/adr/0002).

Legend: L layers, E hidden size, H query heads, N kv heads, G = H / N, D head size, F = D / 2, X = (H + 2N) D,
A = H D, I twice the intermediate size, P positions, R rotary tables, Z = r_down of the tap that a segment ends at.
Stored: bf16 bits as uint16, or float32 (`one_row_math`). Compiled code holds no lock of Python's (nogil).

One compiled function does all, so that whatever was computed in two calls (the base q, k, v while y is awaited) has
the bits of what is computed in one.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cloud_backend.engine.one_row_jit import compiled
from cloud_backend.engine.one_row_math import dot, exp, gate, narrow, product, rms_norm, widen

Array = NDArray[Any]


class Weights(NamedTuple):
    """A model's weights, one array a kind. What a family has not is of width 0. Norms hold their 1 + w already."""

    qkv: Array  # L x X x E, stored, as are the next three
    out: Array  # L x E x A
    gate_up: Array  # L x I x E: gate, then up
    down: Array  # L x E x I/2
    qkv_bias: Array  # L x X
    out_bias: Array  # L x E
    gate_up_bias: Array  # L x I
    down_bias: Array  # L x E
    input_norm: Array  # L + 1 x E: the last one is the final norm
    after_attention: Array  # L x E
    mlp_norm: Array  # L x E
    after_mlp: Array  # L x E
    q_norm: Array  # L x D
    k_norm: Array  # L x D
    windows: Array  # L
    rope: Array  # L: which rotary table


class Shape(NamedTuple):
    """Sizes and constants of a model."""

    heads: int
    kv_heads: int
    head_dim: int
    scale: float
    eps: float
    is_gelu: bool


@compiled()
def run_segment(
    weights: Weights,
    shape: Shape,
    first: int,
    stop: int,
    h_E: Array,
    base_X: Array,
    has_base: bool,
    only_base: bool,
    deltas_LX: Array,
    cancel: Array,
    slab_L2NPD: Array,
    position: int,
    cos_RF: Array,
    sin_RF: Array,
    a_ZE: Array,
    out_E: Array,
    z_Z: Array,
) -> None:
    """Run layers first..stop-1 on the residual `h_E`, in place; fewer where `cancel[0]` is set meanwhile.

    base_X: q, k, v of layer `first` without its delta: read where `has_base`; written where `only_base`, and then
    nothing more is done. deltas_LX: B y of every layer, or of length 0. At the end, out_E = norm(h) as layer `stop`
    wants it (or the model's end), and z_Z = A out.
    """
    heads_XD = (shape.heads + 2 * shape.kv_heads, shape.head_dim)
    eps = np.float32(shape.eps)
    x_E, qkv_X = np.empty_like(h_E), np.empty_like(base_X)
    attended_A = np.empty(weights.out.shape[2], np.float32)
    gate_up_I = np.empty(weights.gate_up.shape[1], np.float32)
    scores_GP = np.empty((shape.heads // shape.kv_heads, position + 1), np.float32)
    for layer in range(first, stop):
        if cancel[0]:
            return
        if has_base and layer == first:
            qkv_X[:] = base_X
        else:
            rms_norm(h_E, weights.input_norm[layer], eps, x_E)
            product(weights.qkv[layer], weights.qkv_bias[layer], x_E, qkv_X)
        if only_base:
            base_X[:] = qkv_X
            return
        if deltas_LX.shape[0]:
            _add(qkv_X, deltas_LX[layer])
        rope = weights.rope[layer]
        qkv_XD = qkv_X.reshape(heads_XD)
        _turn(qkv_XD, shape, weights.q_norm[layer], weights.k_norm[layer], eps, cos_RF[rope], sin_RF[rope])
        _attend(qkv_XD, shape, slab_L2NPD[layer], position, weights.windows[layer], scores_GP, attended_A)
        product(weights.out[layer], weights.out_bias[layer], attended_A, x_E)
        if weights.after_attention.shape[1]:
            rms_norm(x_E, weights.after_attention[layer], eps, x_E)
        _add(h_E, x_E)
        rms_norm(h_E, weights.mlp_norm[layer], eps, x_E)
        product(weights.gate_up[layer], weights.gate_up_bias[layer], x_E, gate_up_I)
        gate(gate_up_I, shape.is_gelu)
        product(weights.down[layer], weights.down_bias[layer], gate_up_I, x_E)
        if weights.after_mlp.shape[1]:
            rms_norm(x_E, weights.after_mlp[layer], eps, x_E)
        _add(h_E, x_E)
    rms_norm(h_E, weights.input_norm[stop], eps, out_E)
    for i in range(a_ZE.shape[0]):
        z_Z[i] = dot(a_ZE[i], out_E)


@compiled()
def _add(to: Array, x: Array) -> None:
    for j in range(to.shape[0]):
        to[j] += x[j]


@compiled()
def _turn(
    qkv_XD: Array, shape: Shape, q_norm_D: Array, k_norm_D: Array, eps: np.float32, cos_F: Array, sin_F: Array
) -> None:
    """Norm (where the family has one) and rotate the query and key heads."""
    half = cos_F.shape[0]
    for x in range(shape.heads + shape.kv_heads):
        head_D = qkv_XD[x]
        if q_norm_D.shape[0]:
            rms_norm(head_D, q_norm_D if x < shape.heads else k_norm_D, eps, head_D)
        for j in range(half):
            a, b = head_D[j], head_D[half + j]
            head_D[j] = a * cos_F[j] - b * sin_F[j]
            head_D[half + j] = b * cos_F[j] + a * sin_F[j]


@compiled()
def _attend(
    qkv_XD: Array, shape: Shape, slab_2NPD: Array, position: int, window: int, scores_GP: Array, attended_A: Array
) -> None:
    """Write this row's keys and values, and attend to all that the window shows."""
    heads, kv_heads, width = shape.heads, shape.kv_heads, shape.head_dim
    groups = heads // kv_heads
    first = max(0, position - window + 1) if window else 0
    attended_HD = attended_A.reshape((heads, width))
    for n in range(kv_heads):
        keys_PD, values_PD = slab_2NPD[0, n], slab_2NPD[1, n]
        for j in range(width):
            keys_PD[position, j] = narrow(qkv_XD[heads + n, j], keys_PD[position, j])
            values_PD[position, j] = narrow(qkv_XD[heads + kv_heads + n, j], values_PD[position, j])
        own = slice(n * groups, (n + 1) * groups)
        for p in range(first, position + 1):
            for g in range(groups):
                scores_GP[g, p - first] = dot(keys_PD[p], qkv_XD[n * groups + g]) * np.float32(shape.scale)
        _soften(scores_GP[:, : position + 1 - first])
        _mix(scores_GP, values_PD[first : position + 1], attended_HD[own])


@compiled()
def _soften(scores_GP: Array) -> None:
    """Softmax of each row."""
    for g in range(scores_GP.shape[0]):
        row = scores_GP[g]
        highest = row[0]
        for p in range(1, row.shape[0]):
            highest = max(highest, row[p])
        total = np.float32(0.0)
        for p in range(row.shape[0]):
            row[p] = exp(row[p] - highest)
            total += row[p]
        share = np.float32(1.0) / total
        for p in range(row.shape[0]):
            row[p] *= share


@compiled()
def _mix(shares_GP: Array, values_PD: Array, out_GD: Array) -> None:
    """out = shares V."""
    out_GD[:] = np.float32(0.0)
    for p in range(values_PD.shape[0]):
        value_D = values_PD[p]
        for g in range(out_GD.shape[0]):
            share, out_D = shares_GP[g, p], out_GD[g]
            for j in range(out_D.shape[0]):
                out_D[j] += share * widen(value_D[j])
