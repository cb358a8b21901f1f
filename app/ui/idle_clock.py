"""Says when nobody has touched the app for a while, on whichever of its windows.

It hears every event of the application, and each costs a call of Python: so it listens only while it counts.
"""

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

_ACTIVITY = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.Wheel)


class IdleClock(QObject):
    ran_out = Signal()

    def __init__(self, parent: QObject | None = None, minute_ms: int = 60_000) -> None:
        super().__init__(parent)
        self._minute_ms = minute_ms
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self.ran_out)

    @property
    def is_counting(self) -> bool:
        return self._timer.isActive()

    def start(self, minutes: int) -> None:
        """Count from now on; 0: no longer."""
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
            if minutes:
                application.installEventFilter(self)
        if minutes:
            self._timer.start(minutes * self._minute_ms)
        else:
            self._timer.stop()

    def again(self) -> None:
        """As many minutes once more."""
        self._timer.start()

    def stop(self) -> None:
        self.start(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _ACTIVITY and self.is_counting:
            self.again()
        return False
