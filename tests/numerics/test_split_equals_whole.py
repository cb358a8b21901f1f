"""The split path gives the logits of `transformers`, for every family, prefilled in chunks and decoded (fp32, 1e-4)."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch

from app.wire.frames import Flags
from cloud_backend.engine.backbone import load_backbone
from cloud_backend.engine.linear import Layout
from tests.numerics.engine_driver import Session, embed, head, logits_of, random_ids
from tests.tiny_models import FAMILIES, prepare_tiny, tiny_model

TOLERANCE = 1e-4
TEXT = 40


def _assert_same(split: torch.Tensor, whole: torch.Tensor) -> None:
    assert whole.std() > 0.3, "the reference's logits are too flat to tell anything"
    torch.testing.assert_close(split, whole, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("window", [0, 7, 64], ids=["default", "window-shorter", "window-longer"])
@pytest.mark.parametrize("family", FAMILIES)
def test_chunked_prefill_and_decode_equal_one_forward_pass(family: str, window: int, tiny: Callable[..., Any]) -> None:
    model, backbone = tiny(family, window=window)
    ids = random_ids(model, TEXT)
    session = Session(backbone)
    sent = embed(model, ids)
    states = [session.forward(sent[:13]), session.forward(sent[13:29])]  # the second chunk starts mid-text
    states += [session.forward(sent[i : i + 1]) for i in range(29, TEXT)]
    assert session.cache.length == TEXT
    _assert_same(head(model, torch.cat(states)), logits_of(model, ids))


@pytest.mark.parametrize("window", [0, 1, 3], ids=["default", "window-1", "window-3"])
@pytest.mark.parametrize("family", FAMILIES)
def test_decoding_from_the_first_token_equals_one_forward_pass(
    family: str, window: int, tiny: Callable[..., Any]
) -> None:
    model, backbone = tiny(family, window=window)
    ids = random_ids(model, 12)
    session = Session(backbone)
    states = [session.forward(row[None]) for row in embed(model, ids)]
    _assert_same(head(model, torch.cat(states)), logits_of(model, ids))


@pytest.mark.parametrize("family", FAMILIES)
def test_tied_embeddings(family: str, tiny: Callable[..., Any]) -> None:
    model, backbone = tiny(family, tied=True)
    assert model.get_output_embeddings().weight is model.get_input_embeddings().weight
    ids = random_ids(model, TEXT)
    _assert_same(head(model, Session(backbone).forward(embed(model, ids))), logits_of(model, ids))


def test_only_the_rows_asked_for_come_down(tiny: Callable[..., Any]) -> None:
    model, backbone = tiny("llama")
    sent = embed(model, random_ids(model, 9))
    every = Session(backbone).forward(sent, Flags.WANT_ALL)
    assert every.shape == (9, backbone.hidden_size)
    torch.testing.assert_close(Session(backbone).forward(sent, Flags.WANT_LAST), every[-1:], atol=1e-6, rtol=0)
    assert Session(backbone).forward(sent, Flags.NONE).shape == (0, backbone.hidden_size)


@pytest.mark.parametrize("family", ["llama", "qwen3", "gemma3_text"])
def test_scaled_rotary_frequencies_equal_those_of_transformers(family: str, tmp_path: Any) -> None:
    scaled: dict[str, Any] = {"rope_type": "linear", "factor": 4.0, "rope_theta": 5000.0}
    if family == "llama":
        scaled = {
            "rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
            "original_max_position_embeddings": 32, "rope_theta": 500.0,
        }  # fmt: skip
    elif family == "qwen3":
        scaled = {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 64, "rope_theta": 1000.0}
    else:
        scaled = {"full_attention": scaled, "sliding_attention": {"rope_type": "default", "rope_theta": 300.0}}
    model = tiny_model(family, rope_parameters=scaled)
    backbone = load_backbone(prepare_tiny(model, tmp_path), dtype="fp32")
    ids = random_ids(model, TEXT)
    _assert_same(head(model, Session(backbone).forward(embed(model, ids))), logits_of(model, ids))
    if family == "qwen3":
        assert backbone.config.rope_factors["all"] != 1.0  # YaRN's attention factor is in play


@pytest.mark.parametrize("window", [0, 40], ids=["default", "window-shorter"])
@pytest.mark.parametrize("family", FAMILIES)
def test_bf16_stays_as_close_as_bf16_can(family: str, window: int, tiny: Callable[..., Any]) -> None:
    """Over 150 rows at once: blocked attention, its last block short. The yardstick is transformers' own bf16."""
    model, backbone = tiny(family, window=window, dtype="bf16")
    ids = random_ids(model, 190)
    exact = logits_of(model, ids)
    session = Session(backbone)
    sent = embed(model, ids)
    split = head(
        model, torch.cat([session.forward(sent[:30]), session.forward(sent[30:189]), session.forward(sent[189:])])
    )
    own = logits_of(copy.deepcopy(model).bfloat16(), ids).float()
    error, own_error = ((logits - exact).square().mean().sqrt() for logits in (split, own))
    assert error < 1.2 * own_error


@pytest.mark.parametrize("family", FAMILIES)
def test_bf16_decoding_is_closer_to_fp32_than_that_of_torch(family: str, tiny: Callable[..., Any]) -> None:
    """The one-row kernels round weights, keys and values only; transformers rounds every number."""
    model, backbone = tiny(family, window=7, dtype="bf16")
    ids = random_ids(model, TEXT)
    exact = logits_of(model, ids)
    session = Session(backbone)
    split = head(model, torch.cat([session.forward(row[None]) for row in embed(model, ids)]))
    own = logits_of(copy.deepcopy(model).bfloat16(), ids).float()
    error, own_error = ((logits - exact).square().mean().sqrt() for logits in (split, own))
    assert error < own_error


@pytest.mark.parametrize("layout", [Layout.PACKED, Layout.PLAIN], ids=["packed", "plain"])
@pytest.mark.parametrize("family", FAMILIES)
def test_every_layout_gives_the_same(
    family: str, layout: Layout, tiny: Callable[..., Any], use_layout: Callable[[Layout], None]
) -> None:
    model, usual = tiny(family, window=7)
    use_layout(layout)
    backbone = load_backbone(usual.folder, dtype="fp32")
    assert backbone.description.startswith(f"fp32 {layout.value}, ")
    ids = random_ids(model, TEXT)
    sent = embed(model, ids)
    session = Session(backbone)
    states = [session.forward(sent[:30])] + [session.forward(sent[i : i + 1]) for i in range(30, TEXT)]
    _assert_same(head(model, torch.cat(states)), logits_of(model, ids))
