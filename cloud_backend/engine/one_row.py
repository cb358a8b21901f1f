"""Steps of one row, which is what decoding is made of: run by the compiled kernels in place of torch's (docs/adr/0002).

A row's residual stays float32 from its embedding to its final state, whatever the weights are stored as, and whether a
segment ends on the way or not; so do q, k, v and the deltas. Rows are never computed together: a row's numbers are the
same alone, in company, and in an exact replay.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from cloud_backend.engine.config import DecoderConfig
from cloud_backend.engine.linear import WeightStacks, as_array
from cloud_backend.engine.one_row_codec import decode_rows, encode_rows
from cloud_backend.engine.one_row_kernels import Shape, Weights, run_segment
from cloud_backend.engine.one_row_math import add_product
from cloud_backend.engine.plan_state import TapState
from cloud_backend.engine.step import Row, StepState

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class RowEnd:
    """What a segment made of a row: its residual, its normed state, and z where the segment ends at a tap."""

    h: Floats
    out: Floats
    z: Floats


class OneRow:
    """A model's layers, for one row at a time. Shares its weights with the layers that run many."""

    def __init__(self, config: DecoderConfig, stacks: WeightStacks, tensors: Mapping[str, Tensor]) -> None:
        names = sorted(config.rope_factors)
        self._inverse_RF = np.stack([tensors[f"rope.{name}.inv_freq"].float().numpy() for name in names])
        self._factor_R1 = np.array([[config.rope_factors[name]] for name in names], np.float32)
        self._weights = _weights(config, stacks, tensors, names)
        self._shape = Shape(
            config.heads,
            config.kv_heads,
            config.head_dim,
            config.attention_scale,
            config.norm_eps,
            config.activation == "gelu_tanh",
        )
        self._layers = config.layers
        self._qkv_rows = config.q_rows + 2 * config.kv_rows
        self._no_deltas = np.zeros((0, self._qkv_rows), np.float32)
        self._deltas_LX = np.zeros((self._layers, self._qkv_rows), np.float32)  # of the row that is computed
        self._no_tap = np.zeros((0, config.hidden_size), self._weights.qkv.dtype)

    def begin(self, step: StepState) -> None:
        """Read the step's rows. Raises WireError: NOT_FINITE, WRONG_SHAPE; EngineError where the cache was freed."""
        frame, matrices = step.frame, step.plan.matrices
        h_TE = decode_rows(frame.payload, frame.dtype, frame.rows, frame.cols)
        y = decode_rows(frame.payload, frame.side_dtype, frame.rows, frame.side_cols, frame.main_bytes)
        step.cache.crop(frame.position)
        step.rows = [self._row(step, frame.position + place, h_E) for place, h_E in enumerate(h_TE)]
        column = 0
        for tap in matrices.free:
            self._give(step, tap, y[:, column : column + tap.up_cols])
            column += tap.up_cols

    def take_delta(self, step: StepState, tap: TapState, payload: bytes) -> None:
        """Take y of `tap`. Raises WireError: NOT_FINITE, WRONG_SHAPE."""
        self._give(step, tap, decode_rows(payload, step.plan.exchange_dtype, step.frame.rows, tap.up_cols))

    def overlap(self, step: StepState) -> None:
        """Keep the base q, k, v of the tapped layer, which do not wait for y."""
        for row in step.rows:
            base_X = np.empty(self._qkv_rows, np.float32)
            self._run(
                row, step.layer, step.layer + 1, row.h, base_X, self._no_deltas,
                only_base=True, cancel=_NEVER, a_ZE=self._no_tap,
            )  # fmt: skip
            row.base = base_X

    def run(self, step: StepState, first: int, stop: int) -> list[RowEnd]:
        """Layers first..stop-1 for each row, one after another: a row sees the keys of those before it.

        The rows are left as they were. Where `step.cancel` is set meanwhile, the answer means nothing.
        """
        tap = step.next_tap
        a_ZE = self._no_tap if tap is None or tap.a is None or tap.a.array is None else tap.a.array
        has_taps = bool(step.plan.matrices.free or step.plan.matrices.exchanged)
        ends = []
        for row in step.rows:
            base_X = np.empty(self._qkv_rows, np.float32) if row.base is None else row.base
            deltas_LX = self._deltas_of(row, first, stop) if has_taps else self._no_deltas
            end = self._run(
                row, first, stop, row.h.copy(), base_X, deltas_LX,
                only_base=False, cancel=step.cancel_flag, a_ZE=a_ZE,
            )  # fmt: skip
            ends.append(end)
            if step.cancel:
                break
        return ends

    def end(self, step: StepState, stop: int, ends: list[RowEnd]) -> None:
        """What `run` made becomes the rows' state, and the step's output."""
        step.layer = stop
        for row, end in zip(step.rows, ends, strict=True):
            row.h, row.base = end.h, None
            row.deltas = [(delta, y) for delta, y in row.deltas if delta.layer >= stop]
        if step.next_tap is not None:
            step.reach_tap(encode_rows([end.z for end in ends], step.plan.exchange_dtype))
            return
        wanted = ends[len(ends) - step.output_rows :]
        step.finish(encode_rows([end.out for end in wanted], step.plan.state_dtype) if wanted else b"")

    def _row(self, step: StepState, position: int, h_E: Floats) -> Row:
        angles_RF = self._inverse_RF * np.float32(position)
        return Row(
            h_E,
            position,
            step.cache.array(position),
            np.cos(angles_RF) * self._factor_R1,
            np.sin(angles_RF) * self._factor_R1,
        )

    @staticmethod
    def _give(step: StepState, tap: TapState, y: Floats) -> None:
        """Keep y of `tap` for the layers that it serves. B y is made when a layer's turn comes: kept for every row of a
        replay, it would take a hundred times the room."""
        for row, y_row in zip(step.rows, y, strict=True):
            for delta in tap.deltas:
                columns = delta.columns if isinstance(delta.columns, slice) else delta.columns.numpy()
                row.deltas.append((delta, y_row[columns]))

    def _deltas_of(self, row: Row, first: int, stop: int) -> Floats:
        """B y of layers first..stop-1 (L x X; the other layers' rows mean nothing), until the next call."""
        self._deltas_LX[first:stop] = 0
        for delta, y in row.deltas:
            if first <= delta.layer < stop:
                add_product(delta.b.array, y, self._deltas_LX[delta.layer])
        return self._deltas_LX

    def _run(
        self,
        row: Row,
        first: int,
        stop: int,
        h_E: Floats,
        base_X: Floats,
        deltas_LX: Floats,
        *,
        only_base: bool,
        cancel: NDArray[np.uint8],
        a_ZE: NDArray[Any],
    ) -> RowEnd:
        out_E, z_Z = np.empty_like(h_E), np.empty(a_ZE.shape[0], np.float32)
        run_segment(
            self._weights, self._shape, first, stop, h_E, base_X, row.base is not None, only_base, deltas_LX,
            cancel, row.slab, row.position, row.cos, row.sin, a_ZE, out_E, z_Z,
        )  # fmt: skip
        return RowEnd(h_E, out_E, z_Z)


_NEVER = np.zeros(1, np.uint8)


def _weights(
    config: DecoderConfig, stacks: WeightStacks, tensors: Mapping[str, Tensor], rope_names: list[str]
) -> Weights:
    layers = range(config.layers)

    def parts(names: list[str], suffix: str) -> Floats:
        """Vectors of all layers, those of one layer joined; of width 0 where the model has none."""
        rows = [
            torch.cat([tensors[key].float() for name in names if (key := f"layers.{index}.{name}.{suffix}") in tensors])
            if f"layers.{index}.{names[0]}.{suffix}" in tensors
            else torch.empty(0)
            for index in layers
        ]
        return torch.stack(rows).numpy()

    def norm(name: str) -> Floats:
        weight = parts([name], "weight")
        return weight + np.float32(1) if config.norm_plus_one else weight

    none = np.zeros((config.layers, 0), np.float32)
    final = tensors["norm.weight"].float().numpy() + np.float32(1 if config.norm_plus_one else 0)
    before_mlp = "pre_feedforward_layernorm" if config.post_norms else "post_attention_layernorm"
    return Weights(
        qkv=as_array(stacks["qkv"]),
        out=as_array(stacks["out"]),
        gate_up=as_array(stacks["gate_up"]),
        down=as_array(stacks["down"]),
        qkv_bias=parts(["self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"], "bias"),
        out_bias=parts(["self_attn.o_proj"], "bias"),
        gate_up_bias=parts(["mlp.gate_proj", "mlp.up_proj"], "bias"),
        down_bias=parts(["mlp.down_proj"], "bias"),
        input_norm=np.concatenate([norm("input_layernorm"), final[None]]),
        after_attention=norm("post_attention_layernorm") if config.post_norms else none,
        mlp_norm=norm(before_mlp),
        after_mlp=norm("post_feedforward_layernorm") if config.post_norms else none,
        q_norm=norm("self_attn.q_norm") if config.qk_norm else none,
        k_norm=norm("self_attn.k_norm") if config.qk_norm else none,
        windows=np.array(config.windows, np.int64),
        rope=np.array([rope_names.index(name) for name in config.rope_names], np.int64),
    )
