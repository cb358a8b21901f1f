"""Start to first token: `python3 start.py` with one line piped in, after set-up (a second start), against transformers.

    python -m benchmarks.start [--rounds 5]

The app's time runs from the process's start until the first byte of a reply on standard output: set-up's check, the
backend's start, the model's load on both sides, the prompt. The peer is a fresh process that imports transformers,
loads the same weights and generates one token.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.machine import print_header, print_table
from benchmarks.peer import PROMPT

ROOT = Path(__file__).resolve().parents[1]


def first_output_s(command: list[str], text: str) -> float:
    """Seconds from the start of `command` until it writes its first byte."""
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    started_s = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None and process.stdout is not None
        process.stdin.write(text.encode() + b"\n")
        process.stdin.close()
        assert process.stdout.read(1), "no reply came"
        seconds = time.perf_counter() - started_s
        process.stdout.read()
    return seconds


def main() -> None:
    from app.main import BUILT_IN_MODEL
    from app.storage.paths import data_folder

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    model = data_folder().models / BUILT_IN_MODEL
    print_header("Start to first token, second start", seed=0)
    peer_code = (
        "import torch, sys; from pathlib import Path; from benchmarks.peer import Peer;"
        f"Peer(Path({str(model)!r})).generate_s(list(range(100, 140)), 1); print('x', flush=True)"
    )
    mine = [sys.executable, "start.py", "chat", "--temperature", "0", "--max-tokens", "4"]
    app_s = [first_output_s(mine, PROMPT) for _ in range(rounds + 1)][1:]
    peer_s = [first_output_s([sys.executable, "-c", peer_code], "") for _ in range(rounds + 1)][1:]
    median = statistics.median(peer_s)
    print_table(
        ["what", "median", "range", "against peer"],
        [
            [
                words,
                f"{statistics.median(times):.1f} s",
                f"{min(times):.1f}-{max(times):.1f} s",
                f"{statistics.median(times) / median:.2f} x",
            ]
            for words, times in (
                ("start.py to the first word", app_s),
                ("transformers: import, load, one token", peer_s),
            )
        ],
    )


if __name__ == "__main__":
    main()
