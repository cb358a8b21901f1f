"""Runs the window: shown at once, everything else beside it, everything ended before it returns."""

import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QTimer
from PySide6.QtWidgets import QApplication

from app.ui.assets import application_icon
from app.ui.collector import Collector
from app.ui.crash import CrashHook
from app.ui.desktop_parts import Desktop
from app.ui.instance import SingleInstance
from app.ui.preferences import Preferences
from app.ui.session import Session
from app.ui.theme import Appearance, Theme
from app.ui.translation import Translation

COLLECTS_AFTER_MS = 3000  # the window is there by then; a start leaves nothing to collect


def make_application(preferences: Preferences) -> tuple[QApplication, Theme]:
    """The one QApplication, in our clothes and the person's language."""
    existing = QCoreApplication.instance()
    application = existing if isinstance(existing, QApplication) else QApplication(sys.argv[:1])
    application.setApplicationName("Nearhalf")
    application.setApplicationDisplayName("Nearhalf")
    application.setDesktopFileName("nearhalf")
    application.setWindowIcon(application_icon())
    application.setQuitOnLastWindowClosed(False)
    theme = Theme(application, Appearance(preferences.settings.appearance))
    theme.follow(preferences)
    Translation(application).follow(preferences)
    return application, theme


def run_window(
    preferences: Preferences, open_desktop: Callable[[], Desktop], *, instance_folder: Path, log_path: Path
) -> int:
    """Show the window, and return the exit status when the person has left and nothing of the window's runs.

    Where another window has this folder open, that one comes to the front, and this returns at once. `log_path` is only
    shown to the person; whoever calls sets logging up.
    """
    application, theme = make_application(preferences)
    collector = Collector(application)
    instance = SingleInstance(instance_folder)
    if not instance.claim():
        print(QCoreApplication.translate("application", "Nearhalf is open already; its window comes to the front."))
        return 0
    desktop = open_desktop()
    session = Session(theme, preferences, desktop)
    hook = CrashHook(theme, log_path, session.window, desktop.services.problem_report)
    instance.woken.connect(session.window.bring_to_front)
    session.window.closed.connect(application.quit)
    session.chats_put_away.connect(collector.ask_for_all)
    session.window.show()
    session.begin()
    QTimer.singleShot(COLLECTS_AFTER_MS, collector.start)
    status = application.exec()
    collector.stop()
    hook.remove()
    desktop.close()
    instance.release()
    session.window.deleteLater()
    return status
