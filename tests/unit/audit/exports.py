"""Ledgers, kept frames and exports for the tests of app/audit, and ways to change an export as a forger would."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from app.audit.export import Wanted, export
from app.audit.layout import MANIFEST, SIGNATURE
from app.audit.sign import DeviceKey
from app.domain.clearance import Clearance, Purpose
from app.domain.ids import MessageId, new_message_id
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from app.wire.frames import Dtype, Flags, Frame, Kind
from app.wire.messages import Open, Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target

HOST = "cloud.example:443"
TOKEN = "s3cr3t-t0ken-that-must-not-show"
KEY = DeviceKey(bytes(range(32)))
PLAN = ExchangePlan((Tap(0, (Target(0, Projection.Q),), 8, 8), Tap(5, (Target(5, Projection.V),), 8, 8)))
OPEN = Frame(
    Kind.OPEN, payload=Open(bytes(32), bytes(32), Recipe.SVD, 1, 512, Dtype.BF16, Dtype.BF16, PLAN).encode()
).encode()
REQUEST = (
    b"GET /v1/models HTTP/1.1\r\nHost: cloud.example\r\nAccept: */*\r\n"
    b"Authorization: Bearer " + TOKEN.encode() + b"\r\nUser-Agent: nearhalf\r\n\r\n"
)
ANSWER = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nSet-Cookie: a=b\r\n\r\n{"data": []}'


def step(position: int, rows: int = 2) -> bytes:
    payload = bytes(range(256)) * (rows * 64 * 2 // 256)
    return Frame(
        Kind.STEP, 9, position, position, 0, rows, 64, Dtype.BF16, 0, Dtype.NONE, Flags.WANT_LAST, payload
    ).encode()


def state(position: int) -> bytes:
    return Frame(Kind.STATE, 9, position, position, 0, 1, 64, Dtype.BF16, payload=bytes(128)).encode()


def talk(gate: PrivacyGate, *messages: MessageId) -> None:
    """A request and its answer, a session, and three steps a message."""
    gate.allow(HOST)
    connection = gate.next_connection(HOST)
    gate.clear(REQUEST, REQUEST, Clearance(connection, HOST, Purpose.LIST_MODELS, is_tls=True))
    gate.received(ANSWER, ANSWER, Clearance(connection, HOST, Purpose.LIST_MODELS, is_tls=True))
    connection = gate.next_connection(HOST)
    gate.clear_message(OPEN, Clearance(connection, HOST, Purpose.SESSION, is_tls=True))
    for message in messages:
        clearance = Clearance(connection, HOST, Purpose.GENERATE, message, is_tls=True)
        for position in range(3):
            gate.clear_message(step(position), clearance)
            content = state(position)
            gate.received(b"\x82\x7e" + len(content).to_bytes(2) + content, content, clearance)


def make_export(folder: Path, name: str = "export.zip", key: DeviceKey | None = KEY, **wanted: Any) -> Path:
    """Of a ledger with two messages, the first of which was erased: with frames and requests."""
    kept, gone = new_message_id(), new_message_id()
    gate = PrivacyGate(Ledger(folder / "ledger.nhl"))
    talk(gate, gone, kept)
    gate.erase({gone})
    wanted = {"frames": True, "har": True} | wanted
    path = folder / name
    export(path, Wanted(folder / "ledger.nhl", key, gate.kept(), **wanted))
    gate.close()
    return path


def files_of(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def put_files(path: Path, files: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)


def resigned(files: dict[str, bytes], change: Callable[[dict[str, Any]], None], key: DeviceKey) -> None:
    """As a forger with another key does it."""
    manifest = json.loads(files[MANIFEST])
    change(manifest)
    if manifest.get("key"):
        manifest["key"] = {"algorithm": "Ed25519", "public": key.public.hex(), "fingerprint": key.fingerprint}
    files[MANIFEST] = json.dumps(manifest).encode()
    signature = key.sign(files[MANIFEST]).hex()
    files[SIGNATURE] = json.dumps({"algorithm": "Ed25519", "public": key.public.hex(), "signature": signature}).encode()
