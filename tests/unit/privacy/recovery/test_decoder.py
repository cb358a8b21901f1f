"""The numpy decoder computes what the models compute: all families against transformers."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.domain.errors import ModelError
from app.privacy.recovery.decoder import Cache, Decoder
from app.privacy.recovery.tensor_file import TensorFile
from tests.numerics.engine_driver import logits_of, random_ids
from tests.tiny_models import FAMILIES, prepare_tiny, tiny_model, windowed

TEXT = 24


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Any, Decoder]]:
    def make(family: str, window: int = 0) -> tuple[Any, Decoder]:
        model = tiny_model(family, **(windowed(family, window) if window else {}))
        folder = prepare_tiny(model, tmp_path_factory.mktemp(family))
        return model, Decoder(TensorFile(folder / "backbone.safetensors"))

    return make


def embedded(model: Any, ids: Any) -> np.ndarray:
    scale = getattr(model.get_input_embeddings(), "embed_scale", None)
    rows = model.get_input_embeddings().weight.detach()[ids].numpy()
    return np.asarray(rows * (float(scale) if scale is not None else 1.0), np.float32)


@pytest.mark.parametrize("window", [0, 5])
@pytest.mark.parametrize("family", FAMILIES)
def test_final_states_give_the_logits_of_transformers(
    family: str, window: int, tiny: Callable[..., tuple[Any, Decoder]]
) -> None:
    model, decoder = tiny(family, window)
    ids = random_ids(model, TEXT)
    cache, h_TE = Cache(), embedded(model, ids)
    first = decoder.run(h_TE[:10], cache, 0, decoder.layers)
    rest = decoder.run(h_TE[10:], cache, 0, decoder.layers)
    states = decoder.final_norm(np.concatenate([first, rest]))
    logits = states @ model.get_output_embeddings().weight.detach().numpy().T
    np.testing.assert_allclose(logits, logits_of(model, ids).numpy(), atol=2e-4)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_candidate_sees_the_text_so_far_and_itself(family: str, tiny: Callable[..., tuple[Any, Decoder]]) -> None:
    model, decoder = tiny(family, 5)
    h_TE = embedded(model, random_ids(model, TEXT))
    cache = Cache()
    decoder.run(h_TE[:20], cache, 0, 3)
    candidates = decoder.try_candidates(h_TE[20:24], cache, 3)
    assert cache.length(0) == 20, "the cache stays as it is"
    for number in range(4):
        whole = decoder.run(np.concatenate([h_TE[:20], h_TE[20 + number : 21 + number]]), Cache(), 0, 3)
        np.testing.assert_allclose(candidates[number], whole[-1], atol=2e-5)


def test_a_file_that_is_no_backbone_is_named_so(tmp_path: Path) -> None:
    (tmp_path / "backbone.safetensors").write_bytes(b"\x02\0\0\0\0\0\0\0{}")
    with pytest.raises(ModelError):
        Decoder(TensorFile(tmp_path / "backbone.safetensors"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff" * 8,
        b"\x02\0\0\0\0\0\0\0[]",
        b'\x04\0\0\0\0\0\0\0{"a"',
        b'\x39\0\0\0\0\0\0\0{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}    ',
        b'\x3a\0\0\0\0\0\0\0{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}     \0\0\0\0',
        b'\x3a\0\0\0\0\0\0\0{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,-4]}}   \0\0\0\0',
    ],
)
def test_a_damaged_file_is_a_model_error(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "weights.safetensors").write_bytes(content)
    with pytest.raises(ModelError):
        TensorFile(tmp_path / "weights.safetensors")
