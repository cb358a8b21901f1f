"""Full-text search over messages, attachments and titles, hidden ones left out. SELECTs only.

FTS5 with unicode61 finds words by their beginnings, whatever their case and accents. The best of the latest thousand
hits come first (bm25): ranking all of them takes 40-100 ms of a history of 50,000 messages, this 1-5 ms. Scripts that
put no spaces between words (Chinese, Japanese, Thai, ...) make one long word of a sentence, so words in them are looked
for by scanning.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from uuid import UUID

from app.domain.conversation import SearchHit
from app.domain.ids import ChatId, MessageId
from app.storage.database import Connection

_WINDOW = 1_000
_BEFORE, _SNIPPET = 40, 160  # characters of a snippet before its first hit, and in all
_PIECE = 2**14  # a long text is folded a piece at a time, until a hit is found
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")

_TITLES_SQL = """
    SELECT c.id, NULL, c.title, c.title, ''
    FROM title_words JOIN chats c ON c.number = title_words.rowid
    WHERE title_words MATCH :words AND c.is_deleted = 0
    ORDER BY c.changed_at_ms DESC LIMIT :limit
"""
_WINDOW_SQL = """
    SELECT rowid, rank FROM message_words WHERE message_words MATCH ? AND rowid < ? ORDER BY rowid DESC LIMIT ?
"""
_MESSAGE_SQL = """
    SELECT c.id, m.id, c.title, m.text, m.attached
    FROM messages m JOIN chats c ON c.number = m.chat
    WHERE m.number = ? AND m.is_hidden = 0 AND c.is_deleted = 0
"""
_SCAN_SQL = """
    SELECT c.id, m.id, c.title, m.text, m.attached
    FROM messages m JOIN chats c ON c.number = m.chat
    WHERE m.is_hidden = 0 AND c.is_deleted = 0 AND {condition}
    ORDER BY m.number DESC LIMIT ?
"""
_SCAN_TITLES_SQL = """
    SELECT c.id, NULL, c.title, c.title, '' FROM chats c
    WHERE c.is_deleted = 0 AND {condition} ORDER BY c.changed_at_ms DESC LIMIT ?
"""

_Row = tuple[bytes, bytes | None, str, str, str]  # chat, message, title, text, text of the attachments


def search(connection: Connection, words: str, limit: int) -> tuple[SearchHit, ...]:
    """Titles first, then messages; each holds every word."""
    found = [word for word in words.replace("\0", " ").split() if any(character.isalnum() for character in word)]
    if not found or limit < 1:
        return ()
    if any(_UNSPACED.search(word) for word in found):
        hit = re.compile("|".join(re.escape(_folded(word)) for word in found))
        return tuple(_hit(row, hit) for row in _scan(connection, found, limit))
    match = " ".join('"' + word.replace('"', " ") + '"*' for word in found)
    rows: list[_Row] = connection.execute(_TITLES_SQL, {"words": match, "limit": limit}).fetchall()
    rows += _messages(connection, match, limit - len(rows))
    hit = re.compile("|".join(_beginning(word) for word in found))
    return tuple(_hit(row, hit) for row in rows)


def _messages(connection: Connection, match: str, limit: int) -> list[_Row]:
    rows: list[_Row] = []
    before = 2**62
    while len(rows) < limit:
        window = connection.execute(_WINDOW_SQL, (match, before, _WINDOW)).fetchall()
        if not window:
            break
        before = window[-1][0]
        for number, _ in sorted(window, key=lambda found: (found[1], -found[0])):
            row = connection.execute(_MESSAGE_SQL, (number,)).fetchone()
            if row is not None:
                rows.append(row)
            if len(rows) == limit:
                break
    return rows


def _scan(connection: Connection, words: Sequence[str], limit: int) -> Iterator[_Row]:
    patterns = ["%" + re.sub(r"([%_\\])", r"\\\1", word) + "%" for word in words]
    for statement, text in ((_SCAN_TITLES_SQL, "c.title"), (_SCAN_SQL, "(m.text || char(10) || m.attached)")):
        condition = " AND ".join(f"{text} LIKE ? ESCAPE '\\'" for _ in words)
        rows = connection.execute(statement.format(condition=condition), (*patterns, limit)).fetchall()
        limit -= len(rows)
        yield from rows


def _beginning(word: str) -> str:
    """A pattern for words that begin like `word`, in folded text; all but letters and digits separates, as in FTS5."""
    parts = re.findall(r"[^\W_]+", _folded(word))
    return r"(?<![^\W_])" + r"[\W_]+".join(map(re.escape, parts))


def _hit(row: _Row, pattern: re.Pattern[str]) -> SearchHit:
    chat, message, title, text, attached = row
    snippet, marks = _snippet(text, pattern)
    if not marks and attached:
        snippet, marks = _snippet(attached, pattern)
    return SearchHit(
        ChatId(UUID(bytes=chat)), MessageId(UUID(bytes=message)) if message is not None else None, title, snippet, marks
    )


def _snippet(text: str, pattern: re.Pattern[str]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """(one line of the text around its first hit, where the hits in it are)."""
    first = 0
    for start in range(0, len(text), _PIECE):
        if found := pattern.search(_folded(text[start : start + _PIECE + _SNIPPET])):
            first = start + found.start()
            break
    begin = max(first - _BEFORE, 0) if first > _SNIPPET // 2 else 0
    part = text[begin : begin + _SNIPPET]
    before, after = "…" if begin else "", "…" if begin + _SNIPPET < len(text) else ""
    marks = tuple((found.start() + len(before), found.end() + len(before)) for found in pattern.finditer(_folded(part)))
    return before + re.sub(r"\s", " ", part) + after, marks


class _Folds(dict[int, str]):
    """Each character as its base letter in lower case, one for one, so that places in the text stay what they are."""

    def __missing__(self, code: int) -> str:
        folded = unicodedata.normalize("NFD", chr(code))[0].lower()
        self[code] = folded[0] if folded else chr(code)
        return self[code]


_FOLDS = _Folds()


def _folded(text: str) -> str:
    return text.lower() if text.isascii() else text.translate(_FOLDS)
