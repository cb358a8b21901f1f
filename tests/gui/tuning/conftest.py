"""The wizard over a window with scripted conversations and scripted fine-tuning; notes are real files."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from shiboken6 import isValid

from app.core.tuning import JobState, TuningJob
from app.ui.preferences import Preferences
from app.ui.theme import Theme
from app.ui.tuning.host import TuningHost
from app.ui.tuning.window import TuningWindow
from tests.gui.surfaces import until
from tests.sim.scripted_tuning import ScriptedTuning, note_folder, progress

OpenHost = Callable[[], TuningHost]


@pytest.fixture
def services() -> ScriptedTuning:
    return ScriptedTuning()


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return note_folder(tmp_path / "Diary")


@pytest.fixture
def preferences() -> Preferences:
    return Preferences()


@pytest.fixture
def open_host(
    qapp: QApplication, open_window, theme: Theme, preferences: Preferences, services: ScriptedTuning
) -> Iterator[OpenHost]:
    """A new window of the app with fine-tuning joined to it, which has read the jobs there are."""
    hosts: list[TuningHost] = []

    def open_one() -> TuningHost:
        window, conversations = open_window()
        listed: list[bool] = []
        host = TuningHost(theme, preferences, services, conversations.chats, window, services.break_off)
        host.desk.listed.connect(lambda: listed.append(True))
        hosts.append(host)
        until(lambda: bool(listed))
        return host

    yield open_one
    if services.gate is not None:
        services.gate.set()
    for host in hosts:
        if isValid(host):
            host.end()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.fixture
def wizard(open_host: OpenHost, notes: Path) -> TuningWindow:
    """At the first screen, with a folder of notes."""
    host = open_host()
    host.open([notes])
    assert host.window is not None
    return host.window


def read(widget: QWidget) -> str:
    """Every text that a person can see in it."""
    QCoreApplication.processEvents()
    parts = [part for part in widget.findChildren(QWidget) if part.isVisible()]
    return "\n".join(part.text() for part in parts if isinstance(part, QLabel | QAbstractButton) and part.text())


def opened(
    open_host: OpenHost, services: ScriptedTuning, state: JobState, step: int = 240
) -> tuple[TuningWindow, TuningJob]:
    job = services.add("Diary", progress(state, step))
    if state is JobState.FINISHED:
        services.finish(job.id)
    host = open_host()
    host.open()
    assert host.window is not None
    return host.window, job


def to_learned(wizard: TuningWindow) -> None:
    wizard.next.click()
    until(lambda: wizard.page is wizard.learned)


def to_plan(wizard: TuningWindow) -> None:
    to_learned(wizard)
    wizard.next.click()
    until(lambda: wizard.page is wizard.plan and wizard.next.isEnabled())


def to_watch(wizard: TuningWindow) -> None:
    to_plan(wizard)
    wizard.next.click()
    until(lambda: wizard.page is wizard.watch)
