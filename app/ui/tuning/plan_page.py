"""Screen 3: one of three presets, with what each costs on this machine and this backend; the rest folded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from app.core.tuning import Preset, Probe, TuningJob, TuningSettings
from app.core.tuning_services import Place, PlaceChanged, TuningServices
from app.domain.errors import AppError
from app.ui.settings.fit import Fit
from app.ui.settings.words import line, push
from app.ui.settings.work import Telling, Work
from app.ui.theme import Theme
from app.ui.tuning.advanced import Advanced
from app.ui.tuning.draft import Draft
from app.ui.tuning.option_card import OptionCard
from app.ui.tuning.step import Fold, Step
from app.ui.tuning.words import form_words, preset_sentence, preset_words, probe_words, speed_words

LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the presets were asked for."""

    place: Place
    data_hash: str
    presets: Mapping[Preset, TuningSettings]

    @property
    def most_rank(self) -> int:
        return max(tap.r_down for settings in self.presets.values() for tap in settings.plan.taps)


class PlanPage(Step):
    started = Signal(object, bool)  # TuningJob, whether the draft is still what it was started from

    def __init__(self, theme: Theme, draft: Draft, services: TuningServices, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._draft, self._services = draft, services
        self._asked: _Asked | None = None
        self._probes: dict[TuningSettings, Probe] = {}
        self._is_starting = False  # what is started is not abandoned: it would run unseen
        self.set_title(self.tr("Choose how thoroughly"))
        self.set_lead(
            self.tr(
                "Times are estimates from some steps on this computer and the backend in use. The backend gets "
                "numbers, no words, and never the adapter; but whoever runs it and records them could rebuild your "
                "notes, as with chats. With the built-in backend all of it stays on this computer."
            )
        )
        self.cards = {
            preset: OptionCard(theme, preset_words(preset), preset_sentence(preset), self) for preset in Preset
        }
        for preset, card in self.cards.items():
            card.clicked.connect(partial(self._pick, preset))
            self.add(card)
        self.cards[Preset.BALANCED].setChecked(True)
        self.work = Work(theme, self.column)
        self.add(self.work)
        self.again = push(self.tr("Estimate"), "plain", self)
        self.again.clicked.connect(self._estimate_all)
        self._again_row = _left(self.again)
        self.add(self._again_row)
        self.advanced = Advanced(theme, self.column)
        self.own = line("", "muted", self.column)
        self.own.hide()
        self.fold = Fold(theme, self.tr("Advanced"), self.advanced, self.column)
        self.add(self.fold)
        self.add(self.own)
        self.name = QLineEdit(self.column)
        self.name.setMaxLength(LONGEST_NAME)
        Fit(self.name, theme, lambda metrics: self.name.setMinimumWidth(metrics.sidebar))
        self.section().row(self.tr("Name of the adapter"), self.tr("You can change it at the end."), self.name)
        self.advanced.changed.connect(self._show_own)
        self.advanced.measure.clicked.connect(self._estimate_own)
        self.work.busy_changed.connect(self._enable)
        self.name.textChanged.connect(lambda _: self.changed.emit())
        self.name.returnPressed.connect(self._start_if_ready)

    @property
    def next_text(self) -> str:
        return self.tr("Start")

    @property
    def is_ready(self) -> bool:
        return not self.work.is_busy and self._asked is not None and bool(self.name.text().strip())

    @property
    def preset(self) -> Preset:
        return next(preset for preset, card in self.cards.items() if card.isChecked())

    @property
    def first(self) -> QWidget | None:
        return self.cards[self.preset]

    def enter(self) -> None:
        if not self.name.text():
            self.name.setText(self._draft.name or self.tr("My notes"))
        notes = self._draft.notes
        if notes is not None and (self._asked is None or self._asked.data_hash != notes.data_hash):
            self._ask()
        self._show()

    def look_again(self) -> None:
        """Another backend or model is in use: what was asked and tried holds no more. What was chosen stays."""
        if self._draft.notes is None or self._is_starting:  # a start looks itself
            return
        if self._asked is not None:
            self.show_notice(
                "info",
                self.tr("Another backend or model is in use now."),
                self.tr("What it costs there is estimated anew. What you chose stays, as far as it goes there."),
            )
        self.work.abandon()
        self._asked = None
        if self.isVisible():
            self.enter()

    def leave(self) -> None:
        self.notice.hide()
        if not self._is_starting:
            self.work.abandon()

    def end(self) -> None:
        self.work.end()

    def forget(self) -> None:
        self._asked, self._probes = None, {}
        self.notice.hide()
        self.advanced.forget()
        self.name.clear()
        self.fold.button.setChecked(False)
        self._pick(Preset.BALANCED)

    def go_on(self) -> None:
        notes, asked, services, name = self._draft.notes, self._asked, self._services, self.name.text().strip()
        assert notes is not None and asked is not None
        settings, sources = self.advanced.settings, self._draft.sources
        preset = None if self.advanced.is_changed else self.preset

        def start(_telling: Telling) -> TuningJob:
            return services.start(asked.place, name, notes, settings, preset)

        def begin(job: TuningJob) -> None:
            self.started.emit(job, self._draft.notes is notes and self._draft.sources == sources)

        self._is_starting = True
        self.work.run("start-tuning", self.tr("Starting the fine-tuning"), start, begin, self._moved)
        self.work.cancel_button.setEnabled(False)  # seconds; what is started can be discarded
        self.bring_into_view(self.work)

    def _moved(self, error: AppError) -> bool:
        if isinstance(error, PlaceChanged):
            self.look_again()
        return isinstance(error, PlaceChanged)

    def _start_if_ready(self) -> None:
        if self.is_ready:
            self.go_on()

    # What the presets are, and what they cost

    def _ask(self) -> None:
        notes, services = self._draft.notes, self._services
        assert notes is not None

        def ask(telling: Telling) -> _Asked:
            place = services.place()
            presets = services.presets(place, notes, telling.say)
            telling.check()
            return _Asked(place, notes.data_hash, presets)

        def take(asked: _Asked) -> None:
            self._asked = asked
            self.advanced.move_to(asked.presets[self.preset], asked.most_rank)
            self._show()
            self._estimate_all()

        self._asked, self._probes = None, {}
        self.work.run("presets", self.tr("Asking the backend what it can train"), ask, take)

    def _estimate_all(self) -> None:
        if self._asked is None:
            self._ask()
        else:
            self._estimate(list(self._asked.presets.values()))

    def _estimate_own(self) -> None:
        self._estimate([self.advanced.settings])

    def _estimate(self, settings: Sequence[TuningSettings]) -> None:
        notes, asked, services = self._draft.notes, self._asked, self._services
        assert notes is not None and asked is not None
        missing = [one for one in dict.fromkeys(settings) if one not in self._probes]

        def probe(telling: Telling) -> Sequence[Probe]:
            return services.probe(asked.place, notes, missing, telling.say)

        def take(probes: Sequence[Probe]) -> None:
            self._probes |= dict(zip(missing, probes, strict=True))
            self._show()

        if missing:
            self.work.run("probe", self.tr("Trying some steps, to tell how long it takes"), probe, take, self._moved)

    def _pick(self, preset: Preset, _checked: bool = False) -> None:
        """By hand: in a group of Qt's, Tab would reach one card only."""
        for one, card in self.cards.items():
            card.setChecked(one is preset)
        self._choose()

    def _choose(self) -> None:
        if self._asked is not None:
            self.advanced.begin(self._asked.presets[self.preset], self._asked.most_rank)
        self._show()

    def _show(self) -> None:
        for preset, card in self.cards.items():
            settings = self._asked.presets[preset] if self._asked is not None else None
            card.show_facts(self._facts(settings) if settings is not None else "")
        self.fold.setEnabled(self._asked is not None)
        known = self._asked is not None and all(one in self._probes for one in self._asked.presets.values())
        self._again_row.setVisible(not known and not self.work.is_busy)
        self._show_own()
        self.changed.emit()

    def _facts(self, settings: TuningSettings) -> str:
        probe = self._probes.get(settings)
        costs = [probe_words(probe), speed_words(probe)] if probe is not None else [self.tr("Not estimated yet.")]
        return "\n".join((*costs, form_words(settings)))

    def _show_own(self) -> None:
        is_own = self._asked is not None and self.advanced.is_changed
        self.own.setVisible(is_own)
        if is_own:
            self.own.setText(
                self.tr("{preset}, with your own settings. {facts}").format(
                    preset=preset_words(self.preset), facts=self._facts(self.advanced.settings)
                )
            )
        self.changed.emit()

    def _enable(self, is_busy: bool) -> None:
        self._is_starting = self._is_starting and is_busy
        self._show()


def _left(button: QWidget) -> QWidget:
    """As wide as its words, at the beginning of the line."""
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(button)
    button.setSizePolicy(button.sizePolicy().horizontalPolicy().Maximum, button.sizePolicy().verticalPolicy())
    return holder
