"""LM head in training: cross-entropy over the vocabulary and its gradient by the states, in chunks of rows.

Never more than CHUNK_ROWS x vocabulary numbers are held: 64 rows of SmolLM2's logits (12 MB, fp32) stay in the
processor's caches; 512 rows took twice as long (measured). Legend: R rows, C of a chunk, D hidden size, V vocabulary.
"""

from collections.abc import Callable

import torch

from app.device.linear import PackedLinear
from app.device.pack import DevicePack

CHUNK_ROWS = 64

_Product = Callable[[torch.Tensor], torch.Tensor]


class TuningHead:
    """The frozen LM head. In bf16 it is a view of the pack's mapping where the pack has that dtype.

    In fp32 it is packed, once for each direction: half the time (0.82 s against 0.39 for 512 rows of SmolLM2's). In
    bf16 packing would save a third for twice the memory: it is left.
    """

    def __init__(self, pack: DevicePack, compute: torch.dtype) -> None:
        """Raises DamagedPack."""
        self._compute = compute
        self._softcap = pack.facts.final_logit_softcapping
        with pack.weights() as weights:
            name = "lm_head.weight" if "lm_head.weight" in weights.names else "embed_tokens.weight"
            self._forward, self._backward = _products(weights.tensor(name), compute)

    def losses(self, states_RD: torch.Tensor, labels_R: torch.Tensor) -> torch.Tensor:
        """Nats of each label (R, fp32) for fp32 states, after the head part."""
        chunks = zip(torch.split(states_RD, CHUNK_ROWS), torch.split(labels_R, CHUNK_ROWS), strict=True)
        return torch.cat([_picked(self._log_shares(states_CD)[0], labels_C) for states_CD, labels_C in chunks])

    def loss_and_gradient(self, states_RD: torch.Tensor, labels_R: torch.Tensor) -> tuple[float, torch.Tensor]:
        """The labels' summed nats, and its gradient by the states (R x D, fp32)."""
        gradient_RD = torch.empty_like(states_RD)
        total = 0.0
        for start in range(0, len(labels_R), CHUNK_ROWS):
            labels_C = labels_R[start : start + CHUNK_ROWS]
            logs_CV, capped_CV = self._log_shares(states_RD[start : start + CHUNK_ROWS])
            total += float(_picked(logs_CV, labels_C).sum(dtype=torch.float64))
            dlogits_CV = logs_CV.exp_()  # softmax, less 1 at the label
            dlogits_CV[torch.arange(len(labels_C)), labels_C] -= 1
            if self._softcap is not None:
                dlogits_CV *= 1 - (capped_CV.float() / self._softcap).square_()
            gradient_RD[start : start + CHUNK_ROWS] = self._backward(dlogits_CV.to(self._compute))
        return total, gradient_RD

    def logits(self, states_RD: torch.Tensor) -> torch.Tensor:
        """R x V, compute dtype."""
        logits_RV = self._forward(states_RD.to(self._compute))
        return logits_RV if self._softcap is None else torch.tanh(logits_RV / self._softcap) * self._softcap

    def _log_shares(self, states_CD: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """log softmax (C x V, fp32), and the logits."""
        logits_CV = self.logits(states_CD)
        return torch.log_softmax(logits_CV, dim=-1, dtype=torch.float32), logits_CV


def _products(weight_VD: torch.Tensor, dtype: torch.dtype) -> tuple[_Product, _Product]:
    """x W^T, and g W."""
    if dtype is torch.float32:
        forward = PackedLinear(weight_VD, dtype)
        if forward.is_packed:
            return forward, PackedLinear(weight_VD.to(dtype).T.contiguous(), dtype)
        del forward
    w_VD = weight_VD.to(dtype)
    return lambda x_CD: torch.nn.functional.linear(x_CD, w_VD), lambda g_CV: g_CV @ w_VD


def _picked(logs_CV: torch.Tensor, labels_C: torch.Tensor) -> torch.Tensor:
    return -logs_CV.gather(1, labels_C.unsqueeze(1)).squeeze(1)
