"""One round trip of 400 bytes each way over loopback: gate, ledger, WebSocket, server, engine thread, and back.

    python -m benchmarks.round_trip

The engine is the tests' simulator (a hash per row in place of a model), so that what is measured is the path. Beside
it: the whole path with a gate that records nothing, and a WebSocket ping, which the server's event loop answers itself.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from app.domain.backend import Backend
from app.domain.clearance import Clearance, ClearedPayload, Purpose
from app.domain.ids import new_message_id
from app.main import SWITCH_INTERVAL_S
from app.net.address import parse_url
from app.net.channel import DataChannel
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from app.wire.frames import Dtype, Flags
from app.wire.messages import Open, Recipe
from app.wire.plan import ExchangePlan
from app.wire.state import DeviceConnection
from benchmarks.machine import print_header, print_table
from tests.sim.live_server import TOKEN, LiveServer
from tests.sim.sim_engine import MODEL_HASH, SimEngine

HIDDEN = 100  # fp32: 400 bytes
COUNT = 2000


class OpenGate(PrivacyGate):
    """Wraps frames and records nothing: what judging and the ledger cost is the difference."""

    def clear_message(self, content: bytes, clearance: Clearance) -> ClearedPayload:
        return ClearedPayload(self._wrapping.wrap(content), 0)

    def clear(self, data: bytes, content: bytes, clearance: Clearance) -> ClearedPayload:
        return ClearedPayload(data, 0)

    def received(self, data: bytes, content: bytes, clearance: Clearance) -> None:
        return


def serve() -> None:
    with LiveServer(engine=SimEngine(layers=1, hidden_size=HIDDEN)) as server:
        print(server.url, flush=True)
        sys.stdin.read()


def measure(gate: PrivacyGate, url: str) -> tuple[list[float], list[float]]:
    """Microseconds of COUNT round trips, and of COUNT / 10 pings."""
    gate.allow(parse_url(url).name)
    channel = DataChannel(Backend("bench", url, TOKEN), gate)
    channel.connect()
    connection = DeviceConnection(HIDDEN)
    message = new_message_id()
    asked = Open(MODEL_HASH, bytes(32), Recipe.SVD, 1, 64, Dtype.FP32, Dtype.FP32, ExchangePlan())
    connection.receive(channel.exchange(connection.open(asked), Purpose.SESSION, message, 10))
    payload = bytes(4 * HIDDEN)
    times_us: list[float] = []
    for number in range(COUNT + 200):
        started_s = time.perf_counter()
        data = connection.step(number=number, position=0, rows=1, flags=Flags.WANT_LAST, payload=payload)
        connection.receive(channel.exchange(data, Purpose.GENERATE, message, 10))
        times_us.append((time.perf_counter() - started_s) * 1e6)
    pings_us = [channel.ping() * 1e6 for _ in range(COUNT // 10)]
    channel.close()
    return times_us[200:], pings_us


def main() -> None:
    print_header("Round trip of 400 bytes, loopback", seed=0)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    command = [sys.executable, "-c", "from benchmarks.round_trip import serve; serve()"]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server,
    ):
        assert server.stdout is not None and server.stdin is not None
        url = server.stdout.readline().strip()
        whole_us, pings_us = measure(PrivacyGate(Ledger(Path(folder) / "ledger.nhl")), url)
        bare_us, _ = measure(OpenGate(Ledger(Path(folder) / "none.nhl")), url)
        server.stdin.close()

    def row(words: str, times_us: list[float]) -> list[str]:
        p99 = statistics.quantiles(times_us, n=100)[98]
        median = statistics.median(times_us)
        return [words, f"{median:.0f} us", f"{p99:.0f} us", f"{median / statistics.median(pings_us):.2f} x"]

    print_table(
        ["path", "median", "99 %", "against a ping"],
        [
            row("step and state, gate and ledger", whole_us),
            row("the same, gate that records nothing", bare_us),
            row("WebSocket ping", pings_us),
        ],
    )


if __name__ == "__main__":
    main()
