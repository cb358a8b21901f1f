"""The near half of the model: embeddings, free taps, adapter, LM head (implements `NearHalf` of app/core/ports.py).

Bytes in, bytes out, for one pack, one adapter or none, and one pair of wire dtypes. The packed LM head is the only
copy of its weights.
Legend: R rows (positions), D hidden size, V vocabulary.
"""

from collections.abc import MutableMapping, Sequence
from weakref import WeakValueDictionary

import torch

from app.device import codec
from app.device.adapter import Adapter, check_fits
from app.device.entrance import Entrance
from app.device.linear import PackedLinear, fastest_dtype
from app.device.near_layers import NearCache, NearLayers
from app.device.pack import DevicePack
from app.device.sampling import TokenSampler
from app.device.tap_matrix import TapMatrix
from app.domain.errors import BackendError
from app.domain.sampling import SamplingSettings
from app.wire.frames import Dtype, tensor_bytes
from app.wire.messages import HASH_BYTES, Recipe
from app.wire.plan import ExchangePlan, Tap


class NearHalf:
    """The device's side of one model. For one thread at a time.

    compute_dtype: of embeddings, norm and head; None takes what is fastest on this CPU (`linear.fastest_dtype`).
    """

    def __init__(
        self,
        pack: DevicePack,
        adapter: Adapter | None = None,
        *,
        state_dtype: Dtype = Dtype.BF16,
        exchange_dtype: Dtype = Dtype.BF16,
        compute_dtype: torch.dtype | None = None,
        head: PackedLinear | None = None,
        layers: MutableMapping[int, NearLayers] | None = None,
    ) -> None:
        """head, layers: the packed LM head of another near half of this pack, and the layers that near halves of it
        run, by their number, which are then shared.

        Raises AdapterError (an adapter for another model or recipe) and DamagedPack (weights cannot be read)."""
        self._pack = pack
        self._compute = compute_dtype or fastest_dtype()
        self.hidden_size = pack.facts.hidden_size
        self.state_dtype = state_dtype
        self.exchange_dtype = exchange_dtype
        self.plan = ExchangePlan()
        self.recipe, self.recipe_version, self.recipe_hash = Recipe.SVD, 1, bytes(HASH_BYTES)
        if adapter is not None:
            check_fits(adapter.card, pack.facts)
            card = adapter.card
            self.plan = card.plan
            self.recipe, self.recipe_version = card.recipe, card.recipe_version
            self.recipe_hash = bytes.fromhex(card.recipe_sha256)
        matrices = adapter.matrices if adapter is not None else {}
        own = adapter.card.device_layers if adapter is not None else 0
        self._layers: MutableMapping[int, NearLayers] = WeakValueDictionary() if layers is None else layers
        self._taps = {tap: TapMatrix(tap, matrices, exchange_dtype) for tap in self.plan.taps}
        self._head = Head(pack, adapter, self._compute, head)
        # opened after the head was packed: the pages that packing has read are let go
        recipe = (self.recipe, self.recipe_version)
        self._entrance = Entrance(pack, self.plan, recipe, state_dtype, self._compute, own, self._layers)

    def with_adapter(self, adapter: Adapter | None) -> "NearHalf":
        """Another one with the same weights in memory, for the same thread. Raises AdapterError, DamagedPack."""
        return NearHalf(
            self._pack,
            adapter,
            state_dtype=self.state_dtype,
            exchange_dtype=self.exchange_dtype,
            compute_dtype=self._compute,
            head=self._head.linear,
            layers=self._layers,
        )

    @property
    def description(self) -> str:
        """What the head runs on, for a person: "bf16, oneDNN-packed"."""
        name = {torch.bfloat16: "bf16", torch.float32: "fp32", torch.float16: "fp16"}[self._compute]
        return f"{name}, {'oneDNN-packed' if self._head.is_packed else 'not packed'}"

    def new_cache(self) -> NearCache | None:
        """For one session, where the adapter has device layers."""
        return self._entrance.new_cache()

    @torch.inference_mode()
    def step_payload(
        self, tokens: Sequence[int], *, rowwise: bool, position: int = 0, cache: object | None = None
    ) -> bytes:
        """Embeddings (R x D, state_dtype), then the free taps' deltas (R x plan.free_cols, exchange_dtype).

        cache: this session's, from `new_cache`; None: the tokens are a text of their own, at position 0."""
        assert cache is None or isinstance(cache, NearCache), "a cache comes from this class's own `new_cache`"
        if not tokens:
            return b""
        payload = self._entrance.embeddings(tokens)
        if not self.plan.free_taps:
            return payload
        # the cloud's layers work on what was sent, so the deltas must belong to that
        one_by_one = rowwise or len(tokens) == 1
        x_RD = self._entrance.free_input(payload, len(tokens), one_by_one=one_by_one, position=position, cache=cache)
        deltas = [
            self._taps[tap].apply(self._entrance.free_z(x_RD, tap, one_by_one=one_by_one), rowwise=rowwise)
            for tap in self.plan.free_taps
        ]
        return payload + codec.encode_rows(torch.cat(deltas, dim=1), self.exchange_dtype)

    @torch.inference_mode()
    def delta_payload(self, tap: Tap, z: bytes, rows: int, *, rowwise: bool) -> bytes:
        """y = M z (R x up_cols) for z (R x r_down), both exchange_dtype. Raises BackendError where z is not finite."""
        return self._taps[tap].answer(z, rows, rowwise=rowwise)

    def sampler(self, settings: SamplingSettings, chosen: int = 0) -> TokenSampler:
        return TokenSampler(settings, chosen)

    @torch.inference_mode()
    def next_token(self, state: bytes, sampler: object, context: Sequence[int]) -> int:
        """The token chosen from the last row of `state`. Raises BackendError where the row is not finite."""
        assert isinstance(sampler, TokenSampler), "a sampler comes from this class's own `sampler`"
        return sampler.choose(self.logits(state), context)

    @torch.inference_mode()
    def logits(self, state: bytes) -> torch.Tensor:
        """float32 logits (V) of the last row of `state` (R x D, state_dtype). Raises BackendError."""
        row_bytes = tensor_bytes(self.state_dtype, 1, self.hidden_size)
        rows, rest = divmod(len(state), row_bytes)
        if rest or not rows:
            raise BackendError(
                "The backend sent no final state.", "Update the backend or the app, or choose another backend."
            )
        states_RD = codec.decode_finite(state, rows, self.hidden_size, self.state_dtype)
        return self._head.logits(states_RD[-1:])


class Head:
    """LM head, and the adapter's head part before it."""

    def __init__(
        self, pack: DevicePack, adapter: Adapter | None, compute: torch.dtype, linear: PackedLinear | None = None
    ) -> None:
        self._compute = compute
        self._softcap = pack.facts.final_logit_softcapping
        self._part = adapter.head if adapter is not None else None
        if linear is not None:
            self.linear = linear
            return
        with pack.weights() as weights, torch.inference_mode():
            name = "lm_head.weight" if "lm_head.weight" in weights.names else "embed_tokens.weight"
            self.linear = PackedLinear(weights.tensor(name), compute)

    @property
    def is_packed(self) -> bool:
        return self.linear.is_packed

    def logits(self, state_1D: torch.Tensor) -> torch.Tensor:
        """float32 logits (V) of one final hidden state (1 x D)."""
        if self._part is not None:
            v_DR, u_RD = self._part
            wide_1D = state_1D.float()
            state_1D = wide_1D + torch.nn.functional.linear(torch.nn.functional.linear(wide_1D, u_RD), v_DR)
        logits_1V = self.linear(state_1D.to(self._compute))
        if self._softcap is not None:
            logits_1V = torch.tanh(logits_1V / self._softcap) * self._softcap
        return logits_1V[0].float()
