"""A gate over a ledger in a test's own folder, and what the ledger says of each connection."""

import hashlib
from pathlib import Path

from app.domain.backend import Backend
from app.domain.clearance import Direction
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from app.privacy.ledger_format import LedgerEntry, read_entries
from app.wire.frames import Dtype, Frame, Kind
from tests.sim.recording_proxy import Recording
from tests.sim.websocket_peer import TOKEN


def make_gate(folder: Path, *ports: int) -> PrivacyGate:
    """A gate that lets bytes go to these ports of loopback. Its ledger is `folder`/ledger.bin."""
    gate = PrivacyGate(Ledger(folder / "ledger.bin"))
    for port in ports:
        gate.allow(f"127.0.0.1:{port}")
    return gate


def backend_at(port: int, *, token: str = TOKEN, scheme: str = "http", ca_file: str | None = None) -> Backend:
    return Backend("test", f"{scheme}://127.0.0.1:{port}", token, ca_file)


def step_frame(rows: int = 1, cols: int = 176) -> bytes:
    """A STEP of rows x cols in bf16: 400 bytes as it stands."""
    payload = bytes(range(256)) * (rows * cols * 2 // 256 + 1)
    frame = Frame(Kind.STEP, 9, 4, 17, rows=rows, cols=cols, dtype=Dtype.BF16, payload=payload[: rows * cols * 2])
    return frame.encode()


def entries_by_connection(folder: Path) -> list[list[LedgerEntry]]:
    """The ledger's entries, one list a connection, in the order in which the connections began."""
    streams: dict[int, list[LedgerEntry]] = {}
    for entry in read_entries(folder / "ledger.bin"):
        streams.setdefault(entry.connection, []).append(entry)
    return [streams[connection] for connection in sorted(streams)]


def assert_ledger_equals(entries: list[LedgerEntry], recording: Recording) -> None:
    """Both byte streams, cut at the entries' lengths, have the entries' hashes, and nothing is left over."""
    for direction, stream in ((Direction.UP, recording.up), (Direction.DOWN, recording.down)):
        offset = 0
        for entry in entries:
            if entry.direction == direction:
                run = stream[offset : offset + entry.wire_bytes]
                assert hashlib.sha256(run).digest() == entry.sha256, f"entry {entry.number} at byte {offset}"
                offset += entry.wire_bytes
        assert offset == len(stream), f"{len(stream) - offset} bytes of {direction.name} are not in the ledger"
