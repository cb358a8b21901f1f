"""A whole tuning run of the real model over a real socket, in this process: what the trainer's process joins."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from app.core.scoring import SampleWriter
from app.core.tuning import JobProgress, TuningSettings
from app.core.tuning_batches import TuningData
from app.core.tuning_run import RunLine, TuningRun
from app.device.adapter import Adapter
from app.device.threads import use_threads
from app.device.tokenizer import load_tokenizer
from app.device.tuning_half import TuningHalf
from app.domain.backend import Backend
from app.domain.ids import new_message_id
from app.main.link import Link, model_with_pack, retry_policy
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from app.storage.paths import DataFolder
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target

LAYERS, DEVICE_LAYERS = 30, 2


def every_kind_of_tap(rank: int = 16) -> ExchangePlan:
    """A free tap for the lower half of SmolLM2's layers but the device's own, one exchanged tap for the upper half."""

    def tap(at: int, first: int, stop: int) -> Tap:
        return Tap(at, tuple(Target(layer, p) for layer in range(first, stop) for p in Projection), rank, rank)

    return ExchangePlan((tap(0, DEVICE_LAYERS, LAYERS // 2), tap(LAYERS // 2, LAYERS // 2, LAYERS)))


SETTINGS = TuningSettings(
    plan=every_kind_of_tap(),
    recipe=Recipe.SVD,
    head_rank=8,
    steps=4,
    learning_rate=6e-3,
    head_learning_rate=5e-3,
    window=48,
    sequences_per_step=1,
    warmup_steps=1,
    evaluate_every=2,
    evaluation_tokens=90,
    device_layers=DEVICE_LAYERS,
)


@dataclass
class TuningBench:
    """One process's share of a job. texts, held_out: notes. Use `close` at the end."""

    url: str
    token: str
    home: Path
    texts: list[str]
    held_out: list[str]
    settings: TuningSettings = SETTINGS
    heard: list[JobProgress] = field(default_factory=list)

    def __post_init__(self) -> None:
        folder = DataFolder(self.home).create()
        self.gate = PrivacyGate(Ledger(folder.ledger))
        link = Link(self.gate, Backend("bench", self.url, self.token), None)
        self.model, self.pack = model_with_pack(link, folder, None, lambda sentence: None)
        use_threads(1)
        self.tokenizer = load_tokenizer(self.pack)
        encode = self.tokenizer.encode
        self.data = TuningData(
            [encode(text) for text in self.texts],
            [encode(text) for text in self.held_out],
            min(self.tokenizer.eos_ids),
        )
        settings = self.settings
        adapter = Adapter.zero(
            settings.plan,
            self.pack.facts,
            settings.recipe,
            name="bench",
            head_rank=settings.head_rank,
            device_layers=settings.device_layers,
        )
        adapter = replace(adapter, card=replace(adapter.card, created="2026-11-23T06:00:00+00:00"))
        dtypes = {"state_dtype": settings.state_dtype, "exchange_dtype": settings.exchange_dtype}
        self.half = TuningHalf(self.pack, adapter, **dtypes)
        self.line = RunLine(self.model, link.open_channel, retry_policy(), self.gate, new_message_id())
        self.run = TuningRun(
            settings, self.data, self.half, self.line, self.heard.append, between=lambda: self.between(),
            sample=SampleWriter(self.data.held_out[0][:12], self.tokenizer.decode, max_tokens=8),
            end_tokens=self.tokenizer.eos_ids,
        )  # fmt: skip

    def between(self) -> None:
        """Called before every window; for tests to replace."""

    def close(self) -> None:
        self.gate.close()
