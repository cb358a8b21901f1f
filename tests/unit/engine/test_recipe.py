"""A and B: the singular vectors they claim to be, the same every time they are made."""

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from app.wire.messages import Recipe
from app.wire.plan import Projection
from cloud_backend.engine.families import read_config
from cloud_backend.engine.recipe import a_key, b_key, make_recipe, stored_rank, top_eigenvectors
from cloud_backend.engine.weights import plain_name
from tests.tiny_models import tiny_model


def _made(recipe: Recipe) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    model = tiny_model("qwen3")
    tensors = {plain_name(name): tensor for name, tensor in model.state_dict().items()}
    return tensors, make_recipe(recipe, read_config(model.config), tensors, lambda share: None)


def test_svd_spans_what_the_projections_do_most() -> None:
    tensors, made = _made(Recipe.SVD)
    parts = [tensors[f"layers.4.self_attn.{name}_proj.weight"].double() for name in "qkv"]
    _, _, right = torch.linalg.svd(torch.cat(parts))
    left, _, _ = torch.linalg.svd(parts[2])
    a, b = made[a_key(4)].double(), made[b_key(4, Projection.V)].double()
    assert a.shape == (32, 48)
    assert b.shape == (32, 32)
    directions = b / b.norm(dim=0)
    for rank in range(8):  # the same directions, up to the sign
        assert abs(a[rank] @ right[rank]) > 0.999
        assert abs(directions[:, rank] @ left[:, rank]) > 0.999
    torch.testing.assert_close(a @ a.T, torch.eye(32, dtype=torch.float64), atol=0.01, rtol=0)


@pytest.mark.parametrize("projection", Projection)
def test_columns_of_b_are_as_long_as_the_square_of_the_layers_share_of_the_mean_weight(projection: Projection) -> None:
    model = tiny_model("llama")
    tensors = {plain_name(name): tensor for name, tensor in model.state_dict().items()}
    of = "layers.{}.self_attn." + f"{projection.name.lower()}_proj.weight"
    count = model.config.num_hidden_layers
    for layer in range(count):
        tensors[of.format(layer)] = tensors[of.format(layer)] * (layer + 1) / tensors[of.format(layer)].norm()
    made = make_recipe(Recipe.SVD, read_config(model.config), tensors, lambda share: None)
    for layer in range(count):
        lengths = made[b_key(layer, projection)].float().norm(dim=0)
        expected = ((layer + 1) / ((count + 1) / 2)) ** 2  # norms 1..count, whose mean is (count + 1) / 2
        torch.testing.assert_close(lengths, torch.full_like(lengths, expected), atol=0, rtol=0.01)


def test_a_model_of_zeros_has_matrices_all_the_same() -> None:
    model = tiny_model("llama")
    zeros = {plain_name(name): torch.zeros_like(tensor) for name, tensor in model.state_dict().items()}
    made = make_recipe(Recipe.SVD, read_config(model.config), zeros, lambda share: None)
    assert all(matrix.isfinite().all() for matrix in made.values())


def test_signs_are_fixed() -> None:
    matrix = torch.randn(9, 9, dtype=torch.float64, generator=torch.Generator().manual_seed(2))
    vectors = top_eigenvectors(matrix @ matrix.T, 4)
    largest = vectors.gather(0, vectors.abs().argmax(dim=0, keepdim=True))
    assert (largest > 0).all()


def test_both_recipes_are_the_same_every_time() -> None:
    for recipe in Recipe:
        _, first = _made(recipe)
        _, again = _made(recipe)
        assert first.keys() == again.keys()
        assert all(torch.equal(first[name], again[name]) for name in first)


def test_random_has_the_variances_it_promises_and_differs_by_layer() -> None:
    _, made = _made(Recipe.RANDOM)
    a, b = made[a_key(0)].float(), made[b_key(0, Projection.Q)].float()
    assert a.shape == (32, 48)
    assert b.shape == (64, 32)
    assert abs(a.var() * 48 - 1) < 0.15
    assert abs(b.var() * 32 - 1) < 0.15
    assert not torch.equal(a, made[a_key(1)].float())


def test_the_stored_rank_fits_the_narrowest_projection() -> None:
    assert stored_rank(read_config(tiny_model("llama").config)) == 32


def test_of_a_wide_model_192_are_stored() -> None:
    wide = replace(read_config(tiny_model("llama").config), hidden_size=2048, head_dim=512)
    assert stored_rank(wide) == 192
