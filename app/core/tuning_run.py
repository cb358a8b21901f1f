"""A run of fine-tuning: which window when, at which rate, when to measure, when to end. It owns the training thread.

What follows is decided by `Position` and the points so far alone, never by the clock: a run restored from any of its
checkpoints gives the losses, and in the end the adapter, of one that was never interrupted, bit for bit.

Contract: errors of the session (given up, refused, ledger) and of the half (numbers grown without bound) go to the
caller of `run`; the run stands where its last whole window left it (where numbers have grown without bound: at the
step's beginning), `checkpoint` and `best` stay good, and `run` may be called again. A lost connection is waited for,
with progress saying so.
"""

import math
import statistics
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from enum import Enum
from threading import Event as Flag

from app.core.ports import OpenChannel, TrafficMeter
from app.core.scoring import SampleWriter, SessionScorer
from app.core.session import RetryPolicy
from app.core.tuning import EvalPoint, JobProgress, JobState, Sample, TrainPoint, TuningSettings
from app.core.tuning_batches import TrainWindows, TuningData, held_out_windows
from app.core.tuning_checkpoint import Checkpoint, Position, unreadable
from app.core.tuning_ports import TrainableHalf
from app.core.tuning_session import TuningSession
from app.domain.backend import ModelInfo
from app.domain.errors import SettingsError
from app.domain.ids import MessageId


class RunEnd(Enum):
    """Why `run` returned."""

    DONE = "done"  # all steps, or no gain for `patience` evaluations
    PAUSED = "paused"  # it can go on
    STOPPED = "stopped"  # the best so far is to be kept


@dataclass(frozen=True, slots=True)
class RunLine:
    """The way to the backend. message: under which the ledger counts the job's traffic."""

    model: ModelInfo
    open_channel: OpenChannel
    retry: RetryPolicy
    meter: TrafficMeter
    message: MessageId


class TuningRun:
    """One adapter's training. `run` and `checkpoint` on one thread; `pause`, `stop` and `cancel` from any.

    on_progress: after every window, evaluation and change of state. between: called before every window, on the run's
    thread: the place to take a checkpoint or to ask for a pause.
    """

    def __init__(
        self,
        settings: TuningSettings,
        data: TuningData,
        half: TrainableHalf,
        line: RunLine,
        on_progress: Callable[[JobProgress], None],
        *,
        between: Callable[[], None] = lambda: None,
        sample: SampleWriter | None = None,
        end_tokens: Collection[int] = (),
    ) -> None:
        """Raises SettingsError: no text, a backend that does not train, or not in windows so long."""
        _check_backend(line.model, settings)
        self._settings = settings
        self._data_sha256 = data.sha256
        self._half = half
        self._line = line
        self._on_progress = on_progress
        self._between = between
        self._windows = TrainWindows(data, settings.window, settings.seed)
        self._held_out = held_out_windows(data, settings.window, settings.evaluation_tokens)
        self._session = TuningSession(
            half,
            line.model,
            line.open_channel,
            line.retry,
            self._waits,
            lambda: self._tell(JobState.TRAINING),
            window=settings.window,
            message=line.message,
        )
        self._scorer = SessionScorer(self._session, half, end_tokens)
        self._sample_writer = sample
        self._position = Position()
        self._points: list[TrainPoint] = []
        self._evaluations: list[EvalPoint] = []
        self._sample: Sample | None = None
        self._best = b""
        self._pause, self._stop = Flag(), Flag()
        self._began_s: float | None = None
        self._base = Position()  # what was spent before this process took over
        self._window_seconds: list[float] = []
        self._measuring_seconds: list[float] = []  # of each whole measurement, its sample included

    @property
    def best(self) -> bytes:
        """The adapter's file with the lowest held-out loss so far; b"" before the first evaluation."""
        return self._best

    def pause(self) -> None:
        """Return from `run` before the next window, once; before `run` too."""
        self._pause.set()

    def go_on(self) -> None:
        """Take back a `pause` that was not obeyed yet."""
        self._pause.clear()

    def stop(self) -> None:
        """As `pause`, for good: the best so far is kept. Before there is one, it is trained until there is."""
        self._stop.set()

    def cancel(self) -> None:
        """Break off at once: `run` raises Cancelled."""
        self._session.cancel()

    def run(self) -> RunEnd:
        """Train until the end, a pause or a stop. Raises AppError (see above)."""
        self._began_s = time.monotonic()
        try:
            while True:
                self._between()
                if self._must_stop:
                    return RunEnd.STOPPED
                if self._pause.is_set():
                    self._pause.clear()
                    return RunEnd.PAUSED
                if self._is_measuring_due:
                    self._measure()
                elif self._is_over:
                    return RunEnd.DONE
                else:
                    self._train_window()
        finally:
            self._half.drop_step()
            self._session.close()
            self._count_traffic()
            self._began_s = None
            self._base.seconds = self._position.seconds

    def checkpoint(self) -> bytes:
        """All that `restore` needs. On the run's thread in `between`, or while it does not run."""
        self._count_traffic()
        return Checkpoint(
            self._data_sha256,
            self._position,
            tuple(self._points),
            tuple(self._evaluations),
            self._sample,
            self._half.state(),
            self._best,
        ).encode()

    def restore(self, checkpoint: bytes) -> None:
        """Stand where `checkpoint` was taken, in a fresh process too. Raises StoreDamaged: unreadable, other notes."""
        found = Checkpoint.decode(checkpoint)
        if found.data_sha256 != self._data_sha256:
            raise unreadable()
        self._half.restore(found.half)
        self._position, self._base = found.position, replace(found.position)
        counted = self._line.meter.totals(self._line.message)
        self._base.bytes_up -= counted.bytes_up
        self._base.bytes_down -= counted.bytes_down
        self._base.round_trips -= counted.frames_up
        self._points, self._evaluations, self._best = list(found.points), list(found.evaluations), found.best
        self._sample = found.sample

    def count_as_sent(self, bytes_up: int, bytes_down: int, round_trips: int) -> None:
        """What earlier processes of this job sent in all, what was lost with a killed one too. After `restore`."""
        counted = self._line.meter.totals(self._line.message)
        self._base.bytes_up = bytes_up - counted.bytes_up
        self._base.bytes_down = bytes_down - counted.bytes_down
        self._base.round_trips = round_trips - counted.frames_up
        self._count_traffic()

    @property
    def _steps_done(self) -> int:
        return len(self._points)

    @property
    def _must_stop(self) -> bool:
        return self._stop.is_set() and any(point.step for point in self._evaluations)

    @property
    def _is_measuring_due(self) -> bool:
        step, settings = self._steps_done, self._settings
        if self._position.pending_windows or (self._evaluations and self._evaluations[-1].step == step):
            return False
        return step % settings.evaluate_every == 0 or step >= settings.steps

    @property
    def _is_over(self) -> bool:
        if self._steps_done >= self._settings.steps:
            return True
        losses = [point.loss for point in self._evaluations]
        return len(losses) - 1 - losses.index(min(losses)) >= self._settings.patience

    def _train_window(self) -> None:
        """One window forward and back; the last one of a step updates the parameters."""
        settings, position = self._settings, self._position
        started_s = time.monotonic()
        first = position.windows - position.pending_windows
        windows = [self._windows.at(place) for place in range(first, first + settings.sequences_per_step)]
        step_tokens = sum(len(window) - 1 for window in windows)
        loss = self._session.train(windows[position.pending_windows], 1 / step_tokens)
        position.windows += 1
        position.pending_windows += 1
        position.pending_loss += loss
        self._window_seconds.append(time.monotonic() - started_s)
        if position.pending_windows == settings.sequences_per_step:
            self._update(step_tokens)
        self._tell(JobState.TRAINING)

    def _update(self, step_tokens: int) -> None:
        settings, position = self._settings, self._position
        share = rate_share(settings, self._steps_done)
        rate = settings.learning_rate * share
        try:
            norm = self._half.update(rate, settings.head_learning_rate * share, settings.clip)
        except SettingsError:
            position.windows -= position.pending_windows
            position.pending_windows, position.pending_loss = 0, 0.0
            raise
        position.tokens += step_tokens
        loss = position.pending_loss / step_tokens
        self._points.append(TrainPoint(self._steps_done + 1, loss, rate, norm, position.tokens))
        position.pending_windows, position.pending_loss = 0, 0.0

    def _measure(self) -> None:
        """Held-out loss, and a sample. Broken off by a pause it is begun anew."""
        self._tell(JobState.EVALUATING)
        started_s = time.monotonic()
        total, tokens = 0.0, 0
        for window in self._held_out:
            if self._pause.is_set() or self._must_stop:
                return
            total += math.fsum(self._scorer.losses(window))
            tokens += len(window) - 1
        loss = total / tokens
        if not math.isfinite(loss):
            raise SettingsError(
                "The training went astray: held-out loss is no longer a number.", "Choose a lower learning rate."
            )
        if loss < min((point.loss for point in self._evaluations), default=math.inf):
            self._best = self._half.parameters()
        if self._sample_writer is not None:
            self._sample = self._sample_writer.write(self._scorer, self._steps_done)
        self._measuring_seconds.append(time.monotonic() - started_s)
        self._evaluations.append(EvalPoint(self._steps_done, loss))
        self._tell(JobState.EVALUATING)

    def _waits(self, reason: str) -> None:
        self._tell(JobState.WAITING, reason)

    def _tell(self, state: JobState, message: str = "") -> None:
        self._count_traffic()
        position = self._position
        self._on_progress(
            JobProgress(
                state=state,
                steps=self._settings.steps,
                points=tuple(self._points),
                evaluations=tuple(self._evaluations),
                sample=self._sample,
                bytes_up=position.bytes_up,
                bytes_down=position.bytes_down,
                round_trips=position.round_trips,
                seconds=position.seconds,
                seconds_left=self._seconds_left(),
                message=message,
            )
        )

    def _seconds_left(self) -> float | None:
        """Of all steps and measurements to come; None until enough was timed in this process."""
        settings = self._settings
        if len(self._window_seconds) < 3:
            return None
        windows = settings.steps * settings.sequences_per_step - self._position.windows
        left = windows * statistics.median(self._window_seconds[-50:])
        if self._measuring_seconds:
            steps, every = settings.steps, settings.evaluate_every
            last = self._evaluations[-1].step if self._evaluations else -1
            to_come = steps // every - last // every + (steps % every > 0 and last < steps)
            left += to_come * statistics.median(self._measuring_seconds)
        return left

    def _count_traffic(self) -> None:
        position, base = self._position, self._base
        totals = self._line.meter.totals(self._line.message)
        position.bytes_up = base.bytes_up + totals.bytes_up
        position.bytes_down = base.bytes_down + totals.bytes_down
        position.round_trips = base.round_trips + totals.frames_up
        if self._began_s is not None:
            position.seconds = base.seconds + time.monotonic() - self._began_s


def _check_backend(model: ModelInfo, settings: TuningSettings) -> None:
    """Raises SettingsError. A head part alone needs no training on the backend."""
    if not settings.plan.taps or settings.window <= model.tuning_rows:
        return
    if not model.tuning_rows:
        raise SettingsError("This backend does not offer fine-tuning.", "Use the built-in one, or another backend.")
    raise SettingsError(
        f"This backend does not train on {settings.window} tokens at a time.",
        f"Choose a window of 2 to {model.tuning_rows} tokens.",
    )


def rate_share(settings: TuningSettings, step: int) -> float:
    """Share of the learning rate at `step`, from 0: linear warm-up, then a cosine down to `final_rate`."""
    if step < settings.warmup_steps:
        return (step + 1) / (settings.warmup_steps + 1)
    done = (step - settings.warmup_steps) / max(1, settings.steps - settings.warmup_steps)
    return settings.final_rate + (1 - settings.final_rate) * 0.5 * (1 + math.cos(math.pi * done))
