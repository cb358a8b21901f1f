"""Tells when another day has begun, so that words like "Today" can be said anew."""

from datetime import date, datetime, timedelta

from PySide6.QtCore import QObject, Qt, QTimer, Signal

LONGEST_WAIT_S = 900  # a computer that slept, or whose clock was set, is noticed by then


def now_here() -> datetime:
    return datetime.now().astimezone()


class DayTurn(QObject):
    turned = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._day = self.today
        self._timer = QTimer(self, singleShot=True)
        self._timer.setTimerType(Qt.TimerType.VeryCoarseTimer)
        self._timer.timeout.connect(self.look)
        self._wait()

    @property
    def today(self) -> date:
        """The person's own."""
        return now_here().date()

    @property
    def wait_s(self) -> int:
        """Until the next look."""
        return self._timer.interval() // 1000

    def look(self) -> None:
        today = self.today
        if today != self._day:
            self._day = today
            self.turned.emit()
        self._wait()

    def stop(self) -> None:
        self._timer.stop()

    def _wait(self) -> None:
        now = now_here()
        midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        seconds = min(LONGEST_WAIT_S, int((midnight - now).total_seconds()) + 1)
        self._timer.start(max(1, seconds) * 1000)
