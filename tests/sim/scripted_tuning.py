"""TuningServices that play a script: real notes through the real reader; jobs that stand where a test puts them.

`gate`: where it is set, slow work waits for it between two words. `errors`: raised by the next slow calls, one each;
`order_errors`: by the next orders. `learned_alike`: names of kept adapters, by the data hash of what they learned.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event as Flag

from app.core.notes import NotesChoices, NotesReader
from app.core.services import Report
from app.core.tuning import (
    Basis,
    EvalPoint,
    Interval,
    JobOrder,
    JobProgress,
    JobState,
    Memorised,
    Preset,
    Probe,
    Sample,
    SideBySide,
    TrainPoint,
    TuningJob,
    TuningSettings,
    Verdict,
)
from app.core.tuning_presets import for_notes, presets
from app.core.tuning_services import Place, PlaceChanged
from app.domain.conversation import ChatInfo, StoredChat
from app.domain.errors import AppError, SettingsError
from app.domain.ids import ChatId
from app.domain.notes import NotesSet, Progress
from tests.sim.note_files import prose

LAYERS, RANK, MAX_ROWS, NEAR_LAYERS = 30, 192, 2048, 2
TOKENS = 30_000
PAIRS = (
    SideBySide("0123", " rose slowly in the old oven.", " is a food. Bread is a food.", left_is_tuned=True),
    SideBySide("4567", " Monday is a day of the week.", " we walked along the river.", left_is_tuned=False),
)
HELPED = Verdict(
    Interval(3.2, 3.1, 3.3), Interval(2.9, 2.8, 3.0), Interval(0.3, 0.22, 0.38), 400, 500, 420, 0.62, 0.61, 4,
    (), PAIRS, 14, 106,
)  # fmt: skip
KNOWS_SECRETS = replace(HELPED, memorised=(Memorised("card", "0123", "4111 1111 1111 1111", "4567"),))
NO_HELP = replace(
    HELPED, after=Interval(3.18, 3.06, 3.3), gain=Interval(0.02, -0.03, 0.07), overfit_step=None, pairs=()
)
HARMED = replace(
    HELPED,
    after=Interval(3.5, 3.4, 3.6),
    gain=Interval(-0.3, -0.4, -0.2),
    overfit_step=20,
    general_after=0.4,
    general_gain=Interval(-0.22, -0.3, -0.1),
    secrets_tried=0,
    pairs=(),
)
LOST_ABILITY = replace(HELPED, general_after=0.4, general_gain=Interval(-0.22, -0.3, -0.1), pairs=())
TOO_LITTLE = replace(HELPED, basis=Basis.TOO_LITTLE, held_out_notes=1, overfit_step=None, pairs=())


def note_folder(folder: Path) -> Path:
    """Eight notes of which one is folded and one holds secrets, and two files that hold no notes."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(7):
        (folder / f"{number}").write_text(prose(number, 150), encoding="utf-8")
    (folder / "7").write_text(prose(0, 150), encoding="utf-8")
    secrets = "My card is 4111 1111 1111 1111 and my mail anna@example.org.\n\n"
    (folder / "8").write_text(secrets + prose(8, 150), encoding="utf-8")
    (folder / "9.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "10").write_bytes(b"")
    return folder


def progress(state: JobState, step: int = 240, steps: int = 500) -> JobProgress:
    """A run that has come to `step`, with a test every 40 steps and the least loss around step 400."""
    points = tuple(
        TrainPoint(at, 3.3 - 0.5 * at / steps + 0.1 * math.sin(at), 1e-3, 1.0, at * 510) for at in range(1, step + 1)
    )
    tests = tuple(
        EvalPoint(at, 3.2 - 0.3 * math.sin(min(at / 400, 1.2) * math.pi / 2)) for at in range(0, step + 1, 40)
    )
    sample = Sample(step, "0123", " rose slowly in the old oven, and we talked of friends.") if step else None
    return JobProgress(
        state, steps, points, tests, sample, 40_000_000, 30_000_000, step * 3, 4.0 * step, 4.0 * (steps - step)
    )


@dataclass
class ScriptedTuning:
    """Implements TuningServices. Orders do at once what a trainer would do after a while."""

    stored_chats: dict[ChatId, StoredChat] = field(default_factory=dict)
    jobs_kept: dict[str, TuningJob] = field(default_factory=dict)
    errors: list[AppError] = field(default_factory=list)
    order_errors: list[AppError] = field(default_factory=list)
    gate: Flag | None = None
    learned_alike: dict[str, Sequence[str]] = field(default_factory=dict)
    verdict: Verdict = HELPED
    orders: list[tuple[str, JobOrder]] = field(default_factory=list)
    kept: list[tuple[str, str]] = field(default_factory=list)
    without: list[frozenset[str]] = field(default_factory=list)
    probed: list[TuningSettings] = field(default_factory=list)
    started: list[TuningJob] = field(default_factory=list)
    has_texts: bool = False
    slowdown: float = 2.4  # of a plan with exchanges
    here: Place = field(default_factory=lambda: Place(None, None))  # in use
    asked: list[Place] = field(default_factory=list)  # for presets
    layers: dict[str | None, int] = field(default_factory=dict)  # by model; others have LAYERS

    def __post_init__(self) -> None:
        self._reader = NotesReader()
        self._sources: tuple[tuple[Path, ...], frozenset[ChatId]] = ((), frozenset())

    def chats(self) -> Sequence[ChatInfo]:
        return tuple(chat.info for chat in self.stored_chats.values())

    def read_notes(
        self,
        paths: Sequence[Path],
        chats: Collection[ChatId],
        choices: NotesChoices,
        progress: Callable[[Progress], None],
    ) -> NotesSet:
        progress(Progress(path="0123"))
        self._wait()
        progress(Progress(1, 1, 10, "0123"))
        self._fail()
        sources = tuple(paths), frozenset(chats)
        if sources != self._sources:
            self._reader.forget()
            self._reader.add(paths, progress)
            self._reader.add_chats(self.stored_chats[chat] for chat in chats)
            self._sources = sources
        self.has_texts = True
        return self._reader.notes_set(choices, progress)

    def forget_notes(self) -> None:
        self._reader.forget()
        self._sources = ((), frozenset())
        self.has_texts = False

    def place(self) -> Place:
        return self.here

    def presets(self, place: Place, notes: NotesSet, report: Report) -> Mapping[Preset, TuningSettings]:
        report("0123")
        self._fail()
        self.asked.append(place)
        found = presets(self.layers.get(place.model_id, LAYERS), RANK, MAX_ROWS, NEAR_LAYERS)
        return {preset: for_notes(settings, preset, TOKENS) for preset, settings in found.items()}

    def probe(
        self, place: Place, notes: NotesSet, settings: Sequence[TuningSettings], report: Report
    ) -> Sequence[Probe]:
        self._check(place)
        probes = []
        for one in settings:
            report("0123")
            self._wait()
            report("0123")
            self._fail()
            self.probed.append(one)
            trips = one.plan.round_trips
            slowdown = 1.0 if trips == 1 else self.slowdown
            probes.append(
                Probe(
                    (one.steps * 3.0, one.steps * 5.0),
                    620_000_000,
                    one.steps * 90_000,
                    one.steps * 70_000,
                    trips,
                    slowdown,
                    (60.0, 120.0),
                )
            )
        return probes

    def start(
        self, place: Place, name: str, notes: NotesSet, settings: TuningSettings, preset: Preset | None
    ) -> TuningJob:
        self._check(place)
        self._wait()
        self._fail()
        job = self.add(name, progress(JobState.TRAINING, 0, settings.steps), settings, preset)
        self.started.append(job)
        return job

    def jobs(self) -> Sequence[TuningJob]:
        return tuple(reversed(self.jobs_kept.values()))

    def job(self, job: str) -> TuningJob:
        if job not in self.jobs_kept:
            raise SettingsError("This fine-tuning job is no longer there.", "Choose another one, or start a new one.")
        return self.jobs_kept[job]

    def follow(self, job: str) -> Callable[[], TuningJob]:
        return lambda: self.job(job)

    def order(self, job: str, order: JobOrder) -> None:
        self._wait()
        self._fail()
        if self.order_errors:
            raise self.order_errors.pop(0)
        self.orders.append((job, order))
        if order is JobOrder.DISCARD:
            del self.jobs_kept[job]
        elif order is JobOrder.KEEP_BEST:
            self.finish(job)
        else:
            state = JobState.PAUSED if order is JobOrder.PAUSE else JobState.TRAINING
            self.move(job, replace(self.jobs_kept[job].progress, state=state, message="", advice=""))

    def keep_adapter(self, job: str, name: str) -> Path:
        self._wait()
        self._fail()
        self.kept.append((job, name))
        del self.jobs_kept[job]
        return Path("/adapters") / f"{name}.nha"

    def train_again(self, job: str, without: Collection[str]) -> TuningJob:
        self._wait()
        self._fail()
        self.without.append(frozenset(without))
        old = self.jobs_kept[job]
        return self.add(old.name, progress(JobState.TRAINING, 0), old.settings, old.preset)

    def learned_from(self, data_sha256: str) -> Sequence[str]:
        return self.learned_alike.get(data_sha256, ())

    # For tests

    def break_off(self) -> None:
        """What slow work waits for ends now."""
        if self.gate is not None:
            self.gate.set()

    def add(
        self,
        name: str,
        now: JobProgress,
        settings: TuningSettings | None = None,
        preset: Preset | None = Preset.BALANCED,
        verdict: Verdict | None = None,
    ) -> TuningJob:
        chosen = settings or presets(LAYERS, RANK, MAX_ROWS, NEAR_LAYERS)[Preset.BALANCED]
        number = str(4567 + len(self.started) + len(self.without) + len(self.jobs_kept))
        job = TuningJob(number, name, "2026-11-23T10:00:00Z", "", "0123", preset, chosen, "ab", now, verdict)
        self.jobs_kept[job.id] = job
        return job

    def move(self, job: str, now: JobProgress) -> None:
        self.jobs_kept[job] = replace(self.jobs_kept[job], progress=now)

    def finish(self, job: str) -> None:
        self.jobs_kept[job] = replace(
            self.jobs_kept[job], progress=progress(JobState.FINISHED, 500), verdict=self.verdict
        )

    def _check(self, place: Place) -> None:
        if not place.is_like(self.here):
            raise PlaceChanged

    def _wait(self) -> None:
        if self.gate is not None:
            self.gate.wait(30)

    def _fail(self) -> None:
        if self.errors:
            raise self.errors.pop(0)
