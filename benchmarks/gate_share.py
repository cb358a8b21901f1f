"""The gate's and ledger's share of decode time, measured two ways in one run of the real split.

    python -m benchmarks.gate_share MODEL_FOLDER [--tokens 600] [--plain]

Tokens take turns, in random order: the gate as it is; the gate with a clock around each call; a gate that wraps frames
for the wire and does nothing else. "By difference" is the median of how much longer the first takes than the last of
the same turn, with a standard error by bootstrap: it holds what a colder cache costs the code behind the gate too.
"By its own clock" is the sum of the clocked calls, masking and the clock's own cost included.
"""

import argparse
import random
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import torch

from app.core.session import RemoteSession
from app.device.adapter import Adapter
from app.device.near_half import NearHalf
from app.domain.clearance import Clearance, ClearedPayload
from app.domain.ids import new_message_id
from app.domain.sampling import SamplingSettings
from app.main import DEVICE_THREADS, SWITCH_INTERVAL_S
from app.privacy.gate import PrivacyGate
from app.wire.messages import Recipe
from app.wire.plan import layer_by_layer
from benchmarks.inference import Split, TimedGate
from benchmarks.machine import print_header, print_table
from benchmarks.peer import PROMPT

SEED = 0
TOKENS_A_SESSION = 300
WARM_UP_TURNS = 20
WAYS = ("recorded", "clocked", "open")


class SwitchedGate(TimedGate):
    """Does its work in one of three WAYS."""

    way = "recorded"
    wrapped_s = 0.0

    def clear_message(self, content: bytes, clearance: Clearance) -> ClearedPayload:
        if self.way == "recorded":
            return PrivacyGate.clear_message(self, content, clearance)
        if self.way == "clocked":
            return super().clear_message(content, clearance)
        started_s = time.perf_counter()
        data = self._wrapping.wrap(content)
        self.wrapped_s += time.perf_counter() - started_s
        return ClearedPayload(data, 0)

    def received(self, data: bytes, content: bytes, clearance: Clearance) -> None:
        if self.way == "recorded":
            PrivacyGate.received(self, data, content, clearance)
        elif self.way == "clocked":
            super().received(data, content, clearance)


def measure_ms(split: Split, near: NearHalf, gate: SwitchedGate, turns: int) -> dict[str, list[float]]:
    """Milliseconds of each token, one of each way a turn."""
    prompt = split.tokenizer.encode_chat([("user", PROMPT)], add_generation_prompt=True)
    order, shuffled = list(WAYS), random.Random(SEED)
    times_ms: dict[str, list[float]] = {way: [] for way in WAYS}

    def decode_turns(session: RemoteSession, count: int) -> None:
        sampler, message, context = near.sampler(SamplingSettings()), new_message_id(), list(prompt)
        state = session.extend(prompt, message, want_last=True)
        context.append(near.next_token(state, sampler, context))
        for _ in range(count):
            shuffled.shuffle(order)
            for gate.way in order:
                started_s = time.perf_counter()
                state = session.extend(context[-1:], message, want_last=True)
                context.append(near.next_token(state, sampler, context))
                times_ms[gate.way].append((time.perf_counter() - started_s) * 1e3)
        gate.way = "recorded"

    while len(times_ms["open"]) < turns:
        with split.session(near) as session:
            decode_turns(session, min(turns, TOKENS_A_SESSION // len(WAYS)))
    return {way: times[WARM_UP_TURNS:] for way, times in times_ms.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path)
    parser.add_argument("--tokens", type=int, default=600, help="of each way")
    parser.add_argument("--plain", action="store_true", help="without an adapter")
    options = parser.parse_args()
    print_header("Gate and ledger: share of decode time", SEED)
    torch.set_num_threads(DEVICE_THREADS)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    with ExitStack() as stack, tempfile.TemporaryDirectory() as work:
        split = Split(options.model, Path(work), stack, SwitchedGate)
        gate = split.gate
        assert isinstance(gate, SwitchedGate)
        plan = layer_by_layer(range(split.model.layers), 32)
        adapter = Adapter.random(plan, split.pack.facts, Recipe.SVD, seed=SEED, scale=0.01)
        near = split.near(None if options.plain else adapter)
        times_ms = measure_ms(split, near, gate, options.tokens)
        gate.close()
    entries = 2 if options.plain else 2 * plan.round_trips
    whole_ms = statistics.median(times_ms["recorded"])

    def row(words: str, spent_ms: float, error: str = "") -> list[str]:
        return [words, f"{100 * spent_ms / whole_ms:.2f} %", f"{1e3 * spent_ms / entries:.1f} us", error]

    rows = []
    for way in ("recorded", "clocked"):
        more_ms = [a - b for a, b in zip(times_ms[way], times_ms["open"], strict=True)]
        draws = random.Random(SEED)
        again = [statistics.median(draws.choices(more_ms, k=len(more_ms))) for _ in range(200)]
        error = f"+- {1e3 * statistics.stdev(again) / entries:.1f} us"
        rows.append(row(f"by difference, {way}", statistics.median(more_ms), error))
    clocked = len(times_ms["clocked"]) + WARM_UP_TURNS
    rows.append(row("by its own clock", 1e3 * gate.spent_s / clocked))
    rows.append(row("of which masking", 1e3 * gate.wrapped_s / clocked))
    print_table([f"{whole_ms:.1f} ms a token, {entries} entries", "share", "an entry", "error"], rows)


if __name__ == "__main__":
    main()
