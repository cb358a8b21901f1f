"""The device's side of split training (implements `TrainableHalf` of app/core/tuning_ports.py; DESIGN.md section 2).

Per tap: y = M z up, and back dM = dy^T z and dz = M^T dy. Loss, labels, the head part and the optimiser stay here.
Masters and gradients are fp32; what is sent is rounded as the session says, and gradients pass the rounding as if it
were not there. Parameters change only in `update`, gradients only in `end_step`. It is a `NearHalf` too, so that what
is trained can be asked as it is.
fp16 has few bits below 1e-5, where gradients live: gradients of such a session travel times a power of two, which is
taken out of what is accumulated. Legend: R rows, D hidden size, d r_down, U up_cols.
"""

import math
from collections.abc import Sequence

import torch

from app.device import codec
from app.device.adapter import Adapter, check_fits
from app.device.entrance import Entrance
from app.device.linear import fastest_dtype
from app.device.near_layers import NearCache
from app.device.pack import DevicePack
from app.device.sampling import TokenSampler
from app.device.tuning_head import TuningHead
from app.device.tuning_parameters import Parameters
from app.domain.errors import BackendError, SettingsError
from app.domain.sampling import SamplingSettings
from app.wire.frames import Dtype, tensor_bytes
from app.wire.messages import HASH_BYTES, Recipe
from app.wire.plan import ExchangePlan, Tap


class TuningHalf:
    """One adapter in training (None: the model without one, for scores). For one thread at a time.

    compute_dtype: of embeddings, norm and head; None takes what is fastest on this CPU. head: that of another half of
    this pack and dtype, which need not be packed twice.
    """

    def __init__(
        self,
        pack: DevicePack,
        adapter: Adapter | None,
        *,
        state_dtype: Dtype = Dtype.BF16,
        exchange_dtype: Dtype = Dtype.BF16,
        compute_dtype: torch.dtype | None = None,
        head: TuningHead | None = None,
    ) -> None:
        """Raises AdapterError (it does not fit the pack) and DamagedPack."""
        compute = compute_dtype or fastest_dtype()
        fitting = adapter or _none(pack)
        card = fitting.card
        check_fits(card, pack.facts)
        self.hidden_size = pack.facts.hidden_size
        self.plan = card.plan
        self.recipe, self.recipe_version = card.recipe, card.recipe_version
        self.recipe_hash = bytes.fromhex(card.recipe_sha256) if adapter is not None else bytes(HASH_BYTES)
        self.state_dtype = state_dtype
        self.exchange_dtype = exchange_dtype
        recipe = (self.recipe, self.recipe_version)
        self._entrance = Entrance(pack, self.plan, recipe, state_dtype, compute, card.device_layers)
        self.head = head or TuningHead(pack, compute)
        self._parameters = Parameters(fitting)
        self._is_fp16 = Dtype.FP16 in (state_dtype, exchange_dtype)
        self.drop_step()

    def drop_step(self) -> None:
        """Forget a step that was broken off."""
        self._rows = 0
        self._z: dict[Tap, torch.Tensor] = {}  # of the step under way (R x d, fp32)
        self._inputs: dict[Tap, torch.Tensor] = {}  # z of the taps whose gradient is there
        self._tap_gradients: dict[Tap, torch.Tensor] = {}  # dM (U x d), times 2 ** _shift
        self._head_gradient: tuple[torch.Tensor, torch.Tensor] | None = None
        self._shift = 0

    def new_cache(self) -> NearCache | None:
        """For one session, where the adapter has device layers. Training steps leave it alone."""
        return self._entrance.new_cache()

    @torch.inference_mode()
    def step_payload(
        self, tokens: Sequence[int], *, rowwise: bool = False, position: int = 0, cache: object | None = None
    ) -> bytes:
        """Begin a step: embeddings (R x D, state_dtype), then the free taps' deltas (R x free_cols, exchange_dtype).

        cache: as a NearHalf's. None for a training step: a text of its own, at position 0."""
        assert cache is None or isinstance(cache, NearCache), "a cache comes from this class's own `new_cache`"
        self.drop_step()
        self._rows = len(tokens)
        payload = self._entrance.embeddings(tokens)
        if not self.plan.free_taps:
            return payload
        one_by_one = rowwise or self._rows == 1
        x_RD = self._entrance.free_input(payload, self._rows, one_by_one=one_by_one, position=position, cache=cache)
        for tap in self.plan.free_taps:
            self._z[tap] = self._entrance.free_z(x_RD, tap, one_by_one=one_by_one)
        deltas = [self._y(tap, rowwise=rowwise) for tap in self.plan.free_taps]
        return payload + self._encode(torch.cat(deltas, dim=1))

    @torch.inference_mode()
    def delta_payload(self, tap: Tap, z: bytes, rows: int | None = None, *, rowwise: bool = False) -> bytes:
        """y = M z (R x U) for z (R x d), both exchange_dtype. Raises BackendError (z), SettingsError (y too large)."""
        self._z[tap] = self._decode(z, tap.r_down, self.exchange_dtype)
        return self._encode(self._y(tap, rowwise=rowwise))

    @torch.inference_mode()
    def loss(self, states: bytes, tokens: Sequence[int]) -> list[float]:
        """Of every token but the first, nats, by the first of the final states (R x D). Raises BackendError."""
        h_RD = self._decode(states, self.hidden_size, self.state_dtype)[: len(tokens) - 1]
        losses: list[float] = self.head.losses(self._with_head_part(h_RD), torch.tensor(tokens[1:])).tolist()
        return losses

    @torch.inference_mode()
    def loss_and_gradient(self, states: bytes, tokens: Sequence[int], scale: float) -> tuple[float, bytes]:
        """Summed loss over tokens[1:]; the gradient of `scale` times it by the final states (R x D, state_dtype).

        Raises BackendError (states not finite) and SettingsError (the loss is not).
        """
        h_RD = self._decode(states, self.hidden_size, self.state_dtype)[:-1]
        total, dh_RD = self.head.loss_and_gradient(self._with_head_part(h_RD), torch.tensor(tokens[1:]))
        if not math.isfinite(total):
            raise _gone_astray()
        dh_RD *= scale
        if self._parameters.head is not None:
            v_Dr, u_rD = self._parameters.head
            du_Rr = dh_RD @ v_Dr
            self._head_gradient = (dh_RD.T @ (h_RD @ u_rD.T), du_Rr.T @ h_RD)
            dh_RD = dh_RD + du_Rr @ u_rD
        if self._is_fp16:
            largest = float(dh_RD.abs().max())
            self._shift = -math.frexp(largest)[1] if largest else 0
            dh_RD = dh_RD * 2.0**self._shift
        gradient = torch.cat([dh_RD, torch.zeros(1, self.hidden_size)])  # nothing is predicted from the last state
        return total, codec.encode_rows(gradient, self.state_dtype)

    @torch.inference_mode()
    def tap_gradient_payload(self, tap: Tap, dy: bytes) -> bytes:
        """dz = M^T dy (R x d) for dy (R x U), both exchange_dtype. Raises BackendError, SettingsError."""
        dy_RU = self._take_gradient(tap, self._decode(dy, tap.up_cols, self.exchange_dtype))
        return self._encode(dy_RU @ self._parameters.tap_matrix(tap))

    @torch.inference_mode()
    def end_step(self, free_dy: bytes) -> None:
        """dy of the free taps (R x free_cols): all gradients of this step are added to the accumulated ones."""
        if self.plan.free_taps:
            pieces = self._decode(free_dy, self.plan.free_cols, self.exchange_dtype)
            widths = [tap.up_cols for tap in self.plan.free_taps]
            for tap, dy_RU in zip(self.plan.free_taps, torch.split(pieces, widths, dim=1), strict=True):
                self._take_gradient(tap, dy_RU)
        for tap, gradient_Ud in self._tap_gradients.items():
            self._parameters.see_input(tap, self._inputs[tap])
            self._parameters.tap_gradient(tap).add_(gradient_Ud, alpha=2.0**-self._shift)
        if self._head_gradient is not None:
            for total, one in zip(self._parameters.head_gradient, self._head_gradient, strict=True):
                total.add_(one)
        self.drop_step()

    @torch.inference_mode()
    def update(self, learning_rate: float, head_learning_rate: float, clip: float) -> float:
        """One step of Muon and AdamW with the accumulated gradients, which become zero.

        Returns their 2-norm before clipping. Raises SettingsError where it is not finite.
        """
        return self._parameters.update(learning_rate, head_learning_rate, clip)

    def adapter(self) -> Adapter:
        """A copy of the adapter as it is now."""
        return self._parameters.adapter()

    def parameters(self) -> bytes:
        """The adapter as it is now, as the bytes of its file."""
        return self.adapter().encode()

    def state(self) -> bytes:
        """Parameters, accumulated gradients and optimiser, exact. Not within a step."""
        return self._parameters.state()

    @torch.inference_mode()
    def restore(self, state: bytes) -> None:
        """Raises StoreDamaged."""
        self.drop_step()
        self._parameters.restore(state)

    def sampler(self, settings: SamplingSettings, chosen: int = 0) -> TokenSampler:
        return TokenSampler(settings, chosen)

    @torch.inference_mode()
    def next_token(self, state: bytes, sampler: object, context: Sequence[int]) -> int:
        """The token chosen from the last row of `state`. Raises BackendError."""
        assert isinstance(sampler, TokenSampler), "a sampler comes from this class's own `sampler`"
        return sampler.choose(self.head.logits(self._last(state))[0].float(), context)

    @torch.inference_mode()
    def next_losses(self, state: bytes, candidates: Sequence[int]) -> list[float]:
        """Of each candidate as the next token, nats, by the last row of `state`. Raises BackendError."""
        h_CD = self._last(state).expand(len(candidates), -1)
        losses: list[float] = self.head.losses(h_CD, torch.tensor(candidates)).tolist()
        return losses

    def _last(self, state: bytes) -> torch.Tensor:
        """1 x D, with the head part."""
        self._rows = len(state) // tensor_bytes(self.state_dtype, 1, self.hidden_size)
        return self._with_head_part(self._decode(state, self.hidden_size, self.state_dtype)[-1:])

    def _with_head_part(self, h_RD: torch.Tensor) -> torch.Tensor:
        if self._parameters.head is None:
            return h_RD
        v_Dr, u_rD = self._parameters.head
        return h_RD + (h_RD @ u_rD.T) @ v_Dr.T

    def _y(self, tap: Tap, *, rowwise: bool) -> torch.Tensor:
        pieces = torch.split(self._z[tap], 1) if rowwise else [self._z[tap]]
        return torch.cat([piece @ self._parameters.tap_matrix(tap).T for piece in pieces])

    def _take_gradient(self, tap: Tap, dy_RU: torch.Tensor) -> torch.Tensor:
        z_Rd = self._z.pop(tap)
        self._inputs[tap] = z_Rd
        self._tap_gradients[tap] = dy_RU.T @ z_Rd
        return dy_RU

    def _decode(self, untrusted: bytes, cols: int, dtype: Dtype) -> torch.Tensor:
        """fp32, in memory of its own: where a tensor begins decides how a product is summed."""
        rows_RC = codec.decode_rows(untrusted, self._rows, cols, dtype).to(torch.float32, copy=True)
        if not bool(torch.isfinite(rows_RC).all()):
            raise BackendError(
                "The backend sent numbers that are not finite (NaN or infinity), so the training cannot go on.",
                "Choose bf16 or fp32 for what is sent; if that does not help, use another backend.",
            )
        return rows_RC

    def _encode(self, rows_RC: torch.Tensor) -> bytes:
        if not bool(torch.isfinite(rows_RC).all()):
            raise _gone_astray()
        return codec.encode_rows(rows_RC, self.exchange_dtype)


def _none(pack: DevicePack) -> Adapter:
    return Adapter.zero(ExchangePlan(), pack.facts, Recipe[pack.facts.recipes[0].name.upper()], name="none")


def _gone_astray() -> SettingsError:
    return SettingsError(
        "The training went astray: its numbers have grown without bound.", "Choose a lower learning rate."
    )
