"""Services that play a script: ScriptedConversations, a real list of backends in a folder, a measurement's numbers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from app.audit.sign import DeviceKey
from app.core.kept_files import FilesOnDisk
from app.core.ports import Conversations
from app.core.recorded_chat import RecordedChat
from app.core.services import ChatRequest, Measurement, Report
from app.domain.backend import Backend, ModelInfo
from app.domain.errors import AppError
from app.main.audit import ledgers_of
from app.storage.backends import BackendStore
from app.storage.paths import DataFolder
from app.storage.secrets import TokenStore
from tests.sim.scripted_conversations import ScriptedConversations


class NoKeyring:
    """A machine without one."""

    def get_password(self, service_name: str, username: str) -> str | None:
        raise RuntimeError("no keyring")

    def set_password(self, service_name: str, username: str, password: str) -> None:
        raise RuntimeError("no keyring")

    def delete_password(self, service_name: str, username: str) -> None:
        raise RuntimeError("no keyring")


class ScriptedAdapters:
    """Implements AdapterServices: a real library in a folder, and a backend of one model."""

    def __init__(self, folder: Path) -> None:
        self.files = FilesOnDisk(DataFolder(folder).create(), lambda: bytes(32))
        self.models: list[ModelInfo] = []
        self.exported: list[tuple[Path, Path, int]] = []

    def read_adapter(self, path: Path) -> bytes:
        return self.files.read_adapter(path)

    def models_at(self, backend: Backend | None, report: Report) -> Sequence[ModelInfo]:
        report("Asking the backend for its models.")
        return self.models

    def export_for_transformers(
        self, backend: Backend | None, path: Path, target: Path, strength: int, report: Report
    ) -> Sequence[str]:
        self.exported.append((path, target, strength))
        return ("nearhalf.safetensors",)


@dataclass
class ScriptedServices:
    """Implements Services. What it was asked for is kept in `requests` and `measured`."""

    folder: Path
    chat: ScriptedConversations = field(default_factory=ScriptedConversations)
    error: AppError | None = None  # raised instead of opening a chat
    measurement: Measurement = field(default_factory=lambda: Measurement((10.0, 9.0, 50.0), 20.0, 12.0, 30))
    requests: list[ChatRequest] = field(default_factory=list)
    measured: list[Backend | None] = field(default_factory=list)
    windows: int = 0
    keylogs: list[Path | None] = field(default_factory=list)  # of each window

    @cached_property
    def adapters(self) -> ScriptedAdapters:
        return ScriptedAdapters(self.folder)

    @property
    def backends(self) -> BackendStore:
        return BackendStore(self.folder / "backends.json", TokenStore(self.folder / "tokens.json", NoKeyring()))

    @contextmanager
    def open_chat(self, request: ChatRequest, report: Report) -> Iterator[Conversations]:
        self.requests.append(request)
        report("Starting the built-in backend.")
        if self.error is not None:
            raise self.error
        try:
            yield self.chat
        finally:
            self.chat.close()

    @contextmanager
    def open_adapters(self, ask_secret: Callable[[], str]) -> Iterator["ScriptedAdapters"]:
        yield self.adapters

    @property
    def packs(self) -> Path:
        return self.folder / "packs"

    @property
    def models(self) -> Path:
        return self.folder / "models"

    @contextmanager
    def open_recorded_chat(self, request: ChatRequest, report: Report) -> Iterator[RecordedChat]:
        with self.open_chat(request, report) as chat:
            yield RecordedChat(chat, tuple)

    def measure(self, backend: Backend | None, report: Report) -> Measurement:
        self.measured.append(backend)
        report("Measuring.")
        return self.measurement

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.nhl"

    @property
    def ledgers(self) -> dict[str, Path]:
        return ledgers_of(DataFolder(self.folder))

    def device_key(self, ask_secret: Callable[[], str]) -> DeviceKey:
        return DeviceKey(bytes(range(32)))

    def open_window(self, keylog: Path | None = None) -> int:
        self.keylogs.append(keylog)
        self.windows += 1
        return 7
