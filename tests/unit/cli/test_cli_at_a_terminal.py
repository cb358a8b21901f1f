"""`nearhalf chat` at a real (pseudo-)terminal: the prompt, streaming, Ctrl+C, Ctrl+D."""

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX's")

ROOT = Path(__file__).resolve().parents[3]
PROGRAM = """
import fcntl, pathlib, signal, sys, termios
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that runs the tests in the background ignores it
fcntl.ioctl(0, termios.TIOCSCTTY, 0)  # so that Ctrl+C typed here becomes a signal
from app.cli import run
from app.core.events import EndReason
from app.domain.errors import BackendError
from tests.sim.scripted_conversations import ScriptedConversations, ScriptedReply
from tests.sim.scripted_services import ScriptedServices
lost = BackendError("The backend is gone.", "Try later.")
SCRIPTS = {
    "plain": (ScriptedReply(("One", " reply.")), ScriptedReply(("Two",)), ScriptedReply(("Three",))),
    "waits": (ScriptedReply(("Once upon",), waits=True), ScriptedReply(("The end.",))),
    "fails": (ScriptedReply(("Hal",), reason=EndReason.FAILED, error=lost), ScriptedReply(("Fine.",))),
}
services = ScriptedServices(pathlib.Path(sys.argv[1]), ScriptedConversations(SCRIPTS[sys.argv[2]]))
if sys.argv[3:4] == ["deaf"]:
    services.chat.stop = lambda: None  # a backend that does not hear
    services.chat.close = lambda: __import__("os")._exit(42)
status = run(["chat", *sys.argv[4:]], services)
assert services.chat.is_closed
sys.exit(status)
"""


class Person:
    """Types at a terminal and reads what is on it."""

    def __init__(self, folder: Path, *script: str) -> None:
        import pty

        self._master, slave = pty.openpty()
        environ = {**os.environ, "TERM": "xterm", "PYTHONPATH": str(ROOT), "HOME": str(folder)}
        environ.pop("NO_COLOR", None)
        self.process = subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(folder), *script],
            stdin=slave, stdout=slave, stderr=slave, start_new_session=True, cwd=ROOT, env=environ,
        )  # fmt: skip
        os.close(slave)
        self.screen = ""
        self._read_up_to = 0

    def types(self, text: str) -> None:
        os.write(self._master, text.encode())

    def presses_ctrl_c(self) -> None:
        """As late as a person would: a signal in the microseconds before readline's select() waits for the next key."""
        time.sleep(0.3)
        self.types("\x03")

    def sees(self, text: str, timeout_s: float = 15.0) -> None:
        """Wait for `text` after what was seen before."""
        deadline = time.monotonic() + timeout_s
        while (at := self.screen.find(text, self._read_up_to)) < 0:
            assert time.monotonic() < deadline, f"{text!r} did not come; the screen has {self.screen!r}"
            if select.select([self._master], [], [], 0.1)[0]:
                try:
                    self.screen += os.read(self._master, 65536).decode(errors="replace")
                except OSError:  # the other end was closed
                    deadline = time.monotonic()
        self._read_up_to = at + len(text)

    def leaves(self) -> int:
        return self.process.wait(10)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)


@pytest.fixture
def sit_down(tmp_path: Path) -> Iterator[type[Person]]:
    seated: list[Person] = []

    class Seat(Person):
        def __init__(self, *script: str) -> None:
            super().__init__(tmp_path, *script)
            seated.append(self)

    yield Seat
    for person in seated:
        person.close()


def test_a_conversation_with_its_status_lines_ends_with_ctrl_d(sit_down: type[Person], tmp_path: Path) -> None:
    person = sit_down("plain")
    person.sees("> ")
    person.types("Hello\r")
    person.sees("One reply.")
    person.sees("\x1b[2m5 frames sent, 6 kB up, 6.4 kB down, 1 round trip a token, 40.0 tokens/s\x1b[0m")
    person.sees("> ")
    person.types("And more\r")
    person.sees("Two")
    person.sees("> ")
    person.types("\x04")
    assert person.leaves() == 0
    assert "Traceback" not in person.screen
    assert [path.name for path in tmp_path.iterdir()] == []  # no history file, nothing


def test_ctrl_c_stops_the_reply_and_the_conversation_goes_on(sit_down: type[Person]) -> None:
    person = sit_down("waits")
    person.sees("> ")
    person.types("Tell\r")
    person.sees("Once upon")
    person.presses_ctrl_c()
    person.sees("(stopped)")
    person.sees("> ")
    person.types("Finish\r")
    person.sees("The end.")
    person.sees("> ")
    person.types("/quit\r")
    assert person.leaves() == 0
    assert "Traceback" not in person.screen


def test_a_second_ctrl_c_leaves(sit_down: type[Person]) -> None:
    person = sit_down("waits")
    person.sees("> ")
    person.types("Tell\r")
    person.sees("Once upon")
    person.presses_ctrl_c()
    person.sees("> ")
    person.presses_ctrl_c()
    assert person.leaves() == 0
    assert "Traceback" not in person.screen


def test_a_second_ctrl_c_leaves_even_where_the_reply_does_not_stop(sit_down: type[Person]) -> None:
    person = sit_down("waits", "deaf")
    person.sees("> ")
    person.types("Tell\r")
    person.sees("Once upon")
    person.presses_ctrl_c()
    time.sleep(0.3)
    assert person.process.poll() is None
    person.presses_ctrl_c()
    assert person.leaves() == 42  # its close() was reached


def test_one_ctrl_c_at_the_prompt_asks_and_does_not_leave(sit_down: type[Person]) -> None:
    person = sit_down("plain")
    person.sees("> ")
    person.types("half a mess")
    person.sees("half a mess")
    person.presses_ctrl_c()
    person.sees("Ctrl+C again, or Ctrl+D, leaves.")
    person.sees("> ")
    person.types("Hello\r")
    person.sees("One reply.")
    person.sees("> ")
    person.presses_ctrl_c()
    person.sees("leaves.")
    person.presses_ctrl_c()
    assert person.leaves() == 0


def test_an_error_is_shown_and_the_conversation_goes_on(sit_down: type[Person]) -> None:
    person = sit_down("fails")
    person.sees("> ")
    person.types("Hello\r")
    person.sees("The backend is gone.")
    person.sees("Try later.")
    person.sees("> ")
    person.types("/regenerate\r")
    person.sees("Fine.")


def test_the_commands(sit_down: type[Person]) -> None:
    person = sit_down("plain")
    person.sees("> ")
    for typed, shown in (
        ("/help", "/regenerate"),
        ("/regenerate", "There is no reply to generate again."),
        ("/nonsense", "There is no command /nonsense."),
        ("/usr/bin is a folder", "One reply."),
        ("/new", "A new chat."),
        ("/regenerate", "There is no reply to generate again."),
    ):
        person.types(typed + "\r")
        person.sees(shown)
        person.sees("> ")


def test_ctrl_c_breaks_off_a_single_message_with_status_130(sit_down: type[Person]) -> None:
    person = sit_down("waits", "hearing", "--once", "Tell")
    person.sees("Once upon")
    person.presses_ctrl_c()
    assert person.leaves() == 130
    assert "Traceback" not in person.screen


def test_a_reader_that_goes_away_is_no_traceback(tmp_path: Path) -> None:
    program = PROGRAM.replace("fcntl.ioctl", "0 and fcntl.ioctl")
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path), "plain"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    ) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(b"a\nb\n")
        process.stdin.close()
        assert process.wait(20) == 1
        assert process.stderr.read() == b""
