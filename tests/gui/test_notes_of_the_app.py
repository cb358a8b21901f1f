"""What the app's own history adds to fine-tuning: chats, each by choice, and the person's list of words."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from app.core.notes import NotesChoices
from app.domain.conversation import ChatInfo, Message, Role
from app.domain.ids import ChatId, new_chat_id, new_message_id
from app.domain.notes import NotesSet
from app.domain.redaction import OWN_WORDS
from app.main.desktop import LocalDesktop
from app.storage.backends import BackendStore
from app.storage.paths import DataFolder
from app.storage.secrets import NoKeyring, TokenStore
from app.ui.preferences import Preferences
from tests.sim.tuning_home import write_notes


@pytest.fixture
def desktop(qapp: QApplication, tmp_path: Path) -> Iterator[LocalDesktop]:
    folder = DataFolder(tmp_path / "data").create()
    desktop = LocalDesktop(
        folder, Preferences(), BackendStore(folder.backends, TokenStore(folder.tokens, NoKeyring())), lambda _: None
    )
    assert desktop.vault.open_without_asking()
    yield desktop
    desktop.close()


def add_chat(desktop: LocalDesktop, title: str, said: str) -> ChatId:
    store, chat = desktop.vault.chats, new_chat_id()
    store.save_chat(ChatInfo(chat, title, created_at_ms=1, changed_at_ms=1))
    asked = Message(new_message_id(), Role.USER, said)
    store.add_message(chat, asked)
    store.add_message(chat, Message(new_message_id(), Role.ASSISTANT, f"The model on {title}.", parent=asked.id))
    return chat


def texts(notes: NotesSet) -> str:
    return "\n".join(note.text for note in (*notes.train, *notes.held_out, *notes.aside))


def test_of_a_chat_that_was_chosen_the_persons_words_are_learned_and_of_no_other(
    desktop: LocalDesktop, tmp_path: Path
) -> None:
    chosen = add_chat(desktop, "beans", "How do I sow beans in sandy soil?")
    add_chat(desktop, "pears", "How do I graft pears?")
    folder = write_notes(tmp_path / "notes")
    found = desktop.tuning.read_notes([folder], {chosen}, NotesChoices(), lambda _: None)
    assert "How do I sow beans in sandy soil?" in texts(found)
    for other in ("graft pears", "The model on"):
        assert other not in texts(found)
    alone = desktop.tuning.read_notes([folder], (), NotesChoices(), lambda _: None)
    assert "beans" not in texts(alone)


def test_words_of_the_persons_own_list_are_found_and_replaced_unless_they_say_otherwise(
    desktop: LocalDesktop, tmp_path: Path
) -> None:
    desktop.vault.write_setting(OWN_WORDS, "Project Kestrel\n")
    folder = write_notes(tmp_path / "notes", extra="It was for Project Kestrel.")
    found = desktop.tuning.read_notes([folder], (), NotesChoices(), lambda _: None)
    assert {secret.kind for secret in found.secrets} == {"own"}
    assert found.replaced_secrets == 10
    assert "Kestrel" not in texts(found)
    left_in = desktop.tuning.read_notes([folder], (), NotesChoices(secrets={}), lambda _: None)
    assert "Project Kestrel" in texts(left_in)
