"""Fine-tuning behind the window and the terminal: notes read, plans probed, jobs started, adapters kept."""

import statistics
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.core.general_set import general_set
from app.core.learned_places import Places, learned_places
from app.core.notes import NotesChoices, NotesReader
from app.core.ports import ChatStore
from app.core.secret_free import without_secrets
from app.core.services import Measurement, Report
from app.core.tuning import JobOrder, Preset, Probe, TuningJob, TuningSettings
from app.core.tuning_card import training_facts
from app.core.tuning_forecast import Tried, forecast
from app.core.tuning_jobs import BEST, JobsOnDisk
from app.core.tuning_memory import backend_bytes, trainer_bytes
from app.core.tuning_presets import for_notes, presets
from app.core.tuning_services import Place, PlaceChanged
from app.device.adapter_card import TrainingFacts
from app.domain.backend import Backend, ModelInfo
from app.domain.conversation import ChatInfo
from app.domain.errors import Cancelled, ModelError, SettingsError
from app.domain.ids import ChatId, new_message_id
from app.domain.notes import NotesSet, Progress
from app.main.link import Link, measure, model_with_pack, retry_policy
from app.main.trainer_start import TrainerStarter
from app.storage.paths import DataFolder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from app.core.settings_services import KeptAdapter
    from app.core.tuning_session import TuningSession
    from app.device.pack import DevicePack
    from app.device.pack_facts import PackFacts
    from app.device.tuning_half import TuningHalf
    from app.privacy.redaction.redactor import Redactor

PROBE_WINDOWS, PROBE_TOKENS = 3, 16
TOKENS_A_WORD = 1.5  # before the tokenizer is loaded: only the number of steps hangs on it


class AdapterShelf(Protocol):
    """Where finished adapters go (app/core/adapters.py)."""

    def adapters(self) -> "Sequence[KeptAdapter]": ...

    def add_bytes(self, data: bytes, name: str, training: TrainingFacts | None = None, places: Places = ()) -> Path: ...

    def mark_notes(self, read: NotesReader) -> int: ...


@dataclass(slots=True)
class _Read:
    """Notes that were read, or are being read by one thread."""

    sources: tuple[tuple[Path, ...], frozenset[ChatId]]
    reader: NotesReader
    is_whole: bool = False


class LocalTuning:
    """Implements TuningServices over one data folder. Slow methods off the GUI thread, one at a time; but a read that
    was abandoned may still run, and what it found is dropped."""

    def __init__(
        self,
        folder: DataFolder,
        file_key: Callable[[], bytes],
        place_in_use: Callable[[], Place],
        open_link: "Callable[[Backend | None, Report], AbstractContextManager[Link]]",
        chat_store: Callable[[], ChatStore],
        shelf: AdapterShelf,
        own_words: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        """chat_store raises StorageError while it is locked. own_words: the person's list of what is redacted; such
        words are found in notes too."""
        self._folder = folder
        self._place_in_use = place_in_use
        self._open_link = open_link
        self._chat_store = chat_store
        self._shelf = shelf
        self._own_words = own_words
        self._starter = TrainerStarter(folder.root, folder.logs / "trainer.log")
        self._jobs = JobsOnDisk(folder.tuning, file_key, self._starter)
        self._read: _Read | None = None  # with a read that was abandoned goes what it read
        self._redactor: Redactor | None = None
        self._measured: tuple[Place, Measurement] | None = None

    def chats(self) -> Sequence[ChatInfo]:
        return self._chat_store().chats()

    def read_notes(
        self,
        paths: Sequence[Path],
        chats: Collection[ChatId],
        choices: NotesChoices,
        progress: Callable[[Progress], None],
    ) -> NotesSet:
        sources = tuple(paths), frozenset(chats)
        read = self._read
        if read is None or not read.is_whole or read.sources != sources:
            read = self._read = _Read(sources, NotesReader(self._shared_redactor()))
            _check_there(paths)
            read.reader.add(paths, progress)
            self._check_wanted(read)
            read.reader.add_chats([self._chat_store().load(chat) for chat in chats])
            self._shelf.mark_notes(read.reader)
            read.is_whole = True
        try:
            found = read.reader.notes_set(replace(choices, own=self._own_words()), progress)
        except SettingsError:  # there may be more of them when they are read again
            read.is_whole = False
            raise
        self._check_wanted(read)
        return found

    def forget_notes(self) -> None:
        self._read = None

    def _check_wanted(self, read: "_Read") -> None:
        """Raises Cancelled where the notes were forgotten, or others read, since."""
        if read is not self._read:
            raise Cancelled

    def _shared_redactor(self) -> "Redactor":
        """One for all reads: its language model takes seconds to load."""
        from app.privacy.redaction.redactor import Redactor

        if self._redactor is None:
            self._redactor = Redactor()
        return self._redactor

    def place(self) -> Place:
        return self._place_in_use()

    def presets(self, place: Place, notes: NotesSet, report: Report) -> Mapping[Preset, TuningSettings]:
        with self._open_link(place.backend, report) as link:
            model, pack = model_with_pack(link, self._folder, place.model_id, report)
        rank = max((recipe.rank for recipe in model.recipes if recipe.name == "svd"), default=0)
        if not rank:
            raise ModelError("This backend has no matrices to train with.", "Ask whoever runs it to prepare it anew.")
        tokens = round(sum(note.words for note in notes.train) * TOKENS_A_WORD)
        if not model.tuning_rows:
            raise ModelError("This backend does not train.", "Choose another one, or the built-in backend.")
        found = presets(model.layers, rank, model.tuning_rows, pack.facts.near.layers)
        return {preset: for_notes(settings, preset, tokens) for preset, settings in found.items()}

    def probe(
        self, place: Place, notes: NotesSet, settings: Sequence[TuningSettings], report: Report
    ) -> Sequence[Probe]:
        place = self._still_used(place)
        with self._open_link(place.backend, report) as link:
            model, pack = model_with_pack(link, self._folder, place.model_id, report)
            chat = self._chat_speed(link, place, report)
            return [self._probe(link, place, model, pack, notes, one, chat, report) for one in settings]

    def start(
        self, place: Place, name: str, notes: NotesSet, settings: TuningSettings, preset: Preset | None
    ) -> TuningJob:
        place = self._still_used(place)
        return self._jobs.create(name, place.backend, place.model_id or "", notes, settings, preset)

    def jobs(self) -> Sequence[TuningJob]:
        self._starter.reap()
        return self._jobs.list()

    def job(self, job: str) -> TuningJob:
        self._starter.reap()
        return self._jobs.read(job)

    def follow(self, job: str) -> Callable[[], TuningJob]:
        read = self._jobs.follow(job)

        def now() -> TuningJob:
            self._starter.reap()
            return read()

        return now

    def order(self, job: str, order: JobOrder) -> None:
        self._jobs.order(job, order)

    def keep_adapter(self, job: str, name: str) -> Path:
        record = self._jobs.record(job)
        notes = record.notes()
        facts = training_facts(record.whole(), notes)
        kept = self._shelf.add_bytes(record.files.read(BEST), name, facts, learned_places(notes))
        self._jobs.end(record)
        return kept

    def train_again(self, job: str, without: Collection[str]) -> TuningJob:
        record = self._jobs.record(job)
        old = record.job()
        return self._jobs.again(record, old, without_secrets(record.notes(), without))

    def learned_from(self, data_sha256: str) -> Sequence[str]:
        facts = ((kept.name, kept.training) for kept in self._shelf.adapters())
        return [name for name, training in facts if training is not None and training.data_sha256 == data_sha256]

    def _still_used(self, place: Place) -> Place:
        """With the token of now. Raises PlaceChanged."""
        now = self._place_in_use()
        if not now.is_like(place):
            raise PlaceChanged
        return now

    def _chat_speed(self, link: Link, place: Place, report: Report) -> Measurement:
        if self._measured is None or not self._measured[0].is_like(place):
            self._measured = (place, measure(link, self._folder, report, place.model_id))
        return self._measured[1]

    def _probe(
        self,
        link: Link,
        place: Place,
        model: ModelInfo,
        pack: "DevicePack",
        notes: NotesSet,
        settings: TuningSettings,
        chat: Measurement,
        report: Report,
    ) -> Probe:
        report("Trying some steps.")
        with _trying(link, model, pack, settings) as (session, half, tokens):
            window = tokens(" ".join(question.prompt for question in general_set()))  # of the notes nothing is sent yet
            spent = [_spent(link, session)]
            seconds = []
            for _ in range(PROBE_WINDOWS):
                started_s = time.monotonic()
                session.train(window, 1 / (len(window) - 1))
                seconds.append(time.monotonic() - started_s)
            spent.append(_spent(link, session))
            started_s = time.monotonic()
            session.states(window)
            forward_s = time.monotonic() - started_s
            spent.append(_spent(link, session))
            parameters = len(half.parameters())
            own_s = _own_s(half, window)
        (train_up, train_down), (forward_up, forward_down) = (
            (after[0] - before[0], after[1] - before[1]) for before, after in pairwise(spent)
        )
        tried = Tried(
            statistics.median(seconds),
            train_up / PROBE_WINDOWS,
            train_down / PROBE_WINDOWS,
            forward_s,
            forward_up,
            forward_down,
        )
        return forecast(
            settings,
            tried,
            _memory_bytes(place, pack.facts, settings, parameters),
            (chat.tokens_per_s(1), 1 / (1 / chat.tokens_per_s(settings.plan.round_trips) + own_s)),
            round(sum(note.words for note in notes.held_out) * TOKENS_A_WORD),
            len(notes.learned_secrets),
        )


def _memory_bytes(place: Place, facts: "PackFacts", settings: TuningSettings, parameters: int) -> int:
    """On this computer: the trainer, and its own backend where it computes on the built-in one."""
    from app.device.linear import fastest_dtype

    item_bytes = fastest_dtype().itemsize  # the built-in backend's too
    found = trainer_bytes(facts, settings, item_bytes, parameters)
    return found if place.backend else found + backend_bytes(facts, settings, item_bytes)


def _spent(link: Link, session: "TuningSession") -> tuple[int, int]:
    """Bytes up and down so far."""
    totals = link.gate.totals(session.message)
    return totals.bytes_up, totals.bytes_down


def _own_s(half: "TuningHalf", window: Sequence[int]) -> float:
    """What a token of chat takes the device more than without an adapter: its own layers, and the free taps."""
    cache = half.new_cache()
    seconds = []
    for position, token in enumerate(window[:PROBE_TOKENS]):
        started_s = time.monotonic()
        half.step_payload([token], position=position, cache=cache)
        seconds.append(time.monotonic() - started_s)
    half.drop_step()
    return statistics.median(seconds)


def _check_there(paths: Sequence[Path]) -> None:
    """Raises SettingsError where something that was chosen has vanished, a stick that was pulled out, say."""
    for path in paths:
        if not path.exists():
            raise SettingsError(
                f"{path} is no longer there.", "Bring it back, or leave it out, then have the notes read again."
            )


@contextmanager
def _trying(
    link: Link, model: ModelInfo, pack: "DevicePack", settings: TuningSettings
) -> "Iterator[tuple[TuningSession, TuningHalf, Callable[[str], list[int]]]]":
    """A training session of a fresh adapter, which is thrown away; and what cuts a window out of a text."""
    from app.core.tuning_session import TuningSession
    from app.device.adapter import Adapter
    from app.device.tokenizer import load_tokenizer
    from app.device.tuning_half import TuningHalf

    fresh = Adapter.zero(
        settings.plan,
        pack.facts,
        settings.recipe,
        name="probe",
        head_rank=settings.head_rank,
        device_layers=settings.device_layers,
    )
    half = TuningHalf(pack, fresh, state_dtype=settings.state_dtype, exchange_dtype=settings.exchange_dtype)
    tokenizer = load_tokenizer(pack)

    def cut(text: str) -> list[int]:
        found = tokenizer.encode(text)[: settings.window]
        return (found * settings.window)[: settings.window]

    session = TuningSession(
        half,
        model,
        link.open_channel,
        retry_policy(),
        lambda _reason: None,
        lambda: None,
        window=settings.window,
        message=new_message_id(),
    )
    try:
        yield session, half, cut
    finally:
        session.close()
