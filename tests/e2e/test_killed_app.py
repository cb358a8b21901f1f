"""kill -9 of the whole app at random moments while a reply streams: no turn is lost, at most 200 ms of a reply is."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.core.conversations import Library
from app.core.events import Event, ReplyEnded
from app.core.services import ChatRequest
from app.domain.backend import Backend
from app.domain.conversation import EndReason, Message, Role, StoredChat
from app.domain.ids import ChatId
from app.domain.sampling import SamplingSettings
from app.main.link import Network, open_writer
from app.storage.backends import BackendStore
from app.storage.paths import DataFolder
from app.storage.secrets import TokenStore
from app.storage.settings import Settings, SettingsFile
from app.storage.vault import DataVault
from tests.sim.backend_process import BackendProcess
from tests.sim.keyrings import MemoryKeyring

KILLS = 20
LOST_S = 0.2
START_S = 60.0
NO_KEYRING = MemoryKeyring(RuntimeError("no keyring"))  # as on a bare machine, which the child runs on
GREEDY = SamplingSettings(max_tokens=160)


@pytest.fixture(scope="module")
def backend(smollm2_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    """A backend that outlives the apps, so that each start takes seconds."""
    with BackendProcess(smollm2_folder, tmp_path_factory.mktemp("backend")) as process:
        yield Backend("bench", process.url, process.token)


@pytest.fixture
def folder(tmp_path: Path, backend: Backend) -> DataFolder:
    folder = DataFolder(tmp_path / "home").create()
    BackendStore(folder.backends, TokenStore(folder.tokens, NO_KEYRING)).add(backend)
    SettingsFile(folder.settings).save(Settings(backend=backend.name, sampling=GREEDY, is_first_run_done=True))
    return folder


class Seen:
    """What the app said until it was killed, read as it came."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.sent: list[tuple[str, str]] = []
        self.growth: dict[str, list[tuple[float, int]]] = {}
        self.ended: set[str] = set()
        self.grows = threading.Event()
        self._process = process
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def finish(self) -> None:
        self._thread.join()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if not line.endswith("\n"):
                return  # cut in the middle of a line
            said: dict[str, Any] = json.loads(line)
            if "sent" in said:
                self.sent.append((said["sent"], said["message"]))
            elif "text" in said:
                self.growth.setdefault(said["text"], []).append((said["at_s"], said["length"]))
                self.grows.set()
            else:
                self.ended.add(said["ended"])


def run_until_killed(folder: DataFolder, after_s: float) -> tuple[Seen, float]:
    """Start the app, wait until a reply grows, kill it `after_s` later. What was seen, and when it was killed."""
    started_s = time.monotonic()
    errors = folder.root.parent / "stderr"
    with errors.open("w") as stderr:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.sim.app_process", str(folder.root)],
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        )
    try:
        seen = Seen(process)
        while not seen.grows.wait(0.5):
            assert process.poll() is None, errors.read_text()
            assert time.monotonic() - started_s < START_S, "no reply began"
        time.sleep(after_s)
    finally:
        killed_s = time.monotonic()
        process.send_signal(signal.SIGKILL)
        process.wait()
    seen.finish()
    assert process.stdout is not None
    process.stdout.close()
    return seen, killed_s


@contextmanager
def opened(folder: DataFolder) -> Iterator[DataVault]:
    with closing(DataVault(folder, keyring=NO_KEYRING)) as vault:
        assert vault.open_without_asking()
        yield vault


def stored(vault: DataVault) -> dict[str, tuple[StoredChat, Message]]:
    chats = [vault.chats.load(info.id) for info in vault.chats.chats()]
    return {str(message.id): (chat, message) for chat in chats for message in chat.messages}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_no_turn_is_lost_and_at_most_200_ms_of_a_reply_and_it_can_be_continued(
    folder: DataFolder, backend: Backend
) -> None:
    pick = random.Random(20261123)
    cut: tuple[ChatId, Message] | None = None
    for round_ in range(KILLS):
        seen, killed_s = run_until_killed(folder, pick.uniform(0.0, 1.5))
        with opened(folder) as vault:
            found = stored(vault)
            for _chat, message in seen.sent:
                assert message in found, f"round {round_}: a committed turn is missing"
            for reply, growth in seen.growth.items():
                owed = max((length for at_s, length in growth if at_s <= killed_s - LOST_S), default=0)
                kept = len(found[reply][1].text) if reply in found else 0
                assert kept >= owed, f"round {round_}: {owed - kept} characters older than {LOST_S} s are lost"
            for chat, message in found.values():
                if message.role is Role.ASSISTANT and message.can_continue:
                    cut = chat.info.id, message
    assert cut is not None
    continue_it(folder, backend, *cut)


def continue_it(folder: DataFolder, backend: Backend, chat: ChatId, reply: Message) -> None:
    """The cut reply goes on from its last token (tests/e2e/test_continue.py: to the very text of an uncut one)."""
    with opened(folder) as vault, closing(Network(folder, lambda notice: None)) as network:
        library = Library(vault.chats, sampling=lambda: GREEDY, system=lambda: "")
        ended: list[ReplyEnded] = []
        done = threading.Event()

        def listen(event: Event) -> None:
            if isinstance(event, ReplyEnded):
                ended.append(event)
                done.set()

        library.subscribe(listen)
        try:
            library.attach(open_writer(network, folder, ChatRequest(backend), lambda sentence: None))
            library.continue_reply(chat, reply.id)
            assert done.wait(60)
        finally:
            library.close()
        assert ended[0].error is None
        assert ended[0].reason in (EndReason.END_OF_TEXT, EndReason.MAX_TOKENS)
        continued = stored(vault)[str(reply.id)][1]
        assert tuple(continued.tokens[: len(reply.tokens)]) == tuple(reply.tokens)
        assert continued.text.startswith(reply.text)
        assert len(continued.tokens) > len(reply.tokens)
