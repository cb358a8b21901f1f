"""What the real app does behind the settings' two buttons: ask a release feed, and put a report together."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.core.learned_places import Place
from app.core.problem_report import whole_text
from app.core.updates import Release
from app.domain.backend import Backend
from app.domain.clearance import Purpose
from app.domain.conversation import ChatInfo
from app.domain.errors import FeedError, SettingsError
from app.domain.ids import new_chat_id
from app.domain.notes import Origin
from app.main.desktop import LocalDesktop
from app.privacy.ledger_format import read_entries
from app.storage.backends import BackendStore
from app.storage.paths import DataFolder
from app.storage.secrets import NoKeyring, TokenStore
from app.ui.preferences import Preferences
from tests.sim.websocket_peer import raw_peer, read_request
from tests.unit.core.test_adapters import FACTS, adapter_bytes

BODY = b'{"version": "99.0", "url": "https://example.org/99", "notes": "Faster."}'


def answering(body: bytes) -> Callable[[socket.socket], None]:
    def script(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    return script


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "data").create()


@pytest.fixture
def desktop(qapp: QApplication, folder: DataFolder) -> Iterator[LocalDesktop]:
    backends = BackendStore(folder.backends, TokenStore(folder.tokens, NoKeyring()))
    backends.add(Backend("mine", "https://gpu.corp.example:8443", "s3cret-token"))
    desktop = LocalDesktop(folder, Preferences(), backends, lambda notice: None)
    yield desktop
    desktop.close()


def test_the_feed_is_asked_once_and_it_is_in_the_ledger(desktop: LocalDesktop, folder: DataFolder) -> None:
    with raw_peer(answering(BODY), upgrade=False) as port:
        release = desktop.newest_release(f"http://127.0.0.1:{port}/releases.json")
    assert release == Release("99.0", "https://example.org/99", "Faster.")
    entries = list(read_entries(folder.ledger))
    assert entries and {entry.purpose for entry in entries} == {Purpose.UPDATE_CHECK}


def test_a_wrong_address_is_a_sentence_before_anything_is_sent(desktop: LocalDesktop, folder: DataFolder) -> None:
    with pytest.raises(SettingsError):
        desktop.newest_release("http://feed.example/releases.json")
    assert list(read_entries(folder.ledger)) == []


def test_an_answer_that_is_no_feed_is_a_sentence(desktop: LocalDesktop) -> None:
    with (
        raw_peer(answering(b"[]"), upgrade=False) as port,
        pytest.raises(FeedError),
    ):
        desktop.newest_release(f"http://127.0.0.1:{port}/releases.json")


def test_the_report_knows_of_the_backends_and_does_not_name_them(desktop: LocalDesktop, folder: DataFolder) -> None:
    (folder.logs / "app.log").write_text(
        "2026-11-23 10:11:12,131 INFO app.core.session: mine at gpu.corp.example was lost\n"
    )
    text = whole_text(desktop.problem_report("", ("Qt 6",)))
    assert "of 1 added" in text and "was lost" in text and "Qt 6" in text
    for needle in ("mine", "gpu.corp", "s3cret-token", str(folder.root)):
        assert needle not in text


def test_a_chat_deleted_from_the_history_marks_the_adapter_that_learned_it(desktop: LocalDesktop) -> None:
    assert desktop.vault.open_without_asking()
    store, chat = desktop._vault.chats, ChatInfo(new_chat_id(), "Garden", 0)
    store.save_chat(chat)
    desktop._files.add_bytes(adapter_bytes(), "mine", FACTS, (Place(Origin(chat=str(chat.id)), ("aa" * 32,)),))
    assert not desktop.files.look_for_notes()
    store.set_deleted(chat.id, None, is_deleted=True)
    assert desktop.files.look_for_notes()
    assert [kept.notes_gone for kept in desktop.files.adapters()] == [1]


def test_of_the_backend_in_use_the_chosen_model_is_measured_of_others_their_first(
    desktop: LocalDesktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str | None] = []

    def ask(*told: object) -> None:
        asked.append(told[-1])  # type: ignore[arg-type]
        raise SettingsError("Here the test ends.")

    monkeypatch.setattr("app.main.desktop.measure", ask)
    mine, other = desktop.backends.find("mine"), Backend("other", "https://gpu.example:8443", "s3cret-token")
    desktop._preferences.update(backend="mine", model_id="large")
    for backend in (mine, other):
        with pytest.raises(SettingsError):
            desktop.measure(backend, lambda _: None)
    assert asked == ["large", None]
