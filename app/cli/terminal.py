"""Where the commands write and read: streams, colours, and words about numbers. Knows nothing of chats.

Replies and tables go to stdout; everything about them (progress, the status line, warnings, errors) goes to stderr.
Colours and progress appear only where stderr is a terminal that can show them.
"""

import getpass
import os
import shutil
import sys
import unicodedata
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TextIO

from app.core.events import EndReason, Traffic
from app.domain.errors import AppError

# DESIGN.md section 6: what must be said of every backend that somebody else may run.
OPERATOR_CAN_READ = (
    "Text stays on this computer, but whoever runs this backend and records the traffic can rebuild it from the "
    "numbers: choose one that you trust, or run your own."
)
KEYS_ARE_WRITTEN = (
    "The keys of TLS connections opened from now on are being written to {file}. Whoever has that file and a recording "
    "of the network can read what is sent. Delete it when the audit is done."
)

_DIM, _RED, _PLAIN = "\x1b[2m", "\x1b[31m", "\x1b[0m"
_ERASE_LINE = "\r\x1b[K"

# A reply is made of numbers that a backend sent, so it may hold escape sequences that move the cursor, set the window's
# title or fill the clipboard. Only these control characters reach a terminal:
_HARMLESS = frozenset("\n\t")
_CONTROLS = {
    code: "\N{REPLACEMENT CHARACTER}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in _HARMLESS
}


def _ask_secret(prompt: str) -> str:
    """One line that is not shown; piped in where there is no terminal. Raises EOFError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", getpass.GetPassWarning)
            return getpass.getpass(prompt)
    except getpass.GetPassWarning:
        if sys.stdin.isatty():  # one that cannot hide it
            return getpass.getpass(prompt)
    sys.stderr.write(prompt)
    sys.stderr.flush()
    line = sys.stdin.readline()
    sys.stderr.write("\n")
    if not line:
        raise EOFError
    return line.rstrip("\r\n")


@dataclass(slots=True)
class Terminal:
    """The streams of one command."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]
    ask_secret: Callable[[str], str] = _ask_secret
    _progress_shown: bool = False
    _is_mid_line: bool = False

    @classmethod
    def of_this_process(cls) -> "Terminal":
        """The process's own streams. Bytes or characters that an encoding lacks are replaced rather than fatal."""
        for stream in (sys.stdin, sys.stdout, sys.stderr):
            reconfigure = getattr(stream, "reconfigure", None)
            if reconfigure is not None:
                reconfigure(errors="replace")
        return cls(sys.stdin, sys.stdout, sys.stderr, os.environ)

    @property
    def has_person(self) -> bool:
        """True where a person types; False where text is piped in."""
        return self.stdin.isatty()

    @property
    def shows_status(self) -> bool:
        """True where stderr is watched by a person."""
        return self.stderr.isatty()

    def ask(self, prompt: str) -> str:
        """One line, without its end. Raises EOFError, KeyboardInterrupt."""
        if self.stdin is sys.stdin and self.stdout is sys.stdout and self.stdin.isatty() and self.stdout.isatty():
            _use_line_editing()
            return input(prompt)
        self.stderr.write(prompt)
        self.stderr.flush()
        line = self.stdin.readline()
        if not line:
            raise EOFError
        return line.rstrip("\r\n")

    def write(self, text: str) -> None:
        """Text of a reply, at once."""
        self.clear_progress()
        self._is_mid_line = not text.endswith("\n")
        self.stdout.write(text.translate(_CONTROLS) if self.stdout.isatty() else text)
        self.stdout.flush()

    def print(self, line: str = "") -> None:
        self.write(line + "\n")

    def note(self, line: str) -> None:
        """A dim line beside the output; on a line of its own where both share a screen and a reply is half written."""
        self.clear_progress()
        if self._is_mid_line and self.stdout.isatty() and self.stderr.isatty():
            self.print()
        self._to_stderr(line, _DIM, "\n")

    def progress(self, sentence: str) -> None:
        """What is under way, replaced by the next; nothing where nobody watches. One row, as only one can be erased."""
        if self._can_rewrite:
            self.stderr.write(_ERASE_LINE)
            self._to_stderr(cut_to(_columns(self.stderr) - 1, " ".join(sentence.split())), _DIM)
            self._progress_shown = True

    def clear_progress(self) -> None:
        if self._progress_shown:
            self.stderr.write(_ERASE_LINE)
            self.stderr.flush()
            self._progress_shown = False

    def warn(self, sentence: str) -> None:
        """A warning for the person; nothing for an empty one."""
        if sentence:
            self.note(f"Warning: {sentence}")

    def alarm(self, sentence: str) -> None:
        """What a person must not overlook, in red."""
        self.clear_progress()
        self._to_stderr(sentence, _RED, "\n")

    def show_error(self, error: AppError) -> None:
        self.clear_progress()
        self._to_stderr(error.message, _RED, "\n")
        if error.advice:
            self._to_stderr(error.advice, "", "\n")

    @property
    def _has_colours(self) -> bool:
        return self._can_rewrite and not self.environ.get("NO_COLOR")

    @property
    def _can_rewrite(self) -> bool:
        """True where stderr understands escape sequences."""
        if not self.stderr.isatty() or self.environ.get("TERM") == "dumb":
            return False
        return sys.platform != "win32" or "WT_SESSION" in self.environ  # the old console prints the codes themselves

    def _to_stderr(self, text: str, colour: str, end: str = "") -> None:
        text = text.translate(_CONTROLS)
        self.stderr.write(f"{colour}{text}{_PLAIN}{end}" if colour and self._has_colours else text + end)
        self.stderr.flush()


def unanswered() -> AppError:
    """For EOFError: Ctrl+D, or nobody there to type."""
    return AppError(
        "What was asked was not answered.", "Run the command in a terminal, or pipe the answer in as a line of its own."
    )


def status_line(traffic: Traffic, reason: EndReason) -> str:
    """What one reply sent: frames, bytes, round trips a token, speed; and why it ended, where that is worth a word."""
    parts = [
        counted(traffic.frames_up, "frame sent", "frames sent"),
        f"{size(traffic.bytes_up)} up",
        f"{size(traffic.bytes_down)} down",
        counted(traffic.round_trips_per_token, "round trip a token", "round trips a token"),
    ]
    if traffic.tokens_per_s:
        parts.append(f"{traffic.tokens_per_s:.1f} tokens/s")
    ordinary = reason in (EndReason.END_OF_TEXT, EndReason.FAILED)  # an error is shown by itself
    return ", ".join(parts) + ("" if ordinary else f" ({reason.value})")


def cut_to(columns: int, text: str) -> str:
    """`text` without what a row of so many columns has no room for. Wide characters take two, combining ones none."""
    ends = list(accumulate(map(_width, text)))
    if not ends or ends[-1] <= columns:
        return text
    kept = sum(end < columns for end in ends)
    return text[:kept] + "…" if columns > 0 else ""


def counted(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def size(count_bytes: int) -> str:
    """Bytes in decimal units, as networks count."""
    if count_bytes < 1000:
        return counted(count_bytes, "byte", "bytes")
    if count_bytes < 999_500:
        return f"{count_bytes / 1000:.3g} kB"
    return f"{count_bytes / 1_000_000:.3g} MB"


def _width(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def _columns(stream: TextIO) -> int:
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):  # no file, or no terminal
        columns = 0
    return columns or shutil.get_terminal_size().columns


def _use_line_editing() -> None:
    """Arrow keys and this run's lines at the prompt, where Python has it; nothing is written to a history file."""
    try:
        import readline  # noqa: F401 - importing it is what changes input()
    except ImportError:
        pass
