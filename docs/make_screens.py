"""Makes the pictures in docs/img: the main states of the window, light and dark, at scale 1 and 2.

    python docs/make_screens.py                                  # a scripted port: no model, no backend
    python docs/make_screens.py --real                           # the real app: built-in backend and default model
    python docs/make_screens.py --factory package.module:start   # any other port: called like `start` of run_window

Only "starting" and "error" are told to the window by this script; the rest is what the port does.
"""

import argparse
import importlib
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from PySide6.QtCore import QEventLoop, QTimer  # noqa: E402  the path comes first

from app.core.events import EndReason, LinkChanged, LinkState, ReplyEnded, Traffic  # noqa: E402
from app.core.ports import ChatPort  # noqa: E402
from app.domain.errors import ConnectionLost  # noqa: E402
from app.domain.ids import NO_MESSAGE  # noqa: E402
from app.domain.sampling import SamplingSettings  # noqa: E402
from app.ui.application import Report, make_application  # noqa: E402
from app.ui.page import WindowSettings  # noqa: E402
from app.ui.theme import Appearance, Theme  # noqa: E402
from app.ui.window import ChatWindow  # noqa: E402

PROMPTS = (
    "Write a Python function that reverses a string, and say in two sentences how it works.",
    "What is the capital of Portugal?",
    "Give me three ideas for a rainy Sunday.",
)
CODE = '''Here is a small function that does it:

```python
def reverse(text: str) -> str:
    """Return the text, last character first."""
    return text[::-1]
```

A slice may have a step. With a step of -1 Python walks from the last character to the first and joins what it finds \
into a new string; the old one stays as it was.'''
IDEAS = """1. Bake a loaf of bread and read while it rises.
2. Go through an old box of photographs and name the people in them.
3. Walk anyway: put on boots, take the long way round, and come home to a warm kitchen."""
SCRIPT = (CODE, "The capital of Portugal is Lisbon.", IDEAS)
REAL_WAIT_S = 120.0
AFTERWARDS = ExitStack()


def wait_ms(duration: int) -> None:
    """Let the window live for so long. Not QTest.qWait: it holds the GIL while it sleeps, and the reply crawls."""
    loop = QEventLoop()
    QTimer.singleShot(duration, loop.quit)
    loop.exec()


def scripted(report: Report) -> ChatPort:
    """A port that plays SCRIPT, for pictures without a model."""
    from tests.sim.scripted_chat import ScriptedChat, ScriptedReply

    report(LinkChanged(LinkState.READY))
    traffic = Traffic(38, 38, 64_312, 49_020, 41, 121, 1, 0.24, 2.3)
    return ScriptedChat(
        [
            ScriptedReply(tuple(text[i : i + 5] for i in range(0, len(text), 5)), traffic=traffic, pause_s=0.012)
            for text in SCRIPT
        ]
    )


def real(report: Report) -> ChatPort:
    """The app's own chat, with its built-in backend; AFTERWARDS takes it down."""
    from app.core.services import ChatRequest
    from app.main import Nearhalf
    from app.storage.paths import data_folder

    services = Nearhalf(data_folder())
    chat = services.open_chat(ChatRequest(), lambda words: report(LinkChanged(LinkState.STARTING, words)))
    return AFTERWARDS.enter_context(chat)


class Session:
    """One window, driven through its states; each is a picture."""

    def __init__(self, theme: Theme, factory: Callable[[Report], ChatPort], out: Path, suffix: str, model: str) -> None:
        self._factory, self._out, self._suffix = factory, out, suffix
        settings = WindowSettings(
            model_name=lambda: model, backend_name="built-in backend", sampling=SamplingSettings(max_tokens=220)
        )
        self._window = ChatWindow(theme, settings)
        self._window.resize(960, 720)

    def run(self) -> None:
        window = self._window
        window.show()
        window.receive(LinkChanged(LinkState.STARTING, "Converting SmolLM2-135M for this computer, once: 43 %"))
        window.composer.set_text("What can you do?")
        self._shoot("starting")
        window.composer.set_text("")
        chat = self._factory(window.bridge.post)
        window.attach(chat)
        self._shoot("empty")
        self._ask(PROMPTS[0])
        self._wait(lambda: window.view.document().characterCount() > 260 or not chat.is_busy)
        self._shoot("streaming")
        self._wait(lambda: not chat.is_busy)
        self._shoot("done")
        for prompt in PROMPTS[1:]:
            self._ask(prompt)
            self._wait(lambda: not chat.is_busy)
        self._shoot("long")
        window.receive(LinkChanged(LinkState.OFFLINE, "The backend cannot be reached."))
        error = ConnectionLost(
            "The connection to the backend broke, and five tries to reconnect failed.",
            "Check that the backend runs, then press Retry: the reply is made again from the text on this computer.",
        )
        window.receive(
            ReplyEnded(NO_MESSAGE, EndReason.FAILED, Traffic(61, 60, 112_400, 69_900, 41, 19, 1, 0.2, 0.4), error)
        )
        self._shoot("error")
        chat.close()
        AFTERWARDS.close()
        window.bridge.close()
        window.hide()
        window.deleteLater()
        wait_ms(10)

    def _ask(self, prompt: str) -> None:
        self._window.send(prompt)
        wait_ms(60)

    def _wait(self, holds: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + REAL_WAIT_S
        while not holds():
            if time.monotonic() > deadline_s:
                raise TimeoutError("the port does not go on")
            wait_ms(5)
        wait_ms(80)

    def _shoot(self, scene: str) -> None:
        wait_ms(60)
        self._window.grab().save(str(self._out / f"{scene}-{self._suffix}.png"))


def make(factory_name: str, out: Path, scale: str, model: str) -> None:
    """Every picture at the scale that this process was started with."""
    module, _, name = factory_name.partition(":")
    own = {"": scripted, "real": real}
    factory = own[factory_name] if factory_name in own else getattr(importlib.import_module(module), name)
    _, theme = make_application()
    for appearance in (Appearance.LIGHT, Appearance.DARK):
        theme.set_appearance(appearance)
        suffix = appearance.value + ("" if scale == "1" else f"@{scale}x")
        Session(theme, factory, out, suffix, model).run()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", dest="factory", action="store_const", const="real", help="the real app")
    parser.add_argument("--factory", default="", help="module:callable that takes `report` and returns a ChatPort")
    parser.add_argument("--model", default="SmolLM2-135M-Instruct", help="the name in the header")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "img")
    parser.add_argument("--scales", nargs="+", default=["1", "2"])
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.inside:
        make(arguments.factory, arguments.out, arguments.inside, arguments.model)
        return
    for scale in arguments.scales:
        environment = {
            **os.environ,
            "QT_SCALE_FACTOR": scale,
            "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen"),
        }
        subprocess.run([sys.executable, __file__, *sys.argv[1:], "--inside", scale], env=environment, check=True)


if __name__ == "__main__":
    main()
