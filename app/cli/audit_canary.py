"""`nearhalf audit canary`: secrets are planted, a chat is had, and everything that left is searched for them."""

import argparse
import json
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from app.audit.canary import (
    CanaryVerdict,
    FileSearch,
    look,
    make_canaries,
    prompt_of,
    prove_search,
    unopened,
    with_tokens,
)
from app.audit.canary_report import facts_of, lines_of, report_of
from app.audit.capture.capture import Capture, read_capture
from app.audit.capture.hosts import HostTable
from app.audit.capture.http import unmasked
from app.audit.capture.match import match, ports_of
from app.audit.layout import AuditError
from app.audit.needles import Canary, needles_of
from app.audit.report import as_html
from app.cli.choice import chosen_backend
from app.cli.chosen_adapter import chosen_adapter
from app.cli.reply import Conversation
from app.cli.terminal import KEYS_ARE_WRITTEN, OPERATOR_CAN_READ, Terminal
from app.core.recorded_chat import RecordsChats
from app.core.services import ChatRequest
from app.domain.clearance import Direction
from app.domain.sampling import SamplingSettings
from app.privacy.kept import KeptContent
from app.privacy.ledger_format import LedgerEntry, LedgerFormatError, read_entries

_RECORDER_S = 2.0  # for your recorder to write the last packets
_LEAST_REPLY_WORDS = 5
_MOST_CAPTURE_BYTES = 2**30

Places = list[tuple[str, bytes]]


def run_canary(arguments: argparse.Namespace, services: RecordsChats, terminal: Terminal) -> bool:
    """False where something was found, or the search failed. Raises AppError."""
    _check_recorder(arguments)
    began_ns = time.time_ns()
    canaries = make_canaries()
    prompt = prompt_of(canaries)
    reply, kept = _chat(prompt, arguments, services, terminal)
    terminal.progress("Making every form of what was typed.")
    canaries = tuple(_with_ids([*canaries, *_reply_canary(reply)], services.packs))
    verdict = CanaryVerdict(canaries, prompt, not_searched=unopened())
    home = services.packs.parent
    _search(verdict, kept, home, terminal)
    if arguments.pcap:
        _search_capture(verdict, arguments, home, began_ns, terminal)
    terminal.clear_progress()
    _write(verdict, arguments)
    for line in lines_of(verdict):
        terminal.print(line)
    terminal.print(f"The report: {arguments.out}")
    return verdict.is_good


def _chat(
    prompt: str, arguments: argparse.Namespace, services: RecordsChats, terminal: Terminal
) -> tuple[str, Sequence[KeptContent]]:
    """The reply, and what the gate kept of all that travelled."""
    backend = chosen_backend(arguments, services.backends, terminal.environ)
    if backend is not None:
        terminal.note(OPERATOR_CAN_READ)
    keylog = Path(arguments.keylog) if arguments.keylog else None
    if keylog is not None:
        terminal.alarm(KEYS_ARE_WRITTEN.format(file=keylog))
    adapter, data = chosen_adapter(arguments.adapter, services, terminal) if arguments.adapter else (None, None)
    request = ChatRequest(backend, arguments.model, adapter, keylog=keylog, adapter_data=data)
    settings = SamplingSettings(temperature=0.0, max_tokens=arguments.max_tokens)
    with services.open_recorded_chat(request, terminal.progress) as chat:
        terminal.progress("Chatting with the secrets.")
        ending = Conversation(chat.conversations, settings, terminal, streams=False).send(prompt)
        if ending.error is not None:
            raise ending.error
        return ending.text, chat.kept()


def _search(verdict: CanaryVerdict, kept: Sequence[KeptContent], home: Path, terminal: Terminal) -> None:
    needles = needles_of(verdict.canaries)
    verdict.forms = len(needles)
    sent, received = _contents(kept, Direction.UP), _contents(kept, Direction.DOWN)
    terminal.progress("Planting leaks, to see that the search finds them.")
    verdict.planted, verdict.noticed = prove_search(sent, needles)
    terminal.progress("Searching what was sent.")
    verdict.searched.append(look("Sent, as the gate let it out", sent, needles))
    verdict.searched.append(look("Received", received, needles))
    terminal.progress("Searching the files of the data folder.")
    files = FileSearch(home)
    verdict.searched.append(look("Files of the data folder", list(files.places()), needles))
    if files.left_out:
        megabytes = files.left_out_bytes / 1e6
        verdict.not_searched.append(f"{files.left_out} files of the public model itself ({megabytes:.0f} MB).")


def _contents(kept: Sequence[KeptContent], direction: Direction) -> Places:
    """Each entry's content, and all of them joined: a secret may be cut between two."""
    mine = [one for one in kept if one.direction is direction]
    places = [(f"entry {one.entry}, {one.purpose.name.lower().replace('_', ' ')}", one.content) for one in mine]
    return [*places, ("all of them joined", b"".join(one.content for one in mine))]


def _search_capture(
    verdict: CanaryVerdict, arguments: argparse.Namespace, home: Path, began_ns: int, terminal: Terminal
) -> None:
    """What somebody else's recorder saw of it: equal to the ledger, and searched."""
    terminal.progress("Waiting for your recorder, and reading what it wrote.")
    time.sleep(_RECORDER_S)
    entries = [entry for entry in _entries(home) if entry.time_ns >= began_ns]
    path = Path(arguments.pcap)
    capture = read_capture(path, Path(arguments.keylog) if arguments.keylog else None, ports_of(entries))
    compared = match(entries, capture)
    verdict.capture = compared.sentences()
    verdict.outcome = compared.outcome
    needles = needles_of(verdict.canaries)
    verdict.searched.append(look("Recorded by somebody else's program", _recorded(path, capture, entries), needles))


def _recorded(path: Path, capture: Capture, entries: list[LedgerEntry]) -> Places:
    """The capture file as it is, every connection put together, and what its WebSocket frames carried, unmasked."""
    with path.open("rb") as file:
        places: Places = [("the capture file", file.read(_MOST_CAPTURE_BYTES))]
    for wire in HostTable({entry.host for entry in entries}, capture).wires:
        for way, stream, cut in (("up", wire.up, wire.units[0]), ("down", wire.down, wire.units[1])):
            name = f"connection with {wire.address}, {way}"
            places += [(f"{name}, from byte {start}", data) for start, data in stream.pieces()]
            frames = [
                unmasked(unit, data)
                for unit in cut
                if unit.is_frame and (data := stream.take(unit.start, unit.end - unit.start))
            ]
            places.append((f"{name}, unmasked", b"".join(frames)))
    return places


def _entries(home: Path) -> Iterator[LedgerEntry]:
    """Of the ledger, and of those that a process beside another writes."""
    for path in sorted(home.glob("ledger*.nhl")):
        try:
            yield from read_entries(path)
        except (LedgerFormatError, OSError) as error:
            raise AuditError(f"The ledger {path.name} cannot be read: {error}") from error


def _reply_canary(reply: str) -> list[Canary]:
    """What came back is as much a secret; very short replies would be met by chance."""
    words = reply.split()
    return [Canary("reply", " ".join(words))] if len(words) >= _LEAST_REPLY_WORDS else []


def _with_ids(canaries: list[Canary], packs: Path) -> Iterator[Canary]:
    """Token ids by every tokenizer that is here."""
    for canary in canaries:
        for encode in _tokenizers(packs):
            canary = with_tokens(canary, encode)
        yield canary


def _tokenizers(packs: Path) -> list[Callable[[str], Sequence[int]]]:
    from app.device.pack import DevicePack
    from app.device.tokenizer import load_tokenizer

    folders = sorted(path.parent for path in packs.glob("*/pack.json"))
    return [load_tokenizer(DevicePack(folder)).encode for folder in folders]


def _check_recorder(arguments: argparse.Namespace) -> None:
    """Said before the chat, not after it."""
    if arguments.pcap and not Path(arguments.pcap).is_file():
        raise AuditError(
            f"Nothing records to {arguments.pcap} yet.",
            "Start your recorder first, for example: tcpdump -i lo -s 0 -B 65536 --immediate-mode -U -w FILE",
        )


def _write(verdict: CanaryVerdict, arguments: argparse.Namespace) -> None:
    try:
        Path(arguments.out).write_text(as_html(report_of(verdict)), encoding="utf-8")
        if arguments.json_out:
            text = json.dumps(facts_of(verdict), indent=1, ensure_ascii=False)
            Path(arguments.json_out).write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise AuditError(
            f"The report cannot be written: {error.strerror or error}.", "Choose another file with --out."
        ) from error
