"""A chat's automatic title: the first words of its first message that mean something. Made here; no model is asked."""

import re
import unicodedata

from app.domain.conversation import Message

TITLE_CHARS = 48
_FENCE = re.compile(r"^\s*(```|~~~)")
_MARKUP = re.compile(r"^\s*(?:[#>*+\-•]+\s+|\d+[.)]\s+)+|[*_`~]{1,3}(?=\S)|(?<=\S)[*_`~]{1,3}(?=\W|$)")
_GREETING = re.compile(
    r"^(?:(?:hi|hello|hey|hallo|moin|servus|good (?:morning|afternoon|evening)|guten (?:morgen|tag|abend))"
    r"(?: there| zusammen)?[\s,.!:;–-]+|(?:please|bitte)[\s,]+)+",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…](?=\s)|[。！？]")
_CLOSERS = " \t,.;:–-"


def title_of(message: Message) -> str:
    """At most TITLE_CHARS characters; "" where the message holds nothing to name a chat by."""
    for text in (message.text, *(attachment.name for attachment in message.attachments)):
        for line in text.splitlines():
            words = _plain(line)
            if words and not _FENCE.match(line):
                words = _GREETING.sub("", words) or words
                return _shortened(words[0].upper() + words[1:])
    return ""


def _plain(line: str) -> str:
    """One line without markup, control or direction characters, and with single spaces."""
    kept = "".join(sign if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co") else " " for sign in line)
    return " ".join(_MARKUP.sub("", kept).split())


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
