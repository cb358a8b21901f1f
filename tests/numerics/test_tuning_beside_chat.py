"""Training and chat on one backend over real sockets: chat's bytes stay what they were, and nothing stays behind."""

import gc
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.wire.frames import Dtype
from app.wire.messages import Open
from app.wire.plan import ExchangePlan, grouped
from cloud_backend.engine.backbone import Backbone
from cloud_backend.tuning.tuner import Tuner
from tests.numerics.engine_driver import make_open
from tests.sim.live_server import Device, LiveServer, wait_until

LONG_S = 30.0
PLAN = grouped(6, 2, 4)


@pytest.fixture(scope="module", params=["fp32", "bf16"])
def server(request: pytest.FixtureRequest, tiny: Callable[..., Any]) -> Iterator[LiveServer]:
    _, backbone = tiny("llama", dtype=request.param)
    with LiveServer(engine=backbone, folder=backbone.folder, tuner=Tuner(backbone)) as running:
        yield running


def asked(server: LiveServer, plan: ExchangePlan) -> Open:
    backbone: Backbone = server.engine
    return make_open(backbone, plan, dtype=Dtype.FP32, positions=64)


def chat(server: LiveServer) -> list[bytes]:
    with Device(server) as device:
        device.open(asked(server, PLAN))
        return [device.step(9), *(device.step() for _ in range(12)), device.step(5)]


def test_chat_is_bit_for_bit_the_same_while_training_runs(server: LiveServer) -> None:
    alone = chat(server)
    done, failures = threading.Event(), []
    steps: list[int] = []

    def train() -> None:
        try:
            with Device(server) as device:
                device.open(asked(server, PLAN))
                while not done.is_set():
                    device.train(40)
                    steps.append(1)
        except Exception as error:  # noqa: BLE001 - told below
            failures.append(error)

    trainer = threading.Thread(target=train, name="trainer")
    trainer.start()
    try:
        wait_until(lambda: bool(steps or failures), LONG_S)
        before = len(steps)
        beside = [chat(server) for _ in range(3)]
        wait_until(lambda: len(steps) > before or bool(failures), LONG_S)
    finally:
        done.set()
        trainer.join(LONG_S)
    assert not failures
    assert beside == [alone] * 3


def test_training_is_the_same_beside_chat_and_alone(server: LiveServer) -> None:
    with Device(server) as device:
        device.open(asked(server, PLAN))
        alone = [frame.payload for frame in device.train(20)]
        device.step(7)
        assert [frame.payload for frame in device.train(20)] == alone


def test_a_gone_trainer_leaves_no_weights_behind(server: LiveServer) -> None:
    tuner = server.table.models["tiny"].tuner
    with Device(server) as device:
        device.open(asked(server, PLAN))
        device.train_forward(20)
        assert tuner._weights() is not None
        device.socket.socket.close()
    wait_until(lambda: server.metric("nearhalf_tuning_sessions_active") == 0, LONG_S)
    gc.collect()
    assert tuner._weights() is None


def test_the_model_says_that_it_can_be_trained(server: LiveServer) -> None:
    (model,) = server.get("/v1/models").json()["models"]
    assert model["tuning"] == {"max_rows": 256}
    assert all(recipe["bytes"] > 0 for recipe in model["recipes"])
