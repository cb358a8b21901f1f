"""The JSON form of one chat and one folder, both ways (docs/export-format.md). Version 1 is read for ever.

Every field is named here and not taken from the classes, so that a renamed field cannot change the format unseen.
"""

from collections.abc import Container, Mapping, Sequence

from app.domain.conversation import (
    STRENGTHS,
    AdapterUse,
    Attachment,
    ChatInfo,
    ChatOptions,
    EndReason,
    Folder,
    Message,
    Role,
    StoredChat,
    Traffic,
)
from app.domain.errors import SettingsError
from app.domain.ids import ChatId, FolderId, MessageId
from app.domain.sampling import SamplingSettings
from app.transfer import tree
from app.transfer.report import Dropped, ImportReport, Source
from app.transfer.untrusted import as_dict, as_list, as_real, as_text, as_uuid, as_whole

FORMAT = "nearhalf-chats"
VERSION = 1
TOKEN_LIMIT = 2**31 - 1

ENDS = {
    EndReason.END_OF_TEXT: "end_of_text",
    EndReason.STOP_STRING: "stop_string",
    EndReason.MAX_TOKENS: "max_tokens",
    EndReason.CONTEXT_FULL: "context_full",
    EndReason.STOPPED: "stopped",
    EndReason.FAILED: "failed",
}
ENDS_BY_NAME = {name: end for end, name in ENDS.items()}
COUNTS = ("frames_up", "frames_down", "bytes_up", "bytes_down", "prompt_tokens", "tokens", "round_trips_per_token")
SECONDS = ("first_token_s", "decode_s")


# ---------------------------------------------------------------- writing


def folder_object(folder: Folder) -> dict[str, object]:
    return {"id": str(folder.id), "name": as_text(folder.name)}


def chat_object(info: ChatInfo) -> dict[str, object]:
    """All that belongs to the chat as a whole; its messages and what is shown are written after it."""
    return {
        "id": str(info.id),
        "title": as_text(info.title),
        "is_title_chosen": info.is_title_chosen,
        "folder": _id(info.folder),
        "is_pinned": info.is_pinned,
        "created_at_ms": info.created_at_ms,
        "changed_at_ms": info.changed_at_ms,
        "draft": as_text(info.draft),
        "options": _options_object(info.options),
    }


def message_object(message: Message) -> dict[str, object]:
    made: dict[str, object] = {} if message.adapter is None else {"adapter": _use_object(message.adapter)}
    return {
        "id": str(message.id),
        "parent": _id(message.parent),
        "role": message.role.value,
        "created_at_ms": message.created_at_ms,
        "text": as_text(message.text),
        "attachments": [{"name": as_text(found.name), "text": as_text(found.text)} for found in message.attachments],
        "end": ENDS[message.end] if message.end is not None else None,
        "tokens": list(message.tokens),
        "traffic": _traffic_object(message.traffic) if message.traffic is not None else None,
        "model_id": as_text(message.model_id),
    } | made


def shown_pairs(chat: StoredChat) -> list[list[str | None]]:
    return [[_id(parent), str(child)] for parent, child in chat.shown.items()]


def _id(found: object | None) -> str | None:
    return None if found is None else str(found)


def _use_object(use: AdapterUse) -> dict[str, object]:
    return {"file": as_text(use.file), "strength": use.strength, "name": as_text(use.name)}


def _use(untrusted: object) -> AdapterUse | None:
    found = as_dict(untrusted)
    file, strength = as_text(found.get("file")), found.get("strength")
    if not file or type(strength) is not int or strength not in STRENGTHS:
        return None
    return AdapterUse(file, strength, as_text(found.get("name")))


def _options_object(options: ChatOptions) -> dict[str, object]:
    sampling = options.sampling
    return {
        "system": None if options.system is None else as_text(options.system),
        "adapter": None if options.adapter is None else as_text(options.adapter),
        "sampling": None
        if sampling is None
        else {
            "temperature": as_real(sampling.temperature),
            "top_k": sampling.top_k,
            "top_p": as_real(sampling.top_p),
            "min_p": as_real(sampling.min_p),
            "repetition_penalty": as_real(sampling.repetition_penalty),
            "seed": sampling.seed,
            "stop": [as_text(found) for found in sampling.stop],
            "max_tokens": sampling.max_tokens,
        },
    } | {
        name: value
        for name, value in (("redacts", options.redacts), ("strength", options.strength))
        if value is not None
    }


def _traffic_object(traffic: Traffic) -> dict[str, object]:
    counts: dict[str, object] = {name: getattr(traffic, name) for name in COUNTS}
    return counts | {name: as_real(getattr(traffic, name)) for name in SECONDS}


# ---------------------------------------------------------------- reading


def check_version(header: Mapping[str, object]) -> None:
    """Raises SettingsError where a newer Nearhalf wrote the file."""
    version = header.get("version")
    if type(version) is not int or version < 1:
        raise SettingsError("This Nearhalf export names no version.", "Export the chats again, and import that file.")
    if version > VERSION:
        raise SettingsError("A newer Nearhalf wrote this file.", "Update Nearhalf, then import it again.")


def read_folder(untrusted: object) -> Folder | None:
    found = as_dict(untrusted)
    folder_id, name = as_uuid(found.get("id")), as_text(found.get("name"))
    return Folder(FolderId(folder_id), name) if folder_id is not None and name else None


def read_chat(untrusted: Mapping[str, object], folders: Container[str], report: ImportReport) -> StoredChat | None:
    """The chat as it was written; a folder that is not in `folders` is forgotten. None where it cannot be used."""
    chat_id = as_uuid(untrusted.get("id"))
    if chat_id is None:
        report.drop(Dropped.DAMAGED_CHAT)
        return None
    messages = _messages(as_list(untrusted.get("messages")), report)
    folder = as_uuid(untrusted.get("folder"))
    info = ChatInfo(
        id=ChatId(chat_id),
        title=as_text(untrusted.get("title")),
        is_title_chosen=untrusted.get("is_title_chosen") is True,
        folder=FolderId(folder) if folder is not None and str(folder) in folders else None,
        is_pinned=untrusted.get("is_pinned") is True,
        created_at_ms=as_whole(untrusted.get("created_at_ms")),
        changed_at_ms=as_whole(untrusted.get("changed_at_ms")),
        draft=as_text(untrusted.get("draft")),
        options=_options(as_dict(untrusted.get("options"))),
    )
    if not messages and not info.draft:
        report.drop(Dropped.EMPTY)
        return None
    report.sources.add(Source.NEARHALF)
    return StoredChat(info, messages, _shown(untrusted, messages))


def _messages(untrusted: Sequence[object], report: ImportReport) -> list[Message]:
    """In the written order where every parent comes first; else put in order as for any other file."""
    found: dict[str, tree.Node] = {}
    is_in_order = True
    for entry in untrusted:
        message = _message(as_dict(entry))
        if message is None or str(message.id) in found:
            report.drop(Dropped.DAMAGED_MESSAGE)
            continue
        parent = None if message.parent is None else str(message.parent)
        is_in_order &= parent is None or parent in found
        found[str(message.id)] = tree.Node(parent, message)
    if is_in_order:
        return [node.message for node in found.values() if node.message is not None]
    built = tree.build(found, None, is_joined=False)
    report.drop(Dropped.BROKEN_LINK, built.broken_links)
    return built.messages


def _message(found: Mapping[str, object]) -> Message | None:
    message_id, parent, role = as_uuid(found.get("id")), as_uuid(found.get("parent")), found.get("role")
    if message_id is None or message_id.int == 0 or role not in ("system", "user", "assistant"):
        return None
    tokens = as_list(found.get("tokens"))
    has_tokens = all(type(token) is int and 0 <= token <= TOKEN_LIMIT for token in tokens)
    end = found.get("end")
    return Message(
        id=MessageId(message_id),
        role=Role(role),
        text=as_text(found.get("text")),
        tokens=tuple(as_whole(token) for token in tokens) if has_tokens else (),
        parent=MessageId(parent) if parent is not None else None,
        created_at_ms=as_whole(found.get("created_at_ms")),
        attachments=tuple(
            Attachment(as_text(as_dict(entry).get("name")), as_text(as_dict(entry).get("text")))
            for entry in as_list(found.get("attachments"))
        ),
        end=ENDS_BY_NAME.get(end) if isinstance(end, str) else None,
        traffic=_traffic(as_dict(found["traffic"])) if isinstance(found.get("traffic"), dict) else None,
        model_id=as_text(found.get("model_id")),
        adapter=_use(found["adapter"]) if isinstance(found.get("adapter"), dict) else None,
    )


def _traffic(found: Mapping[str, object]) -> Traffic:
    return Traffic(
        frames_up=as_whole(found.get("frames_up")),
        frames_down=as_whole(found.get("frames_down")),
        bytes_up=as_whole(found.get("bytes_up")),
        bytes_down=as_whole(found.get("bytes_down")),
        prompt_tokens=as_whole(found.get("prompt_tokens")),
        tokens=as_whole(found.get("tokens")),
        round_trips_per_token=as_whole(found.get("round_trips_per_token"), 1),
        first_token_s=as_real(found.get("first_token_s")),
        decode_s=as_real(found.get("decode_s")),
    )


def _options(found: Mapping[str, object]) -> ChatOptions:
    system, adapter = found.get("system"), found.get("adapter")
    return ChatOptions(
        system=as_text(system) if isinstance(system, str) else None,
        sampling=_sampling(as_dict(found["sampling"])) if isinstance(found.get("sampling"), dict) else None,
        adapter=as_text(adapter) if isinstance(adapter, str) else None,
        redacts=redacts if isinstance(redacts := found.get("redacts"), bool) else None,
        strength=strength if type(strength := found.get("strength")) is int and strength in STRENGTHS else None,
    )


def _sampling(found: Mapping[str, object]) -> SamplingSettings | None:
    """None, which is "as in the settings", where one of them cannot be used."""
    seed = found.get("seed")
    try:
        return SamplingSettings(
            temperature=as_real(found.get("temperature")),
            top_k=as_whole(found.get("top_k")),
            top_p=as_real(found.get("top_p", 1.0)),
            min_p=as_real(found.get("min_p")),
            repetition_penalty=as_real(found.get("repetition_penalty", 1.0)),
            seed=seed if type(seed) is int and abs(seed) < 2**63 else None,
            stop=tuple(as_text(entry) for entry in as_list(found.get("stop"))),
            max_tokens=as_whole(found.get("max_tokens")),
        )
    except SettingsError:
        return None


def _shown(untrusted: Mapping[str, object], messages: Sequence[Message]) -> dict[MessageId | None, MessageId]:
    """The pairs that fit the messages."""
    parent_of = {message.id: message.parent for message in messages}
    shown: dict[MessageId | None, MessageId] = {}
    for entry in as_list(untrusted.get("shown")):
        pair = as_list(entry)
        child = as_uuid(pair[1]) if len(pair) == 2 else None
        if child is None or MessageId(child) not in parent_of:
            continue
        parent = parent_of[MessageId(child)]
        if pair[0] == (None if parent is None else str(parent)):
            shown[parent] = MessageId(child)
    return shown
