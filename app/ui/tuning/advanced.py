"""Everything of a run that the three presets choose by themselves, each within limits that make sense."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.core.tuning import TuningSettings
from app.core.tuning_presets import grouped_plan, with_steps
from app.ui.settings.controls import Choice, Count, Number
from app.ui.settings.fit import spaced
from app.ui.settings.parts import Buttons, Card
from app.ui.settings.words import push
from app.ui.theme import Theme
from app.ui.tuning.words import trips_words
from app.ui.words import counted, number
from app.wire.plan import ExchangePlan

RATE_SCALE = 1000  # shown in thousandths
MOST_STEPS, MOST_HEAD_RANK, LEAST_WINDOW, LEAST_RANK = 100_000, 256, 32, 4
MOST_SEED = 2**31 - 1


def layers_of(plan: ExchangePlan) -> int:
    return 1 + max(target.layer for tap in plan.taps for target in tap.targets)


class Advanced(QWidget):
    """Starts at a preset (`begin`); `settings` is what the fields say."""

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._base: TuningSettings | None = None
        self._most_rank = LEAST_RANK
        self._begun: dict[QWidget, object] = {}  # what each field said then
        card = Card(theme, self)
        self.groups = Choice(theme, [], card)
        self._plan_row = card.row(self.tr("Places where the model is changed"), "", self.groups)
        self.rank = Count(theme, LEAST_RANK, LEAST_RANK, 4)
        card.row(self.tr("Rank"), self.tr("Numbers that go from and to each place. More can learn more."), self.rank)
        self.head_rank = Count(theme, 0, MOST_HEAD_RANK, 8)
        card.row(
            self.tr("Rank of the head part"),
            self.tr("Changes how the last layer's numbers become words, on this computer only. 0: none."),
            self.head_rank,
        )
        self.rate, self.head_rate = Number(theme, 0.01, 50, 0.5), Number(theme, 0.01, 50, 0.5)
        card.row(
            self.tr("Learning rate, in thousandths"),
            self.tr("Too high and it forgets what it could do; too low and it learns nothing."),
            self.rate,
        )
        card.row(self.tr("Learning rate of the head part, in thousandths"), "", self.head_rate)
        self.steps = Count(theme, 1, MOST_STEPS, 10)
        self._steps_row = card.row(self.tr("Steps"), "", self.steps)
        self.window_tokens = Count(theme, LEAST_WINDOW, LEAST_WINDOW, 32)
        card.row(
            self.tr("Tokens read at a time"),
            self.tr("Longer pieces of text take more memory on the backend."),
            self.window_tokens,
        )
        self.patience = Count(theme, 1, 100, 1)
        card.row(
            self.tr("Patience"),
            self.tr("After so many tests on held-back notes without a gain the run ends."),
            self.patience,
        )
        self.seed = Count(theme, 0, MOST_SEED, 1)
        card.row(self.tr("Seed"), self.tr("The same seed, notes and settings give the same adapter again."), self.seed)
        self.reset = push(self.tr("Reset to the preset"), "plain", self)
        self.measure = push(self.tr("Estimate these settings"), "plain", self)
        layout = QVBoxLayout(self)
        spaced(self, theme, layout, "space_2")
        layout.addWidget(card)
        layout.addWidget(Buttons(theme, self, self.reset, self.measure))
        self.reset.clicked.connect(self._reset)
        self.groups.currentIndexChanged.connect(self._tell)
        for field in self._fields:
            field.valueChanged.connect(self._tell)

    @property
    def _fields(self) -> tuple[Count | Number, ...]:
        counts = self.rank, self.head_rank, self.steps, self.window_tokens, self.patience, self.seed
        return (*counts, self.rate, self.head_rate)

    def begin(self, preset: TuningSettings, most_rank: int) -> None:
        """Show a preset, which is also where Reset leads."""
        self._base, self._most_rank = preset, most_rank
        widgets: tuple[QWidget, ...] = (self.groups, *self._fields)
        for widget in widgets:
            widget.blockSignals(True)
        layers, first = layers_of(preset.plan), preset.plan.taps[0]
        self.groups.clear()
        for count in sorted({1, 2, 3, 6, len(preset.plan.taps), layers}):
            if count <= layers - preset.device_layers or count == layers:
                self.groups.addItem(self._groups_words(count, layers), count)
        self.groups.setCurrentIndex(self.groups.findData(len(preset.plan.taps)))
        self.rank.setRange(min(LEAST_RANK, most_rank), most_rank)
        self.rank.setValue(first.r_down)
        self.head_rank.setValue(preset.head_rank)
        self.rate.setValue(preset.learning_rate * RATE_SCALE)
        self.head_rate.setValue(preset.head_learning_rate * RATE_SCALE)
        self.steps.setValue(preset.steps)
        self.window_tokens.setRange(min(LEAST_WINDOW, preset.window), preset.window)
        self.window_tokens.setValue(preset.window)
        self.patience.setValue(preset.patience)
        self.seed.setValue(preset.seed)
        for widget in widgets:
            widget.blockSignals(False)
        self._begun = self._said
        self._tell()

    def move_to(self, preset: TuningSettings, most_rank: int) -> None:
        """To the preset of another model or of other notes, with what was changed by hand, as far as it goes there."""
        said, begun, before = self._said, self._begun, self._base
        self.begin(preset, most_rank)
        if before is None:
            return
        for field in self._fields:
            if said[field] != begun[field]:
                field.setValue(said[field])
        if said[self.groups] != begun[self.groups]:
            is_every = said[self.groups] == layers_of(before.plan)
            place = self.groups.findData(layers_of(preset.plan) if is_every else said[self.groups])
            self.groups.setCurrentIndex(place if place >= 0 else self.groups.currentIndex())

    def forget(self) -> None:
        """What was changed by hand, too."""
        self._base, self._begun = None, {}

    @property
    def _said(self) -> dict[QWidget, Any]:
        """What each field says."""
        return {self.groups: self.groups.currentData(), **{field: field.value() for field in self._fields}}

    @property
    def is_changed(self) -> bool:
        return self._base is not None and self.settings != self._base

    @property
    def settings(self) -> TuningSettings:
        """Equal to the preset while nothing was changed."""
        base = self._base
        assert base is not None
        plan, device_layers = self._plan(base)
        steps = self.steps.value()
        return replace(
            base if steps == base.steps else with_steps(base, steps),
            plan=plan,
            device_layers=device_layers,
            head_rank=self.head_rank.value(),
            learning_rate=_rate(self.rate, base.learning_rate),
            head_learning_rate=_rate(self.head_rate, base.head_learning_rate),
            window=self.window_tokens.value(),
            patience=self.patience.value(),
            seed=self.seed.value(),
        )

    def _plan(self, base: TuningSettings) -> tuple[ExchangePlan, int]:
        """And how many layers the device runs itself: none where each is changed by itself, for it is a LoRA then."""
        groups, rank, first = self.groups.currentData(), self.rank.value(), base.plan.taps[0]
        if groups is None or (groups == len(base.plan.taps) and rank == first.r_down):
            return base.plan, base.device_layers
        layers = layers_of(base.plan)
        own = base.device_layers if groups < layers else 0
        return grouped_plan(layers, int(groups), rank, own), own

    def _groups_words(self, count: int, layers: int) -> str:
        if count == layers:
            return self.tr("Every one of the {layers} layers").format(layers=number(layers))
        return counted(count, self.tr("One place"), self.tr("%n places"))

    def _own_words(self, device_layers: int) -> str:
        if not device_layers:
            return ""
        return counted(
            device_layers,
            self.tr("The first layer is also computed on this computer, and stays as it is."),
            self.tr("The first %n layers are also computed on this computer, and stay as they are."),
        )

    def _reset(self) -> None:
        if self._base is not None:
            self.begin(self._base, self._most_rank)

    def _tell(self) -> None:
        if self._base is None:
            return
        settings = self.settings
        trips = self.tr("A reply takes {trips} then.").format(trips=trips_words(settings.plan.round_trips))
        self._plan_row.explain(f"{trips} {self._own_words(settings.device_layers)}".strip())
        a_step = (settings.window - 1) * settings.sequences_per_step
        self._steps_row.explain(self.tr("Each reads {tokens} tokens.").format(tokens=number(a_step)))
        self.reset.setEnabled(self.is_changed)
        self.measure.setEnabled(self.is_changed)
        self.changed.emit()


def _rate(field: Number, before: float) -> float:
    """What was not changed keeps all its digits."""
    shown = round(before * RATE_SCALE, field.decimals())
    return before if field.value() == shown else field.value() / RATE_SCALE
