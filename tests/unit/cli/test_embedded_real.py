"""The built-in backend with the real program behind it, serving a tiny model."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from app.core.embedded import EmbeddedBackend
from app.domain.backend import Backend
from app.domain.errors import BackendError
from tests.tiny_models import prepare_tiny, tiny_model


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return prepare_tiny(tiny_model("llama"), tmp_path / "source")


@pytest.fixture
def embedded(model: Path, tmp_path: Path) -> Iterator[EmbeddedBackend]:
    child = EmbeddedBackend(model, log=tmp_path / "logs" / "backend.log")
    yield child
    child.stop()


def models_status(backend: Backend, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return httpx.get(f"{backend.url}/v1/models", headers=headers, trust_env=False).status_code


def the_child(model: Path) -> psutil.Process:
    others = [p for p in psutil.Process().children() if p.status() != psutil.STATUS_ZOMBIE]  # of tests before
    (child,) = (p for p in others if str(model) in p.cmdline())
    return child


def test_it_answers_its_own_token_only_and_stops_when_asked(
    embedded: EmbeddedBackend, model: Path, tmp_path: Path
) -> None:
    backend = embedded.start()
    assert models_status(backend, backend.token) == 200
    assert models_status(backend, "another") == 401
    child = the_child(model)
    assert backend.token not in " ".join(child.cmdline())
    began = time.monotonic()
    embedded.stop()
    assert time.monotonic() - began < 2.5  # it heeds the end of its input; no signal was needed
    assert not child.is_running()
    assert '"stopped"' in (tmp_path / "logs" / "backend.log").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_killed_it_is_started_again_and_the_old_token_is_worth_nothing(embedded: EmbeddedBackend, model: Path) -> None:
    first = embedded.start()
    os.kill(the_child(model).pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while embedded.is_running and time.monotonic() < deadline:
        time.sleep(0.01)
    second = embedded.start()
    assert models_status(second, second.token) == 200
    assert models_status(second, first.token) == 401


def test_a_damaged_model_is_an_error_that_names_the_log(embedded: EmbeddedBackend, model: Path, tmp_path: Path) -> None:
    weights = model / "backbone.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(BackendError) as caught:
        embedded.start()
    assert "backend.log" in caught.value.advice
    assert "Traceback" not in (tmp_path / "logs" / "backend.log").read_text()
