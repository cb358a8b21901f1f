"""Full-text search over messages, attachments and titles, hidden ones left out. SELECTs only.

FTS5 with unicode61 finds words by their beginnings, whatever their case and accents. Scripts that put no spaces between
words (Chinese, Japanese, Thai, ...) make one long word of a sentence, so words in them are looked for by scanning.
"""

import re
from collections.abc import Sequence
from uuid import UUID

from app.domain.conversation import SearchHit
from app.domain.ids import ChatId, MessageId
from app.storage.database import Connection

_MARK, _END = "\ufdd0", "\ufdd1"  # noncharacters: they stand in no text
_SNIPPET_WORDS = 24
_SCAN_BEFORE, _SCAN_AFTER = 40, 120  # characters of a snippet around a scanned hit
_RANKED = 2_000  # of more matches than this, the latest are ranked
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

_TITLES_SQL = """
    SELECT c.id, c.title, highlight(title_words, 0, :mark, :end)
    FROM title_words JOIN chats c ON c.number = title_words.rowid
    WHERE title_words MATCH :words AND c.is_deleted = 0
    ORDER BY c.changed_at_ms DESC LIMIT :limit
"""
# The latest matches, without reading a row of `messages` for them; then the best of those by bm25.
_MESSAGES_SQL = f"""
    SELECT c.id, m.id, c.title, snippet(message_words, -1, :mark, :end, '…', {_SNIPPET_WORDS})
    FROM message_words
    JOIN messages m ON m.number = message_words.rowid
    JOIN chats c ON c.number = m.chat
    WHERE message_words MATCH :words AND m.is_hidden = 0 AND c.is_deleted = 0
    ORDER BY message_words.rank LIMIT :limit
"""  # noqa: S608 - a number of our own
_SCAN_SQL = """
    SELECT c.id, m.id, c.title, m.text || char(10) || m.attached
    FROM messages m JOIN chats c ON c.number = m.chat
    WHERE m.is_hidden = 0 AND c.is_deleted = 0 AND {condition}
    ORDER BY m.number DESC LIMIT ?
"""
_SCAN_TITLES_SQL = """
    SELECT c.id, NULL, c.title, c.title FROM chats c
    WHERE c.is_deleted = 0 AND {condition} ORDER BY c.changed_at_ms DESC LIMIT ?
"""


def search(connection: Connection, words: str, limit: int) -> tuple[SearchHit, ...]:
    """Titles first, then messages; each holds every word."""
    found = [word for word in words.replace("\0", " ").split() if any(character.isalnum() for character in word)]
    if not found or limit < 1:
        return ()
    if any(_UNSPACED.search(word) for word in found):
        return _scan(connection, found, limit)
    values = {
        "words": " ".join('"' + word.replace('"', '""') + '"*' for word in found),
        "mark": _MARK,
        "end": _END,
        "limit": limit,
    }
    titles = [
        SearchHit(ChatId(UUID(bytes=chat)), None, title, *_marked(snippet))
        for chat, title, snippet in connection.execute(_TITLES_SQL, values)
    ]
    values["limit"] = limit - len(titles)
    messages = [
        SearchHit(ChatId(UUID(bytes=chat)), MessageId(UUID(bytes=message)), title, *_marked(snippet))
        for chat, message, title, snippet in connection.execute(_MESSAGES_SQL, values)
    ]
    return tuple(titles + messages)


def _scan(connection: Connection, words: Sequence[str], limit: int) -> tuple[SearchHit, ...]:
    patterns = ["%" + re.sub(r"([%_\\])", r"\\\1", word) + "%" for word in words]
    hits: list[SearchHit] = []
    for statement, text in ((_SCAN_TITLES_SQL, "c.title"), (_SCAN_SQL, "(m.text || char(10) || m.attached)")):
        condition = " AND ".join(f"{text} LIKE ? ESCAPE '\\'" for _ in words)
        rows = connection.execute(statement.format(condition=condition), (*patterns, limit - len(hits)))
        for chat, message, title, whole in rows:
            id_ = MessageId(UUID(bytes=message)) if message is not None else None
            hits.append(SearchHit(ChatId(UUID(bytes=chat)), id_, title, *_cut(whole, words)))
    return tuple(hits)


def _marked(snippet: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """(the text on one line, where its hits are)."""
    text, marks, start, length = [], [], -1, 0
    for piece in re.split(f"([{_MARK}{_END}])", re.sub(r"\s", " ", snippet)):
        if piece == _MARK:
            start = length
        elif piece == _END:
            if start >= 0:
                marks.append((start, length))
            start = -1
        else:
            text.append(piece)
            length += len(piece)
    return "".join(text), tuple(marks)


def _cut(whole: str, words: Sequence[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """As `_marked`, of a text that was found by scanning."""
    places = [found.span() for word in words for found in re.finditer(re.escape(word), whole, re.IGNORECASE)]
    first = min((start for start, _ in places), default=0)
    begin, end = max(first - _SCAN_BEFORE, 0), min(first + _SCAN_AFTER, len(whole))
    before, after = "…" if begin else "", "…" if end < len(whole) else ""
    shift = len(before) - begin
    marks = sorted((start + shift, stop + shift) for start, stop in places if begin <= start and stop <= end)
    return before + re.sub(r"\s", " ", whole[begin:end]) + after, tuple(marks)
