"""Adapters: the files in the adapters folder, what their cards say, and which is used."""

from functools import partial

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from app.core.settings_services import KeptAdapter, SettingsServices
from app.domain.errors import AppError
from app.ui.preferences import Preferences
from app.ui.sentences import in_words
from app.ui.settings.files import choose_to_open
from app.ui.settings.parts import Buttons, Page
from app.ui.settings.words import push
from app.ui.settings.work import Telling, Work
from app.ui.theme import Theme
from app.ui.words import locale, size


class AdaptersPage(Page):
    make_requested = Signal()  # the fine-tuning wizard

    def __init__(
        self, theme: Theme, preferences: Preferences, services: SettingsServices, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._theme, self._preferences, self._services = theme, preferences, services
        self.set_lead(
            self.tr(
                "What you taught the model. An adapter never leaves this computer; more round trips a token make "
                "it slower on a far backend."
            ),
        )
        self._group = QButtonGroup(self)
        self.radios: dict[str | None, QRadioButton] = {}
        self.card = self.section()
        self.make = push(self.tr("Make one from my notes…"), "plain", self)
        self.make.clicked.connect(self.make_requested)
        self.take_in = push(self.tr("Add from a file…"), "plain", self)
        self.take_in.clicked.connect(self._take_in)
        self.add(Buttons(theme, self.column, self.make, self.take_in))
        self.work = Work(theme, self.column)
        self.work.busy_changed.connect(lambda busy: self.take_in.setEnabled(not busy))
        self.add(self.work)
        preferences.changed.connect(self._mark_used)

    def enter(self) -> None:
        self.card.clear()
        for button in self._group.buttons():
            self._group.removeButton(button)
        self.radios = {}
        try:
            kept = tuple(self._services.files.adapters())
        except AppError as error:
            kept = ()
            self.show_notice("danger", error.message, error.advice)
        self._add_radio(None, self.tr("None"), self.tr("The model as it was published."), None)
        for adapter in kept:
            remove = push(self.tr("Delete"), "plain", self.card, self.tr("Delete {name}").format(name=adapter.name))
            remove.clicked.connect(partial(self._ask_to_delete, adapter))
            self._add_radio(str(adapter.path), adapter.name, self._facts(adapter), remove)
            self.radios[str(adapter.path)].setEnabled(not adapter.problem)
        if not kept:
            self.card.row(
                self.tr("No adapter yet"),
                self.tr("Make one by tuning, or add a file that Nearhalf has saved elsewhere."),
            )
        self._mark_used()

    def end(self) -> None:
        self.work.end()

    def _add_radio(self, key: str | None, name: str, facts: str, control: QWidget | None) -> None:
        radio = QRadioButton(name)
        radio.setAccessibleName(self.tr("Use {name}").format(name=name))
        radio.setAccessibleDescription(facts)
        radio.clicked.connect(partial(self._use, key))
        self._group.addButton(radio)
        self.radios[key] = radio
        self.card.row(name, facts, control).lead_with(radio)

    def _facts(self, adapter: KeptAdapter) -> str:
        if adapter.problem:
            return self.tr("{size}. {problem}").format(size=size(adapter.bytes), problem=in_words(adapter.problem))
        made = QDateTime.fromString(adapter.created, Qt.DateFormat.ISODate)
        day = locale().toString(made.date(), QLocale.FormatType.ShortFormat) if made.isValid() else adapter.created
        trips = (
            self.tr("1 round trip a token")
            if adapter.round_trips == 1
            else self.tr("{number} round trips a token").format(number=adapter.round_trips)
        )
        parts = [trips, self.tr("recipe {recipe}").format(recipe=adapter.recipe), size(adapter.bytes)]
        if adapter.head_rank:
            parts.insert(1, self.tr("with a head part"))
        return self.tr("{facts}, made on {day}").format(facts=", ".join(parts), day=day)

    def _use(self, key: str | None, _checked: bool = True) -> None:
        self._preferences.update(adapter=key)

    def _mark_used(self) -> None:
        radio = self.radios.get(self._preferences.settings.adapter)
        if radio is not None:
            radio.setChecked(True)

    def _take_in(self) -> None:
        source = choose_to_open(self, self.tr("Add an adapter"), self.tr("Adapters (*.nha *.safetensors)"))
        if source is None:
            return

        def take_in(_telling: Telling) -> object:
            return self._services.files.add_adapter(source)

        self.work.run("add-adapter", self.tr("Reading the adapter"), take_in, lambda _: self.enter())

    def _ask_to_delete(self, adapter: KeptAdapter, _checked: bool = False) -> None:
        self.notice.show_words(
            "warning",
            self.tr("Delete {name}?").format(name=adapter.name),
            self.tr("It is on no other computer unless you copied it: an adapter cannot be fetched again."),
            self.tr("Delete"),
            partial(self._delete, adapter),
        )
        self.notice.action.setFocus()

    def _delete(self, adapter: KeptAdapter) -> None:
        try:
            self._services.files.remove(adapter.path)
        except AppError as error:
            self.show_notice("danger", error.message, error.advice)
            return
        if self._preferences.settings.adapter == str(adapter.path):
            self._preferences.update(adapter=None)
        self.enter()
