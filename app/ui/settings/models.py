"""Models: what the backend in use offers, and what lies on this disk."""

from functools import partial

from PySide6.QtWidgets import QWidget

from app.core.settings_services import KeptModel, SettingsServices
from app.domain.backend import Backend, ModelInfo
from app.domain.errors import AppError
from app.ui.preferences import Preferences
from app.ui.sentences import in_words
from app.ui.settings.parts import Buttons, Card, Page
from app.ui.settings.words import push
from app.ui.settings.work import Telling, Work
from app.ui.theme import Theme
from app.ui.words import number, size


class ModelsPage(Page):
    def __init__(
        self, theme: Theme, preferences: Preferences, services: SettingsServices, parent: QWidget | None = None
    ) -> None:
        super().__init__(theme, parent)
        self._theme, self._preferences, self._services = theme, preferences, services
        self.set_lead(
            self.tr(
                "A model has two halves. The device pack, with its tokenizer and embeddings, is here; the decoder "
                "layers are at the backend, and here too for the built-in one."
            ),
        )
        self.offered = self.section(self.tr("Offered by the backend in use"))
        self._offers: tuple[ModelInfo, ...] | None = None
        self.work = Work(theme, self.column)
        self.work.stop_requested.connect(services.stop_slow_work)
        self.work.busy_changed.connect(self._show_offers)
        self.add(self.work)
        self.packs = self.section(self.tr("Device packs on this computer"))
        self.models = self.section(self.tr("Prepared for the built-in backend"))
        self._used_backend = preferences.settings.backend
        self._show_offers()
        preferences.changed.connect(self._follow)

    def enter(self) -> None:
        self._show_offers()
        self._list_kept()

    def end(self) -> None:
        self.work.end()

    def _follow(self) -> None:
        """Another backend offers other models."""
        if self._preferences.settings.backend != self._used_backend:
            self._used_backend = self._preferences.settings.backend
            self._offers = None
        if self.isVisible():
            self._show_offers()

    def _backend(self) -> Backend | None:
        name = self._preferences.settings.backend
        return self._services.backends.find(name) if name is not None else None

    def _ask(self) -> None:
        def ask(telling: Telling) -> object:
            return tuple(self._services.models_at(self._backend(), telling.say))

        self.work.run("list-models", self.tr("Asking the backend for its models"), ask, self._take_offers)

    def _take_offers(self, offers: tuple[ModelInfo, ...]) -> None:
        self._offers = offers
        self._show_offers()

    def _show_offers(self) -> None:
        self.offered.clear()
        name = self._preferences.settings.backend or self.tr("Built-in")
        chosen = self._preferences.settings.model_id
        self.ask = push(self.tr("Ask the backend"), "plain", self.offered, self.tr("Ask the backend for its models"))
        self.ask.clicked.connect(self._ask)
        self.ask.setEnabled(not self.work.is_busy)
        explanation = (
            self.tr("In use: {model}").format(model=chosen)
            if chosen
            else self.tr("In use: the first that the backend names")
        )
        self.offered.row(name, explanation, self.ask)
        for place, model in enumerate(self._offers or ()):
            self.offered.add(self._offer(model, is_used=chosen == model.model_id or (chosen is None and place == 0)))
        if self._offers == ():
            self.offered.row(self.tr("This backend offers no model."))

    def _offer(self, model: ModelInfo, *, is_used: bool) -> QWidget:
        card = Card(self._theme, self.offered)
        card.setObjectName("inner")
        use = push(self.tr("Use"), "plain", card, self.tr("Use {model}").format(model=model.model_id))
        use.setEnabled(not is_used)
        if is_used:
            use.setText(self.tr("In use"))
        use.clicked.connect(lambda: self._preferences.update(model_id=model.model_id))
        fetch = push(self.tr("Fetch"), "plain", card, self.tr("Fetch {model}").format(model=model.model_id))
        fetch.clicked.connect(partial(self._fetch, model))
        is_here = any(pack.path.name == model.pack_sha256[:16] for pack in self._kept_packs())
        fetch.setVisible(not is_here)
        fetch.setEnabled(not self.work.is_busy)
        facts = self.tr("{layers} layers, up to {positions} tokens, device pack {size}").format(
            layers=model.layers, positions=number(model.max_positions), size=size(model.pack_bytes)
        )
        card.row(model.model_id, facts, Buttons(self._theme, card, fetch, use))
        return card

    def _fetch(self, model: ModelInfo, _checked: bool = False) -> None:
        def fetch(telling: Telling) -> None:
            self._services.fetch_pack(self._backend(), model, telling.count)

        title = self.tr("Fetching {model}, {size}").format(model=model.model_id, size=size(model.pack_bytes))
        self.work.run("fetch-pack", title, fetch, lambda _: self.enter())

    def _kept_packs(self) -> tuple[KeptModel, ...]:
        try:
            return tuple(self._services.files.packs())
        except AppError as error:
            self.show_notice("danger", error.message, error.advice)
            return ()

    def _list_kept(self) -> None:
        self._list(self.packs, self._kept_packs(), self.tr("None yet. One is fetched when a model is first used."))
        try:
            models = tuple(self._services.files.models())
        except AppError as error:
            models = ()
            self.show_notice("danger", error.message, error.advice)
        self._list(self.models, models, self.tr("None. The built-in backend cannot start; run start.py again."))

    def _list(self, card: Card, kept: tuple[KeptModel, ...], empty: str) -> None:
        card.clear()
        for model in kept:
            remove = push(self.tr("Delete"), "plain", card, self.tr("Delete {name}").format(name=model.name))
            remove.clicked.connect(partial(self._ask_to_delete, model))
            card.row(model.name, self._facts(model), remove)
        if not kept:
            card.row(empty)

    def _facts(self, model: KeptModel) -> str:
        if model.problem:
            return self.tr("{size}. {problem}").format(size=size(model.bytes), problem=in_words(model.problem))
        return self.tr("{size}, {layers} layers, {architecture}").format(
            size=size(model.bytes), layers=model.layers, architecture=model.architecture
        )

    def _ask_to_delete(self, model: KeptModel, _checked: bool = False) -> None:
        self.notice.show_words(
            "warning",
            self.tr("Delete {name}?").format(name=model.name),
            self.tr("{size} become free. A device pack can be fetched again; a prepared model by start.py.").format(
                size=size(model.bytes)
            ),
            self.tr("Delete"),
            partial(self._delete, model),
        )
        self.notice.action.setFocus()

    def _delete(self, model: KeptModel) -> None:
        def delete(_telling: Telling) -> None:
            self._services.files.remove(model.path)

        self.work.run(
            "delete-model", self.tr("Deleting {name}").format(name=model.name), delete, lambda _: self.enter()
        )
