"""The gate, enforced on the whole process: what was not cleared is denied and counted, whoever asks (PEP 578).

An audit hook sees every connection, name look-up, datagram and child process that Python code begins, a library's
too. The gate grants one connection to a host it allows, and the thread that was granted it may look up that name and
connect to that port; the one place that starts the built-in backend grants itself a child. Everything else raises
PermissionError. Sockets inside this computer's own file system (the keyring's D-Bus) are no network and pass.

It does not see what C code does by itself (Qt, the system's libraries), and Python cannot take a hook out again: it is
one for the process, installed by app/main.
"""

import contextlib
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

_KEPT = 100  # latest denials that are kept with their details
_thread = threading.local()
_lock = threading.Lock()
_counts: Counter[str] = Counter()
_latest: deque["Denial"] = deque(maxlen=_KEPT)


@dataclass(frozen=True, slots=True)
class Denial:
    """What was tried: the audit event's name, and to where, as far as it says so. Never the content."""

    time_s: float  # Unix time
    event: str
    target: str


def grant_connection(host: str, port: int) -> None:
    """For the gate: this thread may look up `host` and connect to `port`, until it is granted another."""
    _thread.host, _thread.port = host.strip("[]").lower(), port


@contextlib.contextmanager
def granted_child() -> Iterator[None]:
    """For the one place that starts the built-in backend: this thread may start processes inside."""
    _thread.may_start = True
    try:
        yield
    finally:
        _thread.may_start = False


def denials() -> tuple[int, tuple[Denial, ...]]:
    """How many there were, and the latest of them."""
    with _lock:
        return _counts.total(), tuple(_latest)


def install() -> None:
    """From now on, for this process and for good."""
    sys.addaudithook(_judge)


def _judge(event: str, arguments: tuple[Any, ...]) -> None:
    rule = _RULES.get(event)
    if rule is None:
        return
    target = rule(arguments)
    if target is not None:
        with _lock:
            _counts[event] += 1
            _latest.append(Denial(time.time(), event, target))
        raise PermissionError(f"Nearhalf's gate has not cleared this ({event}).")


def _connect(arguments: tuple[Any, ...]) -> str | None:
    address = arguments[1]
    if not isinstance(address, tuple):  # AF_UNIX, AF_NETLINK: not a network
        return None
    if getattr(_thread, "port", None) == address[1]:
        return None
    return f"{address[0]}:{address[1]}"


def _look_up(arguments: tuple[Any, ...]) -> str | None:
    name = arguments[0]
    text = name.decode("ascii", "replace") if isinstance(name, bytes) else str(name)
    return None if name is None or text.lower() == getattr(_thread, "host", None) else text


def _datagram(arguments: tuple[Any, ...]) -> str | None:
    address = arguments[1]
    return f"{address[0]}:{address[1]}" if isinstance(address, tuple) else None


def _child(arguments: tuple[Any, ...]) -> str | None:
    if getattr(_thread, "may_start", False):
        return None
    return str(arguments[0])[:200] if arguments else "a process"


_RULES: dict[str, Callable[[tuple[Any, ...]], str | None]] = {
    "socket.connect": _connect,
    "socket.getaddrinfo": _look_up,
    "socket.gethostbyname": _look_up,
    "socket.gethostbyaddr": _look_up,
    "socket.sendto": _datagram,
    "socket.sendmsg": _datagram,
    "subprocess.Popen": _child,
    "os.exec": _child,
    "os.fork": _child,
    "os.forkpty": _child,
    "os.posix_spawn": _child,
    "os.spawn": _child,
    "os.startfile": _child,
    "os.system": _child,
    "pty.spawn": _child,
}
