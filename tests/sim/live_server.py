"""A real uvicorn on a real socket in a thread of this process, and a well-behaved device to talk to it."""

import ssl
import tempfile
import threading
import time
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

import httpx
from prometheus_client.parser import text_string_to_metric_families
from websockets.sync.client import ClientConnection, connect

from app.wire.errors import ErrorCode, RefusedByPeer
from app.wire.frames import Dtype, Flags, Frame, Kind
from app.wire.limits import Limits
from app.wire.messages import Open, Opened, Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target
from app.wire.state import DeviceConnection
from cloud_backend.server.app import create_app
from cloud_backend.server.config import ServerConfig
from cloud_backend.server.hosted import HostedModel
from cloud_backend.server.listener import bind
from cloud_backend.server.serving import make_server
from cloud_backend.server.tokens import TokenStore, hash_token
from tests.sim.sim_engine import MODEL_HASH, RECIPE_HASH, SEED, SimEngine, _hash, tensor

TOKEN = "a-token-for-tests-0123456789"
OTHER_TOKEN = "another-token-for-tests-0123456789"
PATIENCE_S = 20.0
TRAINING_PATIENCE_S = 30.0  # it goes last on a machine that may be full
TWO_TAPS = ExchangePlan(
    (
        Tap(1, (Target(1, Projection.Q), Target(2, Projection.V)), 2, 3),
        Tap(3, (Target(3, Projection.K),), 4, 2),
    )
)
FREE_AND_ONE = ExchangePlan((Tap(0, (Target(0, Projection.Q),), 2, 3), Tap(2, (Target(2, Projection.Q),), 2, 2)))


class LiveServer:
    """Use as a context manager."""

    def __init__(
        self,
        config: ServerConfig | None = None,
        *,
        engine: Any = None,
        folder: Path | None = None,
        tls: ssl.SSLContext | None = None,
        pack: bytes = b"pack",
        plain_host: bool = False,
        tuner: Any = None,
    ) -> None:
        """plain_host: uvicorn's own WebSocket protocol, without what ours adds (server/direct.py)."""
        self.engine = engine or SimEngine()
        self._scratch = tempfile.TemporaryDirectory()
        pack_path = Path(self._scratch.name) / "device-pack.zip"
        pack_path.write_bytes(pack)
        model = (
            HostedModel.from_folder(folder, self.engine, tuner)
            if folder
            else HostedModel(self.engine, self.engine.card(pack), pack_path, tuner)
        )
        tokens = TokenStore((hash_token(TOKEN), hash_token(OTHER_TOKEN)))
        self.app = create_app([model], config or ServerConfig(), tokens)
        self.table = self.app.state.table
        self._socket = bind("127.0.0.1", 0)
        self.port: int = self._socket.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.server = make_server(self.app, self._socket, tls=tls)
        if plain_host:
            self.server.config.ws = "websockets-sansio"
        self._thread = threading.Thread(target=self.server.run, args=([self._socket],), name="live server")

    def __enter__(self) -> Self:
        self._thread.start()
        wait_until(lambda: self.server.started)
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        self._scratch.cleanup()

    def stop(self) -> None:
        self.server.should_exit = True
        self._thread.join(PATIENCE_S + 3)
        assert not self._thread.is_alive(), "the server did not stop"

    def get(self, path: str, token: str | None = TOKEN, **headers: str) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.get(f"{self.url}{path}", headers=bearer | headers, trust_env=False, timeout=PATIENCE_S)

    def metric(self, name: str, **labels: str) -> float:
        """A sample of /metrics; 0 where there is none yet."""
        for family in text_string_to_metric_families(self.get("/metrics").text):
            for sample in family.samples:
                if sample.name == name and sample.labels == labels:
                    return float(sample.value)
        return 0.0

    def refusals(self, code: ErrorCode) -> float:
        return self.metric("nearhalf_refused_total", code=code.name)


def open_message(plan: ExchangePlan = ExchangePlan(), *, positions: int = 64, **changes: Any) -> Open:  # noqa: B008
    fields: dict[str, Any] = {
        "model_hash": MODEL_HASH,
        "recipe_hash": RECIPE_HASH if plan.taps else bytes(32),
        "recipe": Recipe.SVD,
        "recipe_version": 1,
        "positions": positions,
        "state_dtype": Dtype.FP32,
        "exchange_dtype": Dtype.FP32,
        "plan": plan,
    }
    return Open(**(fields | changes))


class Device:
    """A device: opens a session and makes steps, with made-up embeddings and y = hash(z). Use as a context manager."""

    def __init__(self, server: LiveServer, *, token: str = TOKEN, tls: ssl.SSLContext | None = None) -> None:
        self._connection = connect(
            f"{server.url.replace('http', 'ws', 1)}/v1/session",
            additional_headers={"Authorization": f"Bearer {token}"},
            compression=None,
            max_size=None,
            ping_interval=None,
            open_timeout=PATIENCE_S,
            close_timeout=1,
            proxy=None,
            ssl=tls,
        )
        self.socket: ClientConnection = self._connection.__enter__()
        self.wire = DeviceConnection(server.engine.hidden_size, Limits(4096, 2**30))
        self.asked = open_message()
        self.number = 0
        self.position = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: types.TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._connection.__exit__(None, None, None)

    def open(self, message: Open | None = None) -> Opened:
        self.asked = message or open_message()
        self.socket.send(self.wire.open(self.asked))
        self.receive()
        assert self.wire.opened is not None
        return self.wire.opened

    def receive(self, timeout_s: float = PATIENCE_S) -> Frame:
        answer = self.socket.recv(timeout_s)
        assert isinstance(answer, bytes)
        return self.wire.receive(answer)

    def send_step(self, rows: int = 1, *, flags: Flags = Flags.WANT_LAST, again: bool = False) -> None:
        """Embeddings are a hash of the position, so that every device's text is the same."""
        if not again:
            self.number += 1
        payload = step_payload(self.asked, self.position, rows, self.wire_hidden)
        self.socket.send(
            self.wire.step(number=self.number, position=self.position, rows=rows, flags=flags, payload=payload)
        )

    @property
    def wire_hidden(self) -> int:
        return self.wire._hidden_size

    def step(self, rows: int = 1, *, flags: Flags = Flags.WANT_LAST, again: bool = False) -> bytes:
        """A whole step, exchanges included; the final states."""
        self.send_step(rows, flags=flags, again=again)
        for tap in self.asked.plan.exchanged_taps:
            z = self.receive()
            self.socket.send(self.wire.delta(answer(z.payload, rows, tap, self.asked.exchange_dtype)))
        state = self.receive()
        self.position += rows
        return state.payload

    def send_training_step(self, rows: int = 2) -> None:
        """A training step, up to and without its first answer."""
        self.number += 1
        payload = step_payload(self.asked, 0, rows, self.wire_hidden)
        flags = Flags.WANT_ALL | Flags.TRAIN
        self.socket.send(self.wire.step(number=self.number, position=0, rows=rows, flags=flags, payload=payload))

    def train_forward(self, rows: int = 2) -> Frame:
        """A training step up to its STATE."""
        self.send_training_step(rows)
        for tap in self.asked.plan.exchanged_taps:
            z = self.receive(TRAINING_PATIENCE_S)
            self.socket.send(self.wire.delta(answer(z.payload, rows, tap, self.asked.exchange_dtype)))
        return self.receive(TRAINING_PATIENCE_S)

    def train(self, rows: int = 2) -> list[Frame]:
        """A whole training step; all that came down from its STATE on."""
        frames = [self.train_forward(rows)]
        gradient = tensor([_hash(frames[0].payload)] * rows, self.wire_hidden, self.asked.state_dtype)
        self.socket.send(self.wire.gradient(gradient))
        for tap in reversed(self.asked.plan.exchanged_taps):
            frames.append(self.receive(TRAINING_PATIENCE_S))
            dz = tensor([_hash(frames[-1].payload)] * rows, tap.r_down, self.asked.exchange_dtype)
            self.socket.send(self.wire.tap_gradient(dz))
        return [*frames, self.receive(TRAINING_PATIENCE_S)]

    def refused_with(self, timeout_s: float = PATIENCE_S) -> ErrorCode:
        """Wait for an ERROR frame and then the close; its code."""
        try:
            while True:
                self.receive(timeout_s)
        except RefusedByPeer as refusal:
            self.refusal = refusal
            assert closed_by_server(self.socket)
            return refusal.code


def closed_by_server(socket: ClientConnection) -> bool:
    from websockets.exceptions import ConnectionClosed

    try:
        socket.recv(PATIENCE_S)
    except ConnectionClosed:
        return True
    return False


def step_payload(asked: Open, position: int, rows: int, hidden: int) -> bytes:
    digests = [_hash(b"row", str(position + row).encode()) for row in range(rows)]
    payload = tensor(digests, hidden, asked.state_dtype)
    return payload + (tensor(digests, asked.plan.free_cols, asked.exchange_dtype) if asked.plan.free_cols else b"")


def answer(z: bytes, rows: int, tap: Tap, dtype: Dtype) -> bytes:
    """y for z."""
    return tensor([_hash(b"y", z, bytes([row])) for row in range(rows)], tap.up_cols, dtype)


def expected_states(asked: Open, steps: list[int], *, layers: int = 4) -> list[bytes]:
    """What a whole, undisturbed run in one place answers: an engine without a server. `steps`: rows of each."""
    engine = SimEngine(layers=layers)
    cache = engine.new_cache(asked.positions)
    states, position = [], 0
    for rows in steps:
        payload = step_payload(asked, position, rows, engine.hidden_size)
        side = asked.plan.free_cols
        frame = Frame(
            Kind.STEP,
            position=position,
            rows=rows,
            cols=engine.hidden_size,
            dtype=asked.state_dtype,
            side_cols=side,
            side_dtype=asked.exchange_dtype if side else Dtype.NONE,
            flags=Flags.WANT_LAST,
            payload=payload,
        )
        step = engine.begin_step(cache, asked, frame)
        engine.run_segment([step])
        for tap in asked.plan.exchanged_taps:
            engine.take_delta(step, answer(step.output, rows, tap, asked.exchange_dtype))
            engine.run_segment([step])
        states.append(step.output)
        position += rows
    assert states[-1] != SEED
    return states


def wait_until(condition: Callable[[], bool], patience_s: float = PATIENCE_S) -> float:
    """Seconds that it took. Fails after `patience_s`."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < patience_s, "waited in vain"
        time.sleep(0.01)
    return time.monotonic() - started
