"""The last border: an exception that nobody caught is logged and told in a dialog, never as a traceback.

The log gets the kind of error and the places it passed, not its text: that could carry words of a chat.
"""

import logging
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.domain.errors import where_it_failed
from app.ui.assets import pixmap
from app.ui.theme import Theme

if TYPE_CHECKING:
    from app.core.report_cleaning import Section

log = logging.getLogger(__name__)


MakeReport = Callable[[str, Sequence[str]], "Sequence[Section]"]  # what failed, facts on the screen


class CrashDialog(QDialog):
    report_requested = Signal()

    def __init__(self, theme: Theme, log_path: Path | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        metrics = theme.metrics
        self.setWindowTitle(self.tr("Nearhalf"))
        self.setModal(True)
        picture = QLabel(self)
        picture.setPixmap(pixmap("warning", theme.colours.danger, 28, max(2.0, self.devicePixelRatioF())))
        heading = QLabel(self.tr("Something went wrong inside Nearhalf"), self)
        heading.setProperty("kind", "name")
        where = (
            self.tr("The log says where it failed, and holds no words of your chat: {path}").format(path=log_path)
            if log_path
            else ""
        )
        body = QLabel(
            "\n\n".join(filter(None, (self.tr("You can go on. If the reply has stopped, press Regenerate."), where))),
            self,
        )
        body.setTextFormat(Qt.TextFormat.PlainText)
        body.setProperty("kind", "body")
        body.setWordWrap(True)
        body.setMinimumWidth(metrics.control * 12)
        go_on = QPushButton(self.tr("Go on"), self)
        go_on.setProperty("kind", "primary")
        go_on.setDefault(True)
        go_on.clicked.connect(self.accept)
        self.report = QPushButton(self.tr("Report…"), self)
        self.report.setProperty("kind", "plain")
        self.report.setAccessibleName(self.tr("See what is in a report on this"))
        self.report.clicked.connect(self.report_requested)
        buttons = QHBoxLayout()
        buttons.addWidget(self.report)
        buttons.addStretch(1)
        if log_path is not None:
            folder = QPushButton(self.tr("Open the log's folder"), self)
            folder.setProperty("kind", "plain")
            folder.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_path.parent))))
            buttons.addWidget(folder)
        buttons.addWidget(go_on)
        words = QVBoxLayout()
        words.setSpacing(metrics.space_2)
        words.addWidget(heading)
        words.addWidget(body)
        words.addSpacing(metrics.space_3)
        words.addLayout(buttons)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(metrics.space_6, metrics.space_6, metrics.space_6, metrics.space_4)
        layout.setSpacing(metrics.space_4)
        layout.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        layout.addLayout(words, 1)


class CrashHook(QObject):
    """Takes the place of sys.excepthook and threading.excepthook until `remove`. One dialog at a time."""

    _happened = Signal()

    def __init__(
        self, theme: Theme, log_path: Path | None, window: QWidget, make_report: MakeReport | None = None
    ) -> None:
        super().__init__(window)
        self._theme, self._log_path, self._window = theme, log_path, window
        self._make_report = make_report
        self._failed = ""  # kind and places of the first that is not told yet
        self._dialog: CrashDialog | None = None
        self._before = (sys.excepthook, threading.excepthook)
        self._happened.connect(self._show, Qt.ConnectionType.QueuedConnection)
        sys.excepthook = self._note
        threading.excepthook = self._note_in_thread

    @property
    def dialog(self) -> CrashDialog | None:
        return self._dialog

    def remove(self) -> None:
        sys.excepthook, threading.excepthook = self._before
        if self._dialog is not None:
            from app.ui.report_window import ReportWindow

            for report in self._dialog.findChildren(ReportWindow):
                report.close()  # which waits for its thread
            self._dialog.close()

    def _note(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            self._before[0](kind, error, trace)
            return
        places = where_it_failed(error)
        log.error("uncaught %s", places)
        self._failed = self._failed or places
        self._happened.emit()

    def _note_in_thread(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            places = where_it_failed(arguments.exc_value)
            log.error("uncaught in %s: %s", arguments.thread.name if arguments.thread else "a thread", places)
            self._failed = self._failed or places
            self._happened.emit()

    def _show(self) -> None:
        if self._dialog is None:
            self._dialog = CrashDialog(self._theme, self._log_path, self._window)
            self._dialog.finished.connect(self._forget)
            self._dialog.report.setVisible(self._make_report is not None)
            self._dialog.report_requested.connect(self._open_report)
            self._dialog.open()

    def _open_report(self) -> None:
        if self._make_report is not None and self._dialog is not None:
            from app.ui.report_window import ReportWindow
            from app.ui.report_words import screen_facts

            ReportWindow(
                self._theme, partial(self._make_report, self._failed, tuple(screen_facts())), self._dialog
            ).open()

    def _forget(self) -> None:
        self._failed = ""
        if self._dialog is not None:
            self._dialog.deleteLater()
        self._dialog = None
