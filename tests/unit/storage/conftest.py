"""Vaults in a folder of their own, with a keyring of the test's choice and passphrases that cost no quarter second."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from app.storage.key_wraps import PassphraseCost
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from tests.sim.keyrings import MemoryKeyring

CHEAP = PassphraseCost(memory_kib=64, passes=1, lanes=1)

MakeVault = Callable[..., DataVault]


@pytest.fixture
def keyring() -> MemoryKeyring:
    return MemoryKeyring()


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data").create()


@pytest.fixture
def make_vault(folder: DataFolder, keyring: MemoryKeyring) -> Iterator[MakeVault]:
    """The vault of `folder`, as a new start of the app finds it: the one made before is closed."""
    made: list[DataVault] = []

    def make(own_keyring: MemoryKeyring | None = None, own_folder: DataFolder | None = None) -> DataVault:
        for vault in made:
            vault.close()
        made.append(DataVault(own_folder or folder, own_keyring or keyring, lambda: CHEAP))
        return made[-1]

    yield make
    for vault in made:
        vault.close()


@pytest.fixture
def vault(make_vault: MakeVault) -> DataVault:
    """A new vault, open."""
    vault = make_vault()
    assert vault.open_without_asking()
    return vault
