"""Chats and messages as rows, and back. Pure functions: no SQL, no connection.

Enums are stored by name, because their values are words on a screen. Traffic is one version byte and fixed fields: a
chat of 10,000 messages is read in a fraction of the time that JSON takes.
"""

import json
import struct
from collections.abc import Sequence
from dataclasses import fields
from typing import Any
from uuid import UUID

from app.domain.conversation import (
    STRENGTHS,
    AdapterUse,
    Attachment,
    ChatInfo,
    ChatOptions,
    EndReason,
    Message,
    Role,
    Traffic,
)
from app.domain.errors import SettingsError
from app.domain.ids import ChatId, FolderId, MessageId
from app.domain.sampling import SamplingSettings
from app.storage.packed_tokens import PackedTokens, pack_tokens

CHAT_COLUMNS = "id, title, is_title_chosen, folder, is_pinned, created_at_ms, changed_at_ms, draft, options"
MESSAGE_COLUMNS = "id, role, text, created_at_ms, ended, traffic, model_id, attachment_names, attached, tokens, adapter"

_TRAFFIC_VERSION = 1
_TRAFFIC = struct.Struct("<B7q2d")
_ROLES = {role.value: role for role in Role}
_ENDS: dict[str | None, EndReason | None] = {None: None} | {end.name: end for end in EndReason}


def chat_values(info: ChatInfo) -> tuple[Any, ...]:
    """In the order of CHAT_COLUMNS."""
    return (
        info.id.bytes,
        storable(info.title),
        info.is_title_chosen,
        info.folder.bytes if info.folder is not None else None,
        info.is_pinned,
        info.created_at_ms,
        info.changed_at_ms,
        storable(info.draft),
        _options_to_json(info.options),
    )


def chat_from_row(row: Sequence[Any]) -> ChatInfo:
    """From the columns of CHAT_COLUMNS."""
    return ChatInfo(
        id=ChatId(UUID(bytes=row[0])),
        title=row[1],
        is_title_chosen=bool(row[2]),
        folder=FolderId(UUID(bytes=row[3])) if row[3] is not None else None,
        is_pinned=bool(row[4]),
        created_at_ms=row[5],
        changed_at_ms=row[6],
        draft=row[7],
        options=_options_from_json(row[8]),
    )


def message_values(message: Message) -> tuple[Any, ...]:
    """In the order of MESSAGE_COLUMNS."""
    texts = [storable(attachment.text) for attachment in message.attachments]
    names = [[storable(a.name), len(text)] for a, text in zip(message.attachments, texts, strict=True)]
    return (
        message.id.bytes,
        message.role.value,
        storable(message.text),
        message.created_at_ms,
        message.end.name if message.end is not None else None,
        _traffic_to_bytes(message.traffic),
        message.model_id,
        json.dumps(names, ensure_ascii=False) if names else "",
        "\n".join(texts),
        pack_tokens(message.tokens),
        _use_to_json(message.adapter),
    )


def message_from_row(row: Sequence[Any], parent: MessageId | None) -> Message:
    """From the columns of MESSAGE_COLUMNS."""
    return Message(
        MessageId(UUID(bytes=row[0])),
        _ROLES[row[1]],
        row[2],
        PackedTokens(row[9]) if row[9] is not None else (),
        parent,
        row[3],
        _attachments(row[7], row[8]) if row[7] else (),
        _ENDS.get(row[4], EndReason.FAILED),
        _traffic_from_bytes(row[5]),
        row[6],
        _use_from_json(row[10]),
    )


def storable(text: str) -> str:
    """`text` as UTF-8 can hold it: half a surrogate pair (a broken paste, a bad import) becomes U+FFFD."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _attachments(names: str, attached: str) -> tuple[Attachment, ...]:
    found, start = [], 0
    for name, length in json.loads(names):
        found.append(Attachment(name, attached[start : start + length]))
        start += length + 1
    return tuple(found)


def _traffic_to_bytes(traffic: Traffic | None) -> bytes | None:
    if traffic is None:
        return None
    return _TRAFFIC.pack(
        _TRAFFIC_VERSION,
        traffic.frames_up,
        traffic.frames_down,
        traffic.bytes_up,
        traffic.bytes_down,
        traffic.prompt_tokens,
        traffic.tokens,
        traffic.round_trips_per_token,
        traffic.first_token_s,
        traffic.decode_s,
    )


def _traffic_from_bytes(data: bytes | None) -> Traffic | None:
    if data is None or len(data) != _TRAFFIC.size or data[0] != _TRAFFIC_VERSION:
        return None
    return Traffic(*_TRAFFIC.unpack(data)[1:])


def _use_to_json(use: AdapterUse | None) -> str:
    if use is None:
        return ""
    return storable(json.dumps({"file": use.file, "strength": use.strength, "name": use.name}, ensure_ascii=False))


def _use_from_json(text: str) -> AdapterUse | None:
    if not text:
        return None
    values = json.loads(text)
    return AdapterUse(values["file"], values["strength"], values["name"])


def _options_to_json(options: ChatOptions) -> str:
    sampling = options.sampling
    values = {
        "system": options.system,
        "sampling": {f.name: getattr(sampling, f.name) for f in fields(sampling)} if sampling is not None else None,
        "adapter": options.adapter,
        "redacts": options.redacts,
        "strength": options.strength,
    }
    kept = {name: value for name, value in values.items() if value is not None}
    return storable(json.dumps(kept, ensure_ascii=False)) if kept else ""


def _options_from_json(text: str) -> ChatOptions:
    """What a newer version knows beyond this one is left out; what cannot be used counts as not set."""
    if not text:
        return ChatOptions()
    values = json.loads(text)
    redacts, strength = values.get("redacts"), values.get("strength")
    return ChatOptions(
        values.get("system"),
        _sampling(values.get("sampling")),
        values.get("adapter"),
        redacts if isinstance(redacts, bool) else None,
        strength if strength in STRENGTHS else None,
    )


def _sampling(values: dict[str, Any] | None) -> SamplingSettings | None:
    if values is None:
        return None
    known = {f.name: values[f.name] for f in fields(SamplingSettings) if f.name in values}
    try:
        return SamplingSettings(**known | {"stop": tuple(known.get("stop", ()))})
    except (SettingsError, TypeError):
        return None
