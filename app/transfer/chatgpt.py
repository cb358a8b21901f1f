"""One conversation of ChatGPT's `conversations.json`: a map of nodes with links in both directions.

Taken: what the person and ChatGPT said, with every branch. Left out, and counted: instructions to the model, calls of
tools and their results, thoughts, hidden messages. A picture or sound, which is no text, leaves a word in its place.
The format is not documented by its maker; fields that are missing or of another type cost no more than themselves.
"""

import re
from collections.abc import Callable, Mapping
from uuid import NAMESPACE_URL, uuid5

from app.domain.conversation import ChatInfo, EndReason, Message, Role, StoredChat
from app.domain.ids import ChatId, MessageId
from app.transfer import tree
from app.transfer.markdown_parts import fenced
from app.transfer.report import Dropped, ImportReport, Source
from app.transfer.untrusted import as_clean_text, as_dict, as_line, as_list, as_text, as_time_ms

NAMESPACE = uuid5(NAMESPACE_URL, "nearhalf:import:chatgpt")
ROLES = {"user": Role.USER, "assistant": Role.ASSISTANT}
THOUGHTS = {"thoughts", "reasoning_recap"}
INSTRUCTIONS = {"user_editable_context", "model_editable_context"}
ENDS = {
    "stop": EndReason.END_OF_TEXT,
    "max_tokens": EndReason.MAX_TOKENS,
    "length": EndReason.MAX_TOKENS,
    "interrupted": EndReason.STOPPED,
}
_CITATION = re.compile("\ue200[^\ue200\ue201]{0,2000}\ue201")  # marks that only ChatGPT's own page can draw


def is_conversation(untrusted: Mapping[str, object]) -> bool:
    return isinstance(untrusted.get("mapping"), dict)


def read_chat(untrusted: Mapping[str, object], report: ImportReport) -> StoredChat | None:
    """The conversation with all branches; None where nobody said anything in it. Its ids follow from the source's."""
    mapping = as_dict(untrusted["mapping"])
    chat_id = ChatId(uuid5(NAMESPACE, _source_id(untrusted, mapping)))
    nodes = {name: _node(name, as_dict(found), chat_id, report) for name, found in mapping.items()}
    built = tree.build(nodes, as_text(untrusted.get("current_node")))
    report.drop(Dropped.BROKEN_LINK, built.broken_links)
    if not built.messages:
        return None
    report.sources.add(Source.CHATGPT)
    created_at_ms = as_time_ms(untrusted.get("create_time"))
    title = as_line(untrusted.get("title"))
    info = ChatInfo(
        id=chat_id,
        title=title,
        is_title_chosen=bool(title),
        is_pinned=untrusted.get("is_starred") is True,
        created_at_ms=created_at_ms,
        changed_at_ms=as_time_ms(untrusted.get("update_time"))
        or max(created_at_ms, *(message.created_at_ms for message in built.messages)),
    )
    return StoredChat(info, built.messages, built.shown)


def _source_id(untrusted: Mapping[str, object], mapping: Mapping[str, object]) -> str:
    """Its own id; else one that follows from its nodes, so that the same file gives the same chat again."""
    given = as_text(untrusted.get("conversation_id")) or as_text(untrusted.get("id"))
    return given or "\n".join([as_line(untrusted.get("title")), *(as_text(name) for name in mapping)])


def _node(name: str, node: Mapping[str, object], chat_id: ChatId, report: ImportReport) -> tree.Node:
    untrusted = as_dict(node.get("message"))
    message = None
    if untrusted:
        why = _why_not(untrusted)
        if why is None:
            message = _message(MessageId(uuid5(chat_id, as_text(name))), untrusted, report)
        else:
            report.drop(why)
    parent = node.get("parent")
    children = [child for child in as_list(node.get("children")) if isinstance(child, str)]
    return tree.Node(parent if isinstance(parent, str) else None, message, children)


def _why_not(message: Mapping[str, object]) -> Dropped | None:
    """Why this message is no part of what was said; None where it is."""
    role = as_text(as_dict(message.get("author")).get("role"))
    metadata = as_dict(message.get("metadata"))
    kind = as_text(as_dict(message.get("content")).get("content_type"))
    if role == "tool" or message.get("recipient", "all") not in ("all", None, ""):
        return Dropped.TOOLS
    if role == "system" or kind in INSTRUCTIONS:
        return Dropped.INSTRUCTIONS
    if role not in ROLES:
        return Dropped.DAMAGED_MESSAGE
    if kind in THOUGHTS:
        return Dropped.THOUGHTS
    has_no_weight = "weight" in message and message["weight"] in (0, 0.0) and role != "user"
    if metadata.get("is_visually_hidden_from_conversation") is True or has_no_weight:
        return Dropped.HIDDEN
    return None


def _message(message_id: MessageId, untrusted: Mapping[str, object], report: ImportReport) -> Message | None:
    role = ROLES[str(as_dict(untrusted.get("author"))["role"])]
    metadata = as_dict(untrusted.get("metadata"))
    text, unnamed = _text(as_dict(untrusted.get("content")))
    names = [as_line(as_dict(found).get("name")) for found in as_list(metadata.get("attachments"))]
    missing = [f"[File: {name}]" for name in names if name]
    missing += unnamed[len(missing) :]  # a picture that was attached stands in both places
    report.drop(Dropped.FILES, len(missing))
    text = "\n\n".join(part for part in (*missing, text) if part)
    if not text:
        return None  # the empty steps between a question and its answer
    is_reply = role is Role.ASSISTANT
    return Message(
        id=message_id,
        role=role,
        text=text,
        created_at_ms=as_time_ms(untrusted.get("create_time")),
        end=_end(metadata) if is_reply else None,
        model_id=as_line(metadata.get("model_slug")) if is_reply else "",
    )


def _end(metadata: Mapping[str, object]) -> EndReason:
    kind = as_dict(metadata.get("finish_details")).get("type")
    return ENDS.get(kind, EndReason.END_OF_TEXT) if isinstance(kind, str) else EndReason.END_OF_TEXT


def _text(content: Mapping[str, object]) -> tuple[str, list[str]]:
    """(what can be read, a word for each thing that cannot)."""
    files: list[str] = []
    parts = [_part(part, files.append) for part in as_list(content.get("parts"))]
    if not parts:
        parts = [as_clean_text(content.get("text")) or as_clean_text(content.get("result"))]
        if content.get("content_type") == "code" and parts[0]:
            language = as_line(content.get("language"), 20).replace("`", "")
            parts = [fenced(parts[0], "" if language == "unknown" else language)]
    text = "\n\n".join(part for part in parts if part)
    return _CITATION.sub("", text).strip(), files


def _part(untrusted: object, add_file: Callable[[str], None]) -> str:
    if isinstance(untrusted, str):
        return as_clean_text(untrusted)
    part = as_dict(untrusted)
    if text := as_clean_text(part.get("text")):  # what was spoken, written down by ChatGPT
        return text
    kind = as_text(part.get("content_type"))
    words = (("image", "[Picture]"), ("audio", "[Sound]"), ("video", "[Video]"))
    if kind:
        add_file(next((word for name, word in words if name in kind), "[File]"))
    return ""
