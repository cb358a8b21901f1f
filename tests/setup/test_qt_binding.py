"""The pinned Qt binding does not lose references: PySide6 6.12.0 on Python 3.11 does, and dies after a while."""

import sys

import pytest
from PySide6.QtCore import QTimer


@pytest.mark.usefixtures("qapp")
def test_void_qt_calls_keep_the_references_to_none() -> None:
    timer = QTimer()
    timer.setInterval(1_000_000)
    before = sys.getrefcount(None)
    for _ in range(300):
        timer.start()
    after = sys.getrefcount(None)
    timer.stop()
    assert abs(after - before) < 20


@pytest.mark.usefixtures("qapp")
def test_bool_signals_keep_the_references_to_true() -> None:
    from PySide6.QtCore import QObject, Signal

    class Sender(QObject):
        sent = Signal(bool)

    sender = Sender()
    seen: list[bool] = []
    sender.sent.connect(seen.append)
    before = sys.getrefcount(True)
    for _ in range(300):
        sender.sent.emit(True)
    after = sys.getrefcount(True)
    assert seen == [True] * 300
    assert abs(after - before - len(seen)) < 20
