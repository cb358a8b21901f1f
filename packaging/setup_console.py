"""What set-up says and how it runs other programs: one line of progress a step, one sentence when something fails.

Everything goes to stderr, so that stdout carries the app's output alone. Knows no step.
"""

import os
import re
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

QUIET_INTERVAL_S = 5.0  # between progress lines where the output is no terminal
LINES_KEPT = 40


class SetupProblem(Exception):
    """Set-up cannot go on. `message` says what happened, `advice` what the person can do."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class Progress:
    """One step's lines: what it does, how far it is, what it took."""

    def __init__(self, title: str) -> None:
        self._started = self._printed = time.monotonic()
        self._is_terminal = sys.stderr.isatty()
        say(f"* {title}")

    def show(self, text: str, *, at_once: bool = False) -> None:
        """Replace the progress line on a terminal; elsewhere print one every few seconds, or `at_once`."""
        if self._is_terminal:
            sys.stderr.write(f"\r\x1b[K    {text[:100]}")
            sys.stderr.flush()
        elif at_once or time.monotonic() - self._printed >= QUIET_INTERVAL_S:
            self._printed = time.monotonic()
            say(f"    {text}")

    def done(self, text: str = "done") -> None:
        """End the step with its time."""
        clear = "\r\x1b[K" if self._is_terminal else ""
        say(f"{clear}    {text} ({time.monotonic() - self._started:.0f} s)")


def say(text: str) -> None:
    """Print one line for the person, at once."""
    print(text, file=sys.stderr, flush=True)


def megabytes(size_bytes: float) -> str:
    """A size as a person reads it."""
    return f"{size_bytes / 1e6:,.0f} MB"


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Hold `lock` while set-up works: a second start waits for the first instead of writing over it."""
    with lock.open("a+b") as file:
        try:
            _lock_file(file.fileno(), waits=False)
        except OSError:
            say("Another start is setting Nearhalf up; waiting for it.")
            _lock_file(file.fileno(), waits=True)
        yield  # closing the file releases the lock; so does the end of the process, however it comes


if sys.platform == "win32":
    import msvcrt

    def _lock_file(descriptor: int, *, waits: bool) -> None:
        while True:
            try:
                return msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
            except OSError:
                if not waits:
                    raise
                time.sleep(0.5)
else:
    import fcntl

    def _lock_file(descriptor: int, *, waits: bool) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)


def run_quietly(command: list[str], *, cwd: Path | None = None, env: dict[str, str] | None = None) -> bool:
    """Run a program with nothing shown and nothing read; say whether it succeeded."""
    try:
        finished = subprocess.run(
            command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
    except OSError:
        return False
    return finished.returncode == 0


def run_watched(
    command: list[str], on_line: Callable[[str], None], *, env: dict[str, str] | None = None
) -> tuple[int, list[str]]:
    """Run a program, hand each line it prints to `on_line`, and return its exit code and last lines.

    Its standard input is empty: what a person pipes to start.py belongs to the app.
    """
    last_lines: deque[str] = deque(maxlen=LINES_KEPT)
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=env,
    ) as process:
        assert process.stdout is not None
        try:
            for line in process.stdout:
                last_lines.append(line.rstrip())
                on_line(line.rstrip())
        except BaseException:
            process.terminate()
            process.wait()
            raise
    return process.returncode, list(last_lines)


class PipProgress:
    """Turns pip's lines into "package 12 of 76, 340 MB fetched"."""

    _fetched = re.compile(r"^\s*Downloading \S+ \(([\d.]+) (kB|MB|GB)")
    _raw = re.compile(r"^Progress (\d+) of (\d+)$")  # --progress-bar raw
    _unit_bytes = {"kB": 1e3, "MB": 1e6, "GB": 1e9}  # noqa: RUF012  (private and never changed)

    def __init__(self, progress: Progress, packages: int) -> None:
        self._progress = progress
        self._packages = packages
        self._seen = 0
        self._is_installing = False
        self.fetched_bytes = 0.0

    def __call__(self, line: str) -> None:
        """Take one line of pip's output."""
        if line.startswith(("Collecting ", "Processing ", "Requirement already satisfied")):
            self._seen += 1
        elif match := self._fetched.match(line):
            self.fetched_bytes += float(match[1]) * self._unit_bytes[match[2]]
        elif match := self._raw.match(line):
            self._progress.show(f"{megabytes(int(match[1]))} of {megabytes(int(match[2]))}")
            return
        elif line.startswith("Installing collected packages"):
            self._is_installing = True
            self._progress.show("everything is here; unpacking and installing", at_once=self._packages > 1)
        if not self._is_installing:
            at = min(self._seen, self._packages)
            self._progress.show(f"package {at} of {self._packages}, {megabytes(self.fetched_bytes)} fetched")


def explain_pip_failure(what: str, lines: list[str], log: Path) -> SetupProblem:
    """Find the sentence for why pip failed; its last lines are kept in `log`."""
    text = "\n".join(lines)
    log.write_text(text + "\n", encoding="utf-8")
    if "DO NOT MATCH THE HASHES" in text:
        return SetupProblem(
            f"A package fetched for {what} is not the one that the lock file expects, so it was not installed.",
            "Run the same command again; if it happens again, the package index or a proxy on the way changes files.",
        )
    if "No space left on device" in text:
        return SetupProblem(f"The disk is full, so {what} could not be installed.", "Free some space and run it again.")
    if re.search(r"NewConnectionError|NameResolution|ConnectTimeout|ReadTimeout|Connection (refused|reset)", text):
        return SetupProblem(
            f"The package index could not be reached, so {what} could not be fetched.",
            "Check the network (or pip's proxy settings) and run the same command again; it goes on from here.",
        )
    if re.search(r"No matching distribution|Could not find a version", text):
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        return SetupProblem(
            f"There is no ready-made build of everything in {what} for Python {version} on this computer.",
            f"Python 3.11 to 3.13 on Linux, macOS and Windows are supported. pip's own words are in {log}{os.linesep}"
            f"    {next((line for line in lines if 'No matching' in line or 'Could not find' in line), '')}",
        )
    return SetupProblem(
        f"pip could not install {what}: {next((line for line in reversed(lines) if line), 'it printed nothing')}",
        f"pip's own words are in {log}. Run the same command again to retry.",
    )
