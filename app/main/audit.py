"""What auditing needs of the real app: the signing key in the vault, and an export with what the gate still keeps."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from app.storage.paths import DataFolder

if TYPE_CHECKING:
    from app.audit.export import Exported, Progress
    from app.audit.sign import DeviceKey
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
    target: Path, gate: "PrivacyGate", vault: "Vault", progress: "Progress", *, frames: bool, har: bool
) -> "Exported":
    """The same export as the terminal's, with the frames and requests that the gate still keeps. Raises AppError."""
    from app.audit.export import Wanted, export
    from app.audit.sign import device_key

    key = device_key(vault.read_setting, vault.write_setting)
    kept = gate.kept() if frames or har else ()
    return export(target, Wanted(gate.ledger_path, key, kept, frames=frames, har=har), progress)
