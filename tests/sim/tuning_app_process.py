"""The real app in a process of its own (offscreen), in which somebody clicks a fine-tuning together, then watches it.

    python -m tests.sim.tuning_app_process NEARHALF_HOME NOTES

It prints the job's id once its process runs, and then stands there until somebody kills it.
"""

import os
import sys
from pathlib import Path

from PySide6.QtCore import QTimer

from app.core.tuning import Preset, TuningSettings
from app.main import main
from app.ui.session import Session
from tests.sim import trainer_process
from tests.sim.tuning_home import SETTINGS, TRAINER


class Clicking(Session):
    """A session that goes through the wizard by itself: each screen's button, once it can be pressed."""

    def begin(self) -> None:
        self._has_begun = self._has_told = False
        self._watch = QTimer(self, interval=20)
        self._watch.timeout.connect(self._click)
        self._watch.start()
        super().begin()

    def _click(self) -> None:
        host = self.extras.tuning
        if host is None or self._chats is None or not self._chats.is_ready:
            return
        if not self._has_begun:
            self._has_begun = True
            host.open([Path(sys.argv[2])])
        wizard = host.window
        if wizard is None:
            return
        job = wizard.watch.job
        if wizard.page in (wizard.notes, wizard.learned, wizard.plan):
            if wizard.next.isEnabled():
                wizard.next.click()
        elif job is not None and not self._has_told:
            self._has_told = True
            sys.stdout.write(job.id + "\n")
            sys.stdout.flush()


def short(_settings: TuningSettings, _preset: Preset, _tokens: int) -> TuningSettings:
    return SETTINGS


if __name__ == "__main__":
    import app.main.trainer_start
    import app.main.tuning
    import app.ui.application

    assert trainer_process.__name__ == TRAINER[-1]
    os.environ["NEARHALF_HOME"] = sys.argv[1]
    app.ui.application.Session = Clicking  # type: ignore[misc]
    app.main.tuning.for_notes = short
    app.main.trainer_start.trainer_command = lambda: TRAINER
    sys.exit(main([]))
