"""Chat beside training: time of a chat's token alone and while another session trains, and the reverse.

    python -m benchmarks.tuning_share MODEL_FOLDER [--rounds 6] [--tokens 64] [--preset thorough] [--two]

Chat and trainer are processes of their own, as in the app; the trainer's has low priority, as the app's has. There is
one backend, with its defaults; with --two the trainer has a built-in one of its own, at its own priority, as it has in
the app where the window uses the built-in one too. Rounds alternate: chat alone, chat beside training, training alone.
The table gives medians over rounds, and the median and range of each round's ratio.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack
from pathlib import Path

import torch

from app.core.embedded import EmbeddedBackend
from app.core.session import RetryPolicy
from app.core.tuning import Preset
from app.core.tuning_presets import presets
from app.core.tuning_session import TuningSession
from app.device.adapter import Adapter
from app.device.pack import DevicePack
from app.device.tuning_half import TuningHalf
from app.domain.backend import Backend
from app.domain.ids import new_message_id
from app.main import DEVICE_THREADS, SWITCH_INTERVAL_S, Link
from app.main.low_priority import go_last
from app.net.control import ControlClient
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from benchmarks.inference import Split, decode_s, prefill_s
from benchmarks.machine import print_header, print_table
from benchmarks.peer import PROMPT

SEED = 0
KEEP_ALIVE_S = 5.0
LEAST_STEPS = 2  # of training in a round


def train(preset: Preset) -> None:
    """The child: a line of JSON says where; then "go" and "halt" on standard input. A line for each step done."""
    go_last()
    torch.set_num_threads(DEVICE_THREADS)
    asked = json.loads(sys.stdin.readline())
    work = Path(asked["work"])
    gate = PrivacyGate(Ledger(work / "trainer.nhl"))
    if asked["model"]:
        own = EmbeddedBackend(Path(asked["model"]), log=work / "trainer-backend.log")
        link = Link(gate, own.start(), own)
    else:
        link = Link(gate, Backend("bench", asked["url"], asked["token"]), None)
    control = ControlClient(link.backend, gate)
    model = control.list_models()[0]
    control.close()
    pack = DevicePack(work / "pack")
    rank, near = min(recipe.rank for recipe in model.recipes), pack.facts.near.layers
    settings = presets(model.layers, rank, model.max_rows, near)[preset]
    adapter = Adapter.random(
        settings.plan, pack.facts, settings.recipe, seed=SEED, scale=0.01, head_rank=8,
        device_layers=settings.device_layers,
    )  # fmt: skip
    half = TuningHalf(pack, adapter, state_dtype=settings.state_dtype, exchange_dtype=settings.exchange_dtype)
    session = TuningSession(
        half, model, link.open_channel, RetryPolicy(list), lambda why: None, lambda: None,
        window=settings.window, message=new_message_id(),
    )  # fmt: skip
    may_go = threading.Event()

    def listen() -> None:
        for line in sys.stdin:
            may_go.set() if line.strip() == "go" else may_go.clear()
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    tokens = torch.randint(model.vocab_size, (settings.window,), generator=torch.Generator().manual_seed(SEED)).tolist()
    while True:
        while not may_go.wait(KEEP_ALIVE_S):
            session.keep_alive()
        started_s = time.perf_counter()
        session.train(tokens, 1 / len(tokens))
        half.update(0.0, 0.0, 1.0)
        print(json.dumps({"tokens": len(tokens), "seconds": time.perf_counter() - started_s}), flush=True)


class Trainer:
    """The child process; its steps are counted as they come."""

    def __init__(self, split: Split, work: Path, preset: Preset, own_model: Path | None) -> None:
        """own_model: of a backend of its own; None: it computes on the one of `split`."""
        self._child = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.tuning_share", "--train", preset.value],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"OMP_WAIT_POLICY": "passive"},  # this and the next as app/main/trainer_start.py does
            start_new_session=os.name == "posix",
        )
        backend = split.link.backend
        model = "" if own_model is None else str(own_model)
        self._say(json.dumps({"work": str(work), "model": model, "url": backend.url, "token": backend.token}))
        self._steps: list[dict[str, float]] = []
        threading.Thread(target=self._count, daemon=True).start()
        self.go()
        self.wait(1)  # weights are read, kernels chosen
        self.halt()

    def _say(self, line: str) -> None:
        assert self._child.stdin is not None
        self._child.stdin.write(line + "\n")
        self._child.stdin.flush()

    def _count(self) -> None:
        assert self._child.stdout is not None
        for line in self._child.stdout:
            self._steps.append(json.loads(line))

    def go(self) -> None:
        self._steps.clear()
        self._say("go")

    def halt(self) -> None:
        """Returns when the step under way has ended."""
        self._say("halt")
        steps = -1
        while steps != len(self._steps):
            steps = len(self._steps)
            time.sleep(2 * max((step["seconds"] for step in self._steps), default=1.0))

    def wait(self, steps: int) -> None:
        while len(self._steps) < steps:
            time.sleep(0.05)
            assert self._child.poll() is None, "the trainer ended"

    @property
    def tokens_per_s(self) -> float:
        """Over the steps since `go`."""
        return sum(step["tokens"] for step in self._steps) / sum(step["seconds"] for step in self._steps)

    def close(self) -> None:
        assert self._child.stdin is not None
        self._child.stdin.close()
        self._child.wait()


def row(words: str, alone: list[float], beside: list[float], unit: str) -> list[str]:
    ratios = [b / a for a, b in zip(alone, beside, strict=True)]
    return [
        words,
        f"{statistics.median(alone):.4g} {unit}",
        f"{statistics.median(beside):.4g} {unit}",
        f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
    ]


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--preset", default=Preset.THOROUGH.value, choices=[one.value for one in Preset])
    parser.add_argument("--two", action="store_true", help="the trainer has a backend of its own")
    parser.add_argument("--train", metavar="PRESET", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.train:
        train(Preset(options.train))
    backends = "two built-in backends" if options.two else "one backend"
    print_header(f"Chat beside training (preset {options.preset}), {backends}, loopback", SEED)
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    torch.set_num_threads(DEVICE_THREADS)
    chat: dict[str, list[float]] = {"alone": [], "beside": []}
    first: dict[str, list[float]] = {"alone": [], "beside": []}
    speed: dict[str, list[float]] = {"alone": [], "beside": []}
    with ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        split = Split(options.folder, work, stack)
        near = split.near(None)
        prompt = split.tokenizer.encode_chat([("user", PROMPT)], add_generation_prompt=True)
        long = (prompt * 512)[:512]
        trainer = Trainer(split, work, Preset(options.preset), options.folder if options.two else None)
        stack.callback(trainer.close)
        decode_s(split, near, prompt, 8)
        for _ in range(options.rounds):
            chat["alone"].append(1e3 * decode_s(split, near, prompt, options.tokens))
            first["alone"].append(1e3 * prefill_s(split, near, long))
            trainer.go()
            trainer.wait(1)
            chat["beside"].append(1e3 * decode_s(split, near, prompt, options.tokens))
            first["beside"].append(1e3 * prefill_s(split, near, long))
            trainer.wait(LEAST_STEPS)
            speed["beside"].append(trainer.tokens_per_s)
            trainer.halt()
            trainer.go()
            trainer.wait(LEAST_STEPS)
            speed["alone"].append(trainer.tokens_per_s)
            trainer.halt()
    print_table(
        ["", "alone", "beside the other", "beside / alone"],
        [
            row("chat, a token", chat["alone"], chat["beside"], "ms"),
            row("chat, first token after 512", first["alone"], first["beside"], "ms"),
            row("training", speed["alone"], speed["beside"], "tokens/s"),
        ],
    )


if __name__ == "__main__":
    main()
