"""Starting a job's own process, which outlives us: a session of its own, no console, the job's key through a pipe.

Contract: returns once the process holds the job, or raises with what it said. It is not our child to wait for: it goes
on when the window closes. The processes that did end while we live are reaped here.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from app.core.embedded import ROOT
from app.domain.errors import StorageError
from app.privacy.guard import granted_child
from app.storage.job_files import JobFiles

START_TIMEOUT_S = 60.0
_LOOK_EVERY_S = 0.05


def trainer_command() -> list[str]:
    """The program that runs a job, without arguments. In a frozen app it is one more program beside the first."""
    if getattr(sys, "frozen", False):
        own = Path(sys.executable)
        return [str(own.with_name("nearhalf-trainer" + own.suffix))]
    return [sys.executable, "-m", "app.main.trainer"]


class TrainerStarter:
    """Implements app.core.tuning_jobs.StartTrainer. root: the data folder, which the process uses too."""

    def __init__(self, root: Path, log: Path) -> None:
        self._root = root
        self._log = log
        self._started: list[subprocess.Popen[bytes]] = []

    def __call__(self, files: JobFiles) -> None:
        """Raises StorageError where the process ends before it holds the job, or cannot be started at all."""
        self.reap()
        try:
            process = self._start(files)
        except OSError as error:
            raise StorageError(
                f"The trainer's process cannot be started: {error.strerror or error}.",
                "Close other programs to free memory, and try again.",
            ) from error
        self._started.append(process)
        deadline = time.monotonic() + START_TIMEOUT_S
        while not files.is_running:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                process.wait()
                raise StorageError(
                    "The trainer's process ended before it began.", f"The log {self._log} says why. Try again."
                )
            time.sleep(_LOOK_EVERY_S)

    def reap(self) -> None:
        """Take note of those that have ended, so that none stays behind as a zombie."""
        self._started = [process for process in self._started if process.poll() is None]

    def _start(self, files: JobFiles) -> subprocess.Popen[bytes]:
        if sys.platform == "win32":
            low = subprocess.BELOW_NORMAL_PRIORITY_CLASS  # and so is what it starts
            flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW | low
        else:
            flags = 0
        # two sides that compute in turns: threads that spin while they wait take the cores from the other one
        environment = os.environ | {"NEARHALF_HOME": str(self._root), "OMP_WAIT_POLICY": "passive"}
        environment.pop("NEARHALF_TOKEN", None)  # what it needs is in the job's own files
        self._log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with granted_child(), self._log.open("ab") as log:
            process = subprocess.Popen(
                [*trainer_command(), str(files.folder)],
                cwd=ROOT,  # `-m` looks there first, and the person's own folder may hold a file called torch.py
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=log,
                creationflags=flags,
                start_new_session=os.name == "posix",
            )
        assert process.stdin is not None
        with process.stdin as pipe:
            pipe.write(json.dumps({"key": files.key.hex()}).encode() + b"\n")
        return process
