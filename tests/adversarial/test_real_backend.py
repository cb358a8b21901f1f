"""The backend as it is run: a process of its own, the real engine, the default model."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.wire.errors import ErrorCode
from app.wire.frames import Dtype, Flags
from app.wire.messages import Open, Recipe
from app.wire.plan import ExchangePlan, grouped, layer_by_layer
from cloud_backend.server.config import ServerConfig
from tests.sim.live_server import Device, LiveServer, open_message, wait_until


@pytest.fixture(scope="module")
def card(smollm2_folder: Path) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads((smollm2_folder / "manifest.json").read_text())
    return fields


@pytest.fixture(scope="module")
def server(smollm2_folder: Path) -> Iterator[LiveServer]:
    from cloud_backend.engine.backbone import load_backbone

    engine = load_backbone(smollm2_folder)
    with LiveServer(ServerConfig(max_rows=512), engine=engine, folder=smollm2_folder) as running:
        yield running


def _open(card: dict[str, Any], plan: ExchangePlan, **changes: Any) -> Open:
    (recipe,) = (entry for entry in card["recipes"] if entry["name"] == "svd")
    fields: dict[str, Any] = {
        "model_hash": bytes.fromhex(card["backbone_sha256"]),
        "recipe_hash": bytes.fromhex(recipe["sha256"]) if plan.taps else bytes(32),
        "recipe": Recipe.SVD,
        "recipe_version": recipe["version"],
        "positions": 600,
        "state_dtype": Dtype.BF16,
        "exchange_dtype": Dtype.BF16,
    }
    return open_message(plan, **(fields | changes))


@pytest.mark.parametrize("plan", [ExchangePlan(), layer_by_layer(range(30), 8), grouped(30, 5, 8)])
def test_step_sent_again_gives_the_same_bytes(server: LiveServer, card: dict[str, Any], plan: ExchangePlan) -> None:
    with Device(server) as device:
        device.open(_open(card, plan))
        device.step(5)
        once = device.step()
        device.position -= 1
        assert device.step(again=True) == once
        assert len(once) == 2 * card["hidden_size"]


def test_device_that_leaves_in_the_middle_of_a_prefill_frees_its_cache_at_once(
    server: LiveServer, card: dict[str, Any]
) -> None:
    asked = _open(card, layer_by_layer(range(30), 8))
    with Device(server) as other:
        other.open(asked)
        before = other.step(4)
        with Device(server) as leaver:
            leaver.open(_open(card, ExchangePlan()))
            leaver.send_step(512)
            time.sleep(0.1)
            leaver.socket.socket.close()
        assert wait_until(lambda: server.metric("nearhalf_sessions_active") == 1) < 5  # a second on a quiet machine
        assert server.metric("nearhalf_steps_cancelled_total") == 1
        assert other.step() != before
    with Device(server) as again:
        again.open(asked)
        assert again.step(4) == before


def test_bad_payloads_and_plans_are_refused_by_the_engine_too(server: LiveServer, card: dict[str, Any]) -> None:
    nan = b"\xc0\x7f"
    cases = {
        ErrorCode.RECIPE_UNKNOWN: _open(card, layer_by_layer([1], 8), recipe_hash=bytes(32)),
        ErrorCode.PLAN_REFUSED: _open(card, layer_by_layer([30], 8)),
    }
    for code, message in cases.items():
        with Device(server) as device:
            device.socket.send(device.wire.open(message))
            assert device.refused_with() is code
    with Device(server) as device:
        device.open(_open(card, ExchangePlan()))
        payload = nan + bytes(2 * card["hidden_size"] - 2)
        device.socket.send(device.wire.step(number=1, position=0, rows=1, flags=Flags.WANT_LAST, payload=payload))
        assert device.refused_with() is ErrorCode.NOT_FINITE
    with Device(server) as device:
        asked = _open(card, layer_by_layer([3], 8))
        device.open(asked)
        device.send_step()
        device.receive()
        device.socket.send(device.wire.delta(nan + bytes(2 * 24 - 2)))
        assert device.refused_with() is ErrorCode.NOT_FINITE
    wait_until(lambda: server.metric("nearhalf_kv_reserved_bytes") == 0)


# ---------------------------------------------------------------- as a process


class _Process:
    """What Device needs of a server."""

    def __init__(self, url: str, hidden_size: int) -> None:
        self.url = url
        self.engine = type("Engine", (), {"hidden_size": hidden_size})


@contextmanager
def _running(folder: Path, tmp_path: Path, *flags: str) -> Iterator[tuple[subprocess.Popen[str], str, str]]:
    """A backend process, its address and a token."""
    tokens = str(tmp_path / "tokens")
    cloud = [sys.executable, "-m", "cloud_backend"]
    token = subprocess.run([*cloud, "token", "--token-file", tokens], capture_output=True, text=True, check=True)
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            [*cloud, "serve", "--model", str(folder), "--port", "0", "--token-file", tokens, *flags],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            line = json.loads(process.stdout.readline())
            assert line["event"] == "listening"
            yield process, line["url"], token.stdout.strip()
        finally:
            process.kill()


def _core_limit(process: subprocess.Popen[str]) -> list[str]:
    limits = Path(f"/proc/{process.pid}/limits")
    if not limits.exists():
        return ["0", "0"]  # no such file outside Linux
    (line,) = (line for line in limits.read_text().splitlines() if line.startswith("Max core file size"))
    return line.split()[4:6]


def test_sigterm_tells_sessions_and_ends_with_code_0(
    smollm2_folder: Path, card: dict[str, Any], tmp_path: Path
) -> None:
    with _running(smollm2_folder, tmp_path) as (process, url, token):
        assert httpx.get(f"{url}/readyz", trust_env=False).status_code == 200
        assert _core_limit(process) == ["0", "0"]  # activations in no core file
        with Device(_Process(url, card["hidden_size"]), token=token) as device:  # type: ignore[arg-type]
            device.open(_open(card, ExchangePlan()))
            device.step(3)
            process.send_signal(signal.SIGTERM)
            assert device.refused_with() is ErrorCode.DRAINING
        assert process.wait(5) == 0
    log = (tmp_path / "log").read_text()
    events = [json.loads(line)["event"] for line in log.splitlines()]
    assert events[0] == "model_loaded"
    assert events[-1] == "stopped"
    assert token not in log


def test_process_stops_with_its_parent(smollm2_folder: Path, card: dict[str, Any], tmp_path: Path) -> None:
    with _running(smollm2_folder, tmp_path, "--stop-with-parent") as (process, url, token):
        with Device(_Process(url, card["hidden_size"]), token=token) as device:  # type: ignore[arg-type]
            device.open(_open(card, ExchangePlan()))
            assert process.stdin is not None
            process.stdin.close()
            assert device.refused_with() is ErrorCode.DRAINING
        assert process.wait(5) == 0
