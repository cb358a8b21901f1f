"""`nearhalf tune --chat`: of the real store only the chats that were named are read; a doubtful name reads none."""

import io
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from app.cli import run
from app.cli.terminal import OPERATOR_CAN_READ, Terminal
from app.core.tuning_presets import presets
from app.domain.conversation import ChatInfo, Message, Role, StoredChat
from app.domain.errors import AppError
from app.domain.ids import ChatId, new_chat_id, new_message_id
from app.main.services import Nearhalf
from app.main.tuning import LocalTuning
from app.storage.key_wraps import PassphraseCost
from app.storage.paths import DataFolder
from app.storage.vault import DataVault
from tests.sim.note_files import prose

PASSPHRASE = "four words of mine"
REPLY = "The model wrote this about Quillfeather."


class Home:
    """A data folder with chats; the command runs on it up to where the backend would be asked."""

    def __init__(self, folder: Path) -> None:
        self.folder = DataFolder(folder, is_portable=True).create()  # its key in a file: no keyring is met
        self.vault = DataVault(self.folder, cost=lambda: PassphraseCost(64, 1, 1))
        assert self.vault.open_without_asking()
        self.said = ""
        self.asked: list[str] = []
        self.read: list[tuple[str, str]] = []  # (source, text) of each note
        self.named = ""

    def add(self, title: str, number: int = 0, changed_at_ms: int = 1_700_000_000_000) -> ChatId:
        """A chat with a long message of the person's, a different one for each number, and a reply."""
        own = Message(new_message_id(), Role.USER, prose(number, 800))
        reply = Message(new_message_id(), Role.ASSISTANT, REPLY, parent=own.id)
        info = ChatInfo(new_chat_id(), title, changed_at_ms=changed_at_ms)
        self.vault.chats.import_chat(StoredChat(info, (own, reply), {None: own.id, own.id: reply.id}))
        return info.id

    def tune(self, *arguments: str) -> int:
        self.vault.close()
        said = io.StringIO()

        def ask(prompt: str) -> str:
            self.asked.append(prompt)
            return PASSPHRASE

        status = run(
            ["tune", *arguments],
            Nearhalf(self.folder),
            Terminal(io.StringIO(), said, said, {"NEARHALF_TOKEN": "t" * 43}, ask),
        )
        self.said = said.getvalue()
        return status


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    home = Home(tmp_path / "home")

    def start(tuning: LocalTuning, _place: object, name: str, *_: object) -> object:
        home.named = name
        home.read = [(note.title, note.text) for note in tuning._read.reader.notes]
        raise AppError("Here the test ends.")

    monkeypatch.setattr(LocalTuning, "presets", lambda *_: presets(30, 128, 2048, 2))  # of no backend
    monkeypatch.setattr(LocalTuning, "start", start)
    yield home
    home.vault.close()


def notes_in(folder: Path) -> str:
    """Four notes, as few as can be learned from."""
    folder.mkdir()
    for number in range(10, 14):
        (folder / f"{number}.md").write_text(prose(number, 300), encoding="utf-8")
    return str(folder)


def test_chats_are_read_by_title_and_by_id_once_each_and_no_other(home: Home) -> None:
    for number, title in enumerate(("Letters to Ada", "Secret plans", "Café", "Straße")):
        home.add(title, number)
    diary = home.add("", 4)
    chosen = ["letters  to ADA", "Cafe\N{COMBINING ACUTE ACCENT}", str(diary), str(diary).upper(), "strasse"]
    assert home.tune(*(word for one in chosen for word in ("--chat", one))) == 1
    assert [title for title, _ in home.read] == ["Letters to Ada", "Café", "", "Straße"]
    assert REPLY not in "".join(text for _, text in home.read)
    assert "Of 4 chats your own messages are learned, not the replies." in home.said
    assert home.named == "Letters to Ada"


def test_chats_go_with_notes_and_the_vault_asks_as_for_them(home: Home, tmp_path: Path) -> None:
    home.add("My diary")
    home.vault.set_passphrase(PASSPHRASE, ask_at_start=True)
    assert home.tune("--chat", "My diary", notes_in(tmp_path / "soups")) == 1
    assert home.asked == ["Passphrase or recovery code: "]
    assert len(home.read) == 5
    assert home.named == "soups"


def test_without_the_option_no_chat_is_read(home: Home, tmp_path: Path) -> None:
    home.add("My diary")
    home.tune(notes_in(tmp_path / "soups"))
    assert len(home.read) == 4
    assert "your own messages" not in home.said


def test_a_title_that_is_none_gets_those_near_it_and_nothing_is_read(home: Home) -> None:
    for title in ("My diary of 2024", "My diery", "Soups"):
        home.add(title)
    assert home.tune("--chat", "my diary") == 1
    assert home.said == "No chat is called 'my diary'.\nNear it:\n  My diary of 2024\n  My diery\n"
    assert home.tune("--chat", "Zzz") == 1
    assert "No chat is called 'Zzz'.\nThe latest:\n" in home.said and "Soups" in home.said
    assert home.tune("--chat", str(uuid4())) == 1
    assert not home.read


def test_of_several_with_one_title_the_id_is_asked_for(home: Home, tmp_path: Path) -> None:
    ids = [home.add("Bread", number, 1_700_000_000_000 + number * 86_400_000 * 3) for number in range(2)]
    lower = home.add("bread", 2)
    assert home.tune("--chat", "Bread") == 1
    assert home.said.startswith("2 chats are called 'Bread'.\nGive the id of the one you mean:\n")
    assert f"  {ids[0]}  2023-11-1" in home.said and f"  {ids[1]}  2023-11-1" in home.said
    assert str(lower) not in home.said
    assert not home.read
    home.tune("--chat", "bread", notes_in(tmp_path / "soups"))
    assert [title for title, _ in home.read if title.casefold() == "bread"] == ["bread"]


def test_an_operator_who_can_read_them_is_named_first(home: Home) -> None:
    home.add("My diary")
    home.tune("--chat", "My diary", "--backend", "http://127.0.0.1:1")
    assert home.said.startswith(OPERATOR_CAN_READ)


def test_an_empty_name_is_not_the_current_folder_nor_the_chat_without_a_title(home: Home) -> None:
    home.add("")
    for words in (("",), ("--chat", ""), ("--chat", " "), (" ", "--preset", "quick")):
        assert home.tune(*words) == 1
        assert home.said == "An empty name was given.\nCheck the variable that should hold it.\n"
    assert not home.read


def test_where_there_are_no_chats_or_they_stand_beside_a_job_that_is_said(home: Home) -> None:
    assert home.tune("--chat", "My diary") == 1
    assert "There are no chats on this computer." in home.said
    assert home.tune("--chat", "My diary", "--jobs") == 1
    assert "Notes begin a new job." in home.said
    assert home.tune() == 1
    assert "--chat TITLE" in home.said
