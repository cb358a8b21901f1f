"""The backend opens no connection: an audit hook denies every one that Python code begins (PEP 578).

It listens and answers; there is nobody that it would have to call. Installed once everything is loaded and bound.
"""

import sys
from typing import Any

from cloud_backend.server.eventlog import log_event

_DENIED = frozenset(
    {"socket.connect", "socket.sendto", "subprocess.Popen", "os.exec", "os.fork", "os.posix_spawn", "os.system"}
)


def install() -> None:
    """From now on, for this process and for good."""
    sys.addaudithook(_judge)


def _judge(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _DENIED:
        return
    if event.startswith("socket.") and not isinstance(arguments[1], tuple):  # AF_UNIX: inside this computer
        return
    log_event("denied", phase=event)
    raise PermissionError(f"A Nearhalf backend begins nothing of this kind ({event}).")
