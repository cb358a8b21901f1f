"""`nearhalf audit export|verify|recover|canary|key`: the ledger for somebody else, and what others gave, judged."""

import argparse
import json
import time
from collections.abc import Mapping
from pathlib import Path

from app.audit.export import Exported, Wanted, export
from app.audit.layout import AuditError
from app.audit.verify import Known, State, Verification, verify_export
from app.cli.audit_capture import judge_capture
from app.cli.terminal import Terminal, counted
from app.core.services import Services

_MARKS = {State.GOOD: "good", State.BAD: "BAD ", State.OPEN: "open"}


def run_audit(arguments: argparse.Namespace, services: Services, terminal: Terminal) -> bool:
    """False where what was judged is not good. Raises AppError."""
    if arguments.action == "export":
        _export(arguments, services, terminal)
        return True
    if arguments.action == "recover":
        from app.cli.audit_recover import run_recover  # numpy: the others need not wait for it

        run_recover(arguments, services, terminal)
        return True
    if arguments.action == "canary":
        from app.cli.audit_canary import run_canary

        return run_canary(arguments, services, terminal)
    if arguments.action == "key":
        terminal.print(services.device_key(lambda: _secret(terminal)).fingerprint)
        return True
    return _verify(arguments, terminal)


def _export(arguments: argparse.Namespace, services: Services, terminal: Terminal) -> None:
    if arguments.frames:
        raise AuditError(
            "The contents of frames are kept in the memory of the running app alone, never on the disk.",
            "Use Export in the privacy panel of the window: it puts them into the same kind of export.",
        )
    others = services.ledgers
    ledger = _ledger(arguments, services)
    target = Path(arguments.out or f"nearhalf-audit-{time.strftime('%Y-%m-%d-%H%M%S')}.zip")
    key = None if arguments.unsigned else services.device_key(lambda: _secret(terminal))

    def tell(done: int, total: int) -> None:
        terminal.progress(f"Writing entry {done:,} of {total:,}.")

    done = export(target, Wanted(ledger, key, har=arguments.har, others=others), tell)
    terminal.clear_progress()
    for line in _exported(done):
        terminal.print(line)
    _name_others(ledger, others, terminal)


def _ledger(arguments: argparse.Namespace, services: Services) -> Path:
    """The one that is asked for. Raises AuditError where there is no such job."""
    if arguments.ledger:
        return Path(arguments.ledger)
    if not arguments.job:
        return services.ledger
    jobs = _jobs(services.ledgers)
    if arguments.job not in jobs:
        known = f"There are: {', '.join(jobs)}." if jobs else "There is none yet."
        raise AuditError(f"There is no ledger of a fine-tuning called {arguments.job}.", known)
    return jobs[arguments.job]


def _jobs(ledgers: Mapping[str, Path]) -> dict[str, Path]:
    """Ledgers of fine-tuning jobs, by the job; of a job's several the first."""
    return {path.parent.name: path for name, path in reversed(list(ledgers.items())) if "/" in name}


def _exported(done: Exported) -> list[str]:
    lines = [
        f"Wrote {done.path}: {counted(done.entries, 'entry', 'entries')} of the ledger.",
        f"Head of the chain: {done.head}",
    ]
    if done.fingerprint:
        lines.append(f"Signed by this computer's key: {done.fingerprint}")
    else:
        lines.append("Not signed: anybody could have made it.")
    if done.fault:
        lines.append(f"The ledger itself is not whole, and verifying the export will say so: {done.fault}")
    return lines


def _name_others(ledger: Path, ledgers: Mapping[str, Path], terminal: Terminal) -> None:
    """Ledgers of processes that ran beside the app's, of fine-tuning jobs, and what was set aside, are exported by
    themselves."""
    if jobs := [job for job, path in _jobs(ledgers).items() if path != ledger]:
        terminal.note(f"Each fine-tuning has a ledger of its own; export it with --job: {', '.join(jobs)}.")
    others = sorted(path for path in ledger.parent.glob(f"{ledger.stem}*{ledger.suffix}*") if path != ledger)
    if others:
        names = ", ".join(path.name for path in others)
        terminal.note(f"Beside it there are {names}: export each with --ledger where you need it.")


def _secret(terminal: Terminal) -> str:
    if not terminal.has_person:
        raise AuditError(
            "The history, where the key is kept, is locked, and there is no terminal to ask for the passphrase.",
            "Run it at a terminal, or say --unsigned.",
        )
    try:
        return terminal.ask_secret("Passphrase or recovery code (it is not shown): ")
    except EOFError:  # Ctrl+D
        return ""


def _verify(arguments: argparse.Namespace, terminal: Terminal) -> bool:
    known = Known(arguments.fingerprint, arguments.head, arguments.unsigned)
    if arguments.keylog and not arguments.pcap:
        raise AuditError("A key log opens a capture, and there is none.", "Give the capture too: --pcap FILE.")
    path = Path(arguments.export)
    found = verify_export(path, known, terminal.progress)
    key_log = Path(arguments.keylog) if arguments.keylog else None
    captured = judge_capture(path, Path(arguments.pcap), key_log, found.erased, terminal) if arguments.pcap else None
    terminal.clear_progress()
    if arguments.json:
        capture = {"capture": captured.facts()} if captured else {}
        terminal.print(json.dumps(found.as_json() | capture, indent=1))
    else:
        for line in report(found) + (["", *captured.sentences()] if captured else []):
            terminal.print(line)
    return found.is_good and (captured is None or captured.is_good)


def report(found: Verification) -> list[str]:
    """The verdict, then each check, as lines for a person."""
    width = max(len(check.name) for check in found.checks)
    lines = [found.verdict, ""]
    for check in found.checks:
        lines.append(f"{_MARKS[check.state]}  {check.name:{width}}  {check.sentence}")
        if check.first_bad is not None:
            where = f"record {check.first_bad}" if isinstance(check.first_bad, int) else check.first_bad
            lines.append(f"      {'':{width}}  First: {where}")
    if found.head:
        lines += ["", f"Head of the chain: {found.head}"]
    return lines
