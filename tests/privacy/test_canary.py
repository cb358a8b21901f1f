"""A canary is typed into the real app, over a real backend. Every byte that crossed the wire (recorded by a relay that
shares no code with the app), every log and every file written is searched for it. And the ledger equals the recording.
"""

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch

from app.core.problem_report import collect, whole_text
from app.device.adapter import Adapter
from app.device.pack import DevicePack
from app.device.tokenizer import load_tokenizer
from app.domain.clearance import Direction, Purpose
from app.privacy.ledger_format import LedgerEntry, read_entries, verify
from app.storage.paths import DataFolder
from app.storage.settings import Settings
from app.wire.messages import Recipe
from app.wire.plan import layer_by_layer
from tests.privacy.needles import forms_of_text, forms_of_tokens, found_in, websocket_payloads
from tests.sim.backend_process import ROOT, BackendProcess
from tests.sim.recording_proxy import Recording, RecordingProxy

CANARY = "the heron Quillfeather sleeps under bridge 4711 while Marzipan counts violet lanterns"


@dataclass
class Captured:
    """What one run left behind, and where."""

    home: Path
    backend_folder: Path
    connections: list[Recording]
    reply: dict[str, object]
    tokens: list[int]
    adapter: Adapter
    access_token: str

    @property
    def wire(self) -> bytes:
        """Both directions of every connection, as recorded and unmasked."""
        parts = [bytes(stream) for one in self.connections for stream in (one.up, one.down)]
        parts += [websocket_payloads(part) for part in parts if b"Upgrade: websocket" in part or b"101 " in part[:20]]
        return b"".join(parts)

    @property
    def files(self) -> dict[Path, bytes]:
        """Every file under both folders but the public model's own."""
        return {
            path: path.read_bytes()
            for folder in (self.home, self.backend_folder)
            for path in folder.rglob("*")
            if path.is_file() and "packs" not in path.parts
        }


@pytest.fixture(scope="module")
def captured(smollm2_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Captured:
    folder = tmp_path_factory.mktemp("canary")
    home = folder / "home"
    with BackendProcess(smollm2_folder, folder / "backend") as backend, RecordingProxy(backend.port) as proxy:
        (folder / "token").write_text(backend.token)

        def chat(*options: str, text: str) -> dict[str, object]:
            backend_options = ["--backend", proxy.url, "--token-file", str(folder / "token")]
            greedy = ["--json", "--max-tokens", "24", "--temperature", "0"]
            done = subprocess.run(
                [sys.executable, "-m", "app", "chat", *backend_options, *greedy, *options],
                cwd=ROOT,
                env=os.environ | {"NEARHALF_HOME": str(home), "TMPDIR": str(home), "HOME": str(home)},
                input=text + "\n",
                capture_output=True,
                text=True,
                timeout=100,
            )
            assert done.returncode == 0, done.stderr
            assert CANARY not in done.stderr
            answer: dict[str, object] = json.loads(done.stdout)
            return answer

        home.mkdir()
        reply = chat(text=f"Repeat after me: {CANARY}")
        pack = DevicePack(next((home / "packs").iterdir()))
        plan = layer_by_layer(range(pack.facts.layers), 8)
        adapter = Adapter.random(plan, pack.facts, Recipe.SVD, seed=1, scale=0.01, head_rank=4)
        adapter.save(folder / "adapter.safetensors")  # beside the folders that are searched, as the person's own file
        chat("--adapter", str(folder / "adapter.safetensors"), text=f"Repeat after me: {CANARY}")
        tokens = load_tokenizer(pack).encode(" " + CANARY)
    return Captured(home, folder / "backend", proxy.connections, reply, tokens, adapter, backend.token)


def test_the_search_finds_every_form_that_it_looks_for(captured: Captured) -> None:
    planted = [*forms_of_text(" ".join(CANARY.split()[:6])), *forms_of_tokens(captured.tokens[2:6])]
    for name, needle in planted:
        assert found_in(b"\x01\x02" + needle + b"\x03", CANARY, captured.tokens), name


def test_the_recording_holds_the_conversation(captured: Captured) -> None:
    assert captured.reply["tokens"]
    assert len(captured.wire) > 100_000
    assert b"NH\x01" in captured.wire  # our frames, unmasked


def test_neither_the_canary_nor_its_tokens_cross_the_wire(captured: Captured) -> None:
    assert found_in(captured.wire, CANARY, captured.tokens) == []


def test_the_reply_does_not_cross_the_wire(captured: Captured) -> None:
    text = str(captured.reply["text"])
    assert len(text.split()) >= 4
    assert found_in(captured.wire, text, []) == []


def test_no_file_and_no_log_holds_the_canary(captured: Captured) -> None:
    files = captured.files
    names = {path.name for path in files}
    assert "ledger.nhl" in names and "backend.log" in names and "app.log" in names
    assert {str(path): found_in(data, CANARY, captured.tokens) for path, data in files.items()} == {
        str(path): [] for path in files
    }


def test_a_problem_report_after_all_this_holds_nothing_of_it(captured: Captured) -> None:
    sections = collect(DataFolder(captured.home), Settings(), [])
    text = whole_text(sections)
    assert {section.name for section in sections} >= {"versions", "system", "settings"}
    assert found_in(text.encode(), CANARY, captured.tokens) == []
    assert captured.access_token not in text and str(captured.home) not in text


def test_the_adapter_does_not_cross_the_wire(captured: Captured) -> None:
    wire = captured.wire
    for matrix in captured.adapter.matrices.values():
        for row in matrix:
            assert row.numpy().tobytes() not in wire
            assert row.bfloat16().view(torch.int16).numpy().tobytes() not in wire


def test_the_access_token_is_in_no_file(captured: Captured) -> None:
    for path, data in captured.files.items():
        assert captured.access_token.encode() not in data, path


def test_the_ledger_equals_the_recording(captured: Captured) -> None:
    entries = list(read_entries(captured.home / "ledger.nhl"))
    assert verify(captured.home / "ledger.nhl").is_good
    by_connection: dict[int, list[LedgerEntry]] = {}
    for entry in entries:
        by_connection.setdefault(entry.connection, []).append(entry)
    assert len(by_connection) == len(captured.connections)
    for recorded, ours in zip(captured.connections, by_connection.values(), strict=True):
        for direction, stream in ((Direction.UP, recorded.up), (Direction.DOWN, recorded.down)):
            offset = 0
            for entry in ours:
                if entry.direction == direction:
                    run = bytes(stream[offset : offset + entry.wire_bytes])
                    assert hashlib.sha256(run).digest() == entry.sha256, (entry, len(stream), offset)
                    offset += entry.wire_bytes
            assert offset == len(stream)
    assert {Purpose.LIST_MODELS, Purpose.DEVICE_PACK, Purpose.UPGRADE, Purpose.SESSION, Purpose.GENERATE} <= {
        Purpose(entry.purpose) for entry in entries
    }


def test_the_sum_shown_to_the_person_is_the_sum_on_the_wire(captured: Captured) -> None:
    first = next(e for e in read_entries(captured.home / "ledger.nhl") if e.message.int).message
    ours = [e for e in read_entries(captured.home / "ledger.nhl") if e.message == first]
    up = sum(e.wire_bytes for e in ours if e.direction == Direction.UP)
    down = sum(e.wire_bytes for e in ours if e.direction == Direction.DOWN)
    assert (captured.reply["bytes_up"], captured.reply["bytes_down"]) == (up, down)
    assert captured.reply["frames_up"] == sum(e.direction == Direction.UP for e in ours)
