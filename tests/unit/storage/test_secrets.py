"""Tokens: kept, found again and forgotten, whatever the keyring does."""

import json
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from keyring.errors import KeyringLocked, NoKeyringError

from app.domain.errors import SettingsError
from app.storage.secrets import SERVICE, TokenStore, checked_token

ACCOUNT = "home at https://home.example"


class MemoryKeyring:
    """A keyring that works, until `error` is set."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service_name: str, username: str) -> str | None:
        self._fail()
        return self.kept.get((service_name, username))

    def set_password(self, service_name: str, username: str, password: str) -> None:
        self._fail()
        self.kept[service_name, username] = password

    def delete_password(self, service_name: str, username: str) -> None:
        self._fail()
        del self.kept[service_name, username]

    def _fail(self) -> None:
        if self.error is not None:
            raise self.error


class NullKeyring(MemoryKeyring):
    """Takes everything and keeps nothing, as keyring.backends.null does."""

    def set_password(self, service_name: str, username: str, password: str) -> None:
        pass


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "tokens.json"


def test_a_keyring_that_works_keeps_the_token_and_no_file_is_made(path: Path) -> None:
    keyring = MemoryKeyring()
    store = TokenStore(path, keyring)
    assert store.save(ACCOUNT, "secret-1") == ""
    assert store.load(ACCOUNT) == "secret-1"
    assert keyring.kept == {(SERVICE, ACCOUNT): "secret-1"}
    assert not path.exists()


@pytest.mark.parametrize(
    "keyring",
    [
        MemoryKeyring(NoKeyringError()),
        MemoryKeyring(KeyringLocked()),
        MemoryKeyring(RuntimeError("D-Bus went away")),
        NullKeyring(),
    ],
    ids=["none", "locked", "dies", "keeps nothing"],
)
def test_without_one_the_token_goes_into_a_file_of_the_owners_alone_with_a_warning(
    path: Path, keyring: MemoryKeyring
) -> None:
    store = TokenStore(path, keyring)
    warning = store.save(ACCOUNT, "secret-1")
    assert str(path) in warning
    assert TokenStore(path, keyring).load(ACCOUNT) == "secret-1"
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_keyring_is_found_again_when_the_file_was_used_for_another(path: Path) -> None:
    keyring = MemoryKeyring()
    store = TokenStore(path, keyring)
    store.save(ACCOUNT, "in-keyring")
    keyring.error = KeyringLocked()
    store.save("other", "in-file")
    assert store.load(ACCOUNT) is None
    keyring.error = None
    assert (store.load(ACCOUNT), store.load("other")) == ("in-keyring", "in-file")


def test_a_token_renewed_while_the_keyring_was_away_wins_over_the_old_one_in_it(path: Path) -> None:
    keyring = MemoryKeyring()
    store = TokenStore(path, keyring)
    store.save(ACCOUNT, "old")
    keyring.error = KeyringLocked()
    store.save(ACCOUNT, "new")
    keyring.error = None
    assert store.load(ACCOUNT) == "new"


def test_a_keyring_that_came_back_takes_the_token_out_of_the_file(path: Path) -> None:
    keyring = MemoryKeyring(NoKeyringError())
    store = TokenStore(path, keyring)
    store.save(ACCOUNT, "old")
    store.save("other", "stays")
    keyring.error = None
    assert store.save(ACCOUNT, "new") == ""
    assert json.loads(path.read_text())["tokens"] == {"other": "stays"}
    assert store.load(ACCOUNT) == "new"


def test_a_removed_token_is_gone_from_both_places(path: Path) -> None:
    keyring = MemoryKeyring()
    store = TokenStore(path, keyring)
    store.save(ACCOUNT, "old")
    keyring.error = KeyringLocked()
    store.save(ACCOUNT, "new")
    keyring.error = None
    assert store.remove(ACCOUNT) == ""
    assert store.load(ACCOUNT) is None
    assert "new" not in path.read_text()
    assert keyring.kept == {}


def test_a_keyring_that_will_not_forget_is_said(path: Path) -> None:
    keyring = MemoryKeyring()
    store = TokenStore(path, keyring)
    store.save(ACCOUNT, "secret-1")
    keyring.error = KeyringLocked()
    assert "may still be in it" in store.remove(ACCOUNT)


@pytest.mark.parametrize("content", ["{", '{"version": 1, "tokens": ["a"]}', '{"version": 1, "tokens": {"a": 1}}'])
def test_a_damaged_file_is_kept_and_said_rather_than_taken_for_no_token(path: Path, content: str) -> None:
    path.write_text(content)
    with pytest.raises(SettingsError, match="damaged-1"):
        TokenStore(path, MemoryKeyring(NoKeyringError())).load(ACCOUNT)
    assert path.with_name("tokens.damaged-1.json").read_text() == content


@pytest.mark.parametrize("token", ["", "  ", "two words", "line\r\nHost: evil", "tökén", "a\x00b"])
def test_what_cannot_stand_in_a_header_is_no_token(token: str) -> None:
    with pytest.raises(SettingsError):
        checked_token(token)


def test_space_around_a_pasted_token_is_dropped() -> None:
    assert checked_token(" abc\n") == "abc"


def test_keyring_is_imported_only_when_a_token_is_needed() -> None:
    code = "import sys, app.storage.secrets; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
