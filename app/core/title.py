"""A chat's automatic title: the first words of its first message that mean something. Made here; no model is asked."""

import re
import unicodedata

from app.domain.conversation import Message

TITLE_CHARS = 48
_FENCE = re.compile(r"^\s*(```|~~~)")
_MARKUP = re.compile(r"^\s*(?:[#>*+\-•]+\s+|\d+[.)]\s+)+|(?<!\w)[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}(?!\w)")
_GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|hallo|moin|servus|good (?:morning|afternoon|evening)|guten (?:morgen|tag|abend))"
    r"(?: there| zusammen)?[\s,.!:;–-]+|(?:please|bitte)[\s,]+)+",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…](?=\s)|[。！？]")
_JOINERS = "\u200c\u200d"  # invisible, but words and emoji are made with them
_CLOSERS = " \t,.;:–-"


def title_of(message: Message) -> str:
    """At most TITLE_CHARS characters; "" where the message holds nothing to name a chat by."""
    for line in message.text.splitlines():
        words = _plain(line)
        if words and not _FENCE.match(line):
            words = _GREETING.sub("", words) or words
            return _shortened(words[0].upper() + words[1:])
    names = (_plain(attachment.name) for attachment in message.attachments)
    return _shortened(next(filter(None, names), ""))


def _plain(line: str) -> str:
    """One line without markup, control or direction characters, and with single spaces."""
    signs = (sign for sign in line if sign in _JOINERS or unicodedata.category(sign) not in ("Cf", "Cs", "Co"))
    visible = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in signs)
    return " ".join(_MARKUP.sub("", visible).split())


def _shortened(text: str) -> str:
    end = _SENTENCE_END.search(text)
    if end is not None and 8 <= end.start() < TITLE_CHARS:
        text = text[: end.start() + (text[end.start()] in "?？")]
    if len(text) <= TITLE_CHARS:
        return text.rstrip(_CLOSERS) or text
    room = text[: TITLE_CHARS - 1]
    if not text[len(room)].isspace() and " " in room[TITLE_CHARS // 2 :]:
        room = room[: room.rindex(" ")]
    while room and unicodedata.combining(text[len(room)]):
        room = room[:-1]
    return room.rstrip(_CLOSERS) + "…"
