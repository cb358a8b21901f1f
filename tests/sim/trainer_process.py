"""The real trainer with a checkpoint after every window, and some room between two, so that a kill can land anywhere.

python -m tests.sim.trainer_process FOLDER        as `python -m app.main.trainer FOLDER`
"""

import os
import sys
import time
from pathlib import Path

from app.core import verdict
from app.core.general_set import general_set
from app.core.tuning_run import TuningRun
from app.main import trainer

PAUSE_S = 0.03
QUESTIONS = 12  # of the general set: the verdict is quicker
HOLD, HELD = "hold", "held"


def slow_down() -> None:
    begin = TuningRun._train_window

    def train_window(run: TuningRun) -> None:
        time.sleep(PAUSE_S)
        while _is_held(run):
            time.sleep(PAUSE_S)
        begin(run)

    TuningRun._train_window = train_window  # type: ignore[method-assign]
    verdict.general_set = lambda: general_set()[:QUESTIONS]  # type: ignore[assignment]
    trainer.CHECKPOINT_EVERY_S = 0.0
    trainer.PROGRESS_EVERY_S = 0.0
    trainer.TRY_AGAIN_S = 0.3
    trainer.go_last = lambda: None  # on a busy machine a test would wait for minutes


def _is_held(run: TuningRun) -> bool:
    beside = Path(os.environ["NEARHALF_HOME"]).parent
    must_leave = run._pause.is_set() or run._stop.is_set() or run._session.cancelled.is_set()
    try:
        if must_leave or run._steps_done < int((beside / HOLD).read_text()):
            return False
        (beside / HELD).touch()
    except (OSError, ValueError):
        return False
    return True


if __name__ == "__main__":
    slow_down()
    sys.exit(trainer.main())
