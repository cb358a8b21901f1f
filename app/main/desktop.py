"""What stands behind the window: one vault, one network with its one gate, the chats, the settings' services."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.conversations import Library
from app.core.erasure import Erasures
from app.core.kept_files import FilesOnDisk
from app.core.redaction import Redaction
from app.core.services import Backends, ChatRequest, Measurement, Report
from app.core.settings_services import KeptFiles, Progress
from app.core.spelling.checker import Spelling
from app.core.tuning_ledgers import JobLedger, JobLedgers
from app.core.vault import Vault
from app.domain.backend import Backend, ModelInfo
from app.domain.errors import SettingsError, StorageError
from app.domain.redaction import OWN_WORDS, RedactionChoices, own_words
from app.domain.spelling import OWN_SPELLINGS
from app.main.audit import export_from_window
from app.main.link import Link, Network, installed_pack, measure, open_feed, open_writer
from app.main.panel import LocalPanel
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from app.ui.backend_facts import BackendFacts
from app.ui.desktop_parts import Started
from app.ui.preferences import Preferences

if TYPE_CHECKING:
    from app.core.reply_writer import ReplyWriter
    from app.core.report_cleaning import Section
    from app.core.shareable import ShareableChats
    from app.core.tuning_services import Place
    from app.core.updates import Release
    from app.main.tuning import LocalTuning
    from app.net.updates import FeedClient


class LocalDesktop:
    """Implements Desktop and SettingsServices over one data folder."""

    def __init__(
        self, folder: DataFolder, preferences: Preferences, backends: Backends, tell: Callable[[str], None]
    ) -> None:
        self._folder = folder
        self._preferences = preferences
        self._backends = backends
        self._network = Network(folder, tell)
        self._vault = DataVault(folder, around_deletion=self._network.gate.begin_anew)
        self._files = FilesOnDisk(folder, self._vault.file_key, lambda: self._vault.chats)
        self._redaction = Redaction(self._redaction_choices)
        self._spelling = Spelling(
            lambda: self._vault.read_setting(OWN_SPELLINGS),
            lambda words: self._vault.write_setting(OWN_SPELLINGS, words),
        )
        self._library: Library | None = None
        self._slow_links: set[Link | FeedClient] = set()
        self._writer: ReplyWriter | None = None
        self._model: ModelInfo | None = None
        self._panel = LocalPanel(
            folder,
            self._network,
            self._vault,
            JobLedgers(folder.tuning, self._vault.file_key),
            lambda: self._library,
            lambda: self._writer,
            self._redaction_choices,
            self.limit_recovery,
        )
        self._recovery = self._panel.watch
        self._tuning: LocalTuning | None = None

    # Desktop

    @property
    def vault(self) -> Vault:
        return self._vault

    @property
    def services(self) -> "LocalDesktop":
        return self

    def open_chats(self) -> Library:
        vault, preferences = self._vault, self._preferences
        self._library = Library(
            vault.chats,
            sampling=lambda: preferences.settings.sampling,
            system=lambda: vault.read_setting("system"),
            erasures=Erasures(self._panel.erase, vault.read_setting, vault.write_setting),
            redaction=self._redaction,
            adapters=self._files.choices,
            adapter_name=self._files.adapter_name,
        )
        self._library.guard_sending(self._recovery.check)
        self._library.subscribe(self._recovery.hear)
        return self._library

    def _redaction_choices(self) -> RedactionChoices:
        settings = self._preferences.settings
        own = own_words(self._vault.read_setting(OWN_WORDS))
        return RedactionChoices(settings.redacts, settings.redacted_kinds, own)

    @property
    def chat_files(self) -> "ShareableChats":
        from app.core.shareable import LibraryFiles

        if self._library is None:
            raise StorageError("The history is locked.", "Unlock it first.")
        return LibraryFiles(self._library)

    def start_backend(self, report: Report, wait: Callable[[], object] = lambda: None) -> Started:
        settings = self._preferences.settings
        backend = self._backends.find(settings.backend) if settings.backend is not None else None
        adapter = Path(settings.adapter) if settings.adapter else None
        request = ChatRequest(backend, settings.model_id, adapter)
        self._model = None

        def found(model: ModelInfo) -> None:
            self._model = model

        files = self._files
        writer = open_writer(
            self._network, self._folder, request, report, files.read_adapter, found, files.has_adapter, wait
        )
        self._writer = writer
        self._recovery.use(backend)
        return Started(
            writer, BackendFacts(writer.model_id, settings.backend or "", is_on_this_computer=settings.backend is None)
        )

    @property
    def panel(self) -> LocalPanel:
        return self._panel

    @property
    def tuning(self) -> "LocalTuning":
        if self._tuning is None:
            from app.main.tuning import LocalTuning

            self._tuning = LocalTuning(
                self._folder,
                self._vault.file_key,
                self._place,
                self._slow_link,
                lambda: self._vault.chats,
                self._files,
                lambda: own_words(self._vault.read_setting(OWN_WORDS)),
            )
        return self._tuning

    def _place(self) -> "Place":
        """Where fine-tuning computes: where the chat does."""
        from app.core.tuning_services import Place

        settings = self._preferences.settings
        backend = self._backends.find(settings.backend) if settings.backend is not None else None
        return Place(backend, settings.model_id)

    @property
    def spelling(self) -> Spelling:
        return self._spelling

    def forget_frames(self) -> None:
        self._network.gate.forget()
        self._panel.job_names.forget()

    # SettingsServices

    @property
    def backends(self) -> Backends:
        return self._backends

    @property
    def files(self) -> KeptFiles:
        return self._files

    def models_at(self, backend: Backend | None, report: Report) -> Sequence[ModelInfo]:
        with self._slow_link(backend, report) as link, closing(link.control()) as control:
            report("Asking the backend for its models.")
            return control.list_models()

    @property
    def model_in_use(self) -> ModelInfo | None:
        return self._model

    def export_for_transformers(self, path: Path, folder: Path, strength: int, progress: Progress) -> Sequence[str]:
        from app.main.adapter_export import export_for_transformers

        data = self._files.read_adapter(path)
        with self._slow_link(self._place().backend, lambda sentence: None) as link:
            return export_for_transformers(link, self._folder, data, folder, strength, progress)

    def measure(self, backend: Backend | None, report: Report) -> Measurement:
        settings = self._preferences.settings
        is_in_use = settings.backend == (backend.name if backend else None)
        with self._slow_link(backend, report) as link:
            return measure(link, self._folder, report, settings.model_id if is_in_use else None)

    def limit_recovery(self, name: str, percent: int | None) -> str:
        warning = self._backends.limit_recovery(name, percent)
        used = self._recovery.backend
        if used is not None and used.name == name:
            self._recovery.use(replace(used, recovery_limit_percent=percent))
        return warning

    def fetch_pack(self, backend: Backend | None, model: ModelInfo, progress: Progress) -> None:
        with self._slow_link(backend, lambda sentence: None) as link, closing(link.control()) as control:
            installed_pack(control, self._folder, model, progress, lambda sentence: None)

    def newest_release(self, feed: str) -> "Release":
        from app.core.updates import read_feed

        client = open_feed(self._network.gate, feed)
        self._slow_links.add(client)
        try:
            return read_feed(client.fetch())
        finally:
            self._slow_links.discard(client)

    def problem_report(self, crash: str, facts: Sequence[str]) -> "tuple[Section, ...]":
        from app.core.problem_report import collect

        try:
            backends, _ = self._backends.list()
        except SettingsError:
            backends = ()
        return collect(self._folder, self._preferences.settings, backends, crash, facts)

    def stop_slow_work(self) -> None:
        for link in tuple(self._slow_links):
            link.abort()

    @contextmanager
    def _slow_link(self, backend: Backend | None, report: Report) -> Iterator[Link]:
        """A link that `stop_slow_work` breaks off."""
        link = self._network.link(backend, report)
        self._slow_links.add(link)
        try:
            yield link
        finally:
            self._slow_links.discard(link)

    def export_all(self, folder: Path, form: str, progress: Progress) -> int:
        from app.transfer.writing import ExportFormat
        from app.ui.transfer_dialogs import export_words

        chosen = {"markdown": ExportFormat.MARKDOWN, "html": ExportFormat.HTML, "json": ExportFormat.JSON}[form]
        ending = "json" if chosen is ExportFormat.JSON else "zip"
        target = folder / f"nearhalf-chats.{ending}"
        return self.chat_files.export_all(target, chosen, export_words(), progress)

    # Auditing

    def export_ledger(self, target: Path, tell: Progress, job: JobLedger | None = None) -> str:
        from app.audit.sign import device_key

        export_from_window(target, self._network.gate, self._vault, tell, self._folder, job)
        return device_key(self._vault.read_setting, self._vault.write_setting).fingerprint

    def close(self) -> None:
        """After the window: the vault, and all that was started."""
        self._recovery.close()
        self._vault.close()
        self._network.close()
