"""Memory of the app's process while chatting (no window), against transformers `generate`, both beyond `import torch`.

    python -m benchmarks.memory

Each side is a child process that measures its own resident memory: after `import torch`, and after a reply of 64
tokens. Uses the model that start.py prepared. The backend's own process is given beside them: with a backend elsewhere
it is not on this computer.
"""

import json
import subprocess
import sys
from pathlib import Path

import psutil
import torch

from benchmarks.machine import print_header, print_table
from benchmarks.peer import PROMPT, resident_mb

TOKENS = 64


def chat_and_report() -> None:
    """The app's side: what `nearhalf chat` does, in this process."""
    base_mb = resident_mb()
    import threading

    from app.core.events import Event, ReplyEnded
    from app.core.services import ChatRequest
    from app.domain.conversation import ChatOptions
    from app.domain.sampling import SamplingSettings
    from app.main import Nearhalf
    from app.storage.paths import data_folder

    done = threading.Event()

    def listen(event: Event) -> None:
        if isinstance(event, ReplyEnded):
            done.set()

    with Nearhalf(data_folder().create()).open_chat(ChatRequest(), lambda sentence: None) as conversations:
        conversations.subscribe(listen)
        chat = conversations.new_chat()
        conversations.set_options(chat, ChatOptions(sampling=SamplingSettings(max_tokens=TOKENS)))
        conversations.send(chat, PROMPT)
        done.wait()
        (backend,) = psutil.Process().children()
        print(json.dumps({"app": resident_mb() - base_mb, "backend": backend.memory_info().rss / 2**20 - base_mb}))


def run_child(code: str, *arguments: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True, check=True)
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def main() -> None:
    from app.main import BUILT_IN_MODEL
    from app.storage.paths import data_folder

    model = data_folder().models / BUILT_IN_MODEL
    print_header("Memory beyond `import torch`", seed=0)
    mine = run_child("import torch; from benchmarks.memory import chat_and_report; chat_and_report()")
    peer = run_child(
        "import torch, json, sys; from pathlib import Path; from benchmarks import peer; base = peer.resident_mb();"
        f"p = peer.Peer(Path(sys.argv[1])); p.generate_s(list(range(100, 140)), {TOKENS});"
        "print(json.dumps({'peer': peer.resident_mb() - base}))",
        str(model),
    )
    print(f"`import torch` itself: {resident_mb():.0f} MB in this process (torch {torch.__version__})\n")
    print_table(
        ["process", "MB beyond import torch", "against peer"],
        [
            ["transformers generate, bf16", f"{peer['peer']:.0f}", "100 %"],
            ["app while chatting, no window", f"{mine['app']:.0f}", f"{100 * mine['app'] / peer['peer']:.0f} %"],
            ["built-in backend (a process of its own)", f"{mine['backend']:.0f}", ""],
        ],
    )


if __name__ == "__main__":
    sys.path.insert(0, str(Path.cwd()))
    main()
