"""The real trainer with a checkpoint after every window, and some room between two, so that a kill can land anywhere.

python -m tests.sim.trainer_process FOLDER        as `python -m app.main.trainer FOLDER`
"""

import sys
import time

from app.core.tuning_run import TuningRun
from app.main import trainer

PAUSE_S = 0.03


def slow_down() -> None:
    begin = TuningRun._train_window

    def train_window(run: TuningRun) -> None:
        time.sleep(PAUSE_S)
        begin(run)

    TuningRun._train_window = train_window  # type: ignore[method-assign]
    trainer.CHECKPOINT_EVERY_S = 0.0
    trainer.PROGRESS_EVERY_S = 0.0
    trainer.TRY_AGAIN_S = 0.3


if __name__ == "__main__":
    slow_down()
    sys.exit(trainer.main())
