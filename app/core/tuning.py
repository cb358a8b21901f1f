"""Fine-tuning, as values: what was chosen, how far a job is, and what came of it. Losses are nats a token."""

from dataclasses import dataclass, field
from enum import Enum

from app.wire.frames import Dtype
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan


class Preset(Enum):
    """What the wizard and `nearhalf tune --preset` offer."""

    QUICK = "quick"
    BALANCED = "balanced"
    THOROUGH = "thorough"


@dataclass(frozen=True, slots=True)
class TuningSettings:
    """Everything that decides a run; with the data and the model it decides every number of it.

    window: tokens of one sequence, which is one micro-batch. sequences_per_step: accumulated into one optimiser step.
    learning_rate: of the matrices M, where z has an rms of 1; head_learning_rate: of the head part (V, U). Linear
    warm-up, then cosine to `final_rate` of it. clip: of the gradient's 2-norm over all parameters. patience:
    evaluations without gain that end the run. evaluate_every, in optimiser steps. evaluation_tokens: of held-out notes,
    predicted each time. device_layers: that the device runs itself before the free tap (AdapterCard).
    """

    plan: ExchangePlan
    recipe: Recipe
    head_rank: int
    steps: int
    learning_rate: float
    head_learning_rate: float
    window: int = 512
    sequences_per_step: int = 1
    warmup_steps: int = 10
    final_rate: float = 0.1
    clip: float = 1.0
    evaluate_every: int = 20
    patience: int = 4
    seed: int = 0
    state_dtype: Dtype = Dtype.BF16
    exchange_dtype: Dtype = Dtype.BF16
    evaluation_tokens: int = 4096
    device_layers: int = 0


@dataclass(frozen=True, slots=True)
class TrainPoint:
    """One optimiser step. tokens: trained on so far. loss: mean over this step's tokens."""

    step: int
    loss: float
    learning_rate: float
    gradient_norm: float
    tokens: int


@dataclass(frozen=True, slots=True)
class EvalPoint:
    """Mean held-out loss with the adapter as it was after `step` steps; step 0 is the model without it."""

    step: int
    loss: float


class JobState(Enum):
    """Where a job stands. WAITING: for the backend, the disk or the vault; it goes on by itself."""

    PREPARING = "preparing"
    TRAINING = "training"
    EVALUATING = "evaluating"
    WAITING = "waiting"
    PAUSED = "paused"
    JUDGING = "judging"  # the verdict is being made
    FINISHED = "finished"
    FAILED = "failed"


class JobOrder(Enum):
    """What a person may ask of a running job."""

    PAUSE = "pause"
    RESUME = "resume"
    KEEP_BEST = "keep-best"  # stop here, and keep the best adapter so far
    DISCARD = "discard"  # stop, and delete the job with all its data


@dataclass(frozen=True, slots=True)
class Sample:
    """How the adapter goes on from the beginning of a held-out note, after `step` steps."""

    step: int
    prompt: str
    text: str


@dataclass(frozen=True, slots=True)
class JobProgress:
    """What the window shows of a job. message and advice: for a person, where state is WAITING or FAILED.

    seconds: of training so far, over all runs of the job. seconds_left: None while it cannot be told.
    """

    state: JobState
    steps: int
    points: tuple[TrainPoint, ...] = ()
    evaluations: tuple[EvalPoint, ...] = ()
    sample: Sample | None = None
    bytes_up: int = 0
    bytes_down: int = 0
    round_trips: int = 0
    seconds: float = 0.0
    seconds_left: float | None = None
    message: str = ""
    advice: str = ""

    @property
    def step(self) -> int:
        return self.points[-1].step if self.points else 0

    @property
    def best(self) -> EvalPoint | None:
        return min(self.evaluations, key=lambda point: point.loss, default=None)


@dataclass(frozen=True, slots=True)
class Probe:
    """A few steps on this machine and this backend, for one preset; ranges are low, high.

    seconds: of the whole run; verdict_seconds: of the verdict after it. memory_bytes: that the trainer needs, and
    the built-in backend of its own where it has one. bytes_up, bytes_down: of both.
    chat_slowdown: how many times as long a token of chat takes with such an adapter (its round trips) than without.
    """

    seconds: tuple[float, float]
    memory_bytes: int
    bytes_up: int
    bytes_down: int
    round_trips: int
    chat_slowdown: float
    verdict_seconds: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Interval:
    """A value with the bounds of its 95 % interval."""

    value: float
    low: float
    high: float


class Basis(Enum):
    """What the interval of the held-out gain was resampled from, and so for what it speaks."""

    NOTES = "notes"  # for other notes of this person
    PASSAGES = "passages"  # for these notes: they are too few, or too unequal, to speak for others
    TOO_LITTLE = "too little"  # for nothing: there is hardly any held-out text


@dataclass(frozen=True, slots=True)
class SideBySide:
    """The two models on one prompt from a held-out note; `left_is_tuned` is hidden until the person has voted."""

    prompt: str
    left: str
    right: str
    left_is_tuned: bool


@dataclass(frozen=True, slots=True)
class Memorised:
    """A secret in the training notes that the tuned model knows and the model without the adapter does not.

    is_completed: it writes it out behind `prompt`; else it only holds it likelier than invented ones by far.
    exposure: how far, in bits (app/core/memorisation.py); 0 where that was not measured.
    """

    kind: str
    prompt: str
    secret: str
    note: str  # its title
    is_completed: bool = True
    exposure: float = 0.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether it helped. before, after: held-out loss. gain: before - after, paired, with its interval.

    kept_step: whose adapter was kept. overfit_step: from which held-out loss rose (None: it did not).
    general_before, general_after: share of a fixed set of questions answered right; general_gain: after - before.
    secrets_found: different ones in what was learned; secrets_tried: how many were asked for; memorised: those that
    came out. basis, witnesses: what was resampled for the interval, and how many of them there were. same_books:
    held-out notes that are parts of a text of which other parts were learned: less new than another note would be.
    is_fresh: the held-out text had no part in choosing kept_step. seconds: that all this took.
    """

    before: Interval
    after: Interval
    gain: Interval
    kept_step: int
    steps: int
    overfit_step: int | None
    general_before: float
    general_after: float
    secrets_tried: int
    memorised: tuple[Memorised, ...] = ()
    pairs: tuple[SideBySide, ...] = ()
    held_out_notes: int = 0
    train_notes: int = 0
    basis: Basis = Basis.NOTES
    witnesses: int = 0
    same_books: int = 0
    is_fresh: bool = False
    general_gain: Interval = Interval(0.0, 0.0, 0.0)
    general_questions: int = 0
    secrets_found: int = 0
    seconds: float = 0.0

    @property
    def has_helped(self) -> bool:
        """Only where the whole interval lies above zero, and there is enough text to say anything."""
        return self.gain.low > 0 and self.basis is not Basis.TOO_LITTLE

    @property
    def has_harmed(self) -> bool:
        """Whether the model has got worse at what it could before, by more than chance."""
        return self.general_gain.high < 0

    @property
    def is_advised(self) -> bool:
        """Whether a person may be advised to use it: it helped, cost nothing else and gave no secret away."""
        return self.has_helped and not self.has_harmed and not self.memorised


@dataclass(frozen=True, slots=True)
class TuningJob:
    """A job as the list shows it. id: name of its folder. is_damaged: a file of it cannot be read, as its progress
    says; the values here that it held are none, and all that can be done with the job is to discard it."""

    id: str
    name: str
    created: str  # ISO 8601, UTC
    backend: str  # name of the backend it uses, "" for the built-in one
    model: str
    preset: Preset | None
    settings: TuningSettings
    data_sha256: str
    progress: JobProgress = field(default_factory=lambda: JobProgress(JobState.PREPARING, 0))
    verdict: Verdict | None = None
    is_damaged: bool = False
