"""Makes the pictures in docs/img from the real app: window, encrypted history, built-in backend and default model.

    python docs/make_screens.py --out docs/img [--scale 1] [--scenes chat|tuning] [--only light]

--scenes tuning trains an adapter, and takes ten minutes. Each run uses a data folder of its own, in which the default
model of the usual one is linked.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from PySide6.QtCore import QEventLoop, QTimer  # noqa: E402  the path comes first
from PySide6.QtWidgets import QWidget  # noqa: E402
from tuning_screens import photograph_tuning  # noqa: E402

from app.core.events import LinkChanged, LinkState  # noqa: E402
from app.domain.errors import ConnectionLost  # noqa: E402
from app.domain.sampling import SamplingSettings  # noqa: E402
from app.main import BUILT_IN_MODEL  # noqa: E402
from app.main.desktop import LocalDesktop  # noqa: E402
from app.storage.backends import BackendStore  # noqa: E402
from app.storage.paths import DataFolder, data_folder  # noqa: E402
from app.storage.secrets import TokenStore  # noqa: E402
from app.storage.settings import Settings, SettingsFile  # noqa: E402
from app.ui.application import make_application  # noqa: E402
from app.ui.first_run.first_run import FirstRun  # noqa: E402
from app.ui.preferences import Preferences  # noqa: E402
from app.ui.session import Session  # noqa: E402

APPEARANCES = ("light", "dark")
SIZE = (1120, 760)
SCENES = ("chat", "tuning")
WAIT_S = 120.0
OLDER = ("Give me three ideas for a rainy Sunday.", "Explain photosynthesis to a child.")
PROMPT = "Write a Python function that reverses a string, and say in two sentences how it works."
SPOKEN = "a passphrase for the pictures"


def wait_ms(duration: int) -> None:
    """Let the window live for so long. Not QTest.qWait: it holds the GIL while it sleeps, and the reply crawls."""
    loop = QEventLoop()
    QTimer.singleShot(duration, loop.quit)
    loop.exec()


class Photographer:
    """Leads one app through its states; each is a picture."""

    def __init__(self, folder: DataFolder, out: Path, appearance: str, scale: str) -> None:
        self._out, self._appearance, self._scale = out, appearance, scale
        self._folder = folder
        keeper = SettingsFile(folder.settings)
        keeper.save(Settings(appearance=appearance, sampling=SamplingSettings(max_tokens=220), language="en"))
        preferences = self._preferences = Preferences(keeper.load()[0], keeper)
        _, theme = make_application(preferences)
        backends = BackendStore(folder.backends, TokenStore(folder.tokens))
        self._desktop = LocalDesktop(folder, preferences, backends, lambda notice: None)
        self._session = Session(theme, preferences, self._desktop)
        self._window = self._session.window
        self._window.resize(*SIZE)

    def run(self, scenes: str) -> None:
        session, window = self._session, self._window
        window.show()
        session.begin()
        self.wait(lambda: isinstance(session._page, FirstRun))
        page = session._page
        assert isinstance(page, FirstRun)
        if scenes == "chat":
            self._shoot("first-run")
        page.skip.click()
        self.wait(lambda: session._chats is not None and session._chats.is_ready)
        if scenes == "chat":
            self._shoot("empty")
        for text in OLDER:
            self._ask(text)
            self._reply()
        if scenes == "tuning":
            self.wait(lambda: session.extras.tuning is not None)
            photograph_tuning(session, self._desktop, self._preferences, self, self._folder.root)
        else:
            self._photograph_chat()
        loop = QEventLoop()
        window.closed.connect(loop.quit)
        window.close()
        loop.exec()
        self._desktop.close()

    def _photograph_chat(self) -> None:
        session, window = self._session, self._window
        self._ask(PROMPT)
        self.wait(lambda: len(window.page.view.plain_text()) > 220 or session._chats.busy_chat is None)
        self._shoot("streaming")
        self._reply()
        self._shoot("chat")
        window.page.sidebar.search.setText("function")
        self._shoot("search")
        window.page.sidebar.search.setText("")
        window.open_palette()
        self._shoot("palette")
        window.page.palette_panel.close_palette()
        window.shortcuts["privacy_panel"].trigger()
        wait_ms(3000)  # the attack on what was just sent
        self._shoot("panel")
        self._photograph_one_frame()
        for name in ("appearance", "privacy", "storage"):
            session.open_settings(name)
            wait_ms(300)
            self._shoot(f"settings-{name}", session._settings)
        session._settings.hide()
        window.receive(LinkChanged(LinkState.OFFLINE, "The backend cannot be reached."))
        window.show_error(ConnectionLost("The connection to the backend broke.", "Check that it runs, then try again."))
        self._shoot("error")
        self._desktop.vault.set_passphrase(SPOKEN, ask_at_start=False)
        session.lock()
        self.wait(lambda: session._page is not None)
        self._shoot("locked")

    def _photograph_one_frame(self) -> None:
        """The panel in its own window: the prompt's embeddings, as a picture."""
        host = self._window.privacy
        host.open_window()
        panel = host.panel
        assert panel is not None
        panel.window().resize(*SIZE)
        panel.entries.filter_bar.set_text("message:last kind:step")
        panel.entries.finish()
        panel.entries.list.go_to(int(panel.entries.model.rows[0]))
        panel.entries.filter_bar.set_text("message:last")
        panel.detail.tabs.setCurrentWidget(panel.detail.numbers)
        self._shoot("panel-numbers", panel.window())
        panel.window().close()

    def _ask(self, prompt: str) -> None:
        window = self._window
        window.desk.new_chat()
        window.page.composer.set_text(prompt)
        self.wait(window.page.composer.button.isEnabled)
        window.page.composer.button.click()
        wait_ms(100)

    def _reply(self) -> None:
        self.wait(lambda: self._session._chats.busy_chat is None)

    def wait(self, holds: Callable[[], bool], timeout_s: float = WAIT_S) -> None:
        deadline_s = time.monotonic() + timeout_s
        while not holds():
            if time.monotonic() > deadline_s:
                raise TimeoutError("the app does not go on")
            wait_ms(5)
        wait_ms(150)

    def _shoot(self, scene: str, widget: QWidget | None = None) -> None:
        wait_ms(200)
        name = f"{scene}-{self._appearance}-{self._scale}x.png"
        (widget or self._window).grab().save(str(self._out / name))

    def shoot_both(self, scene: str, widget: QWidget) -> None:
        for appearance in APPEARANCES:
            self._appearance = appearance
            self._preferences.update(appearance=appearance)
            self._shoot(scene, widget)


def photograph(out: Path, appearance: str, scale: str, scenes: str) -> None:
    with tempfile.TemporaryDirectory() as place:
        folder = DataFolder(Path(place)).create()
        (folder.models / BUILT_IN_MODEL).symlink_to((data_folder().models / BUILT_IN_MODEL).resolve())
        Photographer(folder, out, appearance, scale).run(scenes)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "img")
    parser.add_argument("--scale", choices=("1", "2", "3"), default="1")
    parser.add_argument("--only", choices=APPEARANCES)
    parser.add_argument("--scenes", choices=SCENES, default="chat")
    arguments = parser.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    arguments.out.mkdir(parents=True, exist_ok=True)
    if arguments.only:
        os.environ["QT_SCALE_FACTOR"] = arguments.scale
        photograph(arguments.out, arguments.only, arguments.scale, arguments.scenes)
        return
    # a process each: Qt reads the scale once. An adapter is trained once, and its pictures are taken in both
    for appearance in APPEARANCES if arguments.scenes == "chat" else APPEARANCES[:1]:
        command = [sys.executable, __file__, "--out", str(arguments.out), "--scale", arguments.scale]
        subprocess.run([*command, "--only", appearance, "--scenes", arguments.scenes], check=True)


if __name__ == "__main__":
    main()
