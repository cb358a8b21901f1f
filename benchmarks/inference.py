"""Decode, prefill, and the gate's share, split over loopback, against transformers `generate` in the same process tree.

    python -m benchmarks.inference MODEL_FOLDER [--rounds 5] [--tokens 128]

Rounds alternate: peer, split without adapter, split with an adapter on all layers (r=32, one tap a layer). The table
gives medians, and the median and range of each round's ratio.
The split's path is the app's own: NearHalf, gate with a ledger on disk, WebSocket, the backend as a child process.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import torch

from app.core.embedded import EmbeddedBackend
from app.core.session import RemoteSession, RetryPolicy
from app.device.adapter import Adapter
from app.device.near_half import NearHalf
from app.device.pack import DevicePack, install_pack
from app.device.tokenizer import load_tokenizer
from app.domain.clearance import Clearance, ClearedPayload
from app.domain.ids import new_message_id
from app.domain.sampling import SamplingSettings
from app.main import DEVICE_THREADS, SWITCH_INTERVAL_S, Link
from app.net.control import ControlClient
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from app.wire.messages import Recipe
from app.wire.plan import layer_by_layer
from benchmarks.machine import print_header, print_table
from benchmarks.peer import PROMPT

SEED = 0
PREFILL_TOKENS = 512


class TimedGate(PrivacyGate):
    """The gate, with a clock around it. `spent_s` holds the masking of frames too, which the gate does."""

    spent_s = 0.0

    def clear_message(self, content: bytes, clearance: Clearance) -> ClearedPayload:
        started_s = time.perf_counter()
        try:
            return super().clear_message(content, clearance)
        finally:
            self.spent_s += time.perf_counter() - started_s

    def received(self, data: bytes, content: bytes, clearance: Clearance) -> None:
        started_s = time.perf_counter()
        super().received(data, content, clearance)
        self.spent_s += time.perf_counter() - started_s


class PeerProcess:
    def __init__(self, folder: Path) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.peer", str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def generate_s(self, prompt: list[int], tokens: int) -> float:
        """Seconds that the peer took to generate `tokens` tokens."""
        assert self._child.stdin is not None and self._child.stdout is not None
        self._child.stdin.write(json.dumps({"prompt": prompt, "tokens": tokens}) + "\n")
        self._child.stdin.flush()
        seconds: float = json.loads(self._child.stdout.readline())["seconds"]
        return seconds

    def close(self) -> None:
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait()


class Split:
    """The app's own path to a backend in a child process. Sessions are opened per use."""

    def __init__(self, folder: Path, work: Path, stack: ExitStack, gate: type[TimedGate] = TimedGate) -> None:
        embedded = EmbeddedBackend(folder, log=work / "backend.log")
        stack.callback(embedded.stop)
        self.gate = gate(Ledger(work / "ledger.nhl"))
        self.link = Link(self.gate, embedded.start(), embedded)
        control = ControlClient(self.link.backend, self.gate)
        self.model = control.list_models()[0]
        control.download_pack(self.model, work / "pack.zip")
        control.close()
        self.pack: DevicePack = install_pack(work / "pack.zip", work / "pack", self.model.pack_sha256)
        self.tokenizer = load_tokenizer(self.pack)

    def near(self, adapter: Adapter | None) -> NearHalf:
        return NearHalf(self.pack, adapter)

    @contextmanager
    def session(self, near: NearHalf) -> Iterator[RemoteSession]:
        session = RemoteSession(near, self.model, self.link.open_channel, RetryPolicy(list), print, lambda: None)
        try:
            yield session
        finally:
            session.close()


def decode_s(split: Split, near: NearHalf, prompt: list[int], tokens: int) -> float:
    """Seconds a token, the first left out."""
    with split.session(near) as session:
        sampler = near.sampler(SamplingSettings())
        message = new_message_id()
        context = list(prompt)
        state = session.extend(prompt, message, want_last=True)
        context.append(near.next_token(state, sampler, context))
        started_s = time.perf_counter()
        for _ in range(tokens):
            state = session.extend(context[-1:], message, want_last=True)
            context.append(near.next_token(state, sampler, context))
        return (time.perf_counter() - started_s) / tokens


def prefill_s(split: Split, near: NearHalf, prompt: list[int]) -> float:
    """Seconds from an open session to the first token."""
    with split.session(near) as session:
        session.connect()
        sampler = near.sampler(SamplingSettings())
        message = new_message_id()
        started_s = time.perf_counter()
        state = b""
        for start in range(0, len(prompt), session.max_rows):
            chunk = prompt[start : start + session.max_rows]
            state = session.extend(chunk, message, want_last=start + len(chunk) == len(prompt))
        near.next_token(state, sampler, prompt)
        return time.perf_counter() - started_s


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tokens", type=int, default=128)
    options = parser.parse_args()
    print_header("Decode and prefill, split over loopback, against transformers generate (bf16)", SEED)
    torch.set_num_threads(DEVICE_THREADS)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    with ExitStack() as stack, tempfile.TemporaryDirectory() as work:
        split = Split(options.model, Path(work), stack)
        peer = PeerProcess(options.model)
        stack.callback(peer.close)
        prompt = split.tokenizer.encode_chat([("user", PROMPT)], add_generation_prompt=True)
        generator = torch.Generator().manual_seed(SEED)
        vocabulary = split.model.vocab_size
        long_prompt = torch.randint(100, vocabulary, (PREFILL_TOKENS,), generator=generator).tolist()
        plan = layer_by_layer(range(split.model.layers), 32)
        adapter = Adapter.random(plan, split.pack.facts, Recipe.SVD, seed=SEED, scale=0.01)
        plain, tapped = split.near(None), split.near(adapter)
        print(f"device: {plain.description}, {DEVICE_THREADS} thread; plan: {plan.round_trips} round trips a token\n")
        times: dict[str, list[float]] = {
            name: [] for name in ("peer", "plain", "tapped", "gate plain", "gate tapped", "peer prefill", "prefill")
        }
        n = options.tokens
        for round_number in range(options.rounds + 1):
            one_s = peer.generate_s(prompt, 1)
            peer_s = (peer.generate_s(prompt, n + 1) - one_s) / n
            measured = {"peer": peer_s}
            for name, near in (("plain", plain), ("tapped", tapped)):
                before_s = split.gate.spent_s
                measured[name] = decode_s(split, near, prompt, n)
                measured[f"gate {name}"] = (split.gate.spent_s - before_s) / n
            measured["peer prefill"] = peer.generate_s(long_prompt, 1)
            measured["prefill"] = prefill_s(split, plain, long_prompt)
            if round_number:  # the first warms up
                for name, value in measured.items():
                    times[name].append(value)
    median = {name: statistics.median(values) for name, values in times.items()}

    def row(name: str, words: str, peer_name: str, unit: float, label: str) -> list[str]:
        ratios = [p / s for p, s in zip(times[peer_name], times[name], strict=True)]
        return [
            words,
            f"{1000 * median[name]:.1f} ms",
            f"{unit / median[name]:.1f} {label}",
            f"{statistics.median(ratios):.2f} x",
            f"{min(ratios):.2f}-{max(ratios):.2f}",
        ]

    print_table(
        ["what", "median", "speed", "against peer", "range"],
        [
            row("peer", "transformers generate, decode", "peer", 1, "tok/s"),
            row("plain", "split, no adapter, decode", "peer", 1, "tok/s"),
            row("tapped", f"split, {plan.round_trips} round trips, decode", "peer", 1, "tok/s"),
            row("peer prefill", f"transformers, prefill {PREFILL_TOKENS}", "peer prefill", PREFILL_TOKENS, "tok/s"),
            row("prefill", f"split, prefill {PREFILL_TOKENS}", "peer prefill", PREFILL_TOKENS, "tok/s"),
        ],
    )
    print_table(
        ["gate and ledger", "share of decode time"],
        [
            ["no adapter", f"{100 * median['gate plain'] / median['plain']:.2f} %"],
            [f"{plan.round_trips} round trips", f"{100 * median['gate tapped'] / median['tapped']:.2f} %"],
        ],
    )


if __name__ == "__main__":
    main()
