"""Adapters over a real backend: chats with their own, one backend session; an export with A and B fetched from it."""

import io
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from app.cli import run
from app.cli.terminal import Terminal
from app.core.conversations import Library
from app.core.kept_files import FilesOnDisk
from app.core.memory_store import MemoryStore
from app.core.services import ChatRequest
from app.device import adapter_export
from app.device.adapter import Adapter
from app.device.pack import DevicePack
from app.domain.backend import Backend
from app.domain.conversation import ChatOptions
from app.domain.errors import AdapterError, SettingsError
from app.domain.sampling import SamplingSettings
from app.main.adapter_export import LocalAdapters
from app.main.link import Network, model_with_pack, open_writer
from app.main.services import Nearhalf
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, grouped, layer_by_layer
from tests.numerics.near_driver import free_from
from tests.numerics.test_adapter_export import peft_is_noisy, with_export
from tests.sim.backend_process import BackendProcess
from tests.sim.keyrings import NullKeyring
from tests.sim.library import Recorder
from tests.tiny_models import prepare_tiny, tiny_model

GREEDY = SamplingSettings(temperature=0, max_tokens=8)
KEY = bytes(32)


@dataclass
class Home:
    """A data folder with a library of adapters, and a backend of one tiny model."""

    folder: DataFolder
    network: Network
    backend: Backend
    pack: DevicePack
    files: FilesOnDisk

    def add(self, name: str, plan: ExchangePlan, head_rank: int = 0, device_layers: int = 0, *, seed: int = 5) -> Path:
        adapter = self.adapter(plan, head_rank, device_layers, seed=seed)
        return self.files.add_bytes(adapter.encode(), name)

    def adapter(self, plan: ExchangePlan, head_rank: int = 0, device_layers: int = 0, *, seed: int = 5) -> Adapter:
        return Adapter.random(
            plan, self.pack.facts, Recipe.SVD, seed=seed, scale=0.6, head_rank=head_rank, device_layers=device_layers
        )


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> object:
    return tiny_model("llama")


@pytest.fixture(scope="module")
def process(model: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackendProcess]:
    folder = tmp_path_factory.mktemp("adapters")
    with BackendProcess(prepare_tiny(model, folder), folder / "backend", "--threads", "1") as process:
        yield process


@pytest.fixture
def home(process: BackendProcess, tmp_path: Path) -> Iterator[Home]:
    folder = DataFolder(tmp_path / "home").create()
    with closing(Network(folder, lambda notice: None)) as network:
        backend = Backend("tiny", process.url, process.token)
        _, pack = model_with_pack(network.link(backend, lambda _: None), folder, None, lambda _: None)
        yield Home(folder, network, backend, pack, FilesOnDisk(folder, lambda: KEY))


def test_chats_with_different_adapters_share_one_writer_and_say_what_each_says_alone(home: Home) -> None:
    one, two = home.add("one", grouped(6, 2, 8), 4), home.add("two", layer_by_layer(range(6), 8), seed=9)
    # to the backend these are one plan
    near, nearer = (home.add(name, free_from(2), 0, count) for name, count in (("near", 1), ("nearer", 2)))

    def open_library() -> tuple[Library, Recorder]:
        library = Library(
            MemoryStore(), sampling=lambda: GREEDY, system=lambda: "", adapter_name=home.files.adapter_name
        )
        request = ChatRequest(home.backend)
        files = home.files
        library.attach(
            open_writer(
                home.network, home.folder, request, lambda _: None, files.read_adapter, has_adapter=files.has_adapter
            )
        )
        return library, Recorder(library)

    uses = [("", None), (one.name, None), (two.name, 100), (one.name, 40), (one.name, 0), (two.name, None)]
    uses += [(near.name, None), (nearer.name, None), (near.name, 60)]

    def ask(library: Library, seen: Recorder, adapter: str, strength: int | None) -> tuple[int, ...]:
        chat = library.new_chat()
        library.set_options(chat, ChatOptions(adapter=adapter, strength=strength))
        library.send(chat, "Why is the sky blue?")
        ended = seen.reply()
        assert ended.error is None
        return tuple(library.turns(chat)[-1].message.tokens)

    alone = []
    for adapter, strength in uses:
        library, seen = open_library()
        alone.append(ask(library, seen, adapter, strength))
        library.close()
    library, seen = open_library()
    together = [ask(library, seen, adapter, strength) for adapter, strength in uses]
    assert together == alone
    assert alone[4] == alone[0]  # a strength of zero is no adapter
    assert len({alone[0], alone[1], alone[2], *alone[6:]}) == 6, "the adapters must matter"

    chat = library.new_chat()
    library.send(chat, "Why is the sky blue?")
    seen.reply()
    library.regenerate(chat, adapter=one.name)
    seen.reply()
    turn = library.turns(chat)[-1]
    assert (turn.of, tuple(turn.message.tokens)) == (2, alone[1])
    assert turn.message.adapter is not None and turn.message.adapter.name == "one"
    home.files.remove_adapter(one)
    library.regenerate(chat, adapter=one.name)
    ended = seen.reply()
    assert isinstance(ended.error, AdapterError) and "no longer there" in ended.error.message
    library.close()


def test_the_terminal_chats_with_an_adapter_of_the_library_at_a_strength(home: Home, tmp_path: Path) -> None:
    """The real vault, which is closed again before the chat begins, and the real command line."""
    home.network.close()
    data = home.adapter(grouped(6, 2, 8), 4).encode()
    stranger = data.replace(home.pack.facts.backbone_sha256.encode(), b"0" * 64)
    with closing(DataVault(home.folder)) as vault:
        assert vault.open_without_asking()
        library = FilesOnDisk(home.folder, vault.file_key)
        kept = library.add_bytes(data, "Letters")
        library.add_bytes(stranger, "Stranger")
        library.export_adapter(kept, tmp_path / "letters.nha")

        def chat(*words: str) -> tuple[int, str, str]:
            stdout, stderr = io.StringIO(), io.StringIO()
            terminal = Terminal(io.StringIO(), stdout, stderr, {"NEARHALF_TOKEN": home.backend.token or ""})
            argv = ("chat", "--backend", home.backend.url, "--temperature", "0", "--max-tokens", "8", "--once", "Why?")
            status = run((*argv, *words), Nearhalf(home.folder), terminal)
            return status, stdout.getvalue(), stderr.getvalue()

        status, _, said = chat("--adapter", "Letters")
        assert status == 1 and "Another Nearhalf has this history open." in said
        assert chat("--adapter", str(tmp_path / "letters.nha"))[0] == 0, "a file needs no history"

    def reply(*words: str) -> str:
        status, text, said = chat(*words)
        assert status == 0, said
        return text

    plain, whole = reply(), reply("--adapter", "Letters")
    assert whole == reply("--adapter", str(kept)) == reply("--adapter", str(tmp_path / "letters.nha"))
    assert reply("--adapter", "Letters", "--strength", "0") == plain
    assert len({plain, whole, reply("--adapter", "Letters", "--strength", "40")}) == 3, "the adapter must matter"
    status, _, said = chat("--adapter", "Stranger")
    assert status == 1 and "was made for another model than" in said


@peft_is_noisy
@pytest.mark.parametrize(
    ("plan", "head_rank", "device_layers", "names"),
    [
        (layer_by_layer(range(6), 8), 0, 0, {"adapter_model.safetensors", "adapter_config.json"}),
        (grouped(6, 6, 8), 4, 0, {"nearhalf.safetensors", "head.safetensors", "nearhalf_transformers.py"}),
        (free_from(2), 0, 2, {"nearhalf.safetensors", "nearhalf_transformers.py"}),
    ],
    ids=["lora", "free-tap-with-head", "device-layers"],
)
def test_an_export_fetches_a_and_b_from_the_backend(
    plan: ExchangePlan,
    head_rank: int,
    device_layers: int,
    names: set[str],
    home: Home,
    model: object,
    tmp_path: Path,
) -> None:
    path = home.add("one", plan, head_rank, device_layers)
    adapters = LocalAdapters(home.folder, home.files, home.network.link)
    target = tmp_path / "out"
    assert set(adapters.export_for_transformers(home.backend, path, target, 50, lambda _: None)) == names
    assert {file.name for file in target.iterdir()} == names
    with with_export(model, target) as loaded, torch.no_grad():
        said = loaded(torch.tensor([[3, 14, 15, 92]])).logits
    with torch.no_grad():
        plain = model(torch.tensor([[3, 14, 15, 92]])).logits  # type: ignore[operator]
    assert (said - plain).abs().max() > 0.02
    with pytest.raises(SettingsError, match="not empty"):
        adapters.export_for_transformers(home.backend, path, target, 50, lambda _: None)


def test_a_power_cut_during_an_export_leaves_no_adapter_in_the_clear(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home.add("one", layer_by_layer(range(6), 8))
    cut = DataFolder(tmp_path / "cut")
    real = adapter_export.export_adapter

    def export(*given: Any) -> tuple[str, ...]:
        names = real(*given)
        shutil.copytree(home.folder.root, cut.root)  # as the disk is when the power goes
        return names

    monkeypatch.setattr(adapter_export, "export_adapter", export)
    adapters = LocalAdapters(home.folder, home.files, home.network.link)
    names = adapters.export_for_transformers(home.backend, path, tmp_path / "out", 100, lambda _: None)
    left = {file.relative_to(cut.root) for file in cut.root.rglob("*") if file.is_file()}
    (more,) = left - {file.relative_to(home.folder.root) for file in home.folder.root.rglob("*")}
    assert more.name == "recipe.safetensors"  # A and B, which are public
    assert not {file.name for file in left} & set(names)
    with closing(DataVault(cut, NullKeyring())) as vault:
        vault.open_without_asking()
        assert not (cut.root / more.parent).exists()


def test_an_adapter_of_another_model_is_refused_in_words(home: Home, tmp_path: Path) -> None:
    adapter = Adapter.random(grouped(6, 2, 8), home.pack.facts, Recipe.SVD, seed=5, scale=0.3)
    data = adapter.encode()
    text = adapter.card.backbone_sha256.encode()
    path = home.files.add_bytes(data.replace(text, b"0" * len(text)), "stranger")
    adapters = LocalAdapters(home.folder, home.files, home.network.link)
    with pytest.raises(AdapterError, match="does not have"):
        adapters.export_for_transformers(home.backend, path, tmp_path / "out", 100, lambda _: None)
    assert not (tmp_path / "out").exists()
    request = ChatRequest(home.backend, None, path)
    with pytest.raises(AdapterError, match="another model"):
        open_writer(home.network, home.folder, request, lambda _: None, home.files.read_adapter)
