"""The audit hook, each time in a process of its own: a hook cannot be taken out again."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

AROUND = """
import json, os, socket, subprocess, sys, threading
listener = socket.create_server(("127.0.0.1", 0))
port = listener.getsockname()[1]
from app.privacy import guard
guard.install()
outcome = "done"
try:
    {code}
except PermissionError:
    outcome = "denied"
except OSError as error:
    outcome = type(error).__name__
count, latest = guard.denials()
print(json.dumps([outcome, count, [denial.event for denial in latest], [denial.target for denial in latest]]))
"""

BEHIND_ITS_BACK = {
    "a connection": 'socket.create_connection(("127.0.0.1", port))',
    "a look-up": 'socket.getaddrinfo("example.org", 443)',
    "a datagram": 'socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port))',
    "a child": 'subprocess.run(["true"])',
    "a shell": 'os.system("true")',
    "a fork": "os.fork()",
    "httpx": 'import httpx\n    try: httpx.get(f"http://127.0.0.1:{port}")\n    except httpx.ConnectError: pass',
    "another port than was granted": (
        'guard.grant_connection("127.0.0.1", port + 1); socket.create_connection(("127.0.0.1", port))'
    ),
    "another thread than was granted": (
        'guard.grant_connection("127.0.0.1", port); caught = []\n'
        "    def other():\n"
        "        try: socket.create_connection(('127.0.0.1', port))\n"
        "        except PermissionError as error: caught.append(error)\n"
        "    thread = threading.Thread(target=other); thread.start(); thread.join()\n"
        "    raise caught[0]"
    ),
    "a child after the one that was granted": (
        'with guard.granted_child(): subprocess.run(["true"])\n    subprocess.run(["true"])'
    ),
}
CLEARED = {
    "a connection that the gate granted": (
        'guard.grant_connection("127.0.0.1", port); socket.create_connection(("127.0.0.1", port))'
    ),
    "the built-in backend": 'with guard.granted_child(): subprocess.run(["true"])',
    "the keyring's socket": 'socket.socket(socket.AF_UNIX).connect("/nowhere")',
}


def run(code: str) -> tuple[str, int, list[str], list[str]]:
    ran = subprocess.run(
        [sys.executable, "-c", AROUND.replace("{code}", code)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    outcome, count, events, targets = json.loads(ran.stdout)
    return outcome, count, events, targets


@pytest.mark.parametrize("code", BEHIND_ITS_BACK.values(), ids=BEHIND_ITS_BACK.keys())
def test_what_the_gate_did_not_clear_is_denied_and_counted(code: str) -> None:
    _, count, events, targets = run(code)  # a library may turn the error into one of its own
    assert count >= 1
    assert events
    assert targets


@pytest.mark.parametrize("code", CLEARED.values(), ids=CLEARED.keys())
def test_what_was_cleared_passes(code: str) -> None:
    outcome, count, *_ = run(code)
    assert (outcome, count) != ("denied", 1)
    assert count == 0


@pytest.mark.parametrize(
    "tried",
    [
        "socket.socket().connect(listener.getsockname())",
        "socket.getaddrinfo('localhost', 1)",
        "socket.gethostbyname('localhost')",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'-', listener.getsockname())",
        "socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'-'], (), 0, listener.getsockname())",
        "os.system('true')",
        "pty.spawn(['true'])",
    ],
    ids=lambda tried: tried.split("(b'-'")[0],
)
def test_a_backend_begins_no_connection_and_no_process(tried: str) -> None:
    code = (
        "import os, pty, socket\n"
        "listener = socket.create_server(('127.0.0.1', 0))\n"
        "from cloud_backend.server import guard\n"
        "guard.install()\n"
        f"try: {tried}\n"
        "except PermissionError: print('denied')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "denied" in ran.stdout
