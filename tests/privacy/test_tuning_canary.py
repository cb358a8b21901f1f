"""A canary stands in the notes of a whole tuning run, with checkpoint and resume: no byte sent, logged or written by
either side holds its text or its tokens, and no number of the adapter leaves."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch

from app.core.scoring import SessionScorer
from app.core.tuning_run import RunEnd
from app.core.tuning_session import TuningSession
from app.device.adapter import Adapter
from app.domain.clearance import Purpose
from app.privacy.ledger_format import read_entries, verify
from tests.privacy.needles import forms_of_text, forms_of_tokens, found_in, websocket_payloads
from tests.sim.backend_process import BackendProcess
from tests.sim.recording_proxy import RecordingProxy
from tests.sim.tuning_bench import SETTINGS, TuningBench, every_kind_of_tap

CANARY = "the heron Quillfeather sleeps under bridge 4711 while Marzipan counts violet lanterns"


@dataclass
class Captured:
    """What one run left behind."""

    wire: bytes
    files: dict[Path, bytes]
    ledger: Path
    tokens: list[int]
    adapter: Adapter


@pytest.fixture(scope="module")
def captured(smollm2_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Captured:
    folder = tmp_path_factory.mktemp("canary")
    home = folder / "home"
    settings = replace(
        SETTINGS,
        plan=every_kind_of_tap(rank=4),
        steps=2,
        sequences_per_step=1,
        evaluate_every=1,
        evaluation_tokens=40,
    )
    notes = ([f"Nobody knows that {CANARY}."] * 3, [f"It is said that {CANARY}."])
    with (
        BackendProcess(smollm2_folder, folder / "backend", "--threads", "1") as backend,
        RecordingProxy(backend.port) as proxy,
    ):
        first = TuningBench(proxy.url, backend.token, home, *notes, settings)
        first.between = lambda: first.run.pause() if first.heard else None  # type: ignore[method-assign]
        assert first.run.run() is RunEnd.PAUSED
        first.close()
        bench = TuningBench(proxy.url, backend.token, home, *notes, settings)
        bench.run.restore(first.run.checkpoint())
        assert bench.run.run() is RunEnd.DONE
        line = bench.line
        session = TuningSession(
            bench.half, line.model, line.open_channel, line.retry, print, lambda: None, window=48, message=line.message
        )
        scorer = SessionScorer(session, bench.half, bench.tokenizer.eos_ids)
        assert len(scorer.losses(bench.data.held_out[0])) == len(bench.data.held_out[0]) - 1
        assert scorer.complete(bench.data.held_out[0][:6], 4)
        session.close()
        bench.close()
        adapter = bench.half.adapter()
        tokens = bench.tokenizer.encode(" " + CANARY)
    parts = [bytes(stream) for one in proxy.connections for stream in (one.up, one.down)]
    parts += [websocket_payloads(part) for part in parts if b"Upgrade: websocket" in part or b"101 " in part[:20]]
    files = {
        path: path.read_bytes()
        for root in (home, folder / "backend")
        for path in root.rglob("*")
        if path.is_file() and "packs" not in path.parts
    }
    return Captured(b"".join(parts), files, home / "ledger.nhl", tokens, adapter)


def test_the_search_finds_every_form_that_it_looks_for(captured: Captured) -> None:
    for name, needle in [*forms_of_text(" ".join(CANARY.split()[:6])), *forms_of_tokens(captured.tokens[2:6])]:
        assert found_in(b"\x01\x02" + needle + b"\x03", CANARY, captured.tokens), name


def test_neither_the_notes_nor_their_tokens_cross_the_wire(captured: Captured) -> None:
    assert len(captured.wire) > 200_000
    assert found_in(captured.wire, CANARY, captured.tokens) == []


def test_no_file_and_no_log_holds_them(captured: Captured) -> None:
    assert {"ledger.nhl", "backend.log"} <= {path.name for path in captured.files}
    for path, data in captured.files.items():
        assert found_in(data, CANARY, captured.tokens) == [], path


def test_no_number_of_the_adapter_crosses_the_wire(captured: Captured) -> None:
    head = captured.adapter.head
    assert head is not None
    matrices = [*captured.adapter.matrices.values(), *head]
    for matrix in matrices:
        row = matrix[len(matrix) // 2]
        assert bool(row.any())
        assert row.numpy().tobytes() not in captured.wire
        assert row.bfloat16().view(torch.int16).numpy().tobytes() not in captured.wire


def test_the_ledger_says_what_it_was_for(captured: Captured) -> None:
    assert verify(captured.ledger).is_good
    purposes = {Purpose(entry.purpose) for entry in read_entries(captured.ledger)}
    assert {Purpose.TUNE, Purpose.SESSION} <= purposes
    assert not purposes & {Purpose.GENERATE, Purpose.REPLAY}
