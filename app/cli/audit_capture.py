"""`nearhalf audit verify EXPORT --pcap FILE`: what somebody else's recorder saw, laid beside the ledger."""

from pathlib import Path

from app.audit.capture.capture import read_capture
from app.audit.capture.match import match, ports_of
from app.audit.capture.verdict import CaptureVerdict
from app.audit.layout import AuditError
from app.audit.verify import ledger_of
from app.cli.terminal import Terminal
from app.privacy.ledger_format import LedgerFormatError, read_entries


def judge_capture(
    audited: Path, capture: Path, key_log: Path | None, erased: int, terminal: Terminal
) -> CaptureVerdict:
    """Compare the ledger in an export, or a bare one, with a capture. Raises AppError where a file cannot be read."""
    try:
        with ledger_of(audited) as ledger:
            entries = list(read_entries(ledger))
    except (LedgerFormatError, OSError) as error:
        raise AuditError(f"The ledger cannot be compared with the capture: {error}") from error
    terminal.progress("Putting the capture together.")
    recorded = read_capture(capture, key_log, ports_of(entries))
    terminal.progress("Comparing the capture with the ledger.")
    verdict = match(entries, recorded, erased=erased)
    terminal.clear_progress()
    return verdict
