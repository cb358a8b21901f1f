"""`nearhalf backend add|list|test|limit|remove`."""

import argparse

from app.cli.choice import chosen_backend
from app.cli.terminal import OPERATOR_CAN_READ, Terminal
from app.core.embedded import NAME as BUILT_IN
from app.core.services import Measurement, Services
from app.domain.backend import Backend
from app.domain.errors import SettingsError
from app.storage.backends import checked_ca_file, checked_name, checked_url

_TOKEN_LIMIT_CHARS = 4096

# Round trips a token, and the plans that need so many (DESIGN.md section 2). A tap at layer 0 is free.
_SMALL_PLANS = (
    (1, "no adapter"),
    (1, "adapter with the free tap only, with or without a head part"),
    (3, "adapter with grouped taps: two taps and the free one"),
    (6, "adapter with grouped taps: five taps and the free one"),
)


def run_backend(arguments: argparse.Namespace, services: Services, terminal: Terminal) -> None:
    """Raises AppError."""
    if arguments.action == "add":
        _add(arguments, services, terminal)
    elif arguments.action == "list":
        _list(services, terminal)
    elif arguments.action == "remove":
        terminal.warn(services.backends.remove(arguments.name))
        terminal.print(f"Removed {arguments.name} and its token.")
    elif arguments.action == "limit":
        _limit(arguments, services, terminal)
    else:
        _test(arguments, services, terminal)


def _add(arguments: argparse.Namespace, services: Services, terminal: Terminal) -> None:
    """What can be wrong without the token is said before it is asked for."""
    name, url = checked_name(arguments.name), checked_url(arguments.url)
    ca_file = checked_ca_file(arguments.ca_file)
    if name == BUILT_IN:
        raise SettingsError(f"{BUILT_IN!r} is the backend that Nearhalf brings with it.", "Choose another name.")
    if arguments.token_stdin:
        token = terminal.stdin.read(_TOKEN_LIMIT_CHARS)
    elif terminal.has_person:
        try:
            token = terminal.ask_secret(f"Token for {name} (it is not shown): ")
        except EOFError:  # Ctrl+D
            token = ""
    else:
        raise SettingsError("There is no terminal to ask for the token.", "Pipe it in, and say --token-stdin.")
    terminal.warn(services.backends.add(Backend(name, url, token, ca_file)))
    terminal.note(OPERATOR_CAN_READ)
    terminal.print(f"Added {name} at {url}. Try it: nearhalf backend test {name}")


def _limit(arguments: argparse.Namespace, services: Services, terminal: Terminal) -> None:
    text = arguments.percent.removesuffix("%").strip()
    is_number = text.isascii() and text.isdecimal() and len(text) <= 3
    if not is_number and text != "none":
        raise SettingsError("The limit is no percentage.", "Give a whole number from 0 to 100, or none.")
    terminal.warn(services.backends.limit_recovery(arguments.name, int(text) if is_number else None))
    if is_number:
        terminal.print(
            f"Nothing more is sent to {arguments.name} after a message of which more than {text} % could be rebuilt."
        )
    else:
        terminal.print(f"{arguments.name} has no limit any more.")


def _list(services: Services, terminal: Terminal) -> None:
    backends, warning = services.backends.list()
    terminal.warn(warning)
    rows = [(BUILT_IN, "a process on this computer, started when it is needed"), *((b.name, b.url) for b in backends)]
    width = max(len(name) for name, _ in rows)
    for name, place in rows:
        terminal.print(f"{name:{width}}  {place}")


def _test(arguments: argparse.Namespace, services: Services, terminal: Terminal) -> None:
    backend = chosen_backend(arguments, services.backends, terminal.environ)
    measured = services.measure(backend, terminal.progress)
    terminal.clear_progress()
    terminal.print(f"{BUILT_IN if backend is None else f'{backend.name} at {backend.url}'}")
    for line in report(measured):
        terminal.print(line)


def report(measured: Measurement) -> list[str]:
    """The measurement and the predictions, as lines for a person."""
    low, high = min(measured.rtt_ms), max(measured.rtt_ms)
    lines = [
        f"round trip   {measured.median_rtt_ms:8.2f} ms  (median of {len(measured.rtt_ms)}, {low:.2f} to {high:.2f})",
        f"one step     {measured.step_ms:8.2f} ms  (both sides' computing and one round trip, without an adapter)",
        f"an exchange  {measured.exchange_ms:8.2f} ms  (what each further round trip adds, computing included)",
        "",
        "round trips",
        "    a token  tokens/s  plan",
    ]
    lines += [f"{trips:11}  {measured.tokens_per_s(trips):8.1f}  {plan}" for trips, plan in plans(measured.layers)]
    lines += ["", "Predicted: 1 / (one step + (round trips - 1) x an exchange). Longer chats take longer steps."]
    return lines


def plans(layers: int) -> list[tuple[int, str]]:
    """(round trips a token, what needs so many) for a model of `layers` decoder layers, rising."""
    every = (layers, f"adapter tapping every one of the {layers} layers, as in the paper")
    return [*(plan for plan in _SMALL_PLANS if plan[0] < max(layers, 2)), every]
