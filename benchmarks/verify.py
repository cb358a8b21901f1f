"""Exports and verifies a ledger of a million entries: seconds, entries a second, memory, size of the export.

    python -m benchmarks.verify [--entries 1000000]

The ledger is what a long use leaves: replies of 30 tapped layers, each message with its own id, one in ten erased.
"""

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from app.audit.export import Wanted, export
from app.audit.sign import DeviceKey
from app.audit.verify import verify_export
from app.domain.clearance import Clearance, Direction, Purpose
from app.domain.ids import MessageId, new_message_id
from app.privacy.ledger import Ledger
from app.privacy.ledger_format import read_entries, verify
from app.wire.frames import Dtype, Frame, Kind
from benchmarks.machine import print_header, print_table

HOST = "backend.example:443"
ENTRIES_A_MESSAGE = 2000
TAP = Frame(Kind.TAP, 2**63, 7, 3, 5, 1, 32, Dtype.BF16).encode()
DELTA = Frame(Kind.DELTA, 2**63, 7, 3, 5, 1, 96, Dtype.BF16).encode()

Result = TypeVar("Result")


def write_ledger(path: Path, entries: int) -> list[MessageId]:
    ledger = Ledger(path)
    connection = ledger.announce_connection(HOST)
    messages: list[MessageId] = []
    for number in range(0, entries, 2):
        if number % ENTRIES_A_MESSAGE == 0:
            messages.append(new_message_id())
            clearance = Clearance(connection, HOST, Purpose.GENERATE, messages[-1], is_tls=True)
        wire = number.to_bytes(8, "little")
        now_ns = time.time_ns()
        ledger.append(
            [(Direction.DOWN, clearance, TAP, wire, True, now_ns), (Direction.UP, clearance, DELTA, wire, True, now_ns)]
        )
    ledger.close()
    return messages


def timed(rows: list[list[str]], what: str, entries: int, work: Callable[[], Result]) -> Result:
    start_s, start_cpu_s = time.perf_counter(), time.process_time()
    result = work()
    seconds, cpu_s = time.perf_counter() - start_s, time.process_time() - start_cpu_s
    memory_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows.append([what, f"{seconds:.1f}", f"{cpu_s:.1f}", f"{entries / seconds:,.0f}", f"{memory_mb:.0f}"])
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000_000)
    entries = parser.parse_args().entries
    print_header("Verifying and exporting a ledger", 0)
    rows: list[list[str]] = []
    with tempfile.TemporaryDirectory(prefix="nearhalf-verify-") as folder:
        path, target = Path(folder) / "ledger.nhl", Path(folder) / "export.zip"
        messages = timed(rows, "write the ledger", entries, lambda: write_ledger(path, entries))
        assert timed(rows, "verify the ledger", entries, lambda: verify(path)).is_good
        timed(rows, "read every entry", entries, lambda: sum(1 for _ in read_entries(path)))
        key = DeviceKey(bytes(32))
        timed(rows, "export, signed, with requests", entries, lambda: export(target, Wanted(path, key, har=True)))
        found = timed(rows, "verify the export", entries, lambda: verify_export(target))
        assert found.is_good, found.verdict
        ledger = Ledger(path)
        gone = timed(rows, "erase a tenth of the messages", entries, lambda: ledger.erase(messages[::10]))
        timed(rows, "erase one that is not there", entries, lambda: ledger.erase([new_message_id()]))
        ledger.close()
        verdict = timed(rows, "verify the ledger after erasing", entries, lambda: verify(path))
        assert (verdict.is_good, verdict.erased) == (True, gone), verdict.reason
        sizes = f"ledger {path.stat().st_size / 1e6:.0f} MB, export {target.stat().st_size / 1e6:.0f} MB"
    print_table(["what", "s", "CPU s", "entries/s", "peak MB so far"], rows)
    print(f"{entries:,} entries; {sizes}; {gone:,} erased.")


if __name__ == "__main__":
    main()
