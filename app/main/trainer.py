"""The process that runs one fine-tuning job: `python -m app.main.trainer FOLDER`, with the job's key on standard input.

It outlives the window, and may be killed at any moment: what it needs to go on exactly is in its last checkpoint. It
knows one job's key and nothing else of the vault; it has a gate and a ledger of its own in the job's folder. Paused, it
is gone: whoever resumes starts it again. It computes at low priority, and so does its built-in backend.

Contract: every end is written into the job's progress first, in words for a person. A backend that is gone, a full disk
and a ledger that cannot be written are waited for, with the last checkpoint in memory; another model or a refusal that
will not pass is a FAILED that can be resumed once its reason is gone.
"""

import faulthandler
import json
import logging
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.tuning import JobOrder, JobProgress, JobState, TuningJob
from app.core.tuning_jobs import BEST, CHECKPOINT, NOT_STORED, JobRecord, read_backend
from app.domain.errors import (
    AppError,
    BackendRefused,
    Cancelled,
    ConnectionLost,
    LedgerError,
    SettingsError,
    StorageError,
    StoreDamaged,
    where_it_failed,
)
from app.domain.ids import new_message_id
from app.main.link import Network, retry_policy
from app.main.low_priority import go_last
from app.main.trainer_model import another_model, is_another_model, same_model
from app.privacy import guard
from app.storage.app_log import start_logging
from app.storage.job_files import JobFiles
from app.storage.paths import DataFolder, data_folder

if TYPE_CHECKING:
    from app.core.tuning_run import TuningRun

log = logging.getLogger(__name__)

CHECKPOINT_EVERY_S = 60.0
PROGRESS_EVERY_S = 1.0
ORDERS_EVERY_S = 0.3
TRY_AGAIN_S = 20.0
SAMPLE_PROMPT_TOKENS = 24


class Trainer:
    """One job from wherever it stands to its end, a pause, or its being discarded."""

    def __init__(self, record: JobRecord, folder: DataFolder) -> None:
        self._record = record
        self._folder = folder
        self._job: TuningJob = record.job()
        self._progress = replace(record.progress(), state=JobState.PREPARING, message="", advice="")
        self._written_s = 0.0
        self._saved_s = time.monotonic()
        self._warning = ("", "")
        self._unsaved = b""  # the last checkpoint, where the disk did not take it
        self._run: TuningRun | None = None
        self._order: JobOrder | None = None  # PAUSE, DISCARD; None: to go on
        self._ordered = threading.Event()
        self._is_terminated = False

    def terminate(self) -> None:
        """For a signal's handler: it takes no lock. As a pause that is not taken back."""
        self._is_terminated = True

    def obey(self, order: JobOrder) -> None:
        """From any thread. The last order counts, but for a discard, which is for good."""
        if self._order is JobOrder.DISCARD:
            return
        self._order = order if order in (JobOrder.PAUSE, JobOrder.DISCARD) else None
        if (run := self._run) is not None:  # looked at last: `_work` sets it, and looks at the order then
            self._pass_on(order, run)
        self._ordered.set()

    def _pass_on(self, order: JobOrder, run: "TuningRun") -> None:
        if order is JobOrder.RESUME:
            run.go_on()
        elif order is JobOrder.KEEP_BEST:
            run.stop()
        elif order is JobOrder.DISCARD or self._progress.state is JobState.WAITING:
            run.cancel()
        else:
            run.pause()

    @property
    def _must_leave(self) -> bool:
        return self._order is not None

    def run(self) -> None:
        """Never raises AppError: it is in the progress then. The end is told last, when no more orders are taken: one
        that came before is obeyed, and one that comes later waits in the folder for whoever starts a trainer next."""
        while True:
            with self._taking_orders():
                end = self._until_the_end()
            if self._must_leave or end.state is not JobState.PAUSED:
                break
        with suppress(SettingsError):  # discarded, or its adapter kept: there is nothing left to write to
            self._tell(end, now=True)

    @contextmanager
    def _taking_orders(self) -> Iterator[None]:
        ended = threading.Event()
        watch = threading.Thread(target=self._take_orders, args=(ended,), name="orders")
        watch.start()
        try:
            yield
        finally:
            ended.set()
            watch.join()

    def _take_orders(self, ended: threading.Event) -> None:
        while not ended.is_set():
            order = JobOrder.PAUSE if self._is_terminated else self._record.take_order()
            if order is not None:
                self.obey(order)
            ended.wait(ORDERS_EVERY_S)

    def _until_the_end(self) -> JobProgress:
        """Work, and wait for what is in the way; returns how it ended: PAUSED, FINISHED or FAILED."""
        try:
            while not self._must_leave:
                if self._try():
                    return replace(self._progress, state=JobState.FINISHED, message="", advice="")
                self._ordered.wait(TRY_AGAIN_S)
                self._ordered.clear()
        except Cancelled:
            pass
        except AppError as error:
            if self._record.files.is_there:
                return replace(self._progress, state=JobState.FAILED, message=error.message, advice=error.advice)
            self._order = JobOrder.DISCARD
        message, advice = NOT_STORED if self._unsaved else ("", "")
        return replace(self._progress, state=JobState.PAUSED, message=message, advice=advice)

    def _try(self) -> bool:
        """Whether the work is done; False where something has to be waited for first. Raises AppError, Cancelled."""
        try:
            if self._unsaved:  # no room for it yet: nothing else need be tried
                self._store(self._unsaved)
            with ExitStack() as stack:
                self._work(stack)
        except StoreDamaged:
            raise
        except (ConnectionLost, LedgerError, StorageError) as error:
            return self._wait_for(error)
        except BackendRefused as error:
            if is_another_model(error):
                raise another_model() from error
            if not error.can_retry:
                raise
            return self._wait_for(error)
        return True

    def _wait_for(self, error: AppError) -> bool:
        """Says so; returns False: to be tried again."""
        log.info("waits: %s", type(error).__name__)
        self._tell(
            replace(self._progress, state=JobState.WAITING, message=error.message, advice=error.advice), now=True
        )
        return False

    def _work(self, stack: ExitStack) -> None:
        from app.core.tuning_run import RunEnd, RunLine, TuningRun
        from app.device.adapter import Adapter
        from app.device.threads import use_threads
        from app.device.tokenizer import load_tokenizer
        from app.device.tuning_half import TuningHalf
        from app.main.trainer_data import samples_of, sent_before, tokens_of
        from app.main.trainer_judge import judged

        files, settings = self._record.files, self._job.settings
        sent = sent_before(files.ledger)
        network = Network(self._folder, self._note, files.ledger, "trainer-backend.log")
        stack.callback(network.close)
        link = network.link(read_backend(files), self._note)
        model, pack = same_model(link, self._folder, self._job, files, self._note)
        self._note("Loading the device's half of the model.")
        use_threads(1)
        tokenizer = load_tokenizer(pack)
        notes = self._record.notes()
        data = tokens_of(notes, tokenizer)
        adapter = Adapter.zero(
            settings.plan,
            pack.facts,
            settings.recipe,
            name=self._job.name,
            head_rank=settings.head_rank,
            seed=settings.seed,
            device_layers=settings.device_layers,
        )
        half = TuningHalf(
            pack,
            adapter,
            state_dtype=settings.state_dtype,
            exchange_dtype=settings.exchange_dtype,
        )
        line = RunLine(model, link.open_channel, retry_policy(), network.gate, new_message_id())
        run = TuningRun(
            settings,
            data,
            half,
            line,
            self._tell,
            between=self._save_now_and_then,
            sample=samples_of(data, tokenizer, SAMPLE_PROMPT_TOKENS),
            end_tokens=tokenizer.eos_ids,
        )
        self._restore(run)
        run.count_as_sent(*sent)
        self._run = run
        if self._record.must_keep_best:
            run.stop()
        if (order := self._order) is not None:  # it came while we prepared
            self._pass_on(order, run)
        try:
            if run.run() is RunEnd.PAUSED:
                raise Cancelled
        finally:
            self._run = None
            if self._order is not JobOrder.DISCARD:
                self._save(run)
        self._tell(replace(self._progress, state=JobState.JUDGING, seconds_left=None), now=True)
        files.write(BEST, run.best)
        check, tell = self._leave_if_ordered, partial(self._tell, now=True)
        verdict = judged(self._progress, notes, tokenizer, pack, half.head, run.best, line, settings, check, tell)
        self._record.write_verdict(verdict)

    def _restore(self, run: "TuningRun") -> None:
        """Where the last checkpoint was taken. One that cannot be read costs time only: the notes are here, and the
        same steps give the same numbers."""
        files = self._record.files
        try:
            if files.has(CHECKPOINT):
                run.restore(files.read(CHECKPOINT))
        except StoreDamaged as error:
            log.info("begins anew: %s", type(error).__name__)
            self._note("The last checkpoint cannot be read, so the training begins anew, with the same notes.")

    def _leave_if_ordered(self) -> None:
        if self._must_leave:
            raise Cancelled

    def _save_now_and_then(self) -> None:
        if self._run is not None and time.monotonic() - self._saved_s > CHECKPOINT_EVERY_S:
            self._save(self._run)

    def _save(self, run: "TuningRun") -> None:
        """A checkpoint. Where the disk is full training goes on, from memory, and says so."""
        self._saved_s = time.monotonic()
        try:
            self._store(run.checkpoint())
        except StorageError as error:
            self._warning = (error.message, error.advice)

    def _store(self, checkpoint: bytes) -> None:
        """Raises StorageError; it stays in memory then."""
        self._unsaved = checkpoint
        self._record.files.write(CHECKPOINT, checkpoint)
        self._unsaved, self._warning = b"", ("", "")

    def _note(self, sentence: str) -> None:
        """Raises Cancelled, as whoever takes such a report must stand."""
        self._leave_if_ordered()
        self._tell(replace(self._progress, state=JobState.PREPARING, message=sentence, advice=""))

    def _tell(self, progress: JobProgress, *, now: bool = False) -> None:
        """Write it, at most once a second unless the state changes. A full disk must not stop the training, nor what is
        to be said of it: for that there is room (JobFiles.say_full). Raises Cancelled: it waits, and must not."""
        if not progress.message and self._warning[0]:
            progress = replace(progress, message=self._warning[0], advice=self._warning[1])
        is_new = progress.state is not self._progress.state
        self._progress = progress
        if now or is_new or time.monotonic() - self._written_s > PROGRESS_EVERY_S:
            self._written_s = time.monotonic()
            try:
                self._record.write_progress(progress)
                self._record.files.say_full(False)
            except StorageError:
                self._record.files.say_full(True)
        if progress.state is JobState.WAITING:
            self._leave_if_ordered()


def main() -> int:
    """Returns the exit status."""
    faulthandler.enable()
    guard.install()
    folder = data_folder().create()
    start_logging(folder.logs)
    job = Path(sys.argv[1])
    try:
        key = bytes.fromhex(json.loads(sys.stdin.readline())["key"])
    except (ValueError, KeyError, TypeError):
        log.error("no key came")
        return 2
    go_last()
    files = JobFiles(job, key)
    try:
        with files.held():
            trainer = Trainer(JobRecord(files), folder)
            signal.signal(signal.SIGTERM, lambda _number, _frame: trainer.terminate())
            trainer.run()
    except AppError as error:
        log.error("the job cannot be run: %s", type(error).__name__)
        return 1
    except Exception as error:  # noqa: BLE001 - the process's border: a bug is logged by its place
        log.error("the trainer failed: %s", where_it_failed(error))
        with suppress(AppError):
            record = JobRecord(files)
            record.write_progress(
                replace(
                    record.progress(),
                    state=JobState.FAILED,
                    message="Something went wrong inside Nearhalf.",
                    advice="The log has the details. Resume the training: it goes on from its last checkpoint.",
                )
            )
        return 1
    finally:  # as soon as nobody holds it: what was discarded or kept meanwhile
        with suppress(StorageError):
            files.tidy()
    return 0


if __name__ == "__main__":
    sys.exit(main())
