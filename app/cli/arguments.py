"""The command line's words. Every command says what it does and gives an example."""

import argparse
import math
import os
from collections.abc import Sequence
from typing import Any

from app.cli.adapter_arguments import add_adapter
from app.cli.audit_arguments import add_audit
from app.cli.tune_arguments import add_tune
from app.domain.sampling import SamplingSettings
from app.storage.settings import CHAT_SAMPLING

COMMAND_VARIABLE = "NEARHALF_COMMAND"  # how the person started us, where it was not as `nearhalf`: set by start.py

_TOP = """\
examples:
  nearhalf                                   open the window
  nearhalf chat                              chat in this terminal
  nearhalf chat --once "What is a fjord?"    one question, one answer
  nearhalf tune ~/notes                      teach it your own notes
  nearhalf adapter list                      what it was taught
  nearhalf backend add home https://home.example
  nearhalf audit export                      what left this computer, for somebody else to check
"""
_CHAT = """\
examples:
  nearhalf chat
  nearhalf chat --once "Name three rivers." --temperature 0
  printf 'Hello\\nAnd in French?\\n' | nearhalf chat
  NEARHALF_TOKEN=... nearhalf chat --backend https://home.example --json --once "Hello"
  nearhalf chat --redact < letters.txt
  nearhalf chat --adapter Letters --strength 80

--adapter takes what `nearhalf adapter list` shows, or the path of an exported file, which comes first where both have
that name. For one of the library the history is opened before the chat begins, and closed again: it asks for its
passphrase where it has one, and no window may have it open at that moment.
--redact puts stand-ins in the place of names, numbers and secrets before anything is sent, and the real words back into
the reply; without it (and without --no-redact) the window's setting counts. What was replaced is said on stderr.
Piped text: each line is one message of one chat, answered in order. Replies go to stdout, everything else to stderr.
At a terminal: /new, /regenerate, /redact, /preview TEXT, /quit, /help; Ctrl+C stops a reply, Ctrl+C again or Ctrl+D
leaves.
"""
_ADD = """\
examples:
  nearhalf backend add home https://home.example
  nearhalf backend add lab https://lab.example:8443 --ca-file lab-ca.pem --token-stdin < token.txt

The token goes into the system's keyring, or into a file readable by you alone where there is none.
http:// is for a backend on this computer only. Adding a name again replaces it.
"""
_LIST = "example:\n  nearhalf backend list\n"
_TEST = """\
examples:
  nearhalf backend test            the built-in backend
  nearhalf backend test home
  NEARHALF_TOKEN=... nearhalf backend test https://home.example

Measures round trips, steps and exchanges, and predicts tokens/s = 1 / (step + (round trips - 1) x exchange).
"""
_LIMIT = """\
examples:
  nearhalf backend limit home 90
  nearhalf backend limit home none

After each reply, what an operator could rebuild of your message is measured (`nearhalf audit recover` shows how). Above
the limit the next message to this backend is not sent. Unprotected messages are at 100 %: only what has identifying
text replaced stays below.
"""
_REMOVE = "example:\n  nearhalf backend remove home\n"


class _Parser(argparse.ArgumentParser):
    """Takes no empty word for a name or a path: it is a variable that was not set, and would be the current folder.
    Lists, and what says its own type, are judged by their commands."""

    def add_argument(self, *names: Any, **options: Any) -> argparse.Action:
        has_one_word = options.get("action", "store") == "store" and options.get("nargs") in (None, "?")
        if has_one_word and not options.keys() & {"type", "choices", "default"}:
            options["type"] = _filled
        return super().add_argument(*names, **options)


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """Raises SystemExit, as argparse does, for wrong arguments (2) and for --help (0)."""
    return _parser().parse_args(argv)


def sampling(arguments: argparse.Namespace) -> SamplingSettings:
    """Raises SettingsError for a value outside its range."""
    return SamplingSettings(
        temperature=arguments.temperature,
        top_k=arguments.top_k,
        top_p=arguments.top_p,
        min_p=arguments.min_p,
        repetition_penalty=arguments.repetition_penalty,
        seed=arguments.seed,
        stop=tuple(arguments.stop),
        max_tokens=arguments.max_tokens,
    )


def _parser() -> argparse.ArgumentParser:
    parser = _command(None, _program(), "Chat with a model whose decoder layers run elsewhere.", _TOP)
    parser.add_argument(
        "--keylog",
        metavar="FILE",
        dest="window_keylog",
        help="the window's TLS keys go there, for an auditor (see docs)",
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands (none: open the window)")
    _add_chat(commands)
    backend = _command(
        commands, "backend", "Add, list, test, limit and remove backends.", _ADD + _TEST.partition("\n\n")[0]
    )
    actions = backend.add_subparsers(dest="action", metavar="ACTION", title="actions", required=True)
    add = _command(actions, "add", "Add a backend, or replace one.", _ADD)
    add.add_argument("name", metavar="NAME", help="what to call it: letters, digits, . _ -")
    add.add_argument("url", metavar="URL", help="https://host[:port]")
    add.add_argument("--token-stdin", action="store_true", help="read the token from standard input instead of asking")
    add.add_argument("--ca-file", metavar="FILE", help="PEM certificate to trust for it, besides the system's own")
    _command(actions, "list", "List the backends that were added.", _LIST)
    test = _command(actions, "test", "Measure a backend and predict its speed.", _TEST)
    test.add_argument("backend", metavar="NAME|URL", nargs="?", help="which one (the built-in one if left out)")
    _add_credentials(test)
    limit = _command(actions, "limit", "Choose how much of a message may be rebuildable there.", _LIMIT)
    limit.add_argument("name", metavar="NAME")
    limit.add_argument(
        "percent", metavar="PERCENT|none", help="0 to 100: above it nothing more is sent; none: no limit"
    )
    remove = _command(actions, "remove", "Forget a backend and its token.", _REMOVE)
    remove.add_argument("name", metavar="NAME")
    add_audit(commands, _command)
    add_tune(commands, _command)
    add_adapter(commands, _command)
    return parser


def _add_chat(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    chat = _command(commands, "chat", "Chat in the terminal.", _CHAT)
    chat.add_argument("--once", type=str, metavar="TEXT", help="send this one message, print the reply, and leave")
    chat.add_argument("--json", action="store_true", help="print one JSON object a reply: text, end, bytes, times")
    chat.add_argument("--backend", metavar="NAME|URL", help="where the layers run (default: the built-in backend)")
    _add_credentials(chat)
    chat.add_argument("--model", metavar="ID", help="one of the backend's models (default: its first)")
    chat.add_argument(
        "--adapter", metavar="NAME|FILE", help="your adapter, of the library or from a file; it stays on this computer"
    )
    chat.add_argument(
        "--strength", metavar="PERCENT", type=int, help="how strongly the adapter counts: 0 to 150 (default: 100)"
    )
    chat.add_argument("--system", type=str, metavar="TEXT", help="the system message of the chat")
    chat.add_argument(
        "--redact",
        action=argparse.BooleanOptionalAction,
        help="replace names, numbers and secrets before sending (default: as in the window's settings)",
    )
    chat.add_argument("--keylog", metavar="FILE", help="write this chat's TLS keys there, for an auditor (see docs)")
    d = CHAT_SAMPLING
    group = chat.add_argument_group("sampling (the defaults are what SmolLM2's authors recommend)")
    group.add_argument(
        "--temperature", type=_number, default=d.temperature, metavar="T", help=_help("0 is greedy", d.temperature)
    )
    group.add_argument("--top-k", type=int, default=d.top_k, metavar="K", help=_help("0 is off", d.top_k))
    group.add_argument("--top-p", type=_number, default=d.top_p, metavar="P", help=_help("1 is off", d.top_p))
    group.add_argument("--min-p", type=_number, default=d.min_p, metavar="P", help=_help("0 is off", d.min_p))
    group.add_argument(
        "--repetition-penalty",
        type=_number,
        default=d.repetition_penalty,
        metavar="R",
        help=_help("1 is off", d.repetition_penalty),
    )
    group.add_argument("--seed", type=_seed, metavar="N", help="the same seed and settings give the same reply")
    group.add_argument(
        "--stop", action="append", default=[], metavar="TEXT", help="end the reply here; may be repeated"
    )
    group.add_argument(
        "--max-tokens", type=int, default=d.max_tokens, metavar="N", help=_help("length limit", d.max_tokens)
    )


def _add_credentials(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--token-file", metavar="FILE", help="with a URL: the token (default: $NEARHALF_TOKEN)")
    parser.add_argument("--ca-file", metavar="FILE", help="with a URL: PEM certificate to trust for it")


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser] | None", name: str, summary: str, examples: str
) -> argparse.ArgumentParser:
    layout = argparse.RawDescriptionHelpFormatter
    examples = examples.replace("nearhalf ", f"{_program()} ")
    if commands is None:
        return _Parser(name, description=summary, epilog=examples, formatter_class=layout, allow_abbrev=False)
    return commands.add_parser(
        name, help=summary, description=summary, epilog=examples, formatter_class=layout, allow_abbrev=False
    )


def _program() -> str:
    return os.environ.get(COMMAND_VARIABLE) or "nearhalf"


def _help(words: str, default: float) -> str:
    return f"{words} (default: {default:g})"


def _filled(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("it is empty: check the variable that should hold it")
    return text


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(text)
    return value


def _seed(text: str) -> int:
    value = int(text)
    if not 0 <= value < 2**63:
        raise ValueError(text)
    return value


_number.__name__ = "number"  # argparse names the function in its message: "invalid number value"
_seed.__name__ = "seed"
