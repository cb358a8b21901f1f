"""Slow work on a page."""

from threading import Event

import shiboken6
from PySide6.QtWidgets import QWidget

from app.ui.settings.work import Telling, Work
from app.ui.theme import Theme


def test_work_may_go_on_telling_when_its_page_is_gone(theme: Theme) -> None:
    """No thread but the GUI's touches what Qt may delete: it may do so in the middle of a word."""
    page, go_on, ended = QWidget(), Event(), []
    work = Work(theme, page)

    def tell(telling: Telling) -> None:
        go_on.wait(30)
        telling.say("Reading")
        telling.count(1, 2)
        ended.append(True)

    work.run("test", "Beginning", tell, ended.append)
    job = work._job
    assert job is not None
    shiboken6.delete(page)
    go_on.set()
    assert job.wait(30)
    assert ended == [True]
