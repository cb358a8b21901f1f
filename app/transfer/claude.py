"""One conversation of Claude's `conversations.json`: a list of messages, in newer exports with links to their parents.

Taken: what the person and Claude said, with every branch; texts that were attached; documents that Claude wrote beside
the chat ("artifacts"), as code. Left out, and counted: other tools and their results, thoughts. A file whose text is
not in the export leaves its name. The format is not documented by its maker.
"""

from collections.abc import Mapping, Sequence
from uuid import NAMESPACE_URL, uuid5

from app.domain.conversation import Attachment, ChatInfo, EndReason, Message, Role, StoredChat
from app.domain.ids import ChatId, MessageId
from app.transfer import tree
from app.transfer.markdown_parts import fenced
from app.transfer.report import Dropped, ImportReport, Source
from app.transfer.untrusted import as_clean_text, as_dict, as_line, as_list, as_text, as_time_ms

NAMESPACE = uuid5(NAMESPACE_URL, "nearhalf:import:claude")
ROLES = {"human": Role.USER, "user": Role.USER, "assistant": Role.ASSISTANT}
ROOT = "00000000-0000-4000-8000-000000000000"  # what a first message names as its parent
ENDS = {"max_tokens": EndReason.MAX_TOKENS, "user_canceled": EndReason.STOPPED, "stop_sequence": EndReason.STOP_STRING}
# What the export writes into `text` where a block cannot be shown; the blocks themselves are beside it
UNSUPPORTED = "This block is not supported on your current device yet."
PASTED = "Pasted text"


def is_conversation(untrusted: Mapping[str, object]) -> bool:
    return isinstance(untrusted.get("chat_messages"), list)


def read_chat(untrusted: Mapping[str, object], report: ImportReport) -> StoredChat | None:
    """The conversation with all branches; None where nobody said anything in it. Its ids follow from the source's."""
    raw = [as_dict(found) for found in as_list(untrusted["chat_messages"])]
    chat_id = ChatId(uuid5(NAMESPACE, _source_id(untrusted, raw)))
    nodes = _nodes(raw, chat_id, report)
    built = tree.build(nodes, _leaf(untrusted, nodes))
    report.drop(Dropped.BROKEN_LINK, built.broken_links)
    if not built.messages:
        return None
    report.sources.add(Source.CLAUDE)
    created_at_ms = as_time_ms(untrusted.get("created_at"))
    title = as_line(untrusted.get("name"))
    info = ChatInfo(
        id=chat_id,
        title=title,
        is_title_chosen=bool(title),
        is_pinned=untrusted.get("is_starred") is True,
        created_at_ms=created_at_ms,
        changed_at_ms=as_time_ms(untrusted.get("updated_at"))
        or max(created_at_ms, *(message.created_at_ms for message in built.messages)),
    )
    return StoredChat(info, built.messages, built.shown)


def _source_id(untrusted: Mapping[str, object], raw: Sequence[Mapping[str, object]]) -> str:
    """Its own id; else one that follows from its messages, so that the same file gives the same chat again."""
    given = as_text(untrusted.get("uuid"))
    texts = (as_text(message.get("uuid")) or as_text(message.get("text")) for message in raw)
    return given or "\n".join([as_line(untrusted.get("name")), *texts])


def _nodes(raw: Sequence[Mapping[str, object]], chat_id: ChatId, report: ImportReport) -> dict[str, tree.Node]:
    """By the messages' ids, in the file's order. Where no message names a parent, each follows the one before."""
    is_linked = any(_parent(message) is not None for message in raw)
    nodes: dict[str, tree.Node] = {}
    known = {as_text(message.get("uuid")) for message in raw}
    before: str | None = None
    for place, untrusted in enumerate(raw):
        name = as_text(untrusted.get("uuid")) or f"message {place}"
        if name in nodes or not untrusted:
            report.drop(Dropped.DAMAGED_MESSAGE)
            continue
        parent = _parent(untrusted) if is_linked else before
        if is_linked and parent is not None and parent not in known:
            report.drop(Dropped.BROKEN_LINK)
            parent = before
        nodes[name] = tree.Node(parent, _message(MessageId(uuid5(chat_id, name)), untrusted, report))
        before = name
    return nodes


def _parent(message: Mapping[str, object]) -> str | None:
    parent = as_text(message.get("parent_message_uuid"))
    return None if parent in ("", ROOT) else parent


def _leaf(untrusted: Mapping[str, object], nodes: Mapping[str, tree.Node]) -> str | None:
    """The end of the branch on show: as the file says, else the message that was written last."""
    given = as_text(untrusted.get("current_leaf_message_uuid"))
    if given in nodes:
        return given
    last = None
    for name, node in nodes.items():
        if node.message is not None and (last is None or node.message.created_at_ms >= last[0]):
            last = node.message.created_at_ms, name
    return last[1] if last is not None else None


def _message(message_id: MessageId, untrusted: Mapping[str, object], report: ImportReport) -> Message | None:
    sender = untrusted.get("sender")
    role = ROLES.get(sender) if isinstance(sender, str) else None
    if role is None:
        report.drop(Dropped.DAMAGED_MESSAGE)
        return None
    attachments, missing = _attachments(untrusted)
    report.drop(Dropped.FILES, len(missing))
    text = "\n\n".join(part for part in (*missing, _text(untrusted, report)) if part)
    if not text and not attachments:
        return None
    stop = untrusted.get("stop_reason")
    end = ENDS.get(stop, EndReason.END_OF_TEXT) if isinstance(stop, str) else EndReason.END_OF_TEXT
    return Message(
        id=message_id,
        role=role,
        text=text,
        created_at_ms=as_time_ms(as_text(untrusted.get("created_at"))),
        attachments=attachments,
        end=end if role is Role.ASSISTANT else None,
    )


def _attachments(untrusted: Mapping[str, object]) -> tuple[tuple[Attachment, ...], list[str]]:
    """(texts that are in the export, a word for each file that is not)."""
    found: list[Attachment] = []
    missing: dict[str, None] = {}  # `files` and `files_v2` name the same ones
    for entry in as_list(untrusted.get("attachments")):
        name, text = as_line(as_dict(entry).get("file_name")), as_clean_text(as_dict(entry).get("extracted_content"))
        if text:
            found.append(Attachment(name or PASTED, text))
        else:
            missing[f"[File: {name}]" if name else "[File]"] = None
    names = {attachment.name for attachment in found}
    for entry in [*as_list(untrusted.get("files")), *as_list(untrusted.get("files_v2"))]:
        name = as_line(as_dict(entry).get("file_name"))
        if name not in names:
            missing[f"[File: {name}]" if name else "[File]"] = None
    return tuple(found), list(missing)


def _text(untrusted: Mapping[str, object], report: ImportReport) -> str:
    """The blocks that can be read; `text` where there are none."""
    parts = [_block(as_dict(block), report) for block in as_list(untrusted.get("content"))]
    text = "\n\n".join(part for part in parts if part)
    if text or parts:
        return text
    plain = as_clean_text(untrusted.get("text"))
    return plain.replace(f"```\n{UNSUPPORTED}\n```", "").strip()


def _block(block: Mapping[str, object], report: ImportReport) -> str:
    kind = block.get("type")
    if kind == "text" or (kind == "voice_note" and block.get("text")):
        return as_clean_text(block.get("text"))
    if kind == "thinking":
        report.drop(Dropped.THOUGHTS)
    elif kind == "tool_use" and block.get("name") == "artifacts" and (artifact := _artifact(block)):
        return artifact
    elif kind in ("tool_use", "tool_result"):
        report.drop(Dropped.TOOLS)
    elif kind in ("image", "document", "voice_note"):
        report.drop(Dropped.FILES)
        return "[Picture]" if kind == "image" else "[File]"
    return ""


def _artifact(block: Mapping[str, object]) -> str:
    """A document that Claude wrote beside the chat, under its title."""
    made = as_dict(block.get("input"))
    content, title = as_clean_text(made.get("content")), as_line(made.get("title"))
    if not content:
        return ""
    code = fenced(content, as_line(made.get("language"), 20).replace("`", ""))
    return f"{title}\n\n{code}" if title else code
