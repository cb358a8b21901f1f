"""Files that an import must survive: one file per attack in `imports/`, and archives that are built here.

Whatever comes in, chats that can be stored come out, or a sentence with advice; in time, and with nothing on the disk.
"""

import json
import os
import struct
import time
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from app.domain.conversation import StoredChat
from app.domain.errors import SettingsError
from app.transfer.archive import MOST_TIMES_SMALLER, UNSUSPICIOUS_BYTES
from app.transfer.html import html
from app.transfer.markdown import markdown
from app.transfer.reading import ChatFile
from app.transfer.report import Dropped
from app.transfer.writing import ExportFormat, export_chat
from tests.unit.transfer.test_own_format import assert_can_be_stored

ATTACKS = sorted((Path(__file__).parent / "imports").iterdir())
REFUSED = {  # everything else gives what can be read
    "cut-in-the-middle.json": "too early",
    "empty.json": "empty",
    "nested-too-deeply-inside-a-chat.json": "nested too deeply",
    "nested-too-deeply.json": "nested too deeply",
    "not-json.json": "no export",
    "only-a-number.json": "no export",
    "nearhalf-format-after-chats.json": "No chats",
}
MANY = 40_000
PATIENCE_S = 30.0  # 4; what is not linear takes many minutes


@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_each_attack_gives_chats_or_a_sentence(path: Path, tmp_path: Path) -> None:
    file = ChatFile(path)
    if (words := REFUSED.get(path.name)) is not None:
        with pytest.raises(SettingsError, match=words) as caught:
            list(file)
        assert caught.value.advice
        return
    found = list(file)
    assert found
    for chat in found:
        assert_can_be_stored(chat)
        written = tmp_path / "again.json"
        export_chat(written, ExportFormat.JSON, chat)
        (again,) = ChatFile(written)
        assert again.messages == chat.messages
        assert "".join(markdown(chat)).encode()
        assert "".join(html(chat)).encode()


def texts(name: str) -> list[str]:
    (chat,) = ChatFile(Path(__file__).parent / "imports" / name)
    return [message.text for message in chat.messages]


def test_what_can_be_saved_is_saved() -> None:
    assert sorted(texts("chatgpt-circle-of-parents.json")) == ["free", "x", "x", "x"]
    assert texts("chatgpt-missing-parents.json") == ["x", "x", "x"]
    assert texts("chatgpt-wrong-types-everywhere.json") == ["kept"]
    assert texts("chatgpt-lone-surrogates.json") == ["[File: \ufffd.txt]\n\na\ufffdb \U0001f600 \ufffd"]
    assert texts("chatgpt-control-characters.json") == ["a[31mb\nc\td"]
    assert texts("claude-same-message-twice.json") == ["first"]
    assert "kept" in texts("claude-wrong-types-everywhere.json")
    assert sorted(texts("open-webui-circle-of-parents.json")) == ["free", "x", "x", "x"]
    assert texts("open-webui-missing-parents.json") == ["x", "x", "x"]
    assert texts("open-webui-wrong-types-everywhere.json")[0] == "kept"
    assert texts("open-webui-list-with-the-same-message-twice.json") == ["first", "third"]
    assert len(texts("nearhalf-circle-of-parents.json")) == 6
    assert texts("number-of-five-thousand-digits.json") == ["kept"]


def chain(count: int, role: str = "") -> str:
    """A ChatGPT conversation of `count` messages, one below the other."""
    roles = [role or ("user" if number % 2 else "assistant") for number in range(count)]
    nodes = {
        str(number): {
            "parent": str(number - 1) if number else None,
            "children": [str(number + 1)],
            "message": {"author": {"role": roles[number]}, "content": {"content_type": "text", "parts": ["word"]}},
        }
        for number in range(count)
    }
    return json.dumps([{"title": "t", "conversation_id": "c", "current_node": str(count - 1), "mapping": nodes}])


@pytest.mark.parametrize("role", ["", "assistant"])
def test_very_many_messages_one_below_the_other(tmp_path: Path, role: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(chain(MANY, role))
    started_s = time.thread_time()
    found = list(ChatFile(path))
    assert time.thread_time() - started_s < PATIENCE_S
    assert sum(len(chat.messages) for chat in found) == {"": MANY, "assistant": 1}[role]


def test_very_many_answers_to_one_question(tmp_path: Path) -> None:
    messages = [{"uuid": "q", "sender": "human", "text": "q", "parent_message_uuid": None}] + [
        {"uuid": str(number), "sender": "assistant", "text": "a", "parent_message_uuid": "q"} for number in range(MANY)
    ]
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"uuid": "c", "chat_messages": messages}]))
    started_s = time.thread_time()
    (chat,) = ChatFile(path)
    pieces = sum(1 for _ in markdown(chat))
    assert time.thread_time() - started_s < PATIENCE_S
    assert (len(chat.messages), pieces > MANY) == (MANY + 1, True)


def test_very_many_empty_chats_take_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[" + ",".join(['{"mapping":{}}'] * 30_000) + "]")
    file = ChatFile(path)
    tracemalloc.start()
    assert not list(file)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert file.report.dropped == {Dropped.EMPTY: 30_000}
    assert most < 40 * 2**20


def zipped(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression, compresslevel=9) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def refused(path: Path, words: str, **options: int) -> SettingsError:
    before = {found.name for found in path.parent.iterdir()}
    with pytest.raises(SettingsError, match=words) as caught:
        list(ChatFile(path, **options))
    assert caught.value.advice
    assert {found.name for found in path.parent.iterdir()} == before
    return caught.value


CLAUDE = b'[{"uuid":"c","chat_messages":[{"uuid":"a","sender":"human","text":"kept"}]}]'


def test_a_zip_bomb_is_stopped_while_it_unpacks(tmp_path: Path) -> None:
    unpacked = 2 * UNSUSPICIOUS_BYTES
    path = zipped(tmp_path / "bomb.zip", {"conversations.json": b"[" + b" " * unpacked + b"]"})
    assert path.stat().st_size * MOST_TIMES_SMALLER < unpacked
    refused(path, "far more")


def test_a_zip_bomb_whose_directory_lies_about_its_size(tmp_path: Path) -> None:
    path = zipped(tmp_path / "bomb.zip", {"conversations.json": b"[" + b" " * 2 * UNSUSPICIOUS_BYTES + b"]"})
    data = path.read_bytes()
    true_size = struct.pack("<I", 2 * UNSUSPICIOUS_BYTES + 2)
    assert true_size in data
    path.write_bytes(data.replace(true_size, struct.pack("<I", 100)))
    with pytest.raises(SettingsError):
        list(ChatFile(path))


def test_many_small_members_share_one_limit(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "many.zip", {f"conversations-{number:03}.json": b"[" + b" " * 10_000 + b"]" for number in range(50)}
    )
    refused(path, "far more", limit_bytes=200_000)


@pytest.mark.parametrize(
    "name",
    ["../../conversations.json", "/etc/conversations.json", "a\\..\\conversations.json", "C:/conversations.json"],
)
def test_a_name_that_leads_out_of_the_archive_leads_nowhere(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "in" / "side"
    inner.mkdir(parents=True)
    path = zipped(inner / "slip.zip", {name: CLAUDE})
    (chat,) = ChatFile(path)
    assert chat.messages[0].text == "kept"
    assert sorted(str(found.relative_to(tmp_path)) for found in tmp_path.rglob("*")) == sorted(
        ["in", os.path.join("in", "side"), os.path.join("in", "side", "slip.zip")]  # noqa: PTH118
    )


def test_a_zip_with_nothing_of_use(tmp_path: Path) -> None:
    refused(zipped(tmp_path / "a.zip", {"photo.jpg": b"x"}), "no conversations.json")
    refused(zipped(tmp_path / "b.zip", {}), "no conversations.json")


def test_a_zip_with_a_password(tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path / "a.zip", {"conversations.json": CLAUDE}).read_bytes())
    for signature, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags_at] |= 1
    (tmp_path / "a.zip").write_bytes(data)
    refused(tmp_path / "a.zip", "password")


def test_a_zip_packed_so_that_it_chooses_the_memory(tmp_path: Path) -> None:
    refused(zipped(tmp_path / "a.zip", {"conversations.json": CLAUDE}, zipfile.ZIP_LZMA), "unusual")


BEGINNINGS = [b"PK", b"PK\x03\x04" + zlib.compress(CLAUDE), b"PK\x05\x06" + bytes(17)]


@pytest.mark.parametrize("data", BEGINNINGS)
def test_what_only_begins_like_a_zip(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(data)
    refused(path, "damaged|no conversations")


def test_any_flipped_byte_of_a_zip_gives_chats_or_a_sentence(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", {"conversations.json": CLAUDE}).read_bytes()
    path = tmp_path / "b.zip"
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            found: list[StoredChat] = list(ChatFile(path))
        except SettingsError as error:
            assert error.advice
        else:
            assert [chat.messages[0].text for chat in found] == ["kept"]


def test_a_zip_cut_anywhere_gives_a_sentence(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "a.zip", {"conversations.json": CLAUDE}).read_bytes()
    for length in range(0, len(whole), 7):
        path = tmp_path / "b.zip"
        path.write_bytes(whole[:length])
        with pytest.raises(SettingsError):
            list(ChatFile(path))


@pytest.mark.parametrize(
    "data", [b"\x00" * 5000, b"\xff" * 5000, b"\x89PNG\r\n\x1a\n" + bytes(1000), b'["\xff"]', b"\xff\xfe["]
)
def test_what_is_no_text_gives_a_sentence(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(data)
    refused(path, "no text|damaged")


def test_a_folder_a_missing_file_and_a_pipe_are_no_files(tmp_path: Path) -> None:
    refused(tmp_path, "no file")
    refused(tmp_path / "gone.json", "no file")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        refused(tmp_path / "pipe", "no file")
