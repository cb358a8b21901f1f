"""`nearhalf audit recover`: the attacks an operator could run, on the frames of one question or of an export."""

import argparse
import json
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from app.audit.container import open_container, pieces
from app.audit.frames import read_frames
from app.audit.layout import ENTRIES, AuditError
from app.cli.choice import chosen_backend
from app.cli.chosen_adapter import chosen_adapter
from app.cli.reply import Conversation
from app.cli.terminal import OPERATOR_CAN_READ, Terminal
from app.core.embedded import NAME as BUILT_IN
from app.core.recorded_chat import RecordsChats
from app.core.services import ChatRequest
from app.domain.clearance import Purpose
from app.domain.errors import SettingsError
from app.domain.ids import MessageId
from app.domain.sampling import SamplingSettings
from app.privacy.recovery.attack import Attack, Real, Recovery, all_attacks, percent, run_all
from app.privacy.recovery.recording import Recording
from app.privacy.recovery.weights import weights_for

QUESTION = (
    "Please remind Anna Lindqvist that her appointment with Dr Oyelaran has moved to 21 May, and that she can reach "
    "the practice in Harbour Street 12 at 0176 5551 2233. Write it as a short and friendly letter, in plain words."
)
YOU_ARE_THE_OPERATOR = (
    "This backend runs on this computer, so you are its operator. Of any other, whoever runs it and records the "
    "traffic has what stands above."
)
MOST_NOISE = 100.0
_WIDTH = 100
_LINE_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Exported:
    """A frame that an export holds (a Content of app/privacy/recovery/recording.py)."""

    purpose: Purpose
    message: MessageId
    content: bytes


def run_recover(arguments: argparse.Namespace, services: RecordsChats, terminal: Terminal) -> None:
    """Raises AppError."""
    attacks = _chosen(arguments)
    if arguments.export is not None:
        recording, real = Recording.of(exported_frames(Path(arguments.export))), None
    else:
        recording, real = _asked(arguments, services, terminal)
    from app.device.near_states import near_states  # torch: not before it is needed

    weights = weights_for(recording, services.packs, services.models, near_states)

    def tell(title: str, share: float) -> None:
        terminal.progress(f"{title}: {100 * share:.0f} %.")

    found = run_all(recording, weights, real, tell, attacks)
    terminal.clear_progress()
    if arguments.json:
        terminal.print(json.dumps(as_json(found, weights.facts.model_id, real), indent=1, ensure_ascii=False))
        return
    by_you = arguments.export is None and arguments.backend in (None, BUILT_IN)
    for line in [*table(found), "", *_wrapped(YOU_ARE_THE_OPERATOR if by_you else OPERATOR_CAN_READ)]:
        terminal.print(line)


def exported_frames(path: Path) -> list[Exported]:
    """The protocol's frames of an export, in order. Raises AuditError where it holds none, or cannot be read."""
    container = open_container(path)
    try:
        contents = dict(read_frames(container))
        if not contents:
            raise AuditError(
                f"{path.name} holds no frames.", "Export again from the privacy panel, with the frames in it."
            )
        frames: list[Exported] = []
        for entry in _lines(pieces(container, ENTRIES)):
            if (content := contents.pop(entry.get("number", -1), None)) is not None:
                frames.append(_exported(entry, content))
        return frames
    finally:
        container.close()


def table(found: Sequence[Recovery]) -> list[str]:
    """A line an attack, then what each rebuilt beside what was really written."""
    width = max(len(one.title) for one in found)
    lines = [f"{'attack':{width}}  {'rebuilt':>8}  {'seconds':>7}"]
    for one in found:
        lines.append(f"{one.title:{width}}  {_share(one):>8}  {one.seconds:7.2f}")
    for one in found:
        lines += ["", one.title.upper(), *_wrapped(f"{one.sentence} {one.words}")]
        lines += [f"  {what}: {value}" for what, value in one.details]
        lines += [
            f"  share of the {part}: {percent(share.words)} of its words, {percent(share.tokens)} of its tokens"
            for part, share in one.shares.items()
        ]
        if one.real is not None:
            lines += ["  really:", *_wrapped(one.real, "    | ")]
        if one.rebuilt:
            lines += ["  rebuilt:", *_wrapped(one.rebuilt, "    | ")]
    return lines


def as_json(found: Sequence[Recovery], model_id: str, real: Real | None) -> dict[str, Any]:
    """Everything for a program. Shares lie between 0 and 1; seconds are of this computer."""
    return {
        "model": model_id,
        "message": real.message if real is not None else None,
        "reply": real.reply if real is not None else None,
        "attacks": [
            {
                "attack": one.attack,
                "possible": one.is_possible,
                "share": one.share,
                "shares": {part: {"words": s.words, "tokens": s.tokens} for part, s in one.shares.items()},
                "rebuilt": one.rebuilt,
                "real": one.real,
                "seconds": round(one.seconds, 3),
                "words": one.words,
                "data": dict(one.data),
            }
            for one in found
        ],
    }


def _asked(arguments: argparse.Namespace, services: RecordsChats, terminal: Terminal) -> tuple[Recording, Real]:
    """Send the question as any message is sent, and take what the gate kept of it."""
    text = QUESTION if arguments.text is None else arguments.text.strip()
    if not text:
        raise SettingsError("There is nothing to send.", 'Give a question: nearhalf audit recover "Hello"')
    settings = SamplingSettings(temperature=0.0, max_tokens=arguments.max_tokens)
    adapter, data = chosen_adapter(arguments.adapter, services, terminal) if arguments.adapter else (None, None)
    backend = chosen_backend(arguments, services.backends, terminal.environ)
    if backend is not None:
        terminal.note(OPERATOR_CAN_READ)
    request = ChatRequest(backend, arguments.model, adapter, adapter_data=data)
    with services.open_recorded_chat(request, terminal.progress) as chat:
        terminal.progress("Asking the question.")
        ending = Conversation(chat.conversations, settings, terminal, streams=False).send(text)
        if ending.error is not None:
            raise ending.error
        recording = Recording.of(chat.kept())
    return recording, Real(text, ending.text)


def _chosen(arguments: argparse.Namespace) -> list[Attack]:
    """Those that were named, else all. Raises SettingsError for a name that none has."""
    from app.privacy.recovery.attacks.deeper_layers import DeeperLayers

    if not (arguments.layers >= 1 and 0 <= arguments.noise <= MOST_NOISE):
        raise SettingsError(
            "--layers or --noise is out of range.", f"Give at least 1 layer, and noise from 0 to {MOST_NOISE:g}."
        )
    known = {one.name: one for one in all_attacks()}
    known[DeeperLayers.name] = DeeperLayers(arguments.layers, arguments.noise)
    unknown = [name for name in arguments.attack if name not in known]
    if unknown:
        raise SettingsError(f"There is no attack called {unknown[0]!r}.", f"Known: {', '.join(known)}.")
    return [one for name, one in known.items() if not arguments.attack or name in arguments.attack]


def _lines(untrusted: Any) -> Any:
    """JSON objects, one a line; others are left out."""
    rest = b""
    for piece in untrusted:
        *whole, rest = (rest + piece).split(b"\n")
        if len(rest) > _LINE_BYTES:
            raise AuditError("A line of the export is far too long.")
        for line in whole:
            try:
                entry = json.loads(line)
            except (ValueError, RecursionError):
                continue
            if isinstance(entry, dict) and isinstance(entry.get("number"), int):
                yield entry


def _exported(entry: dict[str, Any], content: bytes) -> Exported:
    try:
        purpose = Purpose[str(entry.get("purpose")).upper()]
    except KeyError:
        purpose = Purpose.KEEPALIVE  # nothing that carries a frame of a reply
    try:
        message = MessageId(UUID(hex=str(entry.get("message") or "0" * 32)))
    except ValueError:
        message = MessageId(UUID(int=0))
    return Exported(purpose, message, content)


def _share(one: Recovery) -> str:
    return "-" if one.share is None or not one.is_possible else percent(one.share)


def _wrapped(text: str, indent: str = "  ") -> list[str]:
    lines: list[str] = []
    for line in text.splitlines():
        lines += textwrap.wrap(line, _WIDTH - len(indent), break_long_words=True) or [""]
    return [indent + line for line in lines]
