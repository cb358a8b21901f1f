"""SettingsServices that play a script: a real list of backends in a folder, and numbers for what takes a backend."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event as Flag

from app.core.report_cleaning import Kind, Section
from app.core.services import Measurement, Report
from app.core.settings_services import KeptAdapter, KeptModel, Progress
from app.core.updates import Release
from app.domain.backend import Backend, ModelInfo
from app.domain.errors import AppError, WrongKey
from app.domain.notes import Progress as NotesProgress
from app.storage.backends import BackendStore
from app.storage.secrets import TokenStore


class NoKeyring:
    """A machine without one."""

    def get_password(self, service_name: str, username: str) -> str | None:
        raise RuntimeError("no keyring")

    def set_password(self, service_name: str, username: str, password: str) -> None:
        raise RuntimeError("no keyring")

    def delete_password(self, service_name: str, username: str) -> None:
        raise RuntimeError("no keyring")


MODEL = ModelInfo(
    "smollm2-135m-instruct", "llama", 30, 576, 49_152, 8192, 65_536, "a" * 64, "b" * 64, 60_445_916, "bf16", ()
)


@dataclass
class ScriptedFiles:
    """Implements KeptFiles over lists."""

    packs_kept: list[KeptModel] = field(default_factory=list)
    models_kept: list[KeptModel] = field(default_factory=list)
    adapters_kept: list[KeptAdapter] = field(default_factory=list)
    removed: list[Path] = field(default_factory=list)
    locked: dict[Path, str] = field(default_factory=dict)  # passphrases of files
    given_away: list[tuple[Path, Path, str]] = field(default_factory=list)
    checked: list[tuple[Path, ...]] = field(default_factory=list)
    gone: int = 0  # notes that `check_notes` and `look_for_notes` miss
    looks: int = 0
    error: AppError | None = None  # raised by every change

    def packs(self) -> Sequence[KeptModel]:
        return self.packs_kept

    def models(self) -> Sequence[KeptModel]:
        return self.models_kept

    def adapters(self) -> Sequence[KeptAdapter]:
        return self.adapters_kept

    def remove(self, path: Path) -> None:
        if self.error is not None:
            raise self.error
        self.removed.append(path)
        self.packs_kept = [kept for kept in self.packs_kept if kept.path != path]
        self.models_kept = [kept for kept in self.models_kept if kept.path != path]
        self.adapters_kept = [kept for kept in self.adapters_kept if kept.path != path]

    def rename_adapter(self, path: Path, name: str) -> None:
        self._change(path, name=name)

    def annotate_adapter(self, path: Path, note: str) -> None:
        self._change(path, note=note)

    def _change(self, path: Path, **fields: str) -> None:
        if self.error is not None:
            raise self.error
        self.adapters_kept = [replace(one, **fields) if one.path == path else one for one in self.adapters_kept]  # type: ignore[arg-type]

    def is_locked(self, source: Path) -> bool:
        return source in self.locked

    def export_adapter(self, path: Path, target: Path, passphrase: str = "") -> None:
        if self.error is not None:
            raise self.error
        self.given_away.append((path, target, passphrase))

    def check_notes(self, paths: Sequence[Path], progress: Callable[[NotesProgress], None]) -> int:
        progress(NotesProgress(3, 3, 100, "a.md"))
        self.checked.append(tuple(paths))
        known = [one for one in self.adapters_kept if one.training is not None]
        self._mark()
        return len(known)

    def look_for_notes(self) -> bool:
        self.looks += 1
        return self._mark()

    def _mark(self) -> bool:
        before = self.adapters_kept
        self.adapters_kept = [
            replace(one, notes_gone=self.gone) if one.knows_notes else one for one in self.adapters_kept
        ]
        return before != self.adapters_kept

    def add_adapter(self, source: Path, passphrase: str = "") -> KeptAdapter:
        if self.error is not None:
            raise self.error
        if passphrase != self.locked.get(source, passphrase):
            raise WrongKey("The passphrase does not open this file, or the file is damaged.", "Check the passphrase.")
        kept = KeptAdapter(source, source.stem, 1_500_000, "2026-11-20T10:00:00Z", "svd", 30, 30)
        self.adapters_kept.append(kept)
        return kept


@dataclass
class ScriptedSettings:
    """Implements SettingsServices. `gate`: where it is set, slow work waits for it between two words."""

    folder: Path
    files: ScriptedFiles = field(default_factory=ScriptedFiles)
    offers: tuple[ModelInfo, ...] = (MODEL,)
    errors: list[AppError] = field(default_factory=list)  # raised by the next calls, one each
    measurement: Measurement = field(default_factory=lambda: Measurement((10.0, 9.0, 50.0), 20.0, 12.0, 30))
    reached: list[Backend | None] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    for_transformers: list[tuple[Path, Path, int]] = field(default_factory=list)
    model_in_use: ModelInfo | None = None
    exported: list[tuple[Path, str]] = field(default_factory=list)
    gate: Flag | None = None
    release: Release = field(default_factory=lambda: Release("9.1", "https://example.org/9.1", "0123\n4567", "ab" * 32))
    asked_feeds: list[str] = field(default_factory=list)
    report: tuple[Section, ...] = (
        Section("versions", "0123"),
        Section("log", "4567\n89", Counter({Kind.FOLDER: 2, Kind.HOST: 1})),
        Section("crash", "89"),
    )

    @property
    def backends(self) -> BackendStore:
        return BackendStore(self.folder / "backends.json", TokenStore(self.folder / "tokens.json", NoKeyring()))

    def newest_release(self, feed: str) -> Release:
        self.asked_feeds.append(feed)
        self._wait()
        if self.errors:
            raise self.errors.pop(0)
        return self.release

    def problem_report(self, crash: str, facts: Sequence[str]) -> tuple[Section, ...]:
        self._wait()
        return tuple(one if one.name != "crash" else replace(one, text=crash or one.text) for one in self.report)

    def stop_slow_work(self) -> None:
        """Scripted work asks at every word."""

    def models_at(self, backend: Backend | None, report: Report) -> Sequence[ModelInfo]:
        self._reach(backend, report)
        return self.offers

    def export_for_transformers(self, path: Path, folder: Path, strength: int, progress: Progress) -> Sequence[str]:
        progress(1, 2)
        self._wait()
        if self.errors:
            raise self.errors.pop(0)
        self.for_transformers.append((path, folder, strength))
        return ("nearhalf.safetensors", "nearhalf_transformers.py")

    def measure(self, backend: Backend | None, report: Report) -> Measurement:
        self._reach(backend, report)
        return self.measurement

    def limit_recovery(self, name: str, percent: int | None) -> str:
        return self.backends.limit_recovery(name, percent)

    def fetch_pack(self, backend: Backend | None, model: ModelInfo, progress: Progress) -> None:
        for done in (model.pack_bytes // 3, model.pack_bytes):
            progress(done, model.pack_bytes)
            self._wait()
        self.fetched.append(model.model_id)

    def export_all(self, folder: Path, form: str, progress: Progress) -> int:
        progress(1, 2)
        self._wait()
        progress(2, 2)
        self.exported.append((folder, form))
        return 2

    def _reach(self, backend: Backend | None, report: Report) -> None:
        self.reached.append(backend)
        report("Measuring round trips.")
        self._wait()
        report("Measuring steps.")
        if self.errors:
            raise self.errors.pop(0)

    def _wait(self) -> None:
        if self.gate is not None:
            self.gate.wait(10)
