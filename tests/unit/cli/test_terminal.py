"""A line of progress: it must fit the terminal, or only the last row of it could be erased."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TextIO

import pytest

from app.cli.terminal import Terminal, cut_to

ERASE = "\r\x1b[K"
LONG = "[########################] step 123/456, loss 3.210, held-out 3.456, 12 min left, 123 MB up, 234 MB down"


class Screen(io.StringIO):
    """A stream that says it is a terminal, and has no file."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def narrow() -> Iterator[tuple[TextIO, int]]:
    """The writing end of a real terminal of 40 columns, and what reads it."""
    if sys.platform == "win32":
        pytest.skip("pseudo-terminals are POSIX's")
    import fcntl
    import pty
    import struct
    import termios

    reader, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 40, 0, 0))
    with os.fdopen(slave, "w", encoding="utf-8") as stream:
        yield stream, reader
    os.close(reader)


def shown(sentence: str) -> str:
    stderr = Screen()
    Terminal(io.StringIO(), io.StringIO(), stderr, {"NO_COLOR": "1"}).progress(sentence)
    return stderr.getvalue().removeprefix(ERASE)


def test_progress_is_cut_to_the_width_of_the_terminal_that_shows_it(narrow: tuple[TextIO, int]) -> None:
    stderr, reader = narrow
    terminal = Terminal(io.StringIO(), io.StringIO(), stderr, {"NO_COLOR": "1"})
    terminal.progress(LONG)
    terminal.clear_progress()
    stderr.close()
    written = b""
    with suppress(OSError):  # Linux: nobody writes any more
        while piece := os.read(reader, 4096):
            written += piece
    assert written.decode() == f"{ERASE}{LONG[:38]}…{ERASE}"


def test_where_the_width_cannot_be_asked_it_is_what_the_shell_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert shown(LONG) == LONG[:58] + "…"
    assert shown("Judging.") == "Judging."


def test_progress_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert shown("One.\nTwo\tthree.") == "One. Two three."


@pytest.mark.parametrize(
    ("text", "columns", "cut"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abcde…"),
        ("日本語", 6, "日本語"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),
        ("e\u0301e\u0301e\u0301", 3, "e\u0301e\u0301e\u0301"),
        ("abc", 0, ""),
    ],
    ids=["fits", "long", "wide-fits", "wide", "half-a-character", "combining", "no-room"],
)
def test_characters_count_as_wide_as_they_are_shown(text: str, columns: int, cut: str) -> None:
    assert cut_to(columns, text) == cut


@pytest.mark.skipif(sys.platform == "win32", reason="a console is always there")
def test_a_passphrase_that_is_piped_in_needs_no_warning_about_its_echo() -> None:
    """Where there is no terminal at all, as in a service."""
    program = "from app.cli.terminal import Terminal; print(Terminal.of_this_process().ask_secret('Passphrase: '))"
    done = subprocess.run(
        [sys.executable, "-c", program], input=b"correct horse\n", capture_output=True, start_new_session=True,
        cwd=Path(__file__).resolve().parents[3], timeout=60, check=True,
    )  # fmt: skip
    assert done.stdout.decode() == "correct horse\n"
    assert done.stderr.decode() == "Passphrase: \n"
