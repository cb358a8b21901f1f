"""The limit on recovery of each backend: kept, checked, and not lost with a new token."""

import json
from pathlib import Path

import pytest

from app.domain.backend import Backend
from app.domain.errors import SettingsError
from app.storage.backends import BackendStore
from app.storage.secrets import TokenStore
from tests.sim.scripted_services import NoKeyring


@pytest.fixture
def store(tmp_path: Path) -> BackendStore:
    kept = BackendStore(tmp_path / "backends.json", TokenStore(tmp_path / "tokens.json", NoKeyring()))
    kept.add(Backend("lab", "https://lab.example", "token"))
    return kept


def test_it_is_kept_and_taken_away(store: BackendStore) -> None:
    assert store.find("lab").recovery_limit_percent is None
    store.limit_recovery("lab", 0)
    assert store.find("lab").recovery_limit_percent == 0
    assert store.at("https://lab.example", None, None).recovery_limit_percent == 0
    assert store.at("https://lab.example", "another-token", None).recovery_limit_percent == 0
    store.limit_recovery("lab", None)
    assert store.find("lab").recovery_limit_percent is None


def test_a_new_token_keeps_it_and_a_new_address_does_not(store: BackendStore) -> None:
    store.limit_recovery("lab", 60)
    store.add(Backend("lab", "https://lab.example", "another"))
    assert store.find("lab").recovery_limit_percent == 60
    store.add(Backend("lab", "https://other.example", "another"))
    assert store.find("lab").recovery_limit_percent is None


@pytest.mark.parametrize("percent", [-1, 101, True, "50", 5.5])
def test_what_is_no_percentage_is_refused(percent: int, store: BackendStore) -> None:
    with pytest.raises(SettingsError):
        store.limit_recovery("lab", percent)
    assert store.find("lab").recovery_limit_percent is None


def test_a_name_that_is_not_there_is_refused(store: BackendStore) -> None:
    with pytest.raises(SettingsError, match="no backend called"):
        store.limit_recovery("home", 50)


def test_an_older_versions_file_has_none(store: BackendStore, tmp_path: Path) -> None:
    kept = json.loads((tmp_path / "backends.json").read_text())
    del kept["backends"][0]["recovery_limit_percent"]
    (tmp_path / "backends.json").write_text(json.dumps(kept))
    assert store.find("lab").recovery_limit_percent is None
