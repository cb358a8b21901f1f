"""The parameters of an adapter in training, with their gradients and the optimiser's moments, in flat fp32 tensors.

The M of a tap lie together, as one matrix (up_cols x r_down). Muon trains them (Jordan et al. 2024, "Muon: an optimizer
for hidden layers in neural networks"): every direction of a block M moves by the same amount, whatever its gradient's
size. z of one tap is ten times that of another (SmolLM2: an rms of 0.1 at layer 0, 1.0 at layer 20), so its rate is
over the rms of the tap's first z: a step then changes y by as much at every tap. AdamW trains the head part. All is
exact: what `state` gives, `restore` brings back to the bit.
Legend: U up_cols of a tap, u its r_up, D its r_down, T its targets; in the head part D is the hidden size, R its rank.
"""

import math

import safetensors.torch
import torch
from safetensors import SafetensorError

from app.device.adapter import Adapter
from app.device.adapter_card import METADATA_KEY, AdapterCard, read_header
from app.domain.errors import AdapterError, SettingsError, StoreDamaged
from app.wire.plan import Tap, Target

MOMENTUM = 0.9
NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)
ROUNDS = 5
SMALLEST_NORM = 1e-12
BETAS = (0.9, 0.999)
EPSILON = 1e-8
SMALLEST_RMS = 1e-3
_ALIGNED = 16  # floats: each matrix begins on a cache line, so that its products have the same bits in every process


class Parameters:
    """Masters, accumulated gradients and moments. Views: `tap_matrix`, `tap_gradient`, `head`, `head_gradient`."""

    def __init__(self, adapter: Adapter) -> None:
        self.card = adapter.card
        shapes: dict[Tap | str, tuple[int, int]] = {tap: (tap.up_cols, tap.r_down) for tap in adapter.card.plan.taps}
        if adapter.head is not None:
            v_DR, u_RD = adapter.head
            shapes |= {"v": (v_DR.shape[0], v_DR.shape[1]), "u": (u_RD.shape[0], u_RD.shape[1])}
        of_head: dict[Tap | str, tuple[int, int]] = {part: shapes[part] for part in ("v", "u") if part in shapes}
        size, size_of_head = (sum(map(_padded, parts.values())) for parts in (shapes, of_head))
        self._values, self._gradients = torch.zeros(size), torch.zeros(size)
        self._first, self._second = torch.zeros(size), torch.zeros(size_of_head)
        self._updates = 0
        self._input_rms = torch.zeros(len(adapter.card.plan.taps))  # of each tap's first z; 0: not seen yet
        self._values_of = _views(self._values, shapes)
        self._gradients_of = _views(self._gradients, shapes)
        self._first_of, self._second_of = _views(self._first, shapes), _views(self._second, of_head)
        for tap in adapter.card.plan.taps:
            self._values_of[tap].copy_(torch.cat([adapter.matrices[target] for target in tap.targets]))
        if adapter.head is not None:
            self._values_of["v"].copy_(adapter.head[0])
            self._values_of["u"].copy_(adapter.head[1])

    def tap_matrix(self, tap: Tap) -> torch.Tensor:
        """M of all the tap's targets, in order (U x D)."""
        return self._values_of[tap]

    def tap_gradient(self, tap: Tap) -> torch.Tensor:
        return self._gradients_of[tap]

    @property
    def head(self) -> tuple[torch.Tensor, torch.Tensor] | None:
        """V (D x R) and U (R x D)."""
        return (self._values_of["v"], self._values_of["u"]) if "v" in self._values_of else None

    @property
    def head_gradient(self) -> tuple[torch.Tensor, torch.Tensor]:
        return self._gradients_of["v"], self._gradients_of["u"]

    def see_input(self, tap: Tap, z_RD: torch.Tensor) -> None:
        """A step's z. The first one decides how the tap's rate is scaled."""
        place = self.card.plan.taps.index(tap)
        if not self._input_rms[place]:
            self._input_rms[place] = max(float(z_RD.double().square().mean().sqrt()), SMALLEST_RMS)

    def update(self, learning_rate: float, head_learning_rate: float, clip: float) -> float:
        """One step of Muon (M) and AdamW (V, U) with the gradients clipped to a 2-norm of `clip`; zero them.

        Returns the norm before clipping. Raises SettingsError where it is not finite; nothing is changed then but the
        gradients, which are zero.
        """
        norm = float(torch.linalg.vector_norm(self._gradients, dtype=torch.float64))
        if not math.isfinite(norm):
            self._gradients.zero_()
            raise SettingsError(
                "The training went astray: its gradient is no longer a finite number.",
                "Choose a lower learning rate, or bf16 or fp32 for what is sent.",
            )
        if norm > clip:
            self._gradients.mul_(clip / norm)
        self._updates += 1
        for tap, rms in zip(self.card.plan.taps, self._input_rms.tolist(), strict=True):
            self._update_tap(tap, learning_rate / (rms or 1.0))
        for name in ("v", "u") if "v" in self._values_of else ():
            self._update_head(name, head_learning_rate)
        self._gradients.zero_()
        return norm

    def _update_tap(self, tap: Tap, rate: float) -> None:
        """Muon with Nesterov's momentum, each target's M by itself. An M without a gradient stays as it is: its old
        momentum, however small, would else become a whole step."""
        blocks = (len(tap.targets), tap.r_up, tap.r_down)
        values_TuD, gradients_TuD, momentum_TuD = (
            of[tap].view(blocks) for of in (self._values_of, self._gradients_of, self._first_of)
        )
        momentum_TuD.lerp_(gradients_TuD, 1 - MOMENTUM)
        step_TuD = orthogonal(torch.lerp(gradients_TuD, momentum_TuD, MOMENTUM))
        step_TuD.mul_(gradients_TuD.flatten(1).any(1)[:, None, None])
        values_TuD.sub_(step_TuD, alpha=rate)

    def _update_head(self, name: str, rate: float) -> None:
        """AdamW (Loshchilov and Hutter 2019) without weight decay."""
        values, gradients = self._values_of[name], self._gradients_of[name]
        first, second = self._first_of[name], self._second_of[name]
        first.lerp_(gradients, 1 - BETAS[0])
        second.mul_(BETAS[1]).addcmul_(gradients, gradients, value=1 - BETAS[1])
        first_share, second_share = (1 - beta**self._updates for beta in BETAS)
        step = first / second.sqrt().div_(math.sqrt(second_share)).add_(EPSILON)
        values.add_(step, alpha=-rate / first_share)

    def adapter(self) -> Adapter:
        """A copy of the values."""
        matrices: dict[Target, torch.Tensor] = {}
        for tap in self.card.plan.taps:
            pieces = torch.split(self._values_of[tap].clone(), tap.r_up)
            matrices |= dict(zip(tap.targets, pieces, strict=True))
        head = (self.head[0].clone(), self.head[1].clone()) if self.head else None
        return Adapter(self.card, matrices, head)

    def state(self) -> bytes:
        """Everything, gradients accumulated so far and the adapter's card included."""
        tensors = {
            "values": self._values,
            "gradients": self._gradients,
            "first": self._first,
            "second": self._second,
            "input_rms": self._input_rms,
            "updates": torch.tensor([self._updates]),
        }
        return safetensors.torch.save(tensors, {METADATA_KEY: self.card.to_text()})

    def restore(self, state: bytes) -> None:
        """Raises StoreDamaged where `state` is none of this adapter's shape; nothing is changed then."""
        flats = {
            "values": self._values,
            "gradients": self._gradients,
            "first": self._first,
            "second": self._second,
            "input_rms": self._input_rms,
        }
        try:
            card, _ = read_header(state)
            found = safetensors.torch.load(state)
            updates = int(found["updates"])
            if _trained_for(card) != _trained_for(self.card):
                raise ValueError("another model, recipe or plan")
            if any(found[name].shape != flat.shape or found[name].dtype != flat.dtype for name, flat in flats.items()):
                raise ValueError("another shape")
        except (AdapterError, SafetensorError, KeyError, ValueError, RuntimeError) as error:
            raise StoreDamaged(
                "The training's checkpoint cannot be read.", "Begin the training again, with the same notes."
            ) from error
        for name, flat in flats.items():
            flat.copy_(found[name])
        self._updates, self.card = updates, card


def orthogonal(steps_TuD: torch.Tensor) -> torch.Tensor:
    """Each matrix with its singular values brought near 1 (0.68 to 1.21, but for those below 1/600 of its norm).

    Newton and Schulz's iteration with the quintic of Jordan et al. 2024 ("Muon"), five times, from X / |X|:
    X <- a X + (b XX' + c (XX')^2) X. Zero stays zero. In fp32 (theirs: bf16), so that a resumed run is the same to the
    bit.
    """
    a, b, c = NEWTON_SCHULZ
    is_tall = steps_TuD.shape[1] > steps_TuD.shape[2]
    x = steps_TuD.mT.contiguous() if is_tall else steps_TuD
    x = x / (torch.linalg.matrix_norm(x, keepdim=True) + SMALLEST_NORM)
    for _ in range(ROUNDS):
        square = torch.bmm(x, x.mT)
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return x.mT.contiguous() if is_tall else x


def _trained_for(card: AdapterCard) -> tuple[object, ...]:
    return card.backbone_sha256, card.recipe_sha256, card.plan, card.device_layers, card.head_rank


def _padded(shape: tuple[int, int]) -> int:
    return -(-shape[0] * shape[1] // _ALIGNED) * _ALIGNED


def _views(flat: torch.Tensor, shapes: dict[Tap | str, tuple[int, int]]) -> dict[Tap | str, torch.Tensor]:
    views: dict[Tap | str, torch.Tensor] = {}
    start = 0
    for name, shape in shapes.items():
        views[name] = flat[start : start + shape[0] * shape[1]].view(shape)
        start += _padded(shape)
    return views
