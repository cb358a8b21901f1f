"""Chats of every shape for Hypothesis, and one by hand: the source of tests/vectors/chats-v1.json."""

from pathlib import Path
from uuid import UUID

from hypothesis import strategies as st

from app.domain.conversation import (
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
from app.domain.ids import ChatId, FolderId, MessageId
from app.domain.sampling import SamplingSettings

FILES = Path(__file__).parent / "files"
FOLDER = Folder(FolderId(UUID(int=0xF0)), "Recipes & more")


def message_id(number: int) -> MessageId:
    return MessageId(UUID(int=number))


def said(number: int, parent: int | None, text: str, role: Role = Role.USER, **more: object) -> Message:
    values = {"end": EndReason.END_OF_TEXT if role is Role.ASSISTANT else None} | more
    return Message(
        message_id(number),
        role,
        text,
        parent=None if parent is None else message_id(parent),
        created_at_ms=1_700_000_000_000 + number,
        **values,  # type: ignore[arg-type]
    )


SAMPLE = StoredChat(
    ChatInfo(
        id=ChatId(UUID(int=0xC0)),
        title="Bread: “why?” <b>",
        is_title_chosen=True,
        folder=FOLDER.id,
        is_pinned=True,
        created_at_ms=1_700_000_000_000,
        changed_at_ms=1_700_000_001_000,
        draft="and then",
        options=ChatOptions(
            "Answer briefly.",
            SamplingSettings(0.7, 40, 0.9, 0.05, 1.1, 2**40 + 1, ("###", "\n\n"), 256),
            "notes-adapter",
        ),
    ),
    [
        said(1, None, "Why did it fall?", attachments=(Attachment("loaf.txt", "flour\n```\nwater\n```"),)),
        said(
            2,
            1,
            "Too *much* yeast.",
            Role.ASSISTANT,
            tokens=(1, 2, 49151),
            end=EndReason.STOPPED,
            traffic=Traffic(3, 3, 1000, 2000, 12, 3, 31, 0.25, 0.5),
            model_id="smollm2-135m-instruct",
        ),
        said(3, 1, "Too **little** salt.\n\n| a | b |\n|---|---|\n| 1 | 2 |", Role.ASSISTANT, model_id="smollm2"),
        said(4, 3, "Danke 🥖"),
        said(5, None, "Why did the loaf fall?"),
        said(6, 5, "", Role.ASSISTANT, end=None),
    ],
    {None: message_id(1), message_id(1): message_id(3), message_id(3): message_id(4), message_id(5): message_id(6)},
)

texts = st.text(max_size=30)
counts = st.integers(0, 2**53)
seconds = st.floats(0, 1e9)
uuids = st.uuids(allow_nil=False)
traffics = st.builds(
    Traffic, counts, counts, counts, counts, counts, counts, counts, seconds, seconds
)  # fmt: skip
samplings = st.builds(
    SamplingSettings,
    temperature=seconds,
    top_k=counts,
    top_p=st.floats(0, 1, exclude_min=True),
    min_p=st.floats(0, 1),
    repetition_penalty=st.floats(0, 10, exclude_min=True),
    seed=st.none() | st.integers(0, 2**62),
    stop=st.lists(st.text(min_size=1, max_size=5), max_size=3).map(tuple),
    max_tokens=st.integers(1, 2**40),
)
strengths = st.integers(0, 150)
options = st.builds(
    ChatOptions, st.none() | texts, st.none() | samplings, st.none() | texts, strength=st.none() | strengths
)
uses = st.builds(AdapterUse, st.text(min_size=1, max_size=30), strengths)
attachments = st.lists(st.builds(Attachment, texts, texts), max_size=2).map(tuple)


@st.composite
def chats(draw: st.DrawFn, folders: tuple[Folder, ...] = ()) -> StoredChat:
    """A chat with any tree: each message stands below one before it, or begins a branch."""
    ids = [MessageId(found) for found in draw(st.lists(uuids, min_size=1, max_size=8, unique=True))]
    messages = [
        Message(
            id=found,
            role=draw(st.sampled_from(Role)),
            text=draw(texts),
            tokens=tuple(draw(st.lists(st.integers(0, 2**31 - 1), max_size=5))),
            parent=draw(st.sampled_from([None, *ids[:place]])),
            created_at_ms=draw(counts),
            attachments=draw(attachments),
            end=draw(st.none() | st.sampled_from(EndReason)),
            traffic=draw(st.none() | traffics),
            model_id=draw(texts),
            adapter=draw(st.none() | uses),
        )
        for place, found in enumerate(ids)
    ]
    shown = {message.parent: message.id for message in messages if draw(st.booleans())}
    info = ChatInfo(
        id=ChatId(draw(uuids)),
        title=draw(texts),
        is_title_chosen=draw(st.booleans()),
        folder=draw(st.sampled_from([None, *(folder.id for folder in folders)])),
        is_pinned=draw(st.booleans()),
        created_at_ms=draw(counts),
        changed_at_ms=draw(counts),
        draft=draw(texts),
        options=draw(options),
    )
    return StoredChat(info, messages, shown)
