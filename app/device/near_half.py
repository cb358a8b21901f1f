"""The near half of the model: embeddings, free taps, adapter, LM head (implements `NearHalf` of app/core/ports.py).

Bytes in, bytes out, for one pack, one adapter or none, and one pair of wire dtypes. Embeddings stay on disk, mapped:
only rows that were used are in memory. The packed LM head is the only copy of its weights.
Legend: R rows (positions), D hidden size, V vocabulary.
"""

from collections.abc import Sequence

import torch

from app.device import codec
from app.device.adapter import Adapter, check_fits
from app.device.linear import PackedLinear, fastest_dtype
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
    ) -> None:
        """Raises AdapterError (an adapter for another model or recipe) and DamagedPack (weights cannot be read)."""
        self._facts = pack.facts
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
        self._taps = {tap: TapMatrix(tap, matrices, exchange_dtype) for tap in self.plan.taps}
        self._head = Head(pack, adapter, self._compute)
        with pack.weights() as weights:  # opened anew: the pages that packing the head read are let go
            self._embeddings_VD = weights.tensor("embed_tokens.weight")
            self._scale = torch.tensor(pack.facts.embed_scale).to(self._compute)
            if self.plan.free_taps:
                self._norm_D = weights.tensor("free.input_norm.weight").to(self._compute, copy=True)
                recipe_key = f"{self.recipe.name.lower()}-{self.recipe_version}"
                self._a_0 = weights.tensor(f"free.{recipe_key}.a").to(self._compute, copy=True)

    @property
    def description(self) -> str:
        """What the head runs on, for a person: "bf16, oneDNN-packed"."""
        name = {torch.bfloat16: "bf16", torch.float32: "fp32", torch.float16: "fp16"}[self._compute]
        return f"{name}, {'oneDNN-packed' if self._head.is_packed else 'not packed'}"

    @torch.inference_mode()
    def step_payload(self, tokens: Sequence[int], *, rowwise: bool) -> bytes:
        """Embeddings (R x D, state_dtype), then the free taps' deltas (R x plan.free_cols, exchange_dtype)."""
        if not tokens:
            return b""
        h_RD = self._embeddings_VD[torch.tensor(tokens)].to(self._compute)
        if self._facts.embed_scale != 1:
            h_RD = h_RD * self._scale
        payload = codec.encode_rows(h_RD, self.state_dtype)
        if not self.plan.free_taps:
            return payload
        # the cloud's layer 0 works on what was sent, so the deltas must belong to that
        sent_RD = codec.decode_rows(payload, len(tokens), self.hidden_size, self.state_dtype).to(self._compute)
        return payload + self._free_deltas(sent_RD, rowwise=rowwise)

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

    def _free_deltas(self, sent_RD: torch.Tensor, *, rowwise: bool) -> bytes:
        one_by_one = rowwise or sent_RD.shape[0] == 1
        x_RD = torch.cat([self._norm(row) for row in torch.split(sent_RD, 1)]) if one_by_one else self._norm(sent_RD)
        deltas: list[torch.Tensor] = []
        for tap in self.plan.free_taps:
            a_dD = self._a_0[: tap.r_down]
            pieces = torch.split(x_RD, 1) if one_by_one else [x_RD]
            z_Rd = torch.cat([torch.nn.functional.linear(piece, a_dD) for piece in pieces]).float()
            deltas.append(self._taps[tap].apply(z_Rd, rowwise=rowwise))
        return codec.encode_rows(torch.cat(deltas, dim=1), self.exchange_dtype)

    def _norm(self, h_RD: torch.Tensor) -> torch.Tensor:
        """Layer 0's input RMSNorm, rounding where transformers' llama and gemma3 modules do."""
        wide_RD = h_RD.float()
        normed_RD = wide_RD * torch.rsqrt(wide_RD.pow(2).mean(-1, keepdim=True) + self._facts.norm_eps)
        if self._facts.norm_plus_one:
            return (normed_RD * (1 + self._norm_D.float())).to(self._compute)
        return self._norm_D * normed_RD.to(self._compute)


class Head:
    """LM head, and the adapter's head part before it."""

    def __init__(self, pack: DevicePack, adapter: Adapter | None, compute: torch.dtype) -> None:
        self._compute = compute
        self._softcap = pack.facts.final_logit_softcapping
        self._part = adapter.head if adapter is not None else None
        with pack.weights() as weights, torch.inference_mode():
            name = "lm_head.weight" if "lm_head.weight" in weights.names else "embed_tokens.weight"
            self._linear = PackedLinear(weights.tensor(name), compute)

    @property
    def is_packed(self) -> bool:
        return self._linear.is_packed

    def logits(self, state_1D: torch.Tensor) -> torch.Tensor:
        """float32 logits (V) of one final hidden state (1 x D)."""
        if self._part is not None:
            v_DR, u_RD = self._part
            wide_1D = state_1D.float()
            state_1D = wide_1D + torch.nn.functional.linear(torch.nn.functional.linear(wide_1D, u_RD), v_DR)
        logits_1V = self._linear(state_1D.to(self._compute))
        if self._softcap is not None:
            logits_1V = torch.tanh(logits_1V / self._softcap) * self._softcap
        return logits_1V[0].float()
