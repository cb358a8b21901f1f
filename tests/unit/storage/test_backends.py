"""Which addresses are allowed, and to which of them a token may go."""

import json
from pathlib import Path

import pytest

from app.domain.backend import Backend
from app.domain.errors import SettingsError
from app.storage.backends import BackendStore, checked_ca_file, checked_name, checked_url
from app.storage.secrets import TokenStore


class NoKeyring:
    def get_password(self, service_name: str, username: str) -> str | None:
        raise RuntimeError

    def set_password(self, service_name: str, username: str, password: str) -> None:
        raise RuntimeError

    def delete_password(self, service_name: str, username: str) -> None:
        raise RuntimeError


@pytest.fixture
def store(tmp_path: Path) -> BackendStore:
    return BackendStore(tmp_path / "backends.json", TokenStore(tmp_path / "tokens.json", NoKeyring()))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://Example.org", "https://example.org"),
        ("HTTPS://example.org:8443/", "https://example.org:8443"),
        ("https://10.0.0.7", "https://10.0.0.7"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://127.9.9.9:1", "http://127.9.9.9:1"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_addresses_that_are_allowed(given: str, expected: str) -> None:
    assert checked_url(given) == expected
    assert checked_url(expected) == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.org",
        "https://",
        "ftp://example.org",
        "http://example.org",
        "http://10.0.0.7:8000",
        "http://0.0.0.0:8000",
        "http://127.0.0.1.evil.org",
        "http://localhost.evil.org",
        "http://127.0.0.1@evil.org",
        "http://evil.org#@127.0.0.1",
        "http://evil.org\\@127.0.0.1",
        "http://2130706433",
        "https://user:pass@example.org",
        "https://example.org/path",
        "https://example.org?x=1",
        "https://example.org#x",
        "https://example.org:99999",
        "https://example.org:0",
        "https://example.org:port",
        "https://exam ple.org",
        "https://example.org\n",
        "https://exam\tple.org",
        "http://[::1",
        "javascript:alert(1)",
    ],
)
def test_addresses_that_are_refused(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        checked_url(url)
    assert caught.value.advice


@pytest.mark.parametrize("name", ["", "-x", "a b", "a/b", "a" * 41, "é", "https://x", "a\n"])
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(SettingsError):
        checked_name(name)


def test_added_backends_are_listed_by_name_without_their_tokens(store: BackendStore) -> None:
    store.add(Backend("work", "https://work.example/", "token-w"))
    warning = store.add(Backend("home", "https://home.example", "token-h"))
    assert "tokens.json" in warning  # there is no keyring here
    found, _ = store.list()
    assert found == (Backend("home", "https://home.example", ""), Backend("work", "https://work.example", ""))
    assert store.find("work") == Backend("work", "https://work.example", "token-w")


def test_no_token_is_written_into_the_list(store: BackendStore, tmp_path: Path) -> None:
    store.add(Backend("home", "https://home.example", "token-h"))
    assert "token-h" not in (tmp_path / "backends.json").read_text()


def test_adding_the_same_name_replaces_it_and_forgets_the_old_token(store: BackendStore, tmp_path: Path) -> None:
    store.add(Backend("home", "https://old.example", "token-old"))
    store.add(Backend("home", "https://new.example", "token-new"))
    assert store.find("home") == Backend("home", "https://new.example", "token-new")
    assert "token-old" not in (tmp_path / "tokens.json").read_text()


def test_a_token_does_not_follow_an_address_that_was_changed_behind_our_back(
    store: BackendStore, tmp_path: Path
) -> None:
    store.add(Backend("home", "https://home.example", "token-h"))
    path = tmp_path / "backends.json"
    path.write_text(path.read_text().replace("home.example", "evil.example"))
    with pytest.raises(SettingsError, match="token"):
        store.find("home")


def test_a_removed_backend_is_gone_with_its_token(store: BackendStore, tmp_path: Path) -> None:
    store.add(Backend("home", "https://home.example", "token-h"))
    store.remove("home")
    assert store.list() == ((), "")
    assert "token-h" not in (tmp_path / "tokens.json").read_text()


@pytest.mark.parametrize("method", ["find", "remove"])
def test_an_unknown_name_is_answered_with_the_known_ones(store: BackendStore, method: str) -> None:
    store.add(Backend("home", "https://home.example", "token-h"))
    with pytest.raises(SettingsError, match=r"'hom'.*Known: home"):
        getattr(store, method)("hom")


def test_a_bad_address_or_token_leaves_the_list_as_it_was(store: BackendStore) -> None:
    store.add(Backend("home", "https://home.example", "token-h"))
    for bad in (Backend("home", "http://other.example", "t"), Backend("home", "https://other.example", "")):
        with pytest.raises(SettingsError):
            store.add(bad)
    assert store.find("home") == Backend("home", "https://home.example", "token-h")


@pytest.mark.parametrize(
    "entries",
    [7, None, ["x"], [{"name": "a"}], [{"name": "a", "url": "http://evil.example", "ca_file": None}], [{"name": 1}]],
    ids=str,
)
def test_a_list_with_a_wrong_entry_is_set_aside_and_said(store: BackendStore, tmp_path: Path, entries: object) -> None:
    path = tmp_path / "backends.json"
    path.write_text(json.dumps({"version": 1, "backends": entries}))
    found, warning = store.list()
    assert found == ()
    assert "backends.damaged-1.json" in warning
    assert path.with_name("backends.damaged-1.json").exists()


def test_an_address_uses_the_saved_token_of_that_very_address_only(store: BackendStore) -> None:
    store.add(Backend("home", "https://home.example", "token-h"))
    assert store.at("https://home.example/", None, None).token == "token-h"
    assert store.at("https://home.example", "given", None).token == "given"
    with pytest.raises(SettingsError, match="NEARHALF_TOKEN"):
        store.at("https://home.example:444", None, None)


def test_a_certificate_file_is_kept_as_an_absolute_path(
    store: BackendStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ca.pem").write_text("-----BEGIN CERTIFICATE-----\n")
    monkeypatch.chdir(tmp_path)
    store.add(Backend("home", "https://home.example", "t", "ca.pem"))
    assert store.find("home").ca_file == str(tmp_path / "ca.pem")
    assert store.at("https://home.example", "given", None).ca_file == str(tmp_path / "ca.pem")


def test_a_certificate_file_without_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("-----BEGIN PRIVATE KEY-----\n")
    for path in (tmp_path / "key.pem", tmp_path / "none.pem", tmp_path):
        with pytest.raises(SettingsError):
            checked_ca_file(str(path))


PIN = "ab" * 32


def test_a_pinned_certificate_is_kept_with_its_backend_and_written_plainly(store: BackendStore) -> None:
    shown = ":".join(["AB"] * 32)
    store.add(Backend("home", "https://example.org", "secret", fingerprint=shown))
    assert store.find("home").fingerprint == PIN
    assert store.list()[0][0].fingerprint == PIN
    assert store.at("https://example.org", "another", None).fingerprint == PIN


@pytest.mark.parametrize("wrong", ["", "ab" * 31, "zz" * 32, "ab" * 33])
def test_what_is_no_fingerprint_is_refused(store: BackendStore, wrong: str) -> None:
    with pytest.raises(SettingsError, match="fingerprint"):
        store.add(Backend("home", "https://example.org", "secret", fingerprint=wrong))
    assert store.list() == ((), "")


def test_a_list_from_before_pinning_is_read(tmp_path: Path, store: BackendStore) -> None:
    entry = {"name": "home", "url": "https://example.org", "ca_file": None}
    (tmp_path / "backends.json").write_text(json.dumps({"version": 1, "backends": [entry]}))
    assert store.list() == ((Backend("home", "https://example.org", ""),), "")
