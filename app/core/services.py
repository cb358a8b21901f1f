"""What the terminal needs of the whole app, as one Protocol. app/main.py builds the real one, tests a stand-in."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from app.core.ports import Conversations
from app.domain.backend import Backend, ModelInfo

if TYPE_CHECKING:
    from app.audit.sign import DeviceKey
    from app.core.recorded_chat import RecordedChat
    from app.core.settings_services import KeptFiles
    from app.core.tuning_services import TuningServices

Report = Callable[[str], None]  # takes one sentence on what is under way


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """What to chat with. None means: the built-in backend, its first model, no adapter, no system message."""

    backend: Backend | None = None
    model_id: str | None = None
    adapter: Path | None = None
    system: str | None = None
    redacts: bool | None = None  # whether names and numbers are replaced before sending; None: as the settings say
    keylog: Path | None = None  # where the keys of TLS connections are written, for an auditor's capture
    adapter_data: bytes | None = field(default=None, repr=False)  # decrypted, where its file is encrypted


@dataclass(frozen=True, slots=True)
class TuneRequest:
    """Where to fine-tune. None means: the built-in backend, its first model."""

    backend: Backend | None = None
    model_id: str | None = None


@dataclass(frozen=True, slots=True)
class Measurement:
    """One backend with its first model, measured."""

    rtt_ms: tuple[float, ...]  # of pings, which wait for no engine: shown, not predicted with. At least one
    step_ms: float  # one decode step without an adapter: both sides' computing and its round trip
    exchange_ms: float  # what each exchange of a step adds: a round trip, the backend's engine, M z
    layers: int  # of the model

    @property
    def median_rtt_ms(self) -> float:
        from statistics import median  # fractions and decimals come with it

        return median(self.rtt_ms)

    def tokens_per_s(self, round_trips: int) -> float:
        """Decode speed predicted for a plan: 1 / (step + exchanges x exchange), exchanges = round_trips - 1."""
        return 1000.0 / max(self.step_ms + (round_trips - 1) * self.exchange_ms, 1e-6)


class Backends(Protocol):
    """The remote backends that the person has added (app/storage/backends.py). All of it raises SettingsError."""

    def list(self) -> tuple[tuple[Backend, ...], str]:
        """All, by name, without their tokens; and a warning for the person, or ""."""

    def add(self, backend: Backend) -> str:
        """Add one or replace the one of that name, with its token. Returns a warning for the person, or ""."""

    def limit_recovery(self, name: str, percent: int | None) -> str:
        """Above this share of a message's words nothing more is sent to it; None: no limit. Returns a warning or ""."""

    def remove(self, name: str) -> str:
        """Forget one, and its token. Returns a warning for the person, or ""."""

    def find(self, name: str) -> Backend:
        """One with its token."""

    def at(self, url: str, token: str | None, ca_file: str | None) -> Backend:
        """The backend at `url`; token and ca_file are those given, else the saved ones of that very URL."""


class AdapterServices(Protocol):
    """The adapters of this computer, as `nearhalf adapter` uses them."""

    @property
    def files(self) -> "KeptFiles": ...

    def read_adapter(self, path: Path) -> bytes:
        """One of them, decrypted."""

    def models_at(self, backend: Backend | None, report: Report) -> Sequence[ModelInfo]:
        """What a backend offers (None: the built-in one)."""

    def export_for_transformers(
        self, backend: Backend | None, path: Path, target: Path, strength: int, report: Report
    ) -> Sequence[str]:
        """Write a folder that transformers can load (docs/adapter-format.md); returns its files' names. Slow: A and B
        are fetched from the backend. strength: percent, folded in."""


class Services(Protocol):
    """The parts behind the commands."""

    @property
    def backends(self) -> Backends: ...

    def open_chat(self, request: ChatRequest, report: Report) -> AbstractContextManager[Conversations]:
        """Conversations of which nothing is stored, ready to send; leaving the context closes all that it started.

        Raises AppError."""

    def open_recorded_chat(self, request: ChatRequest, report: Report) -> AbstractContextManager["RecordedChat"]:
        """The same, with what the gate keeps of its frames."""

    def open_tuning(
        self, request: TuneRequest, ask_secret: Callable[[], str]
    ) -> AbstractContextManager["TuningServices"]:
        """Fine-tuning, with the vault open. `ask_secret`: the passphrase or recovery code, where the vault asks for it.

        Raises StorageError, where the window has the history open among others."""

    def pause_job(self, job: str) -> bool:
        """Have a running fine-tuning job pause. It needs no key, so also while the window has the history open. False
        where no such job runs. Raises StorageError."""

    def open_adapters(self, ask_secret: Callable[[], str]) -> AbstractContextManager["AdapterServices"]:
        """The library of adapters, with the vault open. Raises StorageError as `open_tuning` does."""

    @property
    def packs(self) -> Path:
        """Where the device packs of this computer lie."""

    @property
    def models(self) -> Path:
        """Where models that were prepared for the built-in backend lie."""

    def measure(self, backend: Backend | None, report: Report) -> Measurement:
        """Time `backend` (None: the built-in one). Raises AppError."""

    @property
    def ledger(self) -> Path:
        """This computer's ledger file. It may be in use."""

    @property
    def ledgers(self) -> Mapping[str, Path]:
        """All that there are, by their place in the data folder: this one, and those of processes that ran beside the
        app and of fine-tuning jobs."""

    def device_key(self, ask_secret: Callable[[], str]) -> "DeviceKey":
        """The key that signs exports; made when it is first asked for. `ask_secret`: the passphrase or recovery code.

        Raises StorageError, where the window has the history open among others."""

    def open_window(self, keylog: Path | None = None) -> int:
        """Show the window until it is closed; returns the exit status. keylog: as in ChatRequest."""
