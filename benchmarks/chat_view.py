"""The chat view with 10,000 messages: opening, memory, frames while a reply streams, jumps, resizing; and the same chat
in one QTextBrowser, in the same run. Offscreen.

    python -m benchmarks.chat_view [--messages N] [--seconds S]

A frame's GUI time is what one delivery of text costs: taking it, laying out, and drawing the viewport, on the GUI
thread, at 30 deliveries a second of 8 tokens each. Memory is the growth of the resident set of a process that did
nothing else, after the fonts were loaded by a short chat.
"""

import argparse
import gc
import json
import os
import random
import subprocess
import sys
import time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import psutil
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QTextBrowser

from app.domain.conversation import Message, Role, Turn
from app.domain.ids import new_message_id
from app.ui.chat.view import ChatView
from app.ui.theme import Appearance, Theme
from benchmarks.machine import cpu_model, print_table

SEED = 7
SIZE = (800, 900)
FRAMES_PER_S = 30
TOKENS_PER_S = 240
CODE = (
    "```python\ndef area(width: float, height: float) -> float:\n    return width * height  # no unit is checked\n```"
)
TABLE = "| layer | parameters | ms |\n|---|---:|---:|\n" + "".join(
    f"| block {n} | {n * 1234} | {n / 7:.2f} |\n" for n in range(8)
)


WORDS = ["the", "model", "reads", "every", "token", "once", "and", "keeps", "what", "it", "needs", "of", "it"]


def words(count: int, source: random.Random) -> str:
    return " ".join(source.choice(WORDS) for _ in range(count))


def reply(source: random.Random, number: int) -> str:
    """100 words, a quarter with code and a list."""
    parts = [
        words(50, source),
        f"It is **{words(2, source)}**, with `code` and a [link](https://example.org/{number}).",
    ]
    if number % 4 == 1:
        parts += [CODE, "\n".join(f"- {words(6, source)}" for _ in range(4))]
    return "\n\n".join([*parts, words(40, source)])


def chat(count: int) -> list[Turn]:
    source = random.Random(SEED)
    return [
        Turn(
            Message(new_message_id(), Role.ASSISTANT, reply(source, n))
            if n % 2
            else Message(new_message_id(), Role.USER, words(30, source))
        )
        for n in range(count)
    ]


def streamed(source: random.Random, tokens: int) -> str:
    """A long reply with everything in it."""
    parts: list[str] = []
    while sum(len(part.split()) for part in parts) < tokens:
        items = "\n".join(f"{n}. {words(9, source)}" for n in range(1, 9))
        parts += [words(90, source), CODE, items, TABLE, f"## {words(4, source)}", words(60, source)]
    return "\n\n".join(parts)


class Screen:
    """Draws what has changed at once, instead of at the next turn of the event loop."""

    def __init__(self, view: QAbstractScrollArea) -> None:
        self._view = view

    def draw(self) -> None:
        self._view.viewport().repaint()


def timed(work) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e3


def resident_mb() -> float:
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6


def share(values: list[float], part: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


class OurView:
    name = "chat view"

    def __init__(self, theme: Theme) -> None:
        self.widget = ChatView(theme)
        self._reply = new_message_id()

    def open(self, turns: list[Turn]) -> None:
        self.widget.set_turns(turns)

    def append(self, text: str) -> None:
        self.widget.append_text(self._reply, text)


class OneBrowser:
    """Qt's own Markdown in one document; a reply is parsed again whole with every piece, as such views do."""

    name = "one QTextBrowser"

    def __init__(self, theme: Theme) -> None:
        self.widget = QTextBrowser()
        self._text = ""
        self._start = 0

    def open(self, turns: list[Turn]) -> None:
        self.widget.setMarkdown("\n\n---\n\n".join(turn.message.text for turn in turns))
        self.widget.verticalScrollBar().setValue(self.widget.verticalScrollBar().maximum())
        self._start = self.widget.document().characterCount() - 1

    def append(self, text: str) -> None:
        self._text += text
        cursor = QTextCursor(self.widget.document())
        cursor.setPosition(self._start)
        cursor.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        cursor.removeSelectedText()
        cursor.insertMarkdown(self._text)
        self.widget.verticalScrollBar().setValue(self.widget.verticalScrollBar().maximum())


def measure(kind: str, messages: int, seconds: float) -> dict[str, float]:
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    theme = Theme(application, Appearance.LIGHT)
    short = OurView(theme) if kind == "ours" else OneBrowser(theme)  # loads fonts and modules
    short.widget.resize(*SIZE)
    short.widget.show()
    short.open(chat(12))
    Screen(short.widget).draw()
    settle(application, 1.0)
    turns = chat(messages)
    view = OurView(theme) if kind == "ours" else OneBrowser(theme)
    view.widget.resize(*SIZE)
    view.widget.show()
    application.processEvents()
    screen = Screen(view.widget)
    before = resident_mb()
    result = {"open_ms": timed(lambda: (view.open(turns), screen.draw()))}
    settle(application, 0.5)
    result["memory_mb"] = resident_mb() - before
    frames = stream(application, view, screen, seconds)
    result |= {"frame_p50_ms": share(frames, 0.5), "frame_p99_ms": share(frames, 0.99), "frame_max_ms": max(frames)}
    bar = view.widget.verticalScrollBar()
    jumps = [
        timed(lambda at=at: (bar.setValue(at), screen.draw()))
        for at in random.Random(SEED).sample(range(bar.maximum()), 40)
    ]
    result |= {"jump_p50_ms": share(jumps, 0.5), "jump_max_ms": max(jumps)}
    sizes = [
        timed(lambda width=width: (view.widget.resize(width, 900), screen.draw())) for width in range(740, 500, -20)
    ]
    result |= {"resize_p50_ms": share(sizes, 0.5), "resize_max_ms": max(sizes)}
    result["memory_after_mb"] = resident_mb() - before
    view.widget.deleteLater()
    return result


def settle(application: QApplication, seconds: float) -> None:
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        application.processEvents()
        time.sleep(0.002)


def stream(application: QApplication, view, screen: Screen, seconds: float) -> list[float]:
    """GUI milliseconds of each frame: everything that the event loop did for it too."""
    pieces = streamed(random.Random(SEED), round(seconds * TOKENS_PER_S)).split(" ")
    per_frame = TOKENS_PER_S // FRAMES_PER_S
    frames: list[float] = []
    for number in range(round(seconds * FRAMES_PER_S)):
        due = time.perf_counter() + 1 / FRAMES_PER_S
        text = " ".join(pieces[number * per_frame : (number + 1) * per_frame]) + " "
        spent = timed(lambda text=text: (view.append(text), screen.draw()))
        while time.perf_counter() < due:
            spent += max(0.0, timed(application.processEvents) - 0.05)  # an empty turn takes that long
            time.sleep(0.001)
        frames.append(spent)
    return frames


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--only", choices=("ours", "browser"))
    arguments = parser.parse_args()
    if arguments.only:
        print(json.dumps(measure(arguments.only, arguments.messages, arguments.seconds)))
        return
    from importlib.metadata import version

    packages = ("PySide6-Essentials", "markdown-it-py", "mdit-py-plugins", "Pygments", "ziamath")
    print(f"# Chat view: {arguments.messages} messages, {TOKENS_PER_S} tokens/s for {arguments.seconds:g} s")
    print(f"machine: {cpu_model()}, {os.cpu_count()} cores")
    print(f"versions: Python {sys.version.split()[0]}, " + ", ".join(f"{name} {version(name)}" for name in packages))
    print(f"seed: {SEED}; window {SIZE[0]} x {SIZE[1]}, offscreen")
    found = {}
    for kind in ("ours", "browser"):
        seconds = arguments.seconds if kind == "ours" else min(arguments.seconds, 8)
        command = [sys.executable, "-m", "benchmarks.chat_view", "--only", kind, "--messages", str(arguments.messages)]
        output = subprocess.run(
            [*command, "--seconds", str(seconds)], capture_output=True, text=True, check=True
        ).stdout
        found[kind] = json.loads(output.strip().splitlines()[-1])
    rows = [[name, *(f"{found[kind][name]:.1f}" for kind in ("ours", "browser"))] for name in found["ours"]]
    print_table(["measured", OurView.name, OneBrowser.name], rows)


if __name__ == "__main__":
    main()
