"""What we export comes back in every field, and a file of version 1 is read for ever."""

import dataclasses
import io
import json
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.domain.conversation import AdapterUse, ChatInfo, EndReason, Folder, Message, Role, StoredChat, Traffic
from app.domain.errors import SettingsError
from app.domain.ids import ChatId, FolderId
from app.domain.sampling import SamplingSettings
from app.transfer import own_format
from app.transfer.reading import ChatFile
from app.transfer.report import Dropped, Source
from app.transfer.writing import ExportFormat, export_all, export_chat, write_json
from tests.unit.transfer.samples import FOLDER, SAMPLE, chats, message_id, said, uuids

VECTOR = Path(__file__).resolve().parents[2] / "vectors" / "chats-v1.json"
FOLDERS = (FOLDER, Folder(FolderId(UUID(int=0xF1)), "Werkstatt"))


def written(*chats: StoredChat, folders: tuple[Folder, ...] = ()) -> str:
    out = io.StringIO()
    write_json(out, chats, folders)
    return out.getvalue()


def read(path: Path, text: str | None = None) -> tuple[list[StoredChat], ChatFile]:
    if text is not None:
        path.write_text(text, encoding="utf-8")
    file = ChatFile(path)
    return list(file), file


def test_the_vector_of_version_1_is_written_as_ever_and_read_as_ever(tmp_path: Path) -> None:
    assert written(SAMPLE, folders=(FOLDER,)) == VECTOR.read_text(encoding="utf-8")
    found, file = read(VECTOR)
    assert found == [SAMPLE]
    assert list(file.folders.values()) == [FOLDER]
    assert (file.report.sources, file.report.chats, file.report.messages) == ({Source.NEARHALF}, 1, 6)
    assert not file.report.dropped


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(exported=st.lists(chats(FOLDERS), max_size=3, unique_by=lambda chat: chat.info.id))
def test_everything_comes_back(tmp_path: Path, exported: list[StoredChat]) -> None:
    text = written(*exported, folders=FOLDERS)
    json.loads(text)
    if not exported:
        return
    found, file = read(tmp_path / "chats.json", text)
    assert found == exported
    assert list(file.folders.values()) == list(FOLDERS)
    assert not file.report.dropped


def test_no_field_of_the_domain_is_forgotten() -> None:
    """A new field must be written, or be named here with the reason why not."""
    left_out = {"is_temporary"}  # an imported chat is a stored one
    with_adapter = dataclasses.replace(SAMPLE.messages[1], adapter=AdapterUse("a.sealed", 50, "Mine"))
    assert own_format.message_object(with_adapter)["adapter"] == {"file": "a.sealed", "strength": 50, "name": "Mine"}
    objects: list[tuple[type, object, set[str]]] = [
        (ChatInfo, own_format.chat_object(SAMPLE.info), left_out),
        (Message, own_format.message_object(with_adapter), set()),
        (Traffic, own_format.message_object(SAMPLE.messages[1])["traffic"], set()),
        (SamplingSettings, own_format.chat_object(SAMPLE.info)["options"]["sampling"], set()),  # type: ignore[index]
    ]
    for kind, found, missing in objects:
        assert isinstance(found, dict)
        assert {field.name for field in dataclasses.fields(kind)} - missing == set(found)
    assert set(own_format.ENDS) == set(EndReason)


def test_a_file_from_a_newer_nearhalf_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="newer Nearhalf") as caught:
        read(tmp_path / "a.json", written(SAMPLE).replace('"version":1', '"version":2'))
    assert "Update" in caught.value.advice


@pytest.mark.parametrize("version", ["0", '"1"', "true", "null", "1.5"])
def test_a_version_that_is_none_is_refused(tmp_path: Path, version: str) -> None:
    with pytest.raises(SettingsError, match="version"):
        read(tmp_path / "a.json", written(SAMPLE).replace('"version":1', f'"version":{version}'))


def test_a_folder_that_is_not_in_the_file_is_forgotten(tmp_path: Path) -> None:
    found, _ = read(tmp_path / "a.json", written(SAMPLE))
    assert found[0].info.folder is None


def test_chats_that_are_here_already_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(written(SAMPLE, dataclasses.replace(SAMPLE, info=ChatInfo(ChatId(UUID(int=7))))), encoding="utf-8")
    file = ChatFile(path, known={SAMPLE.info.id})
    assert [chat.info.id.int for chat in file] == [7]
    assert file.report.dropped == {Dropped.ALREADY_THERE: 1}


def test_the_same_chat_twice_in_a_file_comes_once(tmp_path: Path) -> None:
    found, file = read(tmp_path / "a.json", written(SAMPLE, SAMPLE))
    assert len(found) == 1
    assert file.report.dropped == {Dropped.ALREADY_THERE: 1}


def test_messages_out_of_order_are_put_in_order_and_keep_their_parents(tmp_path: Path) -> None:
    backwards = dataclasses.replace(SAMPLE, messages=list(reversed(SAMPLE.messages)))
    found, _ = read(tmp_path / "a.json", written(backwards))
    seen = set()
    for message in found[0].messages:
        assert message.parent is None or message.parent in seen
        seen.add(message.id)
    assert {message.id: message for message in found[0].messages} == {
        message.id: message for message in SAMPLE.messages
    }


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("role", '"root"'), ("role", "[]"), ("role", "null"), ("id", '"x"'), ("id", "null"), ("id", "{}"),
        ("id", '"00000000-0000-0000-0000-000000000000"'),
    ],
)  # fmt: skip
def test_a_message_that_cannot_be_one_is_left_out_alone(tmp_path: Path, name: str, value: str) -> None:
    chat = dataclasses.replace(SAMPLE, messages=[said(1, None, "kept"), said(2, 1, "lost")], shown={})
    text = written(chat)
    start = text.index(f'"{name}":', text.index("00000002") - 60 if name == "id" else text.index("00000002"))
    end = text.index(",", start)
    found, file = read(tmp_path / "a.json", f'{text[:start]}"{name}":{value}{text[end:]}')
    assert [message.text for message in found[0].messages] == ["kept"]
    assert file.report.dropped[Dropped.DAMAGED_MESSAGE] == 1


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 2**70) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_value_in_any_place_is_read_or_counted(tmp_path: Path, data: st.DataObject) -> None:
    """One value somewhere is exchanged for another of any type: a chat comes out, or a sentence."""
    document = json.loads(written(SAMPLE, folders=(FOLDER,)))
    place: object = document
    while True:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))  # type: ignore[arg-type, call-overload]
        key = data.draw(st.sampled_from(keys))
        inner = place[key]  # type: ignore[index]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.booleans()):
            break
        place = inner
    place[key] = data.draw(junk)  # type: ignore[index]
    try:
        found, _ = read(tmp_path / "a.json", json.dumps(document))
    except SettingsError as error:
        assert error.advice
        return
    for chat in found:
        assert_can_be_stored(chat)


def assert_can_be_stored(chat: StoredChat) -> None:
    """What app.storage may rely on."""
    seen = set()
    for message in chat.messages:
        assert message.id not in seen
        assert message.parent is None or message.parent in seen
        seen.add(message.id)
        message.text.encode()
        assert 0 <= message.created_at_ms < 2**63
    parents = {message.id: message.parent for message in chat.messages}
    assert all(parents[child] == parent for parent, child in chat.shown.items())


@given(found=uuids)
def test_ids_keep_their_value(found: UUID) -> None:
    message = Message(message_id(found.int), Role.USER, "x")
    assert own_format.message_object(message)["id"] == str(found)


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("before")

    def broken():
        yield SAMPLE
        raise SettingsError("The disk is gone.", "Plug it in.")

    with pytest.raises(SettingsError, match="disk is gone"):
        export_all(target, ExportFormat.JSON, broken())
    assert target.read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["out.json"]
    export_chat(target, ExportFormat.JSON, SAMPLE)
    assert read(target)[0][0].messages == SAMPLE.messages


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be written") as caught:
        export_chat(tmp_path / "no" / "out.md", ExportFormat.MARKDOWN, SAMPLE)
    assert caught.value.advice


def test_a_lone_surrogate_is_written_as_a_mark_and_stops_nothing(tmp_path: Path) -> None:
    chat = dataclasses.replace(SAMPLE, messages=[said(1, None, "a\ud800b")], shown={})
    found, _ = read(tmp_path / "a.json", written(chat))
    assert found[0].messages[0].text == "a\ufffdb"
