"""The backend dies or the socket is cut in the middle of a reply; the text is that of an uninterrupted run."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from app.core.events import EndReason, Event, LinkChanged, LinkState, ReplyEnded, TextAdded
from app.core.ports import Conversations
from app.core.services import ChatRequest
from app.device.adapter import Adapter
from app.device.pack import DevicePack
from app.domain.backend import Backend
from app.domain.conversation import ChatOptions
from app.domain.sampling import SamplingSettings
from app.main import BUILT_IN_MODEL, Nearhalf
from app.storage.paths import DataFolder
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target, layer_by_layer
from tests.sim.backend_process import BackendProcess
from tests.sim.faulty_proxy import Faults, FaultyProxy

QUESTION = "Tell me a short story about a fox who learns to read."
GREEDY = SamplingSettings(max_tokens=40)
SEEDED = SamplingSettings(temperature=0.9, top_p=0.95, seed=11, max_tokens=40)


@pytest.fixture
def folder(tmp_path: Path, smollm2_folder: Path) -> DataFolder:
    folder = DataFolder(tmp_path / "home").create()
    (folder.models / BUILT_IN_MODEL).symlink_to(smollm2_folder)
    return folder


EVERY_LAYER = layer_by_layer(range(30), 8)  # 30 round trips a token
BEHIND_TWO = ExchangePlan(  # two: what the device's own two layers make is read by the first tap
    tuple(
        Tap(first, tuple(Target(layer, Projection.V) for layer in layers), 64, 64)
        for first, layers in ((0, range(2, 16)), (16, range(16, 30)))
    )
)


@pytest.fixture(params=[(EVERY_LAYER, 0), (BEHIND_TWO, 2)], ids=["every-layer", "device-layers"])
def adapter(folder: DataFolder, smollm2_folder: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Noise, strong enough to change the text."""
    plan, device_layers = request.param
    with Nearhalf(folder).open_chat(ChatRequest(), lambda sentence: None):
        pack = DevicePack(next(path for path in folder.packs.iterdir() if path.is_dir()))
    path = tmp_path / "adapter.safetensors"
    Adapter.random(plan, pack.facts, Recipe.SVD, seed=3, scale=0.05, device_layers=device_layers).save(path)
    return path


def backend_children() -> list[psutil.Process]:
    """The built-in backends: those that serve the model by its name among the app's models."""
    return [p for p in psutil.Process().children() if BUILT_IN_MODEL in {Path(one).name for one in p.cmdline()}]


def ask(
    conversations: Conversations,
    settings: SamplingSettings,
    after_pieces: int = 0,
    do: Callable[[], None] = lambda: None,
) -> tuple[str, tuple[int, ...], ReplyEnded, list[LinkState]]:
    """Ask QUESTION; call `do` after so many pieces of text. Returns text, tokens, the end, and the link's states."""
    ended: list[ReplyEnded] = []
    done = threading.Event()
    pieces: list[str] = []
    states: list[LinkState] = []

    def listen(event: Event) -> None:
        if isinstance(event, TextAdded):
            pieces.append(event.text)
            if len(pieces) == after_pieces:
                do()
        elif isinstance(event, LinkChanged):
            states.append(event.state)
        elif isinstance(event, ReplyEnded):
            ended.append(event)
            done.set()

    conversations.subscribe(listen)
    chat = conversations.new_chat()
    conversations.set_options(chat, ChatOptions(sampling=settings))
    conversations.send(chat, QUESTION)
    assert done.wait(90)
    return "".join(pieces), conversations.turns(chat)[-1].message.tokens, ended[-1], states


def kill_backend() -> None:
    (child,) = backend_children()
    os.kill(child.pid, signal.SIGKILL)
    child.wait()


@pytest.mark.parametrize("settings", [GREEDY, SEEDED], ids=["greedy", "seeded"])
def test_a_killed_backend_changes_nothing(folder: DataFolder, settings: SamplingSettings) -> None:
    with Nearhalf(folder).open_chat(ChatRequest(), lambda sentence: None) as chat:
        whole = ask(chat, settings)
    with Nearhalf(folder).open_chat(ChatRequest(), lambda sentence: None) as chat:
        text, tokens, ended, states = ask(chat, settings, after_pieces=15, do=kill_backend)
    assert (text, tokens) == whole[:2]
    assert ended.reason is EndReason.MAX_TOKENS
    assert LinkState.RECONNECTING in states and states[-1] is LinkState.READY


def test_a_killed_backend_changes_nothing_with_an_adapter(folder: DataFolder, adapter: Path) -> None:
    request = ChatRequest(adapter=adapter)
    with Nearhalf(folder).open_chat(request, lambda sentence: None) as chat:
        whole = ask(chat, GREEDY)
    with Nearhalf(folder).open_chat(request, lambda sentence: None) as chat:
        assert ask(chat, GREEDY, after_pieces=10, do=kill_backend)[:2] == whole[:2]
    with Nearhalf(folder).open_chat(ChatRequest(), lambda sentence: None) as chat:
        assert ask(chat, GREEDY)[0] != whole[0]  # so the adapter did take part


@pytest.fixture
def remote(smollm2_folder: Path, tmp_path: Path) -> Iterator[BackendProcess]:
    with BackendProcess(smollm2_folder, tmp_path / "backend") as backend:
        yield backend


def test_a_cut_socket_changes_nothing(folder: DataFolder, remote: BackendProcess) -> None:
    with Nearhalf(folder).open_chat(
        ChatRequest(Backend("direct", remote.url, remote.token)), lambda sentence: None
    ) as chat:
        whole = ask(chat, GREEDY)
    with FaultyProxy(remote.port, Faults()) as proxy:
        request = ChatRequest(Backend("cut", proxy.url, remote.token))
        with Nearhalf(folder).open_chat(request, lambda sentence: None) as chat:
            text, tokens, _, states = ask(chat, GREEDY, after_pieces=12, do=proxy.cut)
            assert (text, tokens) == whole[:2]
            assert LinkState.RECONNECTING in states


def test_a_remote_backend_killed_and_started_again_changes_nothing(folder: DataFolder, remote: BackendProcess) -> None:
    def kill_and_restart() -> None:
        remote.kill()
        restarting.start()

    restarting = threading.Thread(target=remote.start)
    request = ChatRequest(Backend("remote", remote.url, remote.token))
    with Nearhalf(folder).open_chat(request, lambda sentence: None) as chat:
        whole = ask(chat, SEEDED)
    with Nearhalf(folder).open_chat(request, lambda sentence: None) as chat:
        assert ask(chat, SEEDED, after_pieces=20, do=kill_and_restart)[:2] == whole[:2]
    restarting.join()


def test_closing_ends_the_built_in_backend(folder: DataFolder) -> None:
    with Nearhalf(folder).open_chat(ChatRequest(), lambda sentence: None) as chat:
        ask(chat, SamplingSettings(max_tokens=3))
        assert len(backend_children()) == 1
    assert backend_children() == []
