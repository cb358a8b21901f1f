"""The keys of TLS connections, written to a file for an auditor's tools: only where a person asked for it, for a time.

Whoever has that file and a recording of the network can read the connections made meanwhile. Python itself would obey
the environment variable SSLKEYLOGFILE in silence (ssl.create_default_context, which trust.py therefore avoids). Here
nothing but `begin` starts it; the terminal says so in red (app/cli/chat.py).
"""

import os
import ssl
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import SettingsError

MOST_S = 3600.0


@dataclass(frozen=True, slots=True)
class KeyLog:
    """Where keys are written, and until when (time.monotonic) connections are added to it."""

    path: Path
    until_s: float


_lock = threading.Lock()
_current: KeyLog | None = None


def begin(path: Path, seconds: float = MOST_S) -> KeyLog:
    """Write the keys of connections opened from now on, for `seconds`. Raises SettingsError where `path` cannot be."""
    global _current
    try:
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600))
    except OSError as error:
        raise SettingsError(
            f"The key log cannot be written: {os.strerror(error.errno or 0)}.", "Choose another file."
        ) from error
    with _lock:
        _current = KeyLog(path.absolute(), time.monotonic() + min(max(seconds, 0.0), MOST_S))
        return _current


def end() -> None:
    """Write no more keys of new connections."""
    global _current
    with _lock:
        _current = None


def active() -> KeyLog | None:
    """What is being written now; None, as it should be."""
    with _lock:
        return _current if _current is not None and time.monotonic() < _current.until_s else None


def write_keys_of(context: ssl.SSLContext) -> None:
    """Make a new `context` write its keys where that was asked for."""
    current = active()
    if current is not None:
        context.keylog_filename = str(current.path)
