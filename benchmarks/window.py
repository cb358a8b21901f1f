"""The window: how soon it shows at a second start, and how long a key takes to appear while a reply streams.

    python -m benchmarks.window [--rounds 5] [--chats 1000]

Start: a fresh process of the real app over a data folder that was used before, from the process's start until the first
time the chat page is painted (backend and model come later), and until a message can be sent. Typing: 240 tokens/s
stream into the chat on show; from a key event until the composer has painted it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.machine import print_header, print_table

ROOT = Path(__file__).resolve().parents[1]
TOKENS_PER_S = 240
TYPED = "a sentence that is typd while a reply streems into the chat " * 4

CHILD = """
import json, sys, time
started_s = float(sys.argv[1])
from PySide6.QtCore import QEvent, QObject, QTimer
from app.main import main
import app.ui.application as application
from app.ui.session import Session

class Watched(Session):
    def begin(self):
        super().begin()
        self._shown_s = None
        self._clock = QTimer(self, interval=1)
        self._clock.timeout.connect(self._look)
        self._clock.start()

    def _look(self):
        if self._shown_s is None and self.window.page is not None and self.window.page.isVisible():
            self.window.grab()
            self._shown_s = time.time() - started_s
        if self._chats is not None and self._chats.is_ready:
            self._clock.stop()
            print(json.dumps([self._shown_s, time.time() - started_s]), flush=True)
            self.window.close()

application.Session = Watched
sys.exit(main([]))
"""


def start_s(folder: Path) -> tuple[float, float]:
    """Seconds until the window shows its chats, and until a message can be sent."""
    environment = os.environ | {"NEARHALF_HOME": str(folder), "QT_QPA_PLATFORM": "offscreen"}
    answer = subprocess.run(
        [sys.executable, "-c", CHILD, str(time.time())],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
        text=True,
    )
    shown_s, ready_s = json.loads(answer.stdout)
    return shown_s, ready_s


def typing_ms(chats: int, *, checks_spelling: bool) -> list[float]:
    """Milliseconds from each key until it is painted, while a reply streams; words are checked from the first on."""
    from PySide6.QtCore import QCoreApplication, QEvent, Qt
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QApplication

    from app.core.spelling.checker import Spelling
    from app.storage.settings import Settings
    from app.ui.preferences import Preferences
    from app.ui.spelling_desk import SpellingDesk
    from app.ui.theme import Theme
    from app.ui.window import ChatWindow
    from tests.sim.scripted_conversations import ScriptedConversations, ScriptedReply

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)
    words = tuple(f"word{number} " if number % 9 else f"**word{number}**\n\n" for number in range(TOKENS_PER_S * 30))
    conversations = ScriptedConversations([ScriptedReply(words, pause_s=1 / TOKENS_PER_S)])
    for number in range(chats):
        conversations.save_draft(conversations.new_chat(), f"draft {number}")
    theme = Theme(application)
    window = ChatWindow(theme, Preferences(), conversations)
    window.show()
    assert window.page is not None and window.desk is not None
    window.desk.send("Tell me a long story.")
    entry = window.page.composer.input
    choice = Preferences(Settings(checks_spelling=checks_spelling, spelling_languages=("en", "de")))
    spelling = SpellingDesk(entry, Spelling(), choice, theme)
    took_ms: list[float] = []
    for letter in TYPED:
        resume_s = time.perf_counter() + 0.04
        while time.perf_counter() < resume_s:
            application.processEvents()
            time.sleep(0.0005)
        began_s = time.perf_counter()
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QCoreApplication.postEvent(entry, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, letter))
        before = len(entry.toPlainText())
        while len(entry.toPlainText()) == before:
            application.processEvents()
        entry.viewport().repaint()
        took_ms.append((time.perf_counter() - began_s) * 1000)
    spelling.close()
    conversations.stop()
    conversations.close()
    window.finish_closing()
    return took_ms


def main() -> None:
    from app.main import BUILT_IN_MODEL
    from app.storage.paths import DataFolder, data_folder
    from app.storage.settings import Settings, SettingsFile

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--chats", type=int, default=1000)
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    print_header("The window", seed=0)
    with tempfile.TemporaryDirectory() as place:
        folder = DataFolder(Path(place)).create()
        (folder.models / BUILT_IN_MODEL).symlink_to((data_folder().models / BUILT_IN_MODEL).resolve())
        SettingsFile(folder.settings).save(Settings(is_first_run_done=True))
        starts = [start_s(folder.root) for _ in range(arguments.rounds + 1)][1:]
    plain_ms = typing_ms(arguments.chats, checks_spelling=False)
    checked_ms = typing_ms(arguments.chats, checks_spelling=True)
    print_table(
        ["what", "median", "worst"],
        [
            [words, f"{statistics.median(times):.2f} s", f"{max(times):.2f} s"]
            for words, times in (
                ("second start: the window with its chats", [shown for shown, _ in starts]),
                ("second start: a message can be sent", [ready for _, ready in starts]),
            )
        ]
        + [
            [f"a key while a reply streams, {arguments.chats} chats", *_spread(plain_ms)],
            ["the same with the spelling check, its lists loaded meanwhile", *_spread(checked_ms)],
        ],
    )


def _spread(times_ms: list[float]) -> tuple[str, str]:
    return f"{statistics.median(times_ms):.1f} ms", f"{max(times_ms):.1f} ms (p99 {sorted(times_ms)[-3]:.1f})"


if __name__ == "__main__":
    main()
