"""Backends: which one is used, adding, changing, testing and removing them."""

from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QButtonGroup, QRadioButton, QStackedWidget, QVBoxLayout, QWidget

from app.core.services import Measurement
from app.core.settings_services import SettingsServices
from app.domain.backend import Backend
from app.domain.errors import AppError, UntrustedCertificate
from app.ui.limit_choice import LimitChoice
from app.ui.preferences import Preferences
from app.ui.settings.backend_form import BackendForm
from app.ui.settings.fit import spaced
from app.ui.settings.measured import MeasuredCard
from app.ui.settings.parts import Buttons, Card, Page, Row
from app.ui.settings.words import push
from app.ui.settings.work import Telling, Work
from app.ui.theme import Theme


def tr(text: str) -> str:
    return QCoreApplication.translate("BackendRow", text)


class BackendRow(Row):
    """One backend: chosen or not, where it is, and what can be done with it."""

    def __init__(self, theme: Theme, name: str, place: str, parent: QWidget, *, is_own: bool) -> None:
        self.test, self.change, self.remove = (
            push(words, "plain", parent, said)
            for words, said in (
                (tr("Test"), tr("Test {name}").format(name=name)),
                (tr("Change"), tr("Change {name}").format(name=name)),
                (tr("Remove"), tr("Remove {name}").format(name=name)),
            )
        )
        buttons = (self.test, self.change, self.remove) if is_own else (self.test,)
        super().__init__(theme, name, place, Buttons(theme, parent, *buttons), parent)
        for button in (self.change, self.remove):
            button.setVisible(is_own)
        self.radio = QRadioButton(name, self)
        self.radio.setAccessibleName(tr("Use {name}").format(name=name))
        self.radio.setAccessibleDescription(place)
        self.lead_with(self.radio)


class LimitRow(Row):
    """Under a backend that somebody else may run: how much an operator may be able to rebuild."""

    def __init__(self, theme: Theme, backend: Backend, parent: QWidget) -> None:
        self.choice = LimitChoice(theme)
        self.choice.setAccessibleName(tr("Limit for {name}").format(name=backend.name))
        self.choice.show_limit(backend.recovery_limit_percent)
        super().__init__(
            theme,
            tr("What an operator may be able to rebuild"),
            tr("It is measured after each reply. Above the limit your next message is not sent."),
            self.choice,
            parent,
        )


class BackendsPage(Page):
    def __init__(
        self, theme: Theme, preferences: Preferences, services: SettingsServices, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._theme, self._preferences, self._services = theme, preferences, services
        self.set_lead(
            self.tr(
                "Where the far half of the model runs. It is sent numbers, never text; whoever runs it could rebuild "
                "your text from them, so choose one that you trust."
            ),
        )
        self.rows: dict[str | None, BackendRow] = {}
        self.limits: dict[str, LimitRow] = {}
        self._group = QButtonGroup(self)
        self._stack = QStackedWidget(self.column)
        listed = QWidget(self._stack)
        self._list_layout = QVBoxLayout(listed)
        spaced(self, theme, self._list_layout, "space_3")
        self.card = Card(theme, listed)
        self.add_button = push(self.tr("Add a backend…"), "plain", listed)
        self.add_button.clicked.connect(lambda: self.open_form(None))
        self.work = Work(theme, listed)
        self.work.stop_requested.connect(services.stop_slow_work)
        self.work.busy_changed.connect(self._enable_tests)
        self.measured: MeasuredCard | None = None
        for part in (self.card, Buttons(theme, listed, self.add_button), self.work):
            self._list_layout.addWidget(part)
        self._list_layout.addStretch(1)
        self.form = BackendForm(theme, services, self._stack)
        self.form.saved.connect(self._saved)
        self.form.left.connect(self._show_list)
        self._stack.addWidget(listed)
        self._stack.addWidget(self.form)
        self.add(self._stack)
        preferences.changed.connect(self._mark_used)

    def enter(self) -> None:
        self._fill()

    def leave(self) -> None:
        """A token does not stay in a field that nobody looks at."""
        self.form.leave()
        self._stack.setCurrentIndex(0)

    def end(self) -> None:
        self.work.end()
        self.form.end()

    def open_form(self, name: str | None) -> None:
        backend = next((b for b in self._services.backends.list()[0] if b.name == name), None)
        self.form.open(backend)
        self._stack.setCurrentWidget(self.form)

    def _show_list(self) -> None:
        self._stack.setCurrentIndex(0)
        self.add_button.setFocus()

    def _saved(self, name: str) -> None:
        self._fill()
        self._show_list()
        self.rows[name].radio.setFocus()

    def _fill(self) -> None:
        self.card.clear()
        for button in self._group.buttons():
            self._group.removeButton(button)
        self.rows, self.limits = {}, {}
        try:
            backends, warning = self._services.backends.list()
        except AppError as error:
            backends, warning = (), str(error)
        if warning:
            self.show_notice("warning", warning)
        here = self.tr("A process on this computer, started and stopped with Nearhalf. You run it.")
        self._add_row(None, BackendRow(self._theme, self.tr("Built-in"), here, self.card, is_own=False))
        for backend in backends:
            place = backend.url
            if backend.fingerprint:
                place = self.tr("{url}, only with the certificate that you trusted").format(url=backend.url)
            self._add_row(backend.name, BackendRow(self._theme, backend.name, place, self.card, is_own=True))
            self._add_limit(backend)
        self._mark_used()
        self._enable_tests(self.work.is_busy)

    def _add_row(self, name: str | None, row: BackendRow) -> None:
        self.rows[name] = row
        self._group.addButton(row.radio)
        self.card.add(row)
        row.radio.clicked.connect(partial(self._use, name))
        row.test.clicked.connect(partial(self._test, name))
        if name is not None:
            row.change.clicked.connect(partial(self.open_form, name))
            row.remove.clicked.connect(partial(self._ask_to_remove, name))

    def _add_limit(self, backend: Backend) -> None:
        row = self.limits[backend.name] = LimitRow(self._theme, backend, self.card)
        self.card.join(row)
        row.choice.limit_chosen.connect(partial(self._limit, backend.name))

    def _limit(self, name: str, percent: int | None) -> None:
        try:
            warning = self._services.limit_recovery(name, percent)
        except AppError as error:
            self._fill()
            self.show_notice("danger", error.message, error.advice)
            return
        if warning:
            self.show_notice("warning", warning)

    def _use(self, name: str | None, _checked: bool = True) -> None:
        if name != self._preferences.settings.backend:
            self._preferences.update(backend=name, model_id=None)

    def _mark_used(self) -> None:
        row = self.rows.get(self._preferences.settings.backend)
        if row is not None:
            row.radio.setChecked(True)

    def _enable_tests(self, is_busy: bool) -> None:
        for row in self.rows.values():
            row.test.setEnabled(not is_busy)

    def _test(self, name: str | None, _checked: bool = False) -> None:
        if self.measured is not None:
            self.measured.deleteLater()
            self.measured = None
        title = name or self.tr("Built-in")
        self.work.run(
            "test-backend",
            self.tr("Testing {name}").format(name=title),
            lambda telling: self._measure(name, telling),
            lambda measured: self._show_measured(title, measured),
            partial(self._explain_certificate, name),
        )

    def _measure(self, name: str | None, telling: Telling) -> Measurement:
        backend: Backend | None = self._services.backends.find(name) if name is not None else None
        return self._services.measure(backend, telling.say)

    def _show_measured(self, title: str, measured: Measurement) -> None:
        self.measured = MeasuredCard(self._theme, title, measured, self)
        self._list_layout.insertWidget(self._list_layout.count() - 1, self.measured)

    def _explain_certificate(self, name: str | None, error: AppError) -> bool:
        """A certificate to decide on is decided on in the form, where its fingerprint is shown."""
        if not isinstance(error, UntrustedCertificate) or name is None:
            return False
        advice = self.tr("Change {name} and check it to see the fingerprint, and compare it.").format(name=name)
        self.work.say("danger", error.message, advice)
        return True

    def _ask_to_remove(self, name: str, _checked: bool = False) -> None:
        self.notice.show_words(
            "warning",
            self.tr("Remove {name}?").format(name=name),
            self.tr("Its address and its token are forgotten. Your chats stay."),
            self.tr("Remove"),
            partial(self._remove, name),
        )
        self.notice.action.setFocus()

    def _remove(self, name: str) -> None:
        try:
            warning = self._services.backends.remove(name)
        except AppError as error:
            self.show_notice("danger", error.message, error.advice)
            return
        if self._preferences.settings.backend == name:
            self._preferences.update(backend=None, model_id=None)
        self._fill()
        if warning:
            self.show_notice("warning", warning)
