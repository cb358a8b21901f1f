"""Tiny models, prepared once for the whole run, each with the `transformers` model that it was made from."""

import functools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch

from cloud_backend.engine import linear
from cloud_backend.engine.backbone import Backbone, load_backbone
from cloud_backend.engine.linear import Layout
from tests.tiny_models import prepare_tiny, tiny_model, windowed

Pair = tuple[Any, Backbone]  # the whole model, and our backbone of it


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Pair]:
    """tiny(family, tied=..., window=...) -> (transformers model in fp32, Backbone). window 0: the family's default."""

    @functools.cache
    def make(family: str, *, tied: bool = False, window: int = 0, dtype: str = "fp32") -> Pair:
        extra = windowed(family, window) if window else {}
        model = tiny_model(family, tie_word_embeddings=tied, **extra)
        folder = prepare_tiny(model, tmp_path_factory.mktemp(family))
        return model, load_backbone(folder, dtype=dtype)  # type: ignore[arg-type]

    return make


@pytest.fixture
def use_layout(monkeypatch: pytest.MonkeyPatch) -> Callable[[Layout], None]:
    """use_layout(layout): backbones loaded from now on use it; on a machine that cannot, the test is skipped."""

    def use(layout: Layout) -> None:
        if layout is not Layout.ROWS:
            monkeypatch.setattr(linear, "_one_row_works", lambda dtype: False)
        if layout is Layout.PLAIN:
            monkeypatch.setattr(linear, "_ops_work", lambda kind, dtype: False)
        if linear.choose_kernels("cpu", "fp32").layout is not layout:
            pytest.skip(f"no {layout.value} here")

    return use


@pytest.fixture(scope="session", autouse=True)
def _one_thread() -> Iterator[None]:
    """Two torch processes that share two cores can slow each other a hundredfold (FACTS.md): be a modest neighbour."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
