"""tshark with assets/wireshark/nearhalf.lua: every field of every golden frame as app.wire reads it, and every data
frame of a real capture, in the clear and inside TLS."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from app.privacy.ledger_format import read_entries
from app.wire.errors import ErrorCode
from app.wire.frames import Dtype, Flags, Frame, Kind, decode
from app.wire.limits import Limits
from app.wire.messages import Open, Opened, Recipe, Refusal
from app.wire.plan import Projection
from tests.sim.backend_process import ROOT
from tests.sim.capture_files import Dialogue, pcap
from tests.sim.outside_tools import needs

DISSECTOR = ROOT / "assets" / "wireshark" / "nearhalf.lua"
VECTORS = {
    name: bytes.fromhex(text)
    for name, text in json.loads((ROOT / "tests" / "vectors" / "frames.json").read_text()).items()
}
UPGRADE = (
    b"GET /v1/session HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
SWITCHED = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)
HEADER = [
    "magic",
    "major",
    "minor",
    "kind",
    "dtype",
    "side_dtype",
    "flags",
    "session",
    "step",
    "position",
    "tap",
    "reserved_a",
    "rows",
    "cols",
    "side_cols",
    "payload_bytes",
    "reserved_b",
]


def websocket_frame(payload: bytes, key: bytes = b"") -> bytes:
    size = len(payload)
    mask = 0x80 if key else 0
    head = bytes((0x82, mask | size)) if size < 126 else bytes((0x82, mask | 126)) + size.to_bytes(2)
    return head + key + (bytes(byte ^ key[n % 4] for n, byte in enumerate(payload)) if key else payload)


def conversation(frames: list[bytes]) -> bytes:
    dialogue = Dialogue().open().up(UPGRADE).down(SWITCHED)
    for frame in frames:
        is_up = frame[4] < 16
        dialogue = (
            dialogue.up(websocket_frame(frame, b"\x11\x22\x33\x44")) if is_up else dialogue.down(websocket_frame(frame))
        )
    return pcap(dialogue.close().packets, nano=True)


def tshark(capture: Path, *options: str) -> str:
    needs("tshark")
    command = ["tshark", "-n", "-X", f"lua_script:{DISSECTOR}", "-r", str(capture), *options]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stderr
    assert "Lua" not in done.stderr, done.stderr
    return done.stdout


def layers(capture: Path) -> list[dict[str, Any]]:
    """The Nearhalf layer of every frame: field name -> list of values."""
    packets = json.loads(tshark(capture, "-T", "json", "-Y", "nearhalf", "--no-duplicate-keys"))
    return [packet["_source"]["layers"]["nearhalf"] for packet in packets]


def every(layer: Any, name: str) -> list[str]:
    """All values of one field, wherever it stands in a layer, in order."""
    found: list[str] = []
    if isinstance(layer, dict):
        for key, value in layer.items():
            if key == f"nearhalf.{name}" and not isinstance(value, dict):
                found += value if isinstance(value, list) else [value]
            else:
                found += every(value, name)
    elif isinstance(layer, list):
        for one in layer:
            found += every(one, name)
    return found


def first(layer: Any, name: str) -> int:
    return int(every(layer, name)[0], 0)


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("golden") / "golden.pcap"
    path.write_bytes(conversation(list(VECTORS.values())))
    found = layers(path)
    assert len(found) == len(VECTORS)
    return dict(zip(VECTORS, found, strict=True))


@pytest.mark.parametrize("name", list(VECTORS))
def test_every_header_field_of_a_golden_frame(golden: dict[str, Any], name: str) -> None:
    layer, frame = golden[name], decode(VECTORS[name], Limits())
    assert every(layer, "magic") == ["NH"]
    header = {field: first(layer, field) for field in HEADER if field != "magic"}
    assert header == {
        "major": VECTORS[name][2], "minor": VECTORS[name][3], "kind": frame.kind, "dtype": frame.dtype,
        "side_dtype": frame.side_dtype, "flags": frame.flags, "session": frame.session, "step": frame.step,
        "position": frame.position, "tap": frame.tap, "reserved_a": 0, "rows": frame.rows, "cols": frame.cols,
        "side_cols": frame.side_cols, "payload_bytes": len(frame.payload), "reserved_b": 0,
    }  # fmt: skip
    for flag in (Flags.WANT_LAST, Flags.WANT_ALL, Flags.ROWWISE, Flags.TRAIN):
        assert str(flag.name) and first_flag(layer, f"flags.{str(flag.name).lower()}") == bool(frame.flags & flag)
    assert not every(layer, "fault") and "_ws.expert" not in json.dumps(layer)


def first_flag(layer: Any, name: str) -> bool:
    return every(layer, name)[0] in ("1", "True", "true")


def test_what_control_frames_carry(golden: dict[str, Any]) -> None:
    for name in ("open", "open_without_plan", "open_grouped"):
        layer, opened = golden[name], Open.decode(decode(VECTORS[name], Limits()).payload)
        assert every(layer, "open.model_hash")[0].replace(":", "") == opened.model_hash.hex()
        assert every(layer, "open.recipe_hash")[0].replace(":", "") == opened.recipe_hash.hex()
        assert first(layer, "open.recipe") == opened.recipe
        assert first(layer, "open.positions") == opened.positions
        assert first(layer, "open.state_dtype") == opened.state_dtype
        assert first(layer, "open.exchange_dtype") == opened.exchange_dtype
        taps = opened.plan.taps
        assert first(layer, "plan.taps") == len(taps)
        text = json.dumps(layer)
        assert text.count('"nearhalf.plan.target.projection"') + len(every(layer, "plan.target.projection")) >= sum(
            len(tap.targets) for tap in taps
        )
    answer = Opened.decode(decode(VECTORS["opened"], Limits()).payload)
    assert first(golden["opened"], "opened.positions") == answer.positions
    refusal = Refusal.decode(decode(VECTORS["error"], Limits()).payload)
    assert first(golden["error"], "error.code") == refusal.code
    assert first(golden["error"], "error.limit") == refusal.limit


def test_numbers_of_a_tensor_of_each_dtype(golden: dict[str, Any]) -> None:
    assert every(golden["step_fp32"], "row") == ["1 2 3", "-1 -2 -3"]
    assert every(golden["tap_bf16"], "row") == ["1 -2"]
    assert every(golden["delta_int8"], "row")[0].split()[0] == "63.5"  # 127 at a scale of 0.5
    assert [float(one) for one in every(golden["delta_int8"], "scale")] == [0.5, 2.0]
    halves = every(golden["step_with_free_deltas"], "row")
    assert len(halves) == 2


def test_names_of_numbers_are_those_of_the_protocol() -> None:
    text = DISSECTOR.read_text()
    for table, enum in (("CODES", ErrorCode), ("KINDS", Kind), ("RECIPES", Recipe), ("DTYPES", Dtype)):
        body = re.search(rf"local {table} = \{{(.*?)\n?\}}", text, re.DOTALL)
        assert body is not None
        found = {int(number): name for number, name in re.findall(r"\[(\d+)\] = \"(\w+)\"", body[1])}
        assert {number: name.upper() for number, name in found.items()} == {one.value: one.name for one in enum}
    projections = re.search(r"local PROJECTIONS = \{(.*?)\}", text)
    assert projections is not None
    assert re.findall(r"\[(\d)\] = \"(\w)\"", projections[1]) == [
        (str(one.value), one.name.lower()) for one in Projection
    ]


def test_what_is_no_frame_is_left_alone_and_what_is_wrong_is_said(tmp_path: Path) -> None:
    step = VECTORS["step_fp32"]
    strange = [b"NHxx" + bytes(44), b"\x00" * 60, step[:-1], step + b"x", step[:2] + b"\x02" + step[3:]]
    (tmp_path / "strange.pcap").write_bytes(conversation([bytes(one) for one in strange]))
    assert layers(tmp_path / "strange.pcap") == []
    wrong = [Frame(Kind.OPENED, payload=b"short").encode(), Frame(Kind.ERROR, payload=b"x").encode()]
    plan_too_long = bytearray(VECTORS["open"])
    plan_too_long[48 + 74] = 200
    shape = bytearray(step)
    shape[28] = 9
    (tmp_path / "wrong.pcap").write_bytes(conversation([*wrong, bytes(plan_too_long), bytes(shape)]))
    out = tshark(tmp_path / "wrong.pcap", "-Y", "_ws.expert && nearhalf")
    assert len(out.splitlines()) == 4


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("session", ["plain", "tls"])
def test_a_real_capture_shows_every_data_frame_of_the_ledger(audited: Path, session: str) -> None:
    folder = audited / session
    keys = ["-o", f"tls.keylog_file:{folder / 'keys.log'}"] if session == "tls" else []
    fields = [word for name in ("kind", "step", "position", "rows", "cols") for word in ("-e", f"nearhalf.{name}")]
    out = tshark(folder / "capture.pcap", *keys, "-Y", "nearhalf", "-T", "fields", "-E", "separator=;", *fields)
    shown: list[tuple[str, ...]] = []
    for line in out.splitlines():
        shown += zip(*(column.split(",") for column in line.split(";")), strict=True)  # several frames in one packet
    ours = [entry for entry in read_entries(folder / "home" / "ledger.nhl") if entry.kind]
    assert sorted(shown) == sorted(
        tuple(map(str, (one.kind, one.step, one.position, one.rows, one.cols))) for one in ours
    )
    assert len(shown) > 20
