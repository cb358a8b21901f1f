"""Drive a TuningRun the way the server and a device together would, and the same loss in one process beside it.

The device's half is written here from the definitions in DESIGN.md section 2, not taken from app.device.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor
from torch.nn import functional as F

from app.wire.frames import Dtype, Flags, Frame, Kind
from app.wire.limits import Limits
from app.wire.messages import Opened, Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target
from app.wire.state import CloudConnection, DeviceConnection, SessionShape
from cloud_backend.engine.backbone import Backbone
from cloud_backend.engine.codec import encode_tensor
from cloud_backend.engine.recipe import a_key, b_key
from cloud_backend.tuning.tuner import Tuner, TuningRun
from tests.numerics.engine_driver import embed, make_open, read

MODULES = {Projection.Q: "q_proj", Projection.K: "k_proj", Projection.V: "v_proj"}
AMPLE = 2**30
Gradients = dict[Target, Tensor]


@dataclass
class Trained:
    """One training step: its loss, the gradient of every M, and how many layers paused it."""

    loss: float
    gradients: Gradients
    pauses: int


def recipe_tensors(backbone: Backbone, recipe: Recipe = Recipe.SVD) -> dict[str, Tensor]:
    entry = next(entry for entry in backbone.manifest.recipes if entry.recipe is recipe)
    return {name: tensor.float() for name, tensor in load_file(backbone.folder / entry.file).items()}


def state_at(model: Any, embeddings: Tensor, layer: int) -> Tensor:
    """What enters `layer` (rows x hidden), by `transformers`."""
    with torch.no_grad():
        states: Tensor = model.model(inputs_embeds=embeddings[None], output_hidden_states=True).hidden_states[layer][0]
    return states


def free_z(model: Any, backbone: Backbone, tap: Tap, embeddings: Tensor, device_layers: int) -> Tensor:
    """What a device does for a free tap: z of the first layer that it does not run itself."""
    with torch.no_grad():
        h = state_at(model, embeddings, device_layers)
        x: Tensor = model.model.layers[device_layers].input_layernorm(h)
        return x @ recipe_tensors(backbone)[a_key(device_layers)][: tap.r_down].T


def head_loss(model: Any, states: Tensor, ids: Tensor) -> Tensor:
    return F.cross_entropy(model.get_output_embeddings()(states[:-1]).float(), ids[1:])


class Trainee:
    """A session that trains, with both protocol machines in between. Tensors fp32 on the wire unless said otherwise."""

    def __init__(
        self,
        model: Any,
        backbone: Backbone,
        plan: ExchangePlan,
        *,
        memory_bytes: int = AMPLE,
        dtype: Dtype = Dtype.FP32,
        tuner: Tuner | None = None,
        device_layers: int = 0,
    ) -> None:
        self.device_layers = device_layers
        self.model, self.backbone, self.plan, self.dtype = model, backbone, plan, dtype
        opening = make_open(backbone, plan, dtype=dtype)
        self.run: TuningRun = (tuner or Tuner(backbone)).new_run(opening, memory_bytes)
        self.device = DeviceConnection(backbone.hidden_size)
        self.cloud = CloudConnection(Limits())
        self.cloud.receive(self.device.open(opening))
        shape = SessionShape(backbone.hidden_size, plan, dtype, dtype, 256, 256)
        self.device.receive(self.cloud.opened(9, shape, Opened(256, 256, 600, 30)))
        self.number = 0
        self.pauses = 0

    def _work(self, work: Iterator[None]) -> Frame:
        self.pauses += sum(1 for _ in work)
        output = self.run.output
        answer = {
            Kind.TAP: self.cloud.tap,
            Kind.STATE: lambda payload: self.cloud.state(payload, self.rows),
            Kind.DELTA_GRADIENT: self.cloud.delta_gradient,
            Kind.STEP_GRADIENT: self.cloud.step_gradient,
        }[self.run.reached]
        return self.device.receive(answer(output))

    def forward(self, ids: Tensor, adapter: Mapping[Target, Tensor]) -> Tensor:
        """Final states (rows x hidden); z is kept for `train`."""
        sent = embed(self.model, ids)
        self.rows = len(ids)
        self.zs: dict[int, Tensor] = {}
        side = b""
        for tap in self.plan.free_taps:
            self.zs[tap.layer] = free_z(self.model, self.backbone, tap, sent, self.device_layers)
            side = encode_tensor(self._y(tap, adapter), self.dtype)
        payload = encode_tensor(sent, self.dtype) + side
        self.number += 1
        data = self.device.step(
            number=self.number, position=0, rows=len(ids), flags=Flags.WANT_ALL | Flags.TRAIN, payload=payload
        )
        frame = self._work(self.run.step(self.cloud.receive(data)))
        for tap in self.plan.exchanged_taps:
            self.zs[tap.layer] = read(frame.payload, self.dtype, self.rows, tap.r_down)
            y = encode_tensor(self._y(tap, adapter), self.dtype)
            frame = self._work(self.run.take_delta(self.cloud.receive(self.device.delta(y)).payload))
        return read(frame.payload, self.dtype, self.rows, self.backbone.hidden_size)

    def train(self, ids: Tensor, adapter: Mapping[Target, Tensor]) -> Trained:
        self.pauses = 0
        states = self.forward(ids, adapter).requires_grad_()
        loss = head_loss(self.model, states, ids)
        (gradient,) = torch.autograd.grad(loss, states)
        gradients: Gradients = {}
        sent = self.device.gradient(encode_tensor(gradient, self.dtype))
        frame = self._work(self.run.take_gradient(self.cloud.receive(sent).payload))
        for tap in reversed(self.plan.exchanged_taps):
            dy = read(frame.payload, self.dtype, self.rows, tap.up_cols)
            self._accumulate(gradients, tap, dy)
            dz = sum((part @ adapter[target] for target, part in self._parts(tap, dy)), torch.zeros(()))
            sent = self.device.tap_gradient(encode_tensor(dz, self.dtype))
            frame = self._work(self.run.take_tap_gradient(self.cloud.receive(sent).payload))
        for tap in self.plan.free_taps:
            self._accumulate(gradients, tap, read(frame.payload, self.dtype, self.rows, tap.up_cols))
        return Trained(loss.item(), gradients, self.pauses)

    def _y(self, tap: Tap, adapter: Mapping[Target, Tensor]) -> Tensor:
        return torch.cat([self.zs[tap.layer] @ adapter[target].T for target in tap.targets], dim=1)

    def _parts(self, tap: Tap, dy: Tensor) -> list[tuple[Target, Tensor]]:
        return list(zip(tap.targets, dy.split(tap.r_up, dim=1), strict=True))

    def _accumulate(self, gradients: Gradients, tap: Tap, dy: Tensor) -> None:
        for target, part in self._parts(tap, dy):
            gradients[target] = part.T @ self.zs[tap.layer]


def whole_gradients(
    model: Any,
    backbone: Backbone,
    plan: ExchangePlan,
    adapter: Mapping[Target, Tensor],
    ids: Tensor,
    also: Sequence[Tensor] = (),
    device_layers: int = 0,
) -> tuple[float, Gradients]:
    """The same in one process: hooks on the `transformers` model, autograd through all of it.

    also: leaves of the caller's own hooks; they get their `grad`.
    """
    matrices = recipe_tensors(backbone)
    ms = {target: m.clone().requires_grad_() for target, m in adapter.items()}
    seen: dict[int, Tensor] = {}
    hooks = []
    for tap in plan.taps:
        at = device_layers if tap.is_free else tap.layer
        norm = model.model.layers[at].input_layernorm
        hooks.append(norm.register_forward_hook(lambda _m, _i, out, at=at: seen.__setitem__(at, out)))
        a = matrices[a_key(at)][: tap.r_down]
        for target in tap.targets:
            b = matrices[b_key(target.layer, target.projection)][:, : tap.r_up]
            module = getattr(model.model.layers[target.layer].self_attn, MODULES[target.projection])
            hooks.append(
                module.register_forward_hook(
                    lambda _m, _i, out, a=a, b=b, m=ms[target], at=at: out + seen[at] @ a.T @ m.T @ b.T
                )
            )
    try:
        logits = model(ids[None]).logits[0]
        loss = F.cross_entropy(logits[:-1].float(), ids[1:])
        found = torch.autograd.grad(loss, [*ms.values(), *also])
    finally:
        for hook in hooks:
            hook.remove()
    for leaf, gradient in zip(also, found[len(ms) :], strict=True):
        leaf.grad = gradient
    return loss.item(), dict(zip(ms, found, strict=False))
