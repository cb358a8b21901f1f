"""The backend opens no connection: an audit hook denies every one that Python code begins (PEP 578).

It listens and answers; there is nobody that it would have to call, look up or start. Installed once everything is
loaded and bound.
"""

import sys
from typing import Any

from cloud_backend.server.eventlog import log_event

_TO_AN_ADDRESS = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_LOOK_UPS = frozenset({"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"})
_CHILDREN = frozenset(
    {
        "subprocess.Popen",
        "os.exec",
        "os.fork",
        "os.forkpty",
        "os.posix_spawn",
        "os.spawn",
        "os.startfile",
        "os.system",
        "pty.spawn",
    }
)


def install() -> None:
    """From now on, for this process and for good."""
    sys.addaudithook(_judge)


def _judge(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _TO_AN_ADDRESS:
        is_denied = isinstance(arguments[1], tuple)  # else AF_UNIX: inside this computer
    elif event in _LOOK_UPS:
        is_denied = arguments[0] is not None  # None: any address of this computer
    else:
        is_denied = event in _CHILDREN
    if is_denied:
        log_event("denied", phase=event)
        raise PermissionError(f"A Nearhalf backend begins nothing of this kind ({event}).")
