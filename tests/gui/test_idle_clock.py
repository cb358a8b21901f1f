"""The clock that locks the app: what begins its time anew, and that it listens no longer than it counts."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from app.ui.idle_clock import IdleClock


class Counted(IdleClock):
    """Counts how often its time began anew, and what it heard."""

    def __init__(self, minute_ms: int) -> None:
        super().__init__(minute_ms=minute_ms)
        self.begun = self.heard = 0

    def again(self) -> None:
        super().again()
        self.begun += 1

    def eventFilter(self, watched, event) -> bool:
        self.heard += 1
        return super().eventFilter(watched, event)


@pytest.fixture
def field(qtbot) -> QLineEdit:
    widget = QLineEdit()
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_it_runs_out_where_nobody_does_anything(qtbot) -> None:
    clock = Counted(minute_ms=1)
    with qtbot.waitSignal(clock.ran_out, timeout=30_000):
        clock.start(3)
    assert not clock.is_counting
    clock.stop()


def test_a_key_anywhere_begins_the_time_anew(qtbot, field: QLineEdit) -> None:
    clock = Counted(minute_ms=3_600_000)
    clock.start(1)
    qtbot.keyClick(field, Qt.Key.Key_A)
    assert clock.begun > 0
    assert clock.is_counting
    clock.stop()


def test_it_listens_only_while_it_counts(qtbot, field: QLineEdit) -> None:
    clock = Counted(minute_ms=3_600_000)
    clock.start(0)
    qtbot.keyClick(field, Qt.Key.Key_A)
    assert clock.heard == 0
    clock.start(1)
    qtbot.keyClick(field, Qt.Key.Key_A)
    heard = clock.heard
    assert heard > 0
    clock.stop()
    assert not clock.is_counting
    qtbot.keyClick(field, Qt.Key.Key_A)
    assert clock.heard == heard
