"""`nearhalf chat`: one message, piped messages, or a conversation at the prompt."""

import argparse
import json
import re
from contextlib import ExitStack
from pathlib import Path

from app.cli.arguments import sampling
from app.cli.choice import checked_strength, chosen_backend
from app.cli.redaction import counts_by_kind, replaced_words
from app.cli.reply import Conversation, Ending
from app.cli.terminal import KEYS_ARE_WRITTEN, OPERATOR_CAN_READ, Terminal, status_line, unanswered
from app.core.events import EndReason, Traffic
from app.core.ports import Conversations
from app.core.services import ChatRequest, Services
from app.domain.errors import AppError, SettingsError
from app.domain.sampling import SamplingSettings

_PROMPT = "> "
_HELLO = "/help lists the commands; Ctrl+C stops a reply, Ctrl+D leaves."
_HELP = """\
/new         start a new chat
/regenerate  generate the last reply again
/redact      replace names, numbers and secrets before sending, or no longer
/preview     /preview TEXT says what would be replaced in it, and sends nothing
/quit        leave (also Ctrl+D)
Anything else is sent as a message. Ctrl+C stops a reply; a second one leaves."""
_REPLACES = (
    "Names, numbers and secrets that are found are replaced before they are sent, from the next message on. What is "
    "not found leaves as it is."
)
_REPLACES_NOT = "Nothing is replaced in this chat: /redact changes that."
_COMMAND = re.compile(r"/[a-z]+")


def run_chat(arguments: argparse.Namespace, services: Services, terminal: Terminal) -> None:
    """Raises AppError; KeyboardInterrupt where Ctrl+C broke off a reply that nobody was typing for."""
    once = None if arguments.once is None else _text(arguments.once)
    with ExitStack() as stack:
        try:
            conversations, settings = _open(arguments, services, terminal, stack)
        except (AppError, EOFError) as caught:
            error = caught if isinstance(caught, AppError) else unanswered()
            if arguments.json:
                terminal.print(json.dumps(summary(Ending("", EndReason.FAILED, Traffic(), error, 0))))
            raise error from caught
        terminal.clear_progress()
        conversation = Conversation(
            conversations,
            settings,
            terminal,
            streams=not arguments.json,
            redacts=arguments.redact,
            strength=arguments.strength,
        )
        if once is not None:
            _answer(conversation, once, arguments, terminal)
        elif terminal.has_person:
            _converse(conversation, arguments, terminal)
        else:
            for line in terminal.stdin:
                if text := _text(line).strip():
                    _answer(conversation, text, arguments, terminal)


def _open(
    arguments: argparse.Namespace, services: Services, terminal: Terminal, stack: ExitStack
) -> tuple[Conversations, SamplingSettings]:
    """Judge the arguments, then open the chat. Raises AppError."""
    settings = sampling(arguments)
    if arguments.once is not None and not _text(arguments.once).strip():
        raise SettingsError("There is nothing to send.", 'Give --once some text: nearhalf chat --once "Hello"')
    checked_strength(arguments.strength)
    if arguments.strength is not None and arguments.adapter is None:
        raise SettingsError("--strength goes with an adapter.", "Name one: nearhalf chat --adapter NAME --strength 50")
    backend = chosen_backend(arguments, services.backends, terminal.environ)
    adapter, data = _adapter(arguments.adapter, services, terminal)
    system = _text(arguments.system) if arguments.system else None
    keylog = Path(arguments.keylog) if arguments.keylog else None
    request = ChatRequest(backend, arguments.model, adapter, system, arguments.redact, keylog, data)
    if keylog is not None:
        terminal.alarm(KEYS_ARE_WRITTEN.format(file=keylog))
    if backend is not None:
        terminal.note(OPERATOR_CAN_READ)
    return stack.enter_context(services.open_chat(request, terminal.progress)), settings


def _answer(conversation: Conversation, text: str, arguments: argparse.Namespace, terminal: Terminal) -> None:
    """Where no person types: a reply that failed or was broken off ends the command."""
    ending = conversation.send(text)
    _show_ending(ending, arguments, terminal)
    if ending.error is not None:
        raise ending.error
    if ending.interrupts:
        raise KeyboardInterrupt


def _converse(conversation: Conversation, arguments: argparse.Namespace, terminal: Terminal) -> None:
    """The prompt, until the person leaves. An error is shown, and the conversation goes on."""
    terminal.note(_HELLO)
    interrupts = 0
    while interrupts < 2:
        try:
            line = _text(terminal.ask(_PROMPT)).strip()
        except EOFError:
            terminal.print()
            return
        except KeyboardInterrupt:
            interrupts += 1
            if interrupts < 2:
                terminal.note("\nCtrl+C again, or Ctrl+D, leaves.")
            continue
        interrupts = 0
        ending: Ending | None = None
        if line == "/quit":
            return
        if line == "/help":
            terminal.print(_HELP)
        elif line == "/new":
            conversation.start_anew()
            terminal.note("A new chat.")
        elif line == "/regenerate" and not conversation.has_begun:
            terminal.note("There is no reply to generate again.")
        elif line == "/regenerate":
            ending = conversation.regenerate()
        elif line == "/redact":
            _change_redaction(conversation, terminal)
        elif line.startswith("/preview "):
            _show_preview(conversation, line.removeprefix("/preview ").strip(), terminal)
        elif _COMMAND.fullmatch(line):
            terminal.note(f"There is no command {line}. /help lists them.")
        elif line:
            ending = conversation.send(line)
        if ending is not None:
            interrupts = ending.interrupts
            _show_ending(ending, arguments, terminal)
            if ending.error is not None:
                terminal.show_error(ending.error)


def _change_redaction(conversation: Conversation, terminal: Terminal) -> None:
    redacts = not conversation.redacts
    conversation.set_redacts(redacts=redacts)
    terminal.note(_REPLACES if redacts else _REPLACES_NOT)


def _show_preview(conversation: Conversation, text: str, terminal: Terminal) -> None:
    try:
        preview = conversation.preview(text)
    except AppError as error:
        terminal.show_error(error)
        return
    terminal.note(_REPLACES_NOT if preview is None else replaced_words(preview))


def _show_ending(ending: Ending, arguments: argparse.Namespace, terminal: Terminal) -> None:
    if arguments.json:
        terminal.print(json.dumps(summary(ending)))
    elif ending.text and not ending.text.endswith("\n"):
        terminal.print()
    if terminal.shows_status:
        terminal.note(status_line(ending.traffic, ending.reason))


def summary(ending: Ending) -> dict[str, object]:
    """One reply for a program. Times in seconds; bytes as they were on the wire."""
    traffic = ending.traffic
    error = ending.error
    replaced = {} if ending.replaced is None else {"replaced": counts_by_kind(ending.replaced)}
    return replaced | {
        "text": ending.text,
        "end": ending.reason.name.lower(),
        "error": None if error is None else {"message": error.message, "advice": error.advice},
        "tokens": traffic.tokens,
        "prompt_tokens": traffic.prompt_tokens,
        "frames_up": traffic.frames_up,
        "frames_down": traffic.frames_down,
        "bytes_up": traffic.bytes_up,
        "bytes_down": traffic.bytes_down,
        "round_trips_per_token": traffic.round_trips_per_token,
        "first_token_s": round(traffic.first_token_s, 4),
        "decode_s": round(traffic.decode_s, 4),
        "tokens_per_s": round(traffic.tokens_per_s, 2),
    }


def _adapter(wanted: str | None, services: Services, terminal: Terminal) -> tuple[Path | None, bytes | None]:
    if wanted is None:
        return None, None
    from app.cli.chosen_adapter import chosen_adapter  # cryptography: chats without one need not wait for it

    return chosen_adapter(wanted, services, terminal)


def _text(untrusted: str) -> str:
    """Text from outside as valid Unicode: undecodable bytes of the command line become question marks."""
    return untrusted.lstrip("\ufeff").encode("utf-8", "replace").decode("utf-8")
