"""The fixed low-rank matrices A and B of every layer, made once from the frozen weights (DESIGN.md section 2).

SVD version 2: A_l = top right singular vectors of the stacked [Wq; Wk; Wv] of layer l; B_{l,t} = top left singular
vectors of W_{l,t}, times (its Frobenius norm over the mean of all layers)^2: training moves M of every layer by as
much, and a layer with larger weights needs larger changes (docs/adr/0004). Version 1 had B without that factor.
RANDOM version 1: seeded gaussians, A ~ N(0, 1/d), B ~ N(0, 1/R). Stored in bf16 with the largest rank
R = min(192, d, narrowest d_t), so that a plan of a smaller rank takes the first rows of A and columns of B.
"""

import statistics
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from app.wire.messages import Recipe
from app.wire.plan import Projection
from cloud_backend.engine.config import DecoderConfig

VERSIONS = {Recipe.SVD: 2, Recipe.RANDOM: 1}
MAX_STORED_RANK = 192
_SEED = 20_231_114  # any fixed number: the same for every user of a model
_PROJECTION_NAMES = {Projection.Q: "q", Projection.K: "k", Projection.V: "v"}


def a_key(layer: int) -> str:
    """Name of A_l (R x d) in a recipe file."""
    return f"layers.{layer}.a"


def b_key(layer: int, projection: Projection) -> str:
    """Name of B_{l,t} (d_t x R) in a recipe file."""
    return f"layers.{layer}.b.{_PROJECTION_NAMES[projection]}"


def stored_rank(config: DecoderConfig) -> int:
    """R, the largest rank that a plan may ask for."""
    return min(MAX_STORED_RANK, config.hidden_size, *config.projection_rows.values())


def make_recipe(
    recipe: Recipe, config: DecoderConfig, tensors: Mapping[str, Tensor], report: Callable[[float], None]
) -> dict[str, Tensor]:
    """All A and B of a model. `report` is told the share done, 0 to 1."""
    rank = stored_rank(config)
    made: dict[str, Tensor] = {}
    sizes = _sizes(config, tensors) if recipe is Recipe.SVD else {}
    for layer in range(config.layers):
        if recipe is Recipe.SVD:
            _svd_layer(made, layer, rank, tensors, sizes)
        else:
            _random_layer(made, layer, rank, config)
        report((layer + 1) / config.layers)
    return made


def _weight(tensors: Mapping[str, Tensor], layer: int, projection: Projection) -> Tensor:
    return tensors[f"layers.{layer}.self_attn.{_PROJECTION_NAMES[projection]}_proj.weight"]


def _sizes(config: DecoderConfig, tensors: Mapping[str, Tensor]) -> dict[tuple[int, Projection], float]:
    """What the columns of B_{l,t} are multiplied by: 1 where W_{l,t}'s Frobenius norm is the mean of all layers."""
    sizes: dict[tuple[int, Projection], float] = {}
    for projection in _PROJECTION_NAMES:
        norms = [float(_weight(tensors, layer, projection).double().norm()) for layer in range(config.layers)]
        mean = statistics.fmean(norms) or 1.0  # a model of zeros
        sizes |= {(layer, projection): (norm / mean) ** 2 for layer, norm in enumerate(norms)}
    return sizes


def _svd_layer(
    made: dict[str, Tensor],
    layer: int,
    rank: int,
    tensors: Mapping[str, Tensor],
    sizes: Mapping[tuple[int, Projection], float],
) -> None:
    weights = {projection: _weight(tensors, layer, projection).double() for projection in _PROJECTION_NAMES}
    stacked = torch.cat(list(weights.values()))
    made[a_key(layer)] = top_eigenvectors(stacked.T @ stacked, rank).T.contiguous().bfloat16()
    for projection, weight in weights.items():
        b_tR = top_eigenvectors(weight @ weight.T, rank) * sizes[layer, projection]
        made[b_key(layer, projection)] = b_tR.contiguous().bfloat16()


def _random_layer(made: dict[str, Tensor], layer: int, rank: int, config: DecoderConfig) -> None:
    generator = torch.Generator().manual_seed(_SEED + layer)
    a_RD = torch.randn(rank, config.hidden_size, generator=generator) * config.hidden_size**-0.5
    made[a_key(layer)] = a_RD.bfloat16()
    for projection, rows in config.projection_rows.items():
        made[b_key(layer, projection)] = (torch.randn(rows, rank, generator=generator) * rank**-0.5).bfloat16()


def top_eigenvectors(gram: Tensor, rank: int) -> Tensor:
    """The `rank` leading eigenvectors of a symmetric matrix, as columns, each with its largest entry positive.

    Eigenvectors of a Gram matrix are the singular vectors of its factor; the sign is free, so it is fixed here.
    """
    _, vectors = torch.linalg.eigh(gram)
    top = vectors[:, -rank:].flip(1)
    largest = top.gather(0, top.abs().argmax(dim=0, keepdim=True))
    return top * largest.sign()
