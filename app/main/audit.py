"""What auditing needs of the real app: the signing key in the vault, and an export with what the gate still keeps."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from app.storage.job_files import ledgers_in
from app.storage.paths import DataFolder

if TYPE_CHECKING:
    from app.audit.export import Exported, Progress
    from app.audit.sign import DeviceKey
    from app.core.tuning_ledgers import JobLedger
    from app.core.vault import Vault
    from app.privacy.gate import PrivacyGate
    from app.storage.vault import DataVault


def key_of_folder(folder: DataFolder, ask_secret: Callable[[], str]) -> "DeviceKey":
    """The device key out of a vault that no window has open; made with the first call. Raises StorageError."""
    from app.audit.sign import device_key

    with closing(open_vault(folder, ask_secret)) as vault:
        return device_key(vault.read_setting, vault.write_setting)


def open_vault(folder: DataFolder, ask_secret: Callable[[], str]) -> "DataVault":
    """The vault for a command in the terminal; close it. Raises StorageError where a window has it open."""
    from app.storage.vault import DataVault

    vault = DataVault(folder)
    try:
        if not vault.open_without_asking():
            vault.unlock(ask_secret())
    except BaseException:
        vault.close()
        raise
    return vault


def export_from_window(
    target: Path, gate: "PrivacyGate", vault: "Vault", progress: "Progress", folder: DataFolder, job: "JobLedger | None"
) -> "Exported":
    """The same export as the terminal's; of the app's own ledger with the frames that the gate still keeps. Raises
    AppError."""
    from app.audit.export import Wanted, export
    from app.audit.sign import device_key

    key = device_key(vault.read_setting, vault.write_setting)
    ledger = job.path if job is not None else gate.ledger_path
    kept = gate.kept() if job is None else ()
    return export(target, Wanted(ledger, key, kept, frames=job is None, others=ledgers_of(folder)), progress)


def ledgers_of(folder: DataFolder) -> dict[str, Path]:
    """Every ledger of this computer, by its place in the data folder: the app's, those of processes that ran beside
    it, those of fine-tuning jobs."""
    own = sorted(folder.root.glob(f"{folder.ledger.stem}*{folder.ledger.suffix}"))
    return {path.relative_to(folder.root).as_posix(): path for path in (*own, *ledgers_in(folder.tuning))}
