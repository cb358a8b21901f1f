"""Training speed and traffic: split over loopback against PEFT LoRA training in one process on the same cores.

    python -m benchmarks.tuning_speed MODEL_FOLDER [--rounds 3] [--window 512] [--threads 1 2 2] [--peer-dtype bf16]

Rounds alternate: the peer, then each plan; one optimiser step on one window each, speeds by the median of rounds. All
processes run at the lowest priority, as the backend's training does. Processor seconds say what a busy machine hides.
Bytes are those that the gate counted, both ways, WebSocket and frame headers included.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
import torch

from app.core.session import RetryPolicy
from app.core.tuning_presets import grouped_plan
from app.core.tuning_session import TuningSession
from app.device.adapter import Adapter
from app.device.tuning_half import TuningHalf
from app.domain.backend import Backend
from app.domain.ids import new_message_id
from app.main import SWITCH_INTERVAL_S
from app.main.link import Link, model_with_pack
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from app.storage.paths import DataFolder
from app.wire.frames import Dtype
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, layer_by_layer
from benchmarks.machine import print_header, print_table
from tests.sim.backend_process import BackendProcess

SEED = 0


@dataclass(frozen=True)
class Layout:
    """What is compared."""

    name: str
    plan: ExchangePlan
    recipe: Recipe = Recipe.SVD
    head_rank: int = 64
    device_layers: int = 0
    state: Dtype = Dtype.BF16
    exchange: Dtype = Dtype.INT8


def layouts(layers: int) -> list[Layout]:
    def near(name: str, groups: int, rank: int, **other: int) -> Layout:
        return Layout(name, grouped_plan(layers, groups, rank, 2), device_layers=2, **other)

    paper = layer_by_layer(range(layers), 128)
    return [
        near("1 trip, head", 1, 128),
        near("1 trip", 1, 128, head_rank=0),
        near("3 trips, head", 3, 192),
        near("6 trips, head", 6, 192),
        Layout("paper: random r=128, fp16", paper, Recipe.RANDOM, 0, state=Dtype.FP16, exchange=Dtype.FP16),
    ]


class Peer:
    def __init__(self, folder: Path, threads: int, dtype: str) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.tuning_peer", str(folder), str(threads), dtype],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def step_s(self, tokens: list[int]) -> tuple[float, float]:
        assert self._child.stdin is not None and self._child.stdout is not None
        self._child.stdin.write(json.dumps(tokens) + "\n")
        self._child.stdin.flush()
        wall, used = json.loads(self._child.stdout.readline())
        return float(wall), float(used)

    def close(self) -> None:
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait()


class TimedHalf(TuningHalf):
    """The half with a clock: seconds of the device's own work."""

    spent_s = 0.0

    def loss_and_gradient(self, states: bytes, tokens: object, scale: float) -> tuple[float, bytes]:
        started = time.perf_counter()
        try:
            return super().loss_and_gradient(states, tokens, scale)  # type: ignore[arg-type]
        finally:
            self.spent_s += time.perf_counter() - started


class Split:
    """One layout over the app's own path: half, gate with a ledger on disk, WebSocket, backend process."""

    def __init__(self, layout: Layout, link: Link, folder: DataFolder, backend: psutil.Process) -> None:
        self.layout = layout
        self._gate = link.gate
        self._backend = backend
        model, pack = model_with_pack(link, folder, None, lambda sentence: None)
        adapter = Adapter.zero(
            layout.plan,
            pack.facts,
            layout.recipe,
            name="speed",
            head_rank=layout.head_rank,
            device_layers=layout.device_layers,
        )
        self.half = TimedHalf(pack, adapter, state_dtype=layout.state, exchange_dtype=layout.exchange)
        self.message = new_message_id()
        self.session = TuningSession(
            self.half, model, link.open_channel, RetryPolicy(list), print, lambda: None, window=model.max_rows,
            message=self.message,
        )  # fmt: skip
        self.tokens = 0

    def step_s(self, tokens: list[int]) -> tuple[float, float]:
        started, used = time.perf_counter(), self._processor_s()
        self.session.train(tokens, 1 / (len(tokens) - 1))
        self.half.update(1e-3, 1e-3, 1.0)
        self.tokens += len(tokens)
        return time.perf_counter() - started, self._processor_s() - used

    @property
    def bytes_a_token(self) -> float:
        totals = self._gate.totals(self.message)
        return (totals.bytes_up + totals.bytes_down) / self.tokens

    def _processor_s(self) -> float:
        times = self._backend.cpu_times()
        return time.process_time() + times.user + times.system


def windows(vocabulary: int, size: int) -> Iterator[list[int]]:
    generator = torch.Generator().manual_seed(SEED)
    while True:
        yield torch.randint(100, vocabulary, (size,), generator=generator).tolist()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--window", type=int, default=512)
    cores = os.cpu_count() or 1
    parser.add_argument(
        "--threads", type=int, nargs=3, default=[1, cores, cores], metavar=("DEVICE", "BACKEND", "PEER")
    )
    parser.add_argument("--peer-dtype", choices=("bf16", "fp32"), default="bf16")
    parser.add_argument("--only", default="", help="layouts whose name holds this")
    options = parser.parse_args()
    print_header("Training: split over loopback against PEFT LoRA in one process (bf16)", SEED)
    device_threads, backend_threads, peer_threads = options.threads
    print(
        f"window {options.window}; threads: device {device_threads}, backend {backend_threads}, peer {peer_threads}\n"
    )
    os.nice(19)
    torch.set_num_threads(device_threads)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        room = ["--max-tuning-sessions", "6", "--max-tuning-sessions-per-token", "6", "--max-tuning-mb", "3072"]
        serving = BackendProcess(options.model, work / "backend", "--threads", str(backend_threads), *room)
        backend = stack.enter_context(serving)
        folder = DataFolder(work / "home").create()
        gate = PrivacyGate(Ledger(folder.ledger))
        stack.callback(gate.close)
        link = Link(gate, Backend("bench", backend.url, backend.token), None)
        model, _ = model_with_pack(link, folder, None, lambda sentence: None)
        (process,) = (p for p in psutil.Process().children() if "cloud_backend" in " ".join(p.cmdline()))
        peer = Peer(options.model, peer_threads, options.peer_dtype)
        stack.callback(peer.close)
        splits = [Split(one, link, folder, process) for one in layouts(model.layers) if options.only in one.name]
        texts = windows(model.vocab_size, options.window)
        taken: dict[str, list[tuple[float, float]]] = {}
        for number in range(options.rounds + 1):
            text = next(texts)
            for name, step_s in [("peer", peer.step_s)] + [(one.layout.name, one.step_s) for one in splits]:
                for one in splits:
                    one.session.keep_alive()
                measured = step_s(text)
                if number:  # the first warms up
                    taken.setdefault(name, []).append(measured)
        peers = taken["peer"]
        rows = [_row(f"PEFT LoRA r=8, one process, {options.peer_dtype}", peers, peers, options.window, ["", ""])]
        for one in splits:
            name, head_s = one.layout.name, one.half.spent_s / (options.rounds + 1)
            rest = [f"{head_s:.2f} s", f"{one.bytes_a_token:,.0f}"]
            rows.append(_row(name, taken[name], peers, options.window, rest))
            one.session.close()
    print_table(["what", "tokens/s", "against peer", "range", "processor s", "head and loss", "bytes a token"], rows)


def _row(
    name: str, ours: list[tuple[float, float]], peers: list[tuple[float, float]], window: int, rest: list[str]
) -> list[str]:
    ratios = [peer[0] / own[0] for own, peer in zip(ours, peers, strict=True)]
    return [
        name,
        f"{window / statistics.median(wall for wall, _ in ours):.0f}",
        f"{statistics.median(ratios):.2f} x",
        f"{min(ratios):.2f}-{max(ratios):.2f}",
        f"{statistics.median(used for _, used in ours):.2f}",
        *rest,
    ]


if __name__ == "__main__":
    main()
