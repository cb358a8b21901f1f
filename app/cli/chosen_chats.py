"""Which of their own chats a person meant by --chat TITLE|ID. A title has to be the whole one: a chat that was only
nearly meant must not be learned from."""

import difflib
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.domain.conversation import ChatInfo
from app.domain.errors import SettingsError

MOST_NEAR = 5
_NEAR = 0.5  # difflib's ratio


def chosen_chats(wanted: Sequence[str], chats: Sequence[ChatInfo]) -> tuple[ChatInfo, ...]:
    """One chat for each of `wanted`, none of them twice. Raises SettingsError where none or several fit."""
    found = {chat.id: chat for chat in (_chosen(one, chats) for one in wanted)}
    return tuple(found.values())


def titled(chat: ChatInfo) -> str:
    """Its title on one line; "" before it has one."""
    return " ".join(chat.title.split())


def _chosen(wanted: str, chats: Sequence[ChatInfo]) -> ChatInfo:
    if not chats:
        raise SettingsError(
            "There are no chats on this computer.",
            "Only chats in the window are kept. Name notes: nearhalf tune ~/notes",
        )
    found = [chat for chat in chats if chat.id == _id(wanted)] or _with_title(wanted, chats)
    if len(found) == 1:
        return found[0]
    if found:
        which = "\n".join(f"  {chat.id}  {_day(chat)}  {titled(chat)}" for chat in found)
        raise SettingsError(f"{len(found)} chats are called {wanted!r}.", f"Give the id of the one you mean:\n{which}")
    near = _near(wanted, chats)
    shown = "\n".join(f"  {title}" for title in near or _titles(chats)[:MOST_NEAR])
    raise SettingsError(f"No chat is called {wanted!r}.", f"{'Near it' if near else 'The latest'}:\n{shown}")


def _id(wanted: str) -> UUID | None:
    try:
        return UUID(wanted.strip())
    except ValueError:
        return None


def _with_title(wanted: str, chats: Sequence[ChatInfo]) -> list[ChatInfo]:
    """Those of exactly this title; where there is none, those of it in any case."""
    exact = [chat for chat in chats if titled(chat) == wanted]
    return exact or [chat for chat in chats if chat.title and _plain(chat.title) == _plain(wanted)]


def _near(wanted: str, chats: Sequence[ChatInfo]) -> list[str]:
    """Titles that hold the words, then those spelled much like them; some at most."""
    plain = _plain(wanted)
    by_plain = {_plain(title): title for title in _titles(chats)}
    holding = [one for one in by_plain if plain and plain in one]
    alike = difflib.get_close_matches(plain, by_plain, MOST_NEAR, _NEAR)
    return [by_plain[one] for one in dict.fromkeys(holding + alike)][:MOST_NEAR]


def _titles(chats: Sequence[ChatInfo]) -> list[str]:
    return list(dict.fromkeys(titled(chat) for chat in chats if titled(chat)))


def _plain(title: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


def _day(chat: ChatInfo) -> str:
    return datetime.fromtimestamp(chat.changed_at_ms / 1000).astimezone().date().isoformat()
