"""The real app in a network namespace of its own, watched by tcpdump on that namespace's only interface, loopback.

    unshare --net python -m tests.sim.audited_session WORK MODEL

WORK/plain: a device pack is downloaded, messages are sent, stopped, edited and regenerated, the backend dies and comes
back. capture.pcap is all of that; behind.pcap is a socket that something else opens to the same backend afterwards.
WORK/tls: a download, a message, and one with an adapter, over TLS, with keys.log. Each has home/ledger.nhl, and
told.json: what the app itself counted. Nothing else can be in the captures: nobody else speaks in this namespace.
"""

import argparse
import json
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from app.core.events import Event, ReplyEnded, TextAdded
from app.core.ports import Conversations
from app.core.services import ChatRequest
from app.device.adapter import Adapter
from app.device.pack import DevicePack
from app.domain.backend import Backend
from app.domain.conversation import ChatOptions
from app.domain.ids import ChatId, MessageId
from app.domain.sampling import SamplingSettings
from app.main import Nearhalf
from app.storage.paths import DataFolder
from app.wire.messages import Recipe
from app.wire.plan import layer_by_layer
from tests.sim.backend_process import BackendProcess

SETTINGS = SamplingSettings(max_tokens=12)


@contextmanager
def watched(pcap: Path) -> Iterator[None]:
    """tcpdump on loopback, from its first word to its last. Raises AssertionError where the kernel dropped packets."""
    command = [
        "tcpdump",
        "-i",
        "lo",
        "-s",
        "0",
        "-B",
        "65536",
        "--immediate-mode",
        "-U",
        "--nano",
        "-w",
        str(pcap),
        "-Z",
        "root",
    ]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    try:
        for line in process.stderr:
            if "listening on" in line:
                break
        yield
    finally:
        time.sleep(0.3)  # what is still on its way to tcpdump
        process.send_signal(signal.SIGINT)
        words = process.stderr.read()
        process.wait(20)
        process.stderr.close()
    assert "0 packets dropped by kernel" in words, words


class Talk:
    """Sends a message and waits for what comes of it."""

    def __init__(self, conversations: Conversations) -> None:
        self.conversations = conversations
        self._ended = threading.Semaphore(0)
        self._pieces = 0
        self._after = 0
        self._do: Callable[[], None] = lambda: None
        self.replies: list[ReplyEnded] = []
        conversations.subscribe(self._on_event)

    def new_chat(self) -> ChatId:
        chat = self.conversations.new_chat()
        self.conversations.set_options(chat, ChatOptions(sampling=SETTINGS))
        return chat

    def wait(self, begin: Callable[[], None], after_pieces: int = 0, do: Callable[[], None] = lambda: None) -> None:
        """Begin a reply, do something after so many pieces of it, and wait for its end."""
        self._pieces, self._after, self._do = 0, after_pieces, do
        begin()
        assert self._ended.acquire(timeout=90)

    def last(self, chat: ChatId, back: int = 1) -> MessageId:
        return self.conversations.turns(chat)[-back].message.id

    def _on_event(self, event: Event) -> None:
        if isinstance(event, TextAdded):
            self._pieces += 1
            if self._pieces == self._after:
                self._do()
        elif isinstance(event, ReplyEnded):
            self.replies.append(event)
            self._ended.release()


def chat_stop_edit_reconnect(folder: DataFolder, backend: BackendProcess, request: ChatRequest) -> list[ReplyEnded]:
    """The session itself."""
    with Nearhalf(folder).open_chat(request, lambda sentence: None) as conversations:
        talk = Talk(conversations)
        chat = talk.new_chat()
        talk.wait(lambda: conversations.send(chat, "Name a river that flows through Paris."))
        talk.wait(lambda: conversations.send(chat, "And a longer one?"), 3, conversations.stop)
        talk.wait(lambda: conversations.edit(chat, talk.last(chat, 2), "And one in London?"))
        talk.wait(lambda: conversations.regenerate(chat))

        def restart() -> None:
            backend.kill()
            threading.Thread(target=backend.start).start()

        talk.wait(lambda: conversations.send(chat, "Which of them is shorter?"), 4, restart)
        return talk.replies


def one_message(folder: DataFolder, request: ChatRequest) -> list[ReplyEnded]:
    with Nearhalf(folder).open_chat(request, lambda sentence: None) as conversations:
        talk = Talk(conversations)
        chat = talk.new_chat()
        talk.wait(lambda: conversations.send(chat, "Name a river that flows through Rome."))
        return talk.replies


def plain(work: Path, model: Path) -> list[ReplyEnded]:
    folder = DataFolder(work / "home").create()
    backend = BackendProcess(model, work / "backend")
    with backend:
        with watched(work / "capture.pcap"):
            request = ChatRequest(Backend("watched", backend.url, backend.token))
            replies = chat_stop_edit_reconnect(folder, backend, request)
        with watched(work / "behind.pcap"), socket.create_connection(("127.0.0.1", backend.port)) as behind:
            behind.sendall(b"GET /livez?the=secret HTTP/1.1\r\nHost: elsewhere\r\nConnection: close\r\n\r\n")
            while behind.recv(65_536):
                pass
    return replies


def over_tls(work: Path, model: Path) -> list[ReplyEnded]:
    folder = DataFolder(work / "home").create()
    certificate, key = str(work / "certificate.pem"), str(work / "key.pem")
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    make += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate]
    subprocess.run(make, check=True, capture_output=True)
    options = ("--tls-cert", certificate, "--tls-key", key)
    with BackendProcess(model, work / "backend", *options) as backend, watched(work / "capture.pcap"):
        url = backend.url.replace("http:", "https:")
        request = ChatRequest(Backend("watched", url, backend.token, certificate), keylog=work / "keys.log")
        replies = one_message(folder, request)
        return replies + one_message(folder, replace(request, adapter=random_adapter(folder, work)))


def random_adapter(folder: DataFolder, work: Path) -> Path:
    """A tap at every layer: thirty exchanges a token."""
    pack = DevicePack(next(path for path in folder.packs.iterdir() if path.is_dir()))
    plan = layer_by_layer(range(pack.facts.layers), 8)
    path = work / "adapter.safetensors"
    Adapter.random(plan, pack.facts, Recipe.SVD, seed=1, scale=0.01).save(path)
    return path


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("work", type=Path)
    parser.add_argument("model", type=Path)
    arguments = parser.parse_args()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    for name, session in (("plain", plain), ("tls", over_tls)):
        work: Path = arguments.work / name
        work.mkdir()
        told = [
            {"end": reply.reason.name, "bytes_up": reply.traffic.bytes_up, "bytes_down": reply.traffic.bytes_down}
            for reply in session(work, arguments.model)
        ]
        (work / "told.json").write_text(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(main())
