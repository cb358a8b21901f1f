"""The spelling check: a text's misspelt words and what was meant. Slow the first time a language is asked for.

Off the window's thread. Lists are loaded when first needed (0.2-0.4 s, 5-15 MB a language: docs/lab-log.md) and kept;
what was typed is remembered only as verdicts on words, until `forget`.
"""

import logging
import unicodedata
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING

from app.core.spelling.chat_words import CHAT_WORDS
from app.core.spelling.prose import prose_words
from app.core.spelling.rest import never, rest
from app.core.spelling.word_forms import FORMS, german_lower, plain
from app.domain.errors import Cancelled
from app.domain.spelling import LANGUAGES, MOST_SUGGESTIONS, Misspelt, own_spellings

if TYPE_CHECKING:
    from app.core.spelling.word_list import WordList

log = logging.getLogger(__name__)

WORDS_BETWEEN_RESTS = 16  # new ones; a German compound takes up to 1 ms
WORDS_REMEMBERED = 20_000


class Spelling:
    """Any thread. The person's own words are read at each check: the settings may change them meanwhile."""

    def __init__(
        self,
        read_own: Callable[[], str] = str,
        write_own: Callable[[str], None] | None = None,
        folder: Path | None = None,
    ) -> None:
        """read_own, write_own: the person's words, a line each; folder: of word lists, where not the wheel's."""
        self._read_own, self._write_own = read_own, write_own
        self._folder = folder or _list_folder()
        self._lists: dict[str, WordList | None] = {}
        self._verdicts: dict[tuple[str, tuple[str, ...]], bool] = {}
        self._lock = RLock()

    @property
    def languages(self) -> tuple[str, ...]:
        """Those whose lists are installed."""
        return tuple(code for code in LANGUAGES if self._path(code) is not None)

    def check(
        self,
        text: str,
        languages: Sequence[str],
        first: int = 0,
        last: int | None = None,
        must_stop: Callable[[], bool] = never,
    ) -> tuple[Misspelt, ...]:
        """The words between two places that none of the languages knows, in order; none where no list can be read.

        Raises StorageError where the person's own words cannot be read, Cancelled soon after `must_stop` says so.
        """
        chosen = tuple(code for code in languages if self._list(code, must_stop) is not None)
        if not chosen:
            return ()
        own = {_plain(word) for word in own_spellings(self._read_own())}
        found = []
        for number, (start, word) in enumerate(prose_words(text)):
            if number % WORDS_BETWEEN_RESTS == 0:
                if must_stop():
                    raise Cancelled
                rest()
            if start < first or (last is not None and start >= last):
                continue
            plain_word = _plain(word)
            if plain_word not in own and _without_s(plain_word) not in own and not self._knows(word, chosen):
                found.append(Misspelt(start, word))
        return tuple(found)

    def suggest(self, word: str, languages: Sequence[str], must_stop: Callable[[], bool] = never) -> tuple[str, ...]:
        """Up to MOST_SUGGESTIONS words, written as the word is: with or without a capital."""
        from app.core.spelling.near_words import near_words

        lists = [words for code in languages if (words := self._list(code, must_stop)) is not None]
        near = near_words(_plain(word), lists, MOST_SUGGESTIONS)
        is_capital = word[:1].isupper()
        return tuple(other[:1].upper() + other[1:] if is_capital else other for other in near)

    def learn(self, word: str) -> None:
        """Add a word to the person's own. Raises StorageError."""
        if self._write_own is not None:
            self._write_own("\n".join(own_spellings(f"{self._read_own()}\n{word}")))

    def forget(self) -> None:
        """What was typed goes: the lock."""
        with self._lock:
            self._verdicts.clear()

    def _knows(self, word: str, languages: tuple[str, ...]) -> bool:
        key = (word, languages)
        with self._lock:
            verdict = self._verdicts.get(key)
        if verdict is None:
            verdict = any(self._is_word(word, code) for code in languages)
            with self._lock:
                if len(self._verdicts) >= WORDS_REMEMBERED:
                    self._verdicts.clear()
                self._verdicts[key] = verdict
        return verdict

    def _is_word(self, word: str, code: str) -> bool:
        words = self._list(code)
        lower = _plain(word)
        if words is None or lower in CHAT_WORDS:
            return words is not None
        known: dict[str, int] = {}

        def knows(part: str) -> int:
            if part not in known:
                known[part] = words.count(part) or (part in CHAT_WORDS)
            return known[part]

        if code == "de" and word == lower:
            return german_lower(lower, knows)
        return FORMS.get(code, plain)(lower, knows)

    def _path(self, code: str) -> Path | None:
        path = self._folder / f"{code}.json.gz" if self._folder is not None else None
        return path if path is not None and path.is_file() else None

    def _list(self, code: str, must_stop: Callable[[], bool] = never) -> "WordList | None":
        with self._lock:
            if code not in self._lists:
                self._lists[code] = self._load(code, must_stop)
            return self._lists[code]

    def _load(self, code: str, must_stop: Callable[[], bool]) -> "WordList | None":
        path = self._path(code)
        if path is None:
            return None
        from app.core.spelling.word_list import WordList  # numpy: not before the window shows

        try:
            return WordList.load(path, must_stop)
        except (OSError, ValueError, EOFError) as error:
            log.warning("the word list of %s cannot be read: %s", code, type(error).__name__)
            return None


def _list_folder() -> Path | None:
    """Where the wheel's word lists are; None where it is not installed. Imports nothing of it."""
    spec = find_spec("spellchecker")
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(spec.submodule_search_locations[0]) / "resources"


def _plain(word: str) -> str:
    return unicodedata.normalize("NFC", word).replace("’", "'").lower()


def _without_s(word: str) -> str:
    return word[:-2] if word.endswith("'s") else word.removesuffix("s")
