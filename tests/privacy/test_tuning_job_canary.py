"""A whole fine-tuning, as a person has it: notes with canaries read, plans probed, a job in its own process, killed in
the middle, resumed, judged, and its adapter kept by `nearhalf tune`. No byte on the socket and no file of either side
holds a word of the notes, their tokens, a secret that was asked for, or a question of the general set; and the ledgers
say exactly what was recorded."""

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.core.general_set import general_set
from app.core.notes import DEFAULT_SECRETS, NotesChoices
from app.core.tuning import JobOrder, JobState, TuningJob
from app.core.tuning_jobs import CHECKPOINT
from app.device.pack import DevicePack
from app.device.tokenizer import load_tokenizer
from app.domain.backend import Backend
from app.domain.clearance import Direction, Purpose
from app.domain.notes import SecretChoice
from app.privacy.ledger_format import LedgerEntry, read_entries, verify
from tests.privacy.needles import forms_of_text, forms_of_tokens, found_in, websocket_payloads
from tests.sim.backend_process import ROOT
from tests.sim.recording_proxy import Recording, RecordingProxy
from tests.sim.trainer_process import QUESTIONS
from tests.sim.tuning_home import SETTINGS, TuningHome, often_checkpointing, tiny_backend, tiny_folder, write_notes

CANARY = "the heron Quillfeather sleeps under bridge 4711 while Marzipan counts violet lanterns"
SECRET = "4539 1488 0343 6467"
LEAVE = NotesChoices(secrets=dict.fromkeys(DEFAULT_SECRETS, SecretChoice.LEAVE))
QUESTION = max((one.prompt for one in general_set()[:QUESTIONS] if len(one.prompt) < 120), key=len)

CLOSE = b"\x88"  # how a WebSocket's last frame begins; on a slow machine nobody waits for the backend's

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@dataclass
class Captured:
    """What one job left behind. ours: connections of the window, theirs: of the trainers; killed: which of theirs was
    open when the first one was killed."""

    ours: list[Recording]
    theirs: list[Recording]
    killed: Recording
    ledgers: tuple[bytes, bytes]
    files: dict[str, bytes]
    said: str
    ended: TuningJob
    canaries: dict[str, tuple[str, list[int]]]

    @property
    def wire(self) -> bytes:
        return b"".join(bytes(stream) for one in (*self.ours, *self.theirs) for stream in (one.up, one.down))

    @property
    def unmasked(self) -> bytes:
        parts = [bytes(stream) for one in (*self.ours, *self.theirs) for stream in (one.up, one.down)]
        return b"".join(websocket_payloads(part) for part in parts if is_websocket(part))

    def found(self, haystack: bytes) -> dict[str, list[str]]:
        """The canaries that it holds, with the forms in which it does."""
        found = {name: found_in(haystack, *canary) for name, canary in self.canaries.items()}
        return {name: forms for name, forms in found.items() if forms}


def is_websocket(part: bytes) -> bool:
    return b"Upgrade: websocket" in part or b"101 " in part[:20]


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Captured:
    root = tmp_path_factory.mktemp("tuning-canary")
    text = f"Nobody knows that {CANARY}. My card is {SECRET}, and it is not to be told."
    notes = write_notes(root / "notes", text)
    files: dict[str, bytes] = {}
    with (
        often_checkpointing(),
        tiny_backend(tiny_folder(root / "model"), root / "backend") as backend,
        RecordingProxy(backend.port) as proxy,
        TuningHome(root / "home", Backend("tiny", proxy.url, backend.token)) as home,
    ):
        learned = home.read(notes, LEAVE)
        assert all(CANARY in note.text for note in (*learned.train, *learned.held_out))
        assert learned.learned_secrets
        place = home.tuning.place()
        home.tuning.presets(place, learned, lambda _: None)
        home.tuning.probe(place, learned, [SETTINGS], lambda _: None)
        ours = len(proxy.connections)
        home.hold_at(5)
        job = home.start(learned)
        home.wait_until_held(job)
        home.kill_trainers()
        killed = proxy.connections[-1]
        assert home.record(job).files.has(CHECKPOINT)
        home.hold_at(None)
        home.tuning.order(job.id, JobOrder.RESUME)
        assert home.wait_for_end(job).state is JobState.FINISHED
        ended = home.tuning.job(job.id)
        ledgers = home.folder.ledger.read_bytes(), home.record(job).files.ledger.read_bytes()
        files |= files_of(home.folder.root, root / "backend")
        home.vault.close()
        kept = subprocess.run(
            [sys.executable, "-m", "app", "tune", "--resume", job.id, "--json"],
            cwd=ROOT,
            env=os.environ | {"NEARHALF_HOME": str(home.folder.root), "TMPDIR": str(home.folder.root)},
            capture_output=True,
            text=True,
            timeout=100,
        )
        assert kept.returncode == 0, kept.stderr
        assert json.loads(kept.stdout)["job"] == job.id
        files |= {f"then {name}": data for name, data in files_of(home.folder.root, root / "backend").items()}
        tokenizer = load_tokenizer(DevicePack(next(path for path in home.folder.packs.iterdir() if path.is_dir())))
        canaries = {
            "notes": (CANARY, tokenizer.encode(" " + CANARY)),
            "secret": (SECRET, tokenizer.encode(" " + SECRET)),
            "question": (QUESTION, tokenizer.encode(QUESTION)),
        }
    return Captured(
        proxy.connections[:ours],
        proxy.connections[ours:],
        killed,
        ledgers,
        files,
        kept.stdout + kept.stderr,
        ended,
        canaries,
    )


def files_of(*folders: Path) -> dict[str, bytes]:
    """All but the public model's own."""
    return {
        str(path.relative_to(folder.parent)): path.read_bytes()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "packs" not in path.parts
    }


def test_the_search_finds_every_form_in_what_was_recorded(captured: Captured) -> None:
    """Each form put in the middle of a real stream, also masked as the device masks its frames."""
    whole = max((bytes(one.up) for one in captured.theirs), key=len)
    stream = whole[len(whole) // 2 :][:2000]
    for name, (text, tokens) in captured.canaries.items():
        words = text.split()
        half = " ".join(words[: len(words) // 2])
        for form, needle in [*forms_of_text(half), *forms_of_tokens(tokens[2:6])]:
            middle = len(stream) // 2
            assert name in captured.found(stream[:middle] + needle + stream[middle:]), form
        needle = text.encode()
        mask = b"\x0f\x1e\x2d\x3c"
        masked = bytes(byte ^ mask[at % 4] for at, byte in enumerate(needle))
        frame = b"\x82" + bytes([0x80 | len(needle)]) + mask + masked
        assert captured.found(frame) == {}
        assert name in captured.found(websocket_payloads(whole + frame)[-2000:])


def test_the_run_was_a_whole_one(captured: Captured) -> None:
    verdict = captured.ended.verdict
    assert verdict is not None
    assert captured.ended.progress.step == SETTINGS.steps
    assert verdict.secrets_tried > 0
    assert verdict.general_questions == QUESTIONS
    assert verdict.pairs
    assert captured.ended.progress.sample is not None
    assert len(captured.wire) > 1_000_000
    assert b"NH\x01" in captured.unmasked


def test_no_canary_crosses_the_wire(captured: Captured) -> None:
    assert captured.found(captured.wire) == {}
    assert captured.found(captured.unmasked) == {}


def test_no_file_and_no_word_of_the_command_holds_one(captured: Captured) -> None:
    names = {Path(name).name for name in captured.files}
    wanted = {"notes.sealed", "checkpoint.sealed", "best.sealed", "verdict.sealed", "ledger.nhl", "trainer.log"}
    assert wanted <= names
    assert {name: found for name, data in captured.files.items() if (found := captured.found(data))} == {}
    assert captured.found(captured.said.encode()) == {}


def test_the_ledgers_are_what_was_recorded(captured: Captured, tmp_path: Path) -> None:
    for place, (data, connections) in enumerate(zip(captured.ledgers, (captured.ours, captured.theirs), strict=True)):
        path = tmp_path / f"{place}.nhl"
        path.write_bytes(data)
        assert verify(path).is_good
        by_connection: dict[int, list[LedgerEntry]] = {}
        for entry in read_entries(path):
            by_connection.setdefault(entry.connection, []).append(entry)
        assert len(by_connection) == len(connections)
        for recorded, entries in zip(connections, by_connection.values(), strict=True):
            is_whole = recorded is not captured.killed
            assert_the_same(entries, Direction.UP, bytes(recorded.up), is_whole=True)
            assert_the_same(entries, Direction.DOWN, bytes(recorded.down), is_whole=is_whole)


def assert_the_same(entries: Sequence[LedgerEntry], direction: Direction, stream: bytes, *, is_whole: bool) -> None:
    """is_whole: else the last of it may have come when nobody was there to read it."""
    offset = 0
    for entry in entries:
        if entry.direction == direction:
            run = stream[offset : offset + entry.wire_bytes]
            assert hashlib.sha256(run).digest() == entry.sha256, (entry, len(stream), offset)
            offset += entry.wire_bytes
    rest = stream[offset:]
    is_late_goodbye = direction is Direction.DOWN and rest[:1] == CLOSE
    assert not rest or is_late_goodbye or not is_whole


def test_the_sums_shown_are_those_of_the_jobs_ledger(captured: Captured, tmp_path: Path) -> None:
    path = tmp_path / "job.nhl"
    path.write_bytes(captured.ledgers[1])
    counted = [entry for entry in read_entries(path) if entry.message.int]
    assert {Purpose(entry.purpose) for entry in counted} <= {Purpose.TUNE, Purpose.REPLAY}
    progress = captured.ended.progress
    assert progress.bytes_up == sum(e.wire_bytes for e in counted if e.direction == Direction.UP)
    assert progress.bytes_down == sum(e.wire_bytes for e in counted if e.direction == Direction.DOWN)
    assert progress.round_trips == sum(e.direction == Direction.UP for e in counted)
