"""A person's marks and notes on entries go with the entries, for good: no page of the history holds them afterwards."""

from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from app.core.panel_feed import PanelFeed
from app.core.panel_notes import KeptNotes
from app.core.tuning_ledgers import JobLedgers
from app.domain.errors import LedgerError
from app.domain.ids import MessageId
from app.domain.redaction import RedactionChoices
from app.main.panel import LocalPanel
from app.storage.paths import DataFolder
from app.storage.vault import HISTORY_KEY_PURPOSE
from tests.privacy.test_erased_chat import App

NOTE = "What-my-doctor-said-58213"
PAGE, RESERVED, SALT = 8192, 80, 16  # SQLCipher 4: IV of 16 bytes and HMAC of 64 at the end of a page
LOG_HEADER, FRAME_HEADER = 32, 24


class NotedApp(App):
    """With the panel's source beside it, through which it erases."""

    def __init__(self, folder: DataFolder) -> None:
        self._folder = folder
        super().__init__(folder, self._erase)

    @cached_property
    def panel(self) -> LocalPanel:
        network: Any = SimpleNamespace(gate=self.gate)
        return LocalPanel(
            self._folder,
            network,
            self.vault,
            JobLedgers(self._folder.tuning, self.vault.file_key),
            lambda: self.library,
            lambda: None,
            RedactionChoices,
            lambda name, percent: "",
        )

    def _erase(self, messages: Any) -> None:
        self.panel.erase(messages)


@pytest.fixture
def folder(tmp_path: Path) -> DataFolder:
    return DataFolder(tmp_path / "home").create()


def decrypted(folder: DataFolder, key: bytes) -> bytes:
    """Every page of the history and of its log, used or free."""
    data = folder.history.read_bytes()
    pages = [data[at : at + PAGE] for at in range(0, len(data), PAGE)]
    pages[0] = pages[0][SALT:]
    log = folder.history.with_name(folder.history.name + "-wal")
    rest = log.read_bytes()[LOG_HEADER:] if log.exists() else b""
    step = FRAME_HEADER + PAGE
    pages += [rest[at + FRAME_HEADER : at + step] for at in range(0, len(rest) - step + 1, step)]
    return b"".join(_page(page, key) for page in pages)


def _page(page: bytes, key: bytes) -> bytes:
    body, iv = page[:-RESERVED], page[-RESERVED : -RESERVED + 16]
    plain: list[bytes] = []
    for start in (0, SALT):  # the first page of a log's frame may begin with the salt
        part = body[start : start + (len(body) - start) // 16 * 16]
        decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
        plain.append(decryptor.update(part) + decryptor.finalize())
    return b"".join(plain)


def note(app: NotedApp, message: MessageId) -> int:
    feed = PanelFeed(app.panel)
    row = int(feed.rows_of(message)[0])
    feed.set_note(row, NOTE)
    feed.set_mark([row], is_marked=True)
    return row


def key_of(app: NotedApp) -> bytes:
    return app.vault._keys.derive(HISTORY_KEY_PURPOSE)


def test_notes_of_a_deleted_chat_are_gone_at_once_and_the_others_stay(folder: DataFolder) -> None:
    app = NotedApp(folder)
    gone, first = app.say("first question")
    _, second = app.say("another chat")
    note(app, first)
    feed = PanelFeed(app.panel)
    row = int(feed.rows_of(second)[0])
    feed.set_note(row, "harmless")
    key = key_of(app)
    assert NOTE.encode() in decrypted(folder, key), "it can be found while it is there"
    app.library.delete(gone)
    app.library.close()
    assert NOTE not in app.vault.read_setting("panel notes")
    assert NOTE.encode() not in decrypted(folder, key)
    left = PanelFeed(app.panel).notes
    assert (left.texts, left.marks) == ({row: "harmless"}, set())
    app.close()
    assert NOTE.encode() not in decrypted(folder, key)


def test_a_panel_that_stood_open_does_not_write_them_back(folder: DataFolder) -> None:
    app = NotedApp(folder)
    gone, first = app.say("first question")
    _, second = app.say("another chat")
    row = note(app, first)
    feed = PanelFeed(app.panel)
    assert feed.notes.texts == {row: NOTE}
    app.library.delete(gone)
    app.library.close()
    feed.set_note(int(feed.rows_of(second)[0]), "later")
    assert NOTE not in app.vault.read_setting("panel notes")
    feed.refresh()
    assert row not in feed.notes.texts
    assert row not in feed.notes.marks
    app.close()


def test_where_a_ledger_cannot_be_erased_the_notes_wait_with_it(folder: DataFolder, monkeypatch) -> None:
    app = NotedApp(folder)
    chat, first = app.say("first question")
    note(app, first)
    with monkeypatch.context() as patched:

        def refuse(messages: object) -> None:
            raise LedgerError("The ledger cannot be written.")

        patched.setattr(app.gate, "erase", refuse)
        app.library.delete(chat)
        app.close()
    again = NotedApp(folder)
    assert again.library.chats() == ()
    key = key_of(again)
    again.close()
    assert NOTE.encode() not in decrypted(folder, key)


@pytest.mark.parametrize("text", ["", "nonsense", "[1]", '{"00": 3}', '{"00": {"marks": 1, "notes": [2]}}'])
def test_notes_that_cannot_be_read_are_left_out(folder: DataFolder, text: str) -> None:
    assert isinstance(KeptNotes(text).text, str)
