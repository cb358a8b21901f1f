"""Adapters: which is used, what their cards say, and all that can be done with one."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QWidget

from app.core.settings_services import KeptAdapter, SettingsServices, Stale, stale
from app.domain.errors import AppError
from app.domain.notes import Progress
from app.ui.job import Job
from app.ui.preferences import Preferences
from app.ui.settings.adapter_details import AdapterDetails
from app.ui.settings.adapter_export_form import AdapterUnlockForm
from app.ui.settings.adapter_words import badge, row_facts
from app.ui.settings.files import choose_folder, choose_to_open
from app.ui.settings.parts import Buttons, Page
from app.ui.settings.words import line, push
from app.ui.settings.work import Telling, Work
from app.ui.theme import Theme
from app.ui.words import counted

WAIT_S = 15.0  # for a disk that answers slowly


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
        self._kept: tuple[KeptAdapter, ...] = ()
        self._group = QButtonGroup(self)
        self.radios: dict[str | None, QRadioButton] = {}
        self.details: AdapterDetails | None = None
        self._opened: Path | None = None  # whose details are open
        self._source: Path | None = None  # to be added, once its passphrase is there
        self.card = self.section()
        self.make = push(self.tr("Make one from my notes…"), "plain", self)
        self.make.clicked.connect(self.make_requested)
        self.take_in = push(self.tr("Add from a file…"), "plain", self)
        self.take_in.clicked.connect(self._take_in)
        self.check = push(self.tr("Look for changed notes…"), "plain", self)
        self.check.clicked.connect(self._check_notes)
        self.add(Buttons(theme, self.column, self.make, self.take_in, self.check))
        self.unlock = AdapterUnlockForm(theme, self.column)
        self.unlock.given.connect(self._add)
        self.add(self.unlock)
        self.work = Work(theme, self.column)
        self.work.busy_changed.connect(self._lock_buttons)
        self.work.stop_requested.connect(services.stop_slow_work)
        self.add(self.work)
        self._look: Job | None = None  # for notes that are gone
        preferences.changed.connect(self._mark_used)

    def enter(self) -> None:
        self._list()
        if self._look is None and any(adapter.training is not None for adapter in self._kept):
            self._look = Job("nearhalf-look-for-notes", self._services.files.look_for_notes, self)
            self._look.start(self._looked, lambda _: self._looked(False))

    def _looked(self, has_changed: object) -> None:
        self._look = None
        is_editing = self.details is not None and self.details.save.isEnabled()
        if has_changed and not is_editing:
            self._list()

    def _list(self) -> None:
        self.card.clear()
        self.details = None
        for button in self._group.buttons():
            self._group.removeButton(button)
        self.radios = {}
        try:
            kept = self._kept = tuple(self._services.files.adapters())
        except AppError as error:
            kept = self._kept = ()
            self.show_notice("danger", error.message, error.advice)
        self._add_radio(None, self.tr("None"), self.tr("The model as it was published."), None)
        for adapter in kept:
            self._show(adapter)
        if not kept:
            self.card.row(
                self.tr("No adapter yet"),
                self.tr("Make one by tuning, or add a file that Nearhalf has saved elsewhere."),
            )
        self.check.setVisible(any(one.knows_notes for one in kept))
        self._mark_used()

    def leave(self) -> None:
        self.unlock.close_form()
        if self.details is not None:
            self.details.export.forget()

    def end(self) -> None:
        if self._look is not None:
            self._look.wait(WAIT_S)
        self.work.end()

    # The list

    def _show(self, adapter: KeptAdapter) -> None:
        reasons = stale(adapter, self._services.model_in_use)
        more = push(self.tr("Details"), "plain", self.card, self.tr("Details of {name}").format(name=adapter.name))
        more.clicked.connect(partial(self._open, adapter))
        more.setVisible(not adapter.problem)
        remove = push(self.tr("Delete"), "plain", self.card, self.tr("Delete {name}").format(name=adapter.name))
        remove.clicked.connect(partial(self._ask_to_delete, adapter))
        badges = [line(badge(reason), "badge", self.card) for reason in reasons]
        for each in badges:
            each.setWordWrap(False)
            each.setProperty("tone", "warning")
        controls = Buttons(self._theme, self.card, *badges, more, remove)
        self._add_radio(str(adapter.path), adapter.name, row_facts(adapter), controls)
        told = "  ·  ".join((*(each.text() for each in badges), row_facts(adapter)))
        self.radios[str(adapter.path)].setAccessibleDescription(told)
        self.radios[str(adapter.path)].setEnabled(not adapter.problem)
        if adapter.path == self._opened and not adapter.problem:
            self._show_details(adapter, reasons)

    def _add_radio(self, key: str | None, name: str, facts: str, control: QWidget | None) -> None:
        radio = QRadioButton(name.replace("&", "&&"))
        radio.setAccessibleName(self.tr("Use {name}").format(name=name))
        radio.setAccessibleDescription(facts)
        radio.clicked.connect(partial(self._use, key))
        self._group.addButton(radio)
        self.radios[key] = radio
        self.card.row(name, facts, control).lead_with(radio)

    def _use(self, key: str | None, _checked: bool = True) -> None:
        self._preferences.update(adapter=key)

    def _mark_used(self) -> None:
        radio = self.radios.get(self._preferences.settings.adapter)
        if radio is not None:
            radio.setChecked(True)

    def _lock_buttons(self, busy: bool) -> None:
        for button in (self.take_in, self.check):
            button.setEnabled(not busy)

    # One of them

    def _open(self, adapter: KeptAdapter, _checked: bool = False) -> None:
        """Show its details below it, or put them away again."""
        self._opened = None if self._opened == adapter.path else adapter.path
        self._list()
        if self.details is not None:
            self.details.name.setFocus()
            self.bring_into_view(self.details)

    def _show_details(self, adapter: KeptAdapter, reasons: tuple[Stale, ...]) -> None:
        details = AdapterDetails(self._theme, adapter, reasons, self.card)
        details.saved.connect(partial(self._save, adapter))
        details.copied.connect(lambda: self.work.say("info", self.tr("Copied.")))
        details.export.file_chosen.connect(partial(self._export, adapter))
        details.export.folder_chosen.connect(partial(self._export_folder, adapter))
        self.card.join(details)
        self.details = details

    def _save(self, adapter: KeptAdapter, name: str, note: str) -> None:
        try:
            self._services.files.rename_adapter(adapter.path, name)
            self._services.files.annotate_adapter(adapter.path, note)
        except AppError as error:
            self.show_notice("danger", error.message, error.advice)
            return
        self._list()

    def _export(self, adapter: KeptAdapter, target: object, passphrase: str) -> None:
        assert isinstance(target, Path)
        said = self.tr("Written to {path}.").format(path=target)

        def export(_telling: Telling) -> object:
            self._services.files.export_adapter(adapter.path, target, passphrase)
            return None

        self.work.run("export-adapter", self.tr("Writing the adapter"), export, lambda _: self.work.say("info", said))

    def _export_folder(self, adapter: KeptAdapter, folder: object, strength: int) -> None:
        assert isinstance(folder, Path)

        def export(telling: Telling) -> object:
            return self._services.export_for_transformers(adapter.path, folder, strength, telling.count)

        def done(names: object) -> None:
            assert isinstance(names, tuple | list)
            words = self.tr("Written to {path}: {names}.").format(path=folder, names=", ".join(names))
            self.work.say("info", words, self.tr("What the adapter learned can be read out of it."))

        self.work.run("export-adapter", self.tr("Fetching the matrices A and B from the backend"), export, done)

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
        self._list()

    # All of them

    def _take_in(self) -> None:
        source = choose_to_open(self, self.tr("Add an adapter"), self.tr("Adapters (*.nha *.safetensors)"))
        if source is None:
            return
        self.unlock.close_form()
        self._source = source
        try:
            is_locked = self._services.files.is_locked(source)
        except AppError as error:
            self.show_notice("danger", error.message, error.advice)
            return
        if is_locked:
            self.unlock.ask()
            self.bring_into_view(self.unlock)
        else:
            self._add("")

    def _add(self, passphrase: str) -> None:
        source = self._source
        assert source is not None

        def take_in(_telling: Telling) -> object:
            return self._services.files.add_adapter(source, passphrase)

        self.work.run("add-adapter", self.tr("Reading the adapter"), take_in, lambda _: self._list())

    def _check_notes(self) -> None:
        folder = choose_folder(self, self.tr("The folder of your notes"))
        if folder is None:
            return

        def check(telling: Telling) -> object:
            def tell(_progress: Progress) -> None:
                telling.check()

            return self._services.files.check_notes([folder], tell)

        def done(count: object) -> None:
            assert isinstance(count, int)
            self._list()
            words = counted(
                count,
                self.tr("1 adapter learned from these notes; it says above where notes are gone or changed."),
                self.tr("%n adapters learned from these notes; they say above where notes are gone or changed."),
            )
            self.work.say("info", words if count else self.tr("No adapter learned from the notes in this folder."))

        self.work.run("check-notes", self.tr("Reading the notes"), check, done)
