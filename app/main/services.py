"""What the terminal needs of the whole app: chats of which nothing is stored, and measuring a backend."""

import gc
import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.core.kept_files import FilesOnDisk
from app.core.ports import Conversations
from app.core.recorded_chat import RecordedChat
from app.core.services import Backends, ChatRequest, Measurement, Report, TuneRequest
from app.device.adapter_card import read_file
from app.domain.backend import Backend
from app.domain.redaction import OWN_WORDS, own_words
from app.main.audit import key_of_folder, ledgers_of, open_vault
from app.main.link import Link, Network, measure, open_writer
from app.storage.backends import BackendStore
from app.storage.paths import DataFolder
from app.storage.secrets import NoKeyring, TokenStore
from app.storage.settings import SettingsFile

if TYPE_CHECKING:
    from app.audit.sign import DeviceKey
    from app.core.conversations import Library
    from app.core.tuning_services import TuningServices
    from app.main.adapter_export import LocalAdapters

log = logging.getLogger(__name__)


class Nearhalf:
    """Implements app.core.services.Services over one data folder."""

    def __init__(self, folder: DataFolder, tell: Callable[[str], None] = lambda notice: None) -> None:
        """`tell` gets what a person should know beside progress, e.g. that a damaged file was set aside."""
        self._folder = folder
        self._notify = tell
        self._backends = BackendStore(
            folder.backends, TokenStore(folder.tokens, NoKeyring() if folder.is_portable else None)
        )

    @property
    def backends(self) -> Backends:
        return self._backends

    @contextmanager
    def open_chat(self, request: ChatRequest, report: Report) -> Iterator[Conversations]:
        """Conversations of which nothing is stored, ready to send. Raises AppError."""
        with ExitStack() as stack:
            _write_keys(request.keylog, stack)
            yield self._build_conversations(request, report, stack)

    @contextmanager
    def open_recorded_chat(self, request: ChatRequest, report: Report) -> Iterator[RecordedChat]:
        """The same, with what the gate keeps of it. Raises AppError."""
        with ExitStack() as stack:
            _write_keys(request.keylog, stack)
            network = self._network(stack)
            unredacted = replace(request, redacts=False)  # what is measured is the person's text, whatever the settings
            yield RecordedChat(self._conversations_over(network, unredacted, report, stack), network.gate.kept)

    @contextmanager
    def open_tuning(self, request: TuneRequest, ask_secret: Callable[[], str]) -> Iterator["TuningServices"]:
        """Raises AppError; leaving it ends no job."""
        from app.core.tuning_services import Place
        from app.main.tuning import LocalTuning

        with ExitStack() as stack:
            vault = open_vault(self._folder, ask_secret)
            stack.callback(vault.close)

            @contextmanager
            def open_link(backend: Backend | None, report: Report) -> Iterator[Link]:
                with ExitStack() as asked:  # no longer than it is asked: the built-in backend takes 700 MiB
                    yield self._network(asked).link(backend, report)

            yield LocalTuning(
                self._folder,
                vault.file_key,
                lambda: Place(request.backend, request.model_id),
                open_link,
                lambda: vault.chats,
                FilesOnDisk(self._folder, vault.file_key, lambda: vault.chats),
                lambda: own_words(vault.read_setting(OWN_WORDS)),
            )

    def pause_job(self, job: str) -> bool:
        from app.core.tuning import JobOrder
        from app.storage.job_files import JobFiles, job_folders

        found = [JobFiles(folder, b"") for folder in job_folders(self._folder.tuning) if folder.name == job]
        if not found or not found[0].is_running:
            return False
        found[0].leave_order(JobOrder.PAUSE.value)
        return True

    @contextmanager
    def open_adapters(self, ask_secret: Callable[[], str]) -> Iterator["LocalAdapters"]:
        from app.main.adapter_export import LocalAdapters

        with ExitStack() as stack:
            vault = open_vault(self._folder, ask_secret)
            stack.callback(vault.close)
            files = FilesOnDisk(self._folder, vault.file_key, lambda: vault.chats)
            yield LocalAdapters(self._folder, files, self._network(stack).link)

    @property
    def packs(self) -> Path:
        return self._folder.packs

    @property
    def models(self) -> Path:
        return self._folder.models

    def measure(self, backend: Backend | None, report: Report) -> Measurement:
        """Time `backend` (None: the built-in one). Raises AppError."""
        with ExitStack() as stack:
            return measure(self._network(stack).link(backend, report), self._folder, report)

    @property
    def ledger(self) -> Path:
        return self._folder.ledger

    @property
    def ledgers(self) -> dict[str, Path]:
        return ledgers_of(self._folder)

    def device_key(self, ask_secret: Callable[[], str]) -> "DeviceKey":
        return key_of_folder(self._folder, ask_secret)

    def open_window(self, keylog: Path | None = None) -> int:
        """Show the window until it is closed. Raises SettingsError where no keys can be written to `keylog`."""
        gc.disable()  # a start leaves nothing to collect: 0.1 to 0.3 s sooner; app/ui/collector.py does it from then on
        from app.main.desktop import LocalDesktop
        from app.ui.application import run_window
        from app.ui.preferences import Preferences

        # Qt's loop would hold Python's handlers back until the next event; nothing of ours is lost by ending at once:
        # every ledger entry and every turn is written already, and the backend ends with the pipe it holds.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        keeper = SettingsFile(self._folder.settings)
        settings, warning = keeper.load()
        if warning:
            self._tell(warning)
        preferences = Preferences(settings, keeper)
        with ExitStack() as stack:
            _write_keys(keylog, stack)
            return run_window(
                preferences,
                lambda: LocalDesktop(self._folder, preferences, self._backends, self._tell),
                instance_folder=self._folder.root / "instance",
                log_path=self._folder.logs / "app.log",
            )

    def _build_conversations(self, request: ChatRequest, report: Report, stack: ExitStack) -> "Library":
        return self._conversations_over(self._network(stack), request, report, stack)

    def _conversations_over(
        self, network: Network, request: ChatRequest, report: Report, stack: ExitStack
    ) -> "Library":
        from app.core.conversations import Library
        from app.core.memory_store import MemoryStore
        from app.domain.sampling import SamplingSettings
        from app.main.recovery import keep_limit
        from app.main.redaction import TerminalRedaction

        data = request.adapter_data
        writer = open_writer(network, self._folder, request, report, read_file if data is None else lambda path: data)
        stack.callback(writer.close)
        redaction = TerminalRedaction(self._folder, request.redacts, self._notify)
        library = Library(
            MemoryStore(), sampling=SamplingSettings, system=lambda: request.system or "", redaction=redaction
        )
        stack.callback(library.close)
        library.attach(writer)
        stack.callback(keep_limit(library, network.gate, self._folder, request.backend).close)
        return library

    def _network(self, stack: ExitStack) -> Network:
        network = Network(self._folder, self._tell)
        stack.callback(network.close)
        return network

    def _tell(self, notice: str) -> None:
        log.warning("a notice was shown at the start")  # its words may name the person's files
        self._notify(notice)


def _write_keys(path: Path | None, stack: ExitStack) -> None:
    """Write the keys of TLS connections to `path`, where the person asked for that. Raises SettingsError."""
    if path is not None:
        from app.net import key_log

        key_log.begin(path)
        stack.callback(key_log.end)
