"""One training step on the cloud: forwards to each tap, then backwards to each tap (docs/wire-protocol.md, "Training
steps"). What is given to `forward` and `backward` comes back changed layer by layer: both are generators that pause
after each layer, so that other work may run between.

A layer's input is kept for every layer that backward passes; its graph is kept while `kept_layers` allows, topmost
first, and made again from the input where it was not. Both give the same bits: the same operations run either way.
Backward stops below the lowest target of any tap: what lies below has no gradient that anybody needs.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from app.wire.plan import Projection, Target
from cloud_backend.tuning.layer import Positions
from cloud_backend.tuning.taps import TapMatrices
from cloud_backend.tuning.weights import FrozenWeights


@dataclass(slots=True)
class _Kept:
    """A layer on its way: its input, the y of its targets as leaves, and its output with the graph behind it."""

    h_in: Tensor
    ys: dict[Target, Tensor]
    h_out: Tensor | None = None


class Tape:
    """The state of one step of one session. h: the residual stream, or its gradient once backward has begun."""

    def __init__(
        self, weights: FrozenWeights, taps: Sequence[TapMatrices], embeddings_TE: Tensor, kept_layers: int
    ) -> None:
        self._weights = weights
        self._h = embeddings_TE.float()
        self._rows = embeddings_TE.shape[0]
        self._positions: Positions = weights.positions(self._rows)
        self._layer = 0  # the next to run forwards; backwards, the one above the next
        self._lowest = min((tap.lowest_target for tap in taps), default=len(weights.layers))
        self._first_kept = max(self._lowest, len(weights.layers) - kept_layers)
        self._served: dict[int, list[tuple[Target, slice, Tensor, TapMatrices]]] = {}
        for matrices in taps:
            for target, (columns, b) in matrices.b.items():
                self._served.setdefault(target.layer, []).append((target, columns, b, matrices))
        self._ys: dict[int, Tensor] = {}  # tap layer -> y
        self._dys: dict[int, Tensor] = {}  # tap layer -> dy, filled column by column
        self._dz: dict[int, tuple[TapMatrices, Tensor]] = {}
        self._tap_inputs: dict[int, Tensor] = {}  # tap layer -> the residual stream there, until its dz came back
        self._kept: dict[int, _Kept] = {}

    # ------------------------------------------------------------------ forwards

    def give(self, matrices: TapMatrices, y: Tensor) -> None:
        """y of a tap (T x up_cols), before the first layer that it serves runs."""
        self._ys[matrices.tap.layer] = y
        self._dys[matrices.tap.layer] = torch.zeros_like(y)

    def forward(self, stop: int) -> Iterator[None]:
        """Run the layers up to, but without, `stop`."""
        while self._layer < stop:
            index = self._layer
            if index < self._lowest:
                with torch.no_grad():
                    self._h = self._weights.layers[index](self._h, {}, self._positions)
            else:
                kept = self._kept[index] = self._leaves(index)
                if index >= self._first_kept:
                    with torch.enable_grad():
                        kept.h_out = self._run(index, kept)
                    self._h = kept.h_out.detach()
                else:
                    with torch.no_grad():
                        self._h = self._run(index, kept)
            self._layer += 1
            yield

    def z(self, matrices: TapMatrices) -> Tensor:
        """A x at the input of the layer reached, T x r_down."""
        if matrices.tap.layer > self._lowest:
            self._tap_inputs[matrices.tap.layer] = self._h
        with torch.no_grad():
            return self._z(matrices, self._h)

    def states(self) -> Tensor:
        """The final hidden states, T x E float32, after the last layer."""
        with torch.no_grad():
            return self._weights.final_norm(self._h)

    # ------------------------------------------------------------------ backwards

    def begin_backward(self, gradient_TE: Tensor) -> None:
        """Take the gradient by the final hidden states."""
        last = self._h.requires_grad_()
        with torch.enable_grad():
            states = self._weights.final_norm(last)
        (self._h,) = torch.autograd.grad(states, last, gradient_TE.float())

    def backward(self, matrices: TapMatrices) -> Iterator[None]:
        """Come down until dy of this tap is whole. Taps must fall."""
        while self._layer > matrices.lowest_target:
            self._take_dz()
            self._layer -= 1
            self._undo(self._layer)
            yield

    def dy(self, matrices: TapMatrices) -> Tensor:
        """T x up_cols; once."""
        return self._dys.pop(matrices.tap.layer)

    def give_dz(self, matrices: TapMatrices, dz: Tensor) -> None:
        """dz of a tap (T x r_down). It joins the gradient when backward passes the tap's own place."""
        if matrices.tap.layer in self._tap_inputs:  # else nothing below needs it
            self._dz[matrices.tap.layer] = matrices, dz

    # ------------------------------------------------------------------

    def _leaves(self, index: int) -> _Kept:
        """Views of what came in, each a leaf of the layer's graph. The lowest layer's input needs no gradient."""
        ys = {
            target: self._ys[matrices.tap.layer][:, columns].detach().requires_grad_()
            for target, columns, _, matrices in self._served.get(index, ())
        }
        return _Kept(self._h.detach().requires_grad_(index > self._lowest), ys)

    def _run(self, index: int, kept: _Kept) -> Tensor:
        deltas: dict[Projection, Tensor] = {}
        for target, _, b, _ in self._served.get(index, ()):
            deltas[target.projection] = kept.ys[target] @ b.T
        return self._weights.layers[index](kept.h_in, deltas, self._positions)

    def _undo(self, index: int) -> None:
        """The gradient by this layer's output becomes the one by its input; dy of its targets is filled in."""
        kept = self._kept.pop(index)
        h_out = kept.h_out
        if h_out is None:
            with torch.enable_grad():
                h_out = self._run(index, kept)
        served = self._served.get(index, ())
        inputs = [kept.ys[target] for target, *_ in served]
        if index > self._lowest:
            inputs.append(kept.h_in)
        gradients = torch.autograd.grad(h_out, inputs, self._h)
        for (_, columns, _, matrices), gradient in zip(served, gradients, strict=False):
            self._dys[matrices.tap.layer][:, columns] = gradient
        if index > self._lowest:
            self._h = gradients[-1]

    def _take_dz(self) -> None:
        """Add what came back from the tap whose input is where backward stands."""
        waiting = self._dz.pop(self._layer, None)
        if waiting is None:
            return
        matrices, dz = waiting
        h = self._tap_inputs.pop(self._layer).detach().requires_grad_()
        with torch.enable_grad():
            z = self._z(matrices, h)
        (gradient,) = torch.autograd.grad(z, h, dz)
        self._h = self._h + gradient

    def _z(self, matrices: TapMatrices, h_TE: Tensor) -> Tensor:
        assert matrices.a is not None
        layer = self._weights.layers[matrices.tap.layer]
        return layer.input_norm(h_TE).to(layer.dtype) @ matrices.a.T
