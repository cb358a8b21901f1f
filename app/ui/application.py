"""Runs the window: shown at once, the backend started beside it, everything ended before it returns."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtWidgets import QApplication

from app.core.events import Event
from app.core.ports import ChatPort
from app.domain.errors import AppError, Cancelled
from app.ui.assets import application_icon
from app.ui.crash import CrashHook
from app.ui.job import Job
from app.ui.page import WindowSettings
from app.ui.theme import Appearance, Theme
from app.ui.window import ChatWindow

log = logging.getLogger(__name__)

Report = Callable[[Event], None]
Start = Callable[[Report], ChatPort]


class Session(QObject):
    """One window and the one ChatPort that `start` makes for it, in a thread."""

    def __init__(self, theme: Theme, start: Start, settings: WindowSettings) -> None:
        super().__init__()
        self._start = start
        self._leaving = Flag()
        self._starting: Job | None = None
        self.window = ChatWindow(theme, settings)
        self.window.retry_start_requested.connect(self.begin)
        self.window.close_requested.connect(self._leave)

    def begin(self) -> None:
        self._starting = Job("nearhalf-start", lambda: self._start(self._report), self)
        self._starting.start(self._take, self._fail)

    def _report(self, event: Event) -> None:
        """On the starting thread. A person who has left cancels the start at its next word."""
        if self._leaving.is_set():
            raise Cancelled
        self.window.bridge.post(event)

    def _take(self, chat: ChatPort) -> None:
        self.window.attach(chat)
        if self._leaving.is_set():
            self.window.close_chat(self.window.finish_closing)

    def _fail(self, error: AppError) -> None:
        if self._leaving.is_set():
            self.window.finish_closing()
        else:
            self.window.fail_start(error)

    def _leave(self) -> None:
        self._leaving.set()
        if self._starting is not None and self._starting.is_running:
            self.window.hide()  # `_take` or `_fail` ends it
        else:
            self.window.close_chat(self.window.finish_closing)


def make_application(appearance: Appearance = Appearance.SYSTEM) -> tuple[QApplication, Theme]:
    """The one QApplication, in our clothes."""
    existing = QCoreApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("Nearhalf")
    application.setApplicationDisplayName("Nearhalf")
    application.setDesktopFileName("nearhalf")
    application.setWindowIcon(application_icon())
    application.setQuitOnLastWindowClosed(False)
    return application, Theme(application, appearance)


def run_window(
    start: Start,
    settings: WindowSettings | None = None,
    *,
    appearance: Appearance = Appearance.SYSTEM,
    log_path: Path | None = None,
) -> int:
    """Show the window, run `start(report)` in a worker thread, and return the exit status when the person has left.

    `start` may take minutes: it calls `report(LinkChanged(STARTING, words))` as it goes on, and returns a ChatPort that
    is ready. Where it raises, the window says so and offers to try again, which calls it once more. `report` raises
    Cancelled once the person has left: let it pass, after ending what was begun. The port is closed, in a thread,
    before this returns. `log_path` is only shown to the person; whoever calls sets logging up.
    """
    application, theme = make_application(appearance)
    session = Session(theme, start, settings or WindowSettings())
    hook = CrashHook(theme, log_path, session.window)
    session.window.closed.connect(application.quit)
    session.window.show()
    session.begin()
    status = application.exec()
    hook.remove()
    session.window.deleteLater()
    return status
