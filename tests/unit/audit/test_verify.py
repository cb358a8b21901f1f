"""An export verifies, and every way to change one is named: each forgery with the check that must find it."""

import hashlib
import json
import shutil
import subprocess
import sys
import textwrap
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from app.audit.container import open_container
from app.audit.export import Wanted, export
from app.audit.frames import read_frames
from app.audit.layout import ENTRIES, HAR, LEDGER, MANIFEST, SIGNATURE, AuditError
from app.audit.sign import DeviceKey, device_key, is_signed_by
from app.audit.verify import Check, Known, State, ledger_of, verify_export
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from app.privacy.ledger_format import read_entries, verify
from tests.unit.audit.exports import KEY, OPEN, TOKEN, files_of, make_export, put_files, resigned, step, talk
from tests.unit.privacy.test_ledger import put_records, records_of

OTHER = DeviceKey(bytes(32))
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_export(tmp_path_factory.mktemp("made"))


@pytest.fixture
def copy(made: Path, tmp_path: Path) -> Path:
    return shutil.copy(made, tmp_path / "export.zip")


def bad(path: Path, known: Known | None = None) -> Check:
    """The first thing that is wrong."""
    found = verify_export(path, known)
    assert not found.is_good
    return next(check for check in found.checks if check.state is not State.GOOD)


def test_a_whole_export_is_good_with_every_check_made(made: Path) -> None:
    found = verify_export(made, Known(fingerprint=KEY.fingerprint.upper().replace(" ", ":")))
    assert found.is_good
    assert found.verdict.startswith("GOOD")
    assert [check.name for check in found.checks] == [
        "container", "manifest", "signature", "sums", "chain", "erasures", "head", "beside",
        "entries", "frames", "requests",
    ]  # fmt: skip
    assert (found.erased, found.fingerprint) == (6, KEY.fingerprint)
    assert json.loads(json.dumps(found.as_json()))["is_good"] is True


def test_a_folder_is_as_good_as_a_zip(tmp_path: Path) -> None:
    path = make_export(tmp_path, "export")
    assert (path / "entries.jsonl").is_file()
    assert verify_export(path).is_good


def test_the_manifest_tells_hosts_plan_versions_and_key(made: Path) -> None:
    manifest = json.loads(files_of(made)[MANIFEST])
    assert manifest["hosts"]["cloud.example:443"]["entries"] == 9
    (session,) = manifest["plan"]["sessions"]
    assert [tap["layer"] for tap in session["taps"]] == [0, 5]
    assert manifest["formats"] == {"ledger": 3, "wire": "1.1"}
    assert manifest["key"]["fingerprint"] == KEY.fingerprint
    assert manifest["ledger"]["erased"] == 6
    assert any("rebuild the text" in sentence for sentence in manifest["what_this_proves"])


def test_the_lines_say_what_the_ledger_says(made: Path) -> None:
    lines = [json.loads(line) for line in files_of(made)[ENTRIES].splitlines()]
    with ledger_of(made) as ledger:
        entries = list(read_entries(ledger))
    assert [line["sha256"] for line in lines] == [entry.sha256.hex() for entry in entries]
    assert [line["kind"] for line in lines] == [None, None, "OPEN", *["STEP", "STATE"] * 3]
    assert lines[3]["direction"] == "up" and lines[3]["message"] == entries[3].message.hex
    assert lines[0]["message"] is None


def test_frames_are_the_wire_bytes_themselves_and_read_back_as_they_were(made: Path) -> None:
    lines = {json.loads(line)["number"]: json.loads(line) for line in files_of(made)[ENTRIES].splitlines()}
    for name, data in files_of(made).items():
        if name.startswith("frames/"):
            assert hashlib.sha256(data).hexdigest() == lines[int(Path(name).stem)]["sha256"]
    container = open_container(made)
    contents = [content for _, content in read_frames(container)]
    container.close()
    assert contents[:2] == [OPEN, step(0)]
    assert len(contents) == 7


def test_no_token_is_in_it_anywhere(made: Path) -> None:
    for name, data in files_of(made).items():
        assert TOKEN.encode() not in data, name


def test_an_export_without_frames_or_requests_has_none(tmp_path: Path) -> None:
    path = make_export(tmp_path, frames=False, har=False)
    assert set(files_of(path)) == {LEDGER, ENTRIES, MANIFEST, SIGNATURE}
    assert verify_export(path).is_good


# Forgeries: each changes the files of an export, and returns the name of the check that must find it, and where.


def records(files: Files, tmp: Path) -> list[bytes]:
    (tmp / "l").write_bytes(files[LEDGER])
    return records_of(tmp / "l")


def with_records(files: Files, tmp: Path, changed: list[bytes]) -> None:
    put_records(tmp / "l", changed)
    files[LEDGER] = (tmp / "l").read_bytes()
    digest = {"bytes": len(files[LEDGER]), "sha256": hashlib.sha256(files[LEDGER]).hexdigest()}
    resigned(files, lambda manifest: manifest["files"].update({LEDGER: digest}), KEY)


def drop_a_record(files: Files, tmp: Path) -> tuple[str, object]:
    found = records(files, tmp)
    del found[5]
    with_records(files, tmp, found)
    return "chain", 5


def add_a_record(files: Files, tmp: Path) -> tuple[str, object]:
    found = records(files, tmp)
    found.insert(5, found[4])
    with_records(files, tmp, found)
    return "chain", 5


def alter_a_record(files: Files, tmp: Path) -> tuple[str, object]:
    found = records(files, tmp)
    found[3] = found[3][:80] + b"\x01" + found[3][81:]
    with_records(files, tmp, found)
    return "chain", 3


def swap_two_records(files: Files, tmp: Path) -> tuple[str, object]:
    found = records(files, tmp)
    found[2], found[3] = found[3], found[2]
    with_records(files, tmp, found)
    return "chain", 2


def drop_the_last_records(files: Files, tmp: Path) -> tuple[str, object]:
    """Nothing is wrong with what is left; the head in the manifest says that there was more."""
    found = records(files, tmp)
    with_records(files, tmp, found[:-1])
    return "head" if found[-1][16] != 6 else "erasures", None


def erase_without_a_tombstone(files: Files, tmp: Path) -> tuple[str, object]:
    found = records(files, tmp)
    found[3] = (3).to_bytes(8, "little") + bytes(8) + b"\x05" + bytes(111) + found[3][128:]
    with_records(files, tmp, found)
    return "erasures", 3


def a_tombstone_without_an_erasure(files: Files, tmp: Path) -> tuple[str, object]:
    found = records(files, tmp)
    place = next(place for place, record in enumerate(found) if record[16] == 6)
    first = next(place for place, record in enumerate(found) if record[16] == 5)
    found[first] = found[first][:16] + b"\x01" + found[first][17:]
    with_records(files, tmp, found)
    assert place > first
    return "chain", first


def alter_the_signature(files: Files, tmp: Path) -> tuple[str, object]:
    signature = json.loads(files[SIGNATURE])
    text = signature["signature"]
    signature["signature"] = ("0" if text[0] != "0" else "1") + text[1:]
    files[SIGNATURE] = json.dumps(signature).encode()
    return "signature", SIGNATURE


def take_the_signature_away(files: Files, tmp: Path) -> tuple[str, object]:
    del files[SIGNATURE]
    return "signature", SIGNATURE


def take_signature_and_key_away(files: Files, tmp: Path) -> tuple[str, object]:
    resigned(files, lambda manifest: manifest.update(key=None), KEY)
    del files[SIGNATURE]
    return "signature", None


def alter_the_manifest(files: Files, tmp: Path) -> tuple[str, object]:
    files[MANIFEST] = files[MANIFEST].replace(b'"python"', b'"pyth0n"')
    return "signature", SIGNATURE


def another_key_in_the_manifest(files: Files, tmp: Path) -> tuple[str, object]:
    manifest = json.loads(files[MANIFEST])
    manifest["key"]["public"] = OTHER.public.hex()
    files[MANIFEST] = json.dumps(manifest).encode()
    signature = json.loads(files[SIGNATURE])
    signature["signature"] = KEY.sign(files[MANIFEST]).hex()
    files[SIGNATURE] = json.dumps(signature).encode()
    return "signature", SIGNATURE


def alter_the_sums(files: Files, tmp: Path) -> tuple[str, object]:
    resigned(files, lambda manifest: manifest["files"][ENTRIES].update(sha256="00" * 32), KEY)
    return "sums", ENTRIES


def another_ledger_in_the_manifest(files: Files, tmp: Path) -> tuple[str, object]:
    resigned(files, lambda manifest: manifest["ledger"].update(head="11" * 32), KEY)
    return "head", None


def fewer_entries_in_the_manifest(files: Files, tmp: Path) -> tuple[str, object]:
    resigned(files, lambda manifest: manifest["ledger"].update(entries=1), KEY)
    return "head", None


def resum(files: Files, name: str) -> None:
    facts = {"bytes": len(files[name]), "sha256": hashlib.sha256(files[name]).hexdigest()}
    resigned(files, lambda manifest: manifest["files"].update({name: facts}), KEY)


def alter_a_line(files: Files, tmp: Path) -> tuple[str, object]:
    lines = files[ENTRIES].splitlines(keepends=True)
    lines[2] = lines[2].replace(b'"up"', b'"down"')
    files[ENTRIES] = b"".join(lines)
    resum(files, ENTRIES)
    return "entries", json.loads(lines[2])["number"]


def drop_a_line(files: Files, tmp: Path) -> tuple[str, object]:
    lines = files[ENTRIES].splitlines(keepends=True)
    files[ENTRIES] = b"".join(lines[:-1])
    resum(files, ENTRIES)
    return "entries", json.loads(lines[-1])["number"]


def add_a_line(files: Files, tmp: Path) -> tuple[str, object]:
    files[ENTRIES] += files[ENTRIES].splitlines(keepends=True)[-1]
    resum(files, ENTRIES)
    return "entries", ENTRIES


def frame_names(files: Files) -> list[str]:
    return sorted((name for name in files if name.startswith("frames/")), key=lambda name: int(Path(name).stem))


def alter_a_frame(files: Files, tmp: Path) -> tuple[str, object]:
    name = frame_names(files)[1]
    files[name] = files[name][:-1] + bytes((files[name][-1] ^ 1,))
    return "frames", int(Path(name).stem)


def swap_two_frames(files: Files, tmp: Path) -> tuple[str, object]:
    one, other = frame_names(files)[1:3]
    files[one], files[other] = files[other], files[one]
    return "frames", int(Path(one).stem)


def drop_a_frame(files: Files, tmp: Path) -> tuple[str, object]:
    del files[frame_names(files)[0]]
    return "frames", None


def add_a_frame(files: Files, tmp: Path) -> tuple[str, object]:
    files["frames/999999.wire"] = b"more"
    return "frames", "frames/999999.wire"


def drop_a_request(files: Files, tmp: Path) -> tuple[str, object]:
    har = json.loads(files[HAR])
    number = har["log"]["entries"].pop()["_ledger"][0]
    files[HAR] = json.dumps(har).encode()
    resum(files, HAR)
    return "requests", number


def invent_a_request(files: Files, tmp: Path) -> tuple[str, object]:
    har = json.loads(files[HAR])
    har["log"]["entries"].append(har["log"]["entries"][0] | {"_ledger": [77]})
    files[HAR] = json.dumps(har).encode()
    resum(files, HAR)
    return "requests", 77


def a_token_in_a_request(files: Files, tmp: Path) -> tuple[str, object]:
    files[HAR] = files[HAR].replace(b"***", b"Bearer abcdef", 1)
    resum(files, HAR)
    return "requests", HAR


FORGERIES = [
    drop_a_record, add_a_record, alter_a_record, swap_two_records, drop_the_last_records, erase_without_a_tombstone,
    a_tombstone_without_an_erasure, alter_the_signature, take_the_signature_away, take_signature_and_key_away,
    alter_the_manifest, another_key_in_the_manifest, alter_the_sums, another_ledger_in_the_manifest,
    fewer_entries_in_the_manifest, alter_a_line, drop_a_line, add_a_line, alter_a_frame, swap_two_frames,
    drop_a_frame, add_a_frame, drop_a_request, invent_a_request, a_token_in_a_request,
]  # fmt: skip


@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__)
def test_a_forgery_is_named(copy: Path, tmp_path: Path, forge: Callable[[Files, Path], tuple[str, object]]) -> None:
    files = files_of(copy)
    name, first_bad = forge(files, tmp_path)
    put_files(copy, files)
    found = bad(copy)
    assert found.name == name
    if first_bad is not None:
        assert found.first_bad == first_bad


def test_what_another_key_signed_is_found_by_the_fingerprint_alone(copy: Path) -> None:
    files = files_of(copy)
    resigned(files, lambda manifest: None, OTHER)
    put_files(copy, files)
    assert verify_export(copy).is_good
    assert bad(copy, Known(fingerprint=KEY.fingerprint)).name == "signature"


def test_an_unsigned_export_is_whole_but_not_proven(tmp_path: Path) -> None:
    path = make_export(tmp_path, key=None)
    found = verify_export(path)
    assert not found.is_good
    assert "NOT PROVEN" in found.verdict
    assert verify_export(path, Known(allow_unsigned=True)).is_good


def test_the_key_is_made_once_and_kept() -> None:
    kept: dict[str, str] = {}
    first = device_key(lambda name: kept.get(name, ""), kept.__setitem__)
    assert device_key(lambda name: kept.get(name, ""), kept.__setitem__).public == first.public
    assert is_signed_by(first.public, first.sign(b"manifest"), b"manifest")
    assert not is_signed_by(first.public, first.sign(b"manifest"), b"manifesto")
    assert not is_signed_by(OTHER.public, first.sign(b"manifest"), b"manifest")


def test_a_damaged_ledger_is_exported_and_its_fault_told(tmp_path: Path) -> None:
    gate = PrivacyGate(Ledger(tmp_path / "ledger.nhl"))
    talk(gate)
    gate.close()
    found = records_of(tmp_path / "ledger.nhl")
    found[3] = found[3][:80] + b"\x01" + found[3][81:]
    put_records(tmp_path / "ledger.nhl", found)
    done = export(tmp_path / "e.zip", Wanted(tmp_path / "ledger.nhl", KEY))
    assert "Record 3" in done.fault
    assert bad(tmp_path / "e.zip").first_bad == 3


def test_a_name_that_is_taken_and_a_ledger_that_is_not_there_are_said(tmp_path: Path, made: Path) -> None:
    (tmp_path / "taken").mkdir()
    with pytest.raises(AuditError, match="already"):
        export(tmp_path / "taken", Wanted(tmp_path / "ledger.nhl"))
    with pytest.raises(AuditError, match="no ledger"):
        export(tmp_path / "e.zip", Wanted(tmp_path / "ledger.nhl"))
    assert list(tmp_path.iterdir()) == [tmp_path / "taken"]


def test_an_older_head_is_found_and_another_is_not(made: Path) -> None:
    with ledger_of(made) as ledger:
        head = records_of(ledger)[4][128:].hex()
    assert verify_export(made, Known(head=head)).is_good
    for wrong in ("00" * 32, "no hex", ""):
        assert verify_export(made, Known(head=wrong)).is_good == (not wrong)


def test_a_ledger_is_exported_and_verified_while_another_process_writes_it(tmp_path: Path) -> None:
    path = tmp_path / "ledger.nhl"
    script = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from app.domain.ids import new_message_id
        from app.privacy.gate import PrivacyGate
        from app.privacy.ledger import Ledger
        from tests.unit.audit.exports import talk

        gate = PrivacyGate(Ledger(Path(sys.argv[1])))
        print("begun", flush=True)
        for number in range(10**6):
            message = new_message_id()
            talk(gate, message)
            time.sleep(0.001)
            if number % 100 == 0:
                gate.erase({message})
        """
    )
    writer = subprocess.Popen([sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE)
    try:
        assert writer.stdout is not None
        writer.stdout.readline()
        counts: list[int] = []
        deadline = time.monotonic() + 60.0
        while len(counts) < 5 or (counts[-1] == counts[0] and time.monotonic() < deadline):
            number = len(counts)
            done = export(tmp_path / f"{number}.zip", Wanted(path, KEY, har=True))
            assert done.fault == ""
            found = verify_export(tmp_path / f"{number}.zip")
            assert found.is_good, found.verdict
            counts.append(found.entries)
        assert counts[-1] > counts[0]
    finally:
        writer.kill()
        writer.wait()
        writer.stdout.close()
    Ledger(path).close()
    assert verify(path).is_good


def test_the_signature_is_what_the_document_says(made: Path) -> None:
    files = files_of(made)
    signature = json.loads(files[SIGNATURE])
    public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature["public"]))
    signed = b"nearhalf audit export 1\0" + hashlib.sha256(files[MANIFEST]).digest()
    public.verify(bytes.fromhex(signature["signature"]), signed)
    fingerprint = hashlib.sha256(bytes.fromhex(signature["public"])).hexdigest()
    assert signature["fingerprint"].replace(" ", "") == fingerprint


def test_an_export_is_a_plain_zip_that_any_tool_reads(made: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(made) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "unpacked")
    assert verify_export(tmp_path / "unpacked").is_good
