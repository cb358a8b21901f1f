"""One chat of Open WebUI's export: a map of messages with links in both directions, and the branch on show as a list.

The oldest exports are the chat alone, and hold the list only. Taken: what the person and the models said, with every
branch (answers of several models are siblings), texts that were attached, the chat's own system message. Left out, and
counted: pictures and other files, thoughts, calls of tools, what was looked up, tags and ratings.
"""

from collections.abc import Callable, Iterator, Mapping
from uuid import NAMESPACE_URL, uuid5

from app.domain.conversation import Attachment, ChatInfo, ChatOptions, EndReason, Message, Role, StoredChat
from app.domain.ids import ChatId, MessageId
from app.transfer import tree
from app.transfer.report import Dropped, ImportReport, Source
from app.transfer.untrusted import as_clean_text, as_dict, as_line, as_list, as_real, as_text, as_time_ms

NAMESPACE = uuid5(NAMESPACE_URL, "nearhalf:import:open-webui")
ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
UNNAMED = "New Chat"  # until it has a title
# Replies hold more than words: blocks of HTML, which only Open WebUI's own page folds away
BLOCKS = {"reasoning": Dropped.THOUGHTS, "tool_calls": Dropped.TOOLS, "code_interpreter": Dropped.TOOLS}
OPEN, CLOSE = "<details", "</details>"


def is_conversation(untrusted: Mapping[str, object]) -> bool:
    chat = _inner(untrusted)
    if isinstance(as_dict(chat.get("history")).get("messages"), dict):
        return True
    return any("role" in as_dict(message) for message in as_list(chat.get("messages")))


def read_chat(untrusted: Mapping[str, object], report: ImportReport) -> StoredChat | None:
    """The chat with all branches; None where nobody said anything in it. Its ids follow from the source's."""
    chat = _inner(untrusted)
    history = as_dict(chat.get("history"))
    raw = _messages(chat, history, report)
    title = as_line(untrusted.get("title")) or as_line(chat.get("title"))
    chat_id = ChatId(uuid5(NAMESPACE, _source_id(untrusted, chat, title, raw)))
    system = as_clean_text(as_dict(chat.get("params")).get("system")) or as_clean_text(chat.get("system"))
    nodes: dict[str, tree.Node] = {}
    for name, message in raw.items():
        if message.get("role") == "system" and not system:
            system = as_clean_text(message.get("content"))
            nodes[name] = tree.Node(_parent(message), None, _children(message))
        else:
            nodes[name] = tree.Node(
                _parent(message), _message(MessageId(uuid5(chat_id, name)), message, report), _children(message)
            )
    shown = as_text(history.get("currentId")) or as_text(history.get("current_id")) or next(reversed(nodes), "")
    built = tree.build(nodes, shown)
    report.drop(Dropped.BROKEN_LINK, built.broken_links)
    if not built.messages:
        return None
    report.sources.add(Source.OPEN_WEBUI)
    report.drop(Dropped.NO_PLACE, len(as_list(as_dict(untrusted.get("meta")).get("tags")) or as_list(chat.get("tags"))))
    created_at_ms = time_ms(untrusted.get("created_at")) or time_ms(chat.get("timestamp"))
    title = "" if title == UNNAMED else title
    info = ChatInfo(
        id=chat_id,
        title=title,
        is_title_chosen=bool(title),
        is_pinned=untrusted.get("pinned") is True,
        created_at_ms=created_at_ms,
        changed_at_ms=time_ms(untrusted.get("updated_at"))
        or max(created_at_ms, *(message.created_at_ms for message in built.messages)),
        options=ChatOptions(system=system or None),
    )
    return StoredChat(info, built.messages, built.shown)


def _inner(untrusted: Mapping[str, object]) -> Mapping[str, object]:
    """The chat itself, which newer exports wrap."""
    inner = untrusted.get("chat")
    return inner if isinstance(inner, dict) else untrusted


def _source_id(
    untrusted: Mapping[str, object], chat: Mapping[str, object], title: str, raw: Mapping[str, object]
) -> str:
    """Its own id; else one that follows from its messages, so that the same file gives the same chat again."""
    return as_text(untrusted.get("id")) or as_text(chat.get("id")) or "\n".join([title, *raw])


def _messages(
    chat: Mapping[str, object], history: Mapping[str, object], report: ImportReport
) -> dict[str, dict[str, object]]:
    """By their ids. In a list, what names no message above it follows the one before."""
    mapping = {as_text(name): as_dict(found) for name, found in as_dict(history.get("messages")).items()}
    if mapping:
        return mapping
    raw: dict[str, dict[str, object]] = {}
    before: str | None = None
    for place, entry in enumerate(as_list(chat.get("messages"))):
        found = as_dict(entry)
        name = as_text(found.get("id")) or f"message {place}"
        if not found or name in raw:
            report.drop(Dropped.DAMAGED_MESSAGE)
            continue
        raw[name] = found if _parent(found) in raw else {**found, "parentId": before}
        before = name
    return raw


def _parent(message: Mapping[str, object]) -> str | None:
    return as_text(message.get("parentId")) or None


def _children(message: Mapping[str, object]) -> list[str]:
    return [as_text(child) for child in as_list(message.get("childrenIds")) if isinstance(child, str)]


def _message(message_id: MessageId, untrusted: Mapping[str, object], report: ImportReport) -> Message | None:
    kind = untrusted.get("role")
    role = ROLES.get(kind) if isinstance(kind, str) else None
    if role is None:
        report.drop(
            Dropped.INSTRUCTIONS if kind == "system" else Dropped.TOOLS if kind == "tool" else Dropped.DAMAGED_MESSAGE
        )
        return None
    is_reply = role is Role.ASSISTANT
    attachments, missing = _files(untrusted)
    text = _content(untrusted.get("content"), missing.append, report)
    report.drop(Dropped.FILES, len(missing))
    if is_reply:
        text = _without_blocks(text, report)
    report.drop(Dropped.TOOLS, bool(as_list(untrusted.get("sources")) or as_list(untrusted.get("citations"))))
    report.drop(Dropped.NO_PLACE, bool(as_dict(untrusted.get("annotation"))) + bool(as_dict(untrusted.get("merged"))))
    text = "\n\n".join(part for part in (*missing, text) if part)
    if not text and not attachments:
        return None
    return Message(
        id=message_id,
        role=role,
        text=text,
        created_at_ms=time_ms(untrusted.get("timestamp")),
        attachments=attachments,
        end=_end(untrusted) if is_reply else None,
        model_id=(as_line(untrusted.get("modelName")) or as_line(untrusted.get("model"))) if is_reply else "",
    )


def _end(message: Mapping[str, object]) -> EndReason:
    if message.get("error"):
        return EndReason.FAILED
    return EndReason.STOPPED if message.get("done") is False else EndReason.END_OF_TEXT


def _content(untrusted: object, add_missing: Callable[[str], None], report: ImportReport) -> str:
    """Text, or a list of parts as APIs take them."""
    if not isinstance(untrusted, list):
        return as_clean_text(untrusted)
    texts: list[str] = []
    for part in map(as_dict, untrusted):
        if part.get("type") == "image_url":
            add_missing("[Picture]")
        elif text := as_clean_text(part.get("text")):
            texts.append(text)
        else:
            report.drop(Dropped.NO_PLACE)
    return "\n\n".join(texts)


def _files(untrusted: Mapping[str, object]) -> tuple[tuple[Attachment, ...], list[str]]:
    """(texts that are in the export, a word for each file that is not)."""
    found: list[Attachment] = []
    missing: list[str] = []
    for entry in map(as_dict, as_list(untrusted.get("files"))):
        file = as_dict(entry.get("file"))
        name = (
            as_line(entry.get("name"))
            or as_line(file.get("filename"))
            or as_line(as_dict(file.get("meta")).get("name"))
        )
        text = as_clean_text(as_dict(file.get("data")).get("content")) or as_clean_text(entry.get("content"))
        if entry.get("type") == "image":
            missing.append("[Picture]")
        elif text:
            found.append(Attachment(name or "File", text))
        else:
            missing.append(f"[File: {name}]" if name else "[File]")
    return tuple(found), missing


def _without_blocks(text: str, report: ImportReport) -> str:
    """A reply without the blocks that hold thoughts and tools. One pass, whatever is left open or closed twice."""
    if OPEN not in text:
        return text
    return "".join(_kept(text, report)).strip()


def _kept(text: str, report: ImportReport) -> Iterator[str]:
    at = 0
    while (start := text.find(OPEN, at)) >= 0:
        tag_end = text.find(">", start)
        kind = _kind(text[start : tag_end + 1]) if tag_end >= 0 else None
        if kind is None:
            after = len(text) if tag_end < 0 else tag_end + 1
            yield text[at:after]
        else:
            yield text[at:start]
            report.drop(kind)
            end = text.find(CLOSE, tag_end)
            after = len(text) if end < 0 else end + len(CLOSE)
        at = after
    yield text[at:]


def _kind(tag: str) -> Dropped | None:
    return next((why for name, why in BLOCKS.items() if f'type="{name}"' in tag[:200]), None)


def time_ms(untrusted: object) -> int:
    """From seconds, milliseconds, microseconds or nanoseconds: fields and years differ."""
    value = as_real(untrusted)
    for unit in (1e9, 1e6, 1e3):
        if value >= 1e8 * unit:  # later than 1973 in this unit
            return as_time_ms(value / unit)
    return as_time_ms(untrusted)
