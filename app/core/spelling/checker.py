"""The spelling check: a text's misspelt words and what was meant. Slow the first time a language is asked for.

Off the window's thread. Lists are loaded when first needed (0.2-0.4 s, 5-15 MB a language: docs/lab-log.md) and kept;
what was typed is remembered only as verdicts on words, until `forget`.
"""

import logging
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import RLock

from app.core.spelling.chat_words import CHAT_WORDS
from app.core.spelling.near_words import near_words
from app.core.spelling.prose import prose_words
from app.core.spelling.word_forms import FORMS, german_lower, plain
from app.core.spelling.word_list import WordList, list_folder, rest
from app.domain.spelling import LANGUAGES, MOST_SUGGESTIONS, Misspelt

log = logging.getLogger(__name__)

WORDS_BETWEEN_RESTS = 16  # new ones; a German compound takes up to 1 ms
WORDS_REMEMBERED = 20_000


class Spelling:
    """Any thread. `own` is asked at each check: the list may be changed in the settings meanwhile."""

    def __init__(
        self,
        own: Callable[[], Sequence[str]] = tuple,
        learn: Callable[[str], None] | None = None,
        folder: Path | None = None,
    ) -> None:
        """own: the person's words; learn: adds one to them; folder: of word lists, where not the wheel's."""
        self._own, self._learn = own, learn
        self._folder = folder or list_folder()
        self._lists: dict[str, WordList | None] = {}
        self._verdicts: dict[tuple[str, tuple[str, ...]], bool] = {}
        self._lock = RLock()

    @property
    def languages(self) -> tuple[str, ...]:
        """Those whose lists are installed."""
        return tuple(code for code in LANGUAGES if self._path(code) is not None)

    def check(self, text: str, languages: Sequence[str]) -> tuple[Misspelt, ...]:
        """The words that none of the languages knows, in order. None, where no list can be read."""
        chosen = tuple(code for code in languages if self._list(code) is not None)
        if not chosen:
            return ()
        own = {_plain(word) for word in self._own()}
        found = []
        for number, (start, word) in enumerate(prose_words(text)):
            if _plain(word) not in own and _without_s(_plain(word)) not in own and not self._knows(word, chosen):
                found.append(Misspelt(start, word))
            if number % WORDS_BETWEEN_RESTS == 0:
                rest()
        return tuple(found)

    def suggest(self, word: str, languages: Sequence[str]) -> tuple[str, ...]:
        """Up to MOST_SUGGESTIONS words, written as the word is: with or without a capital."""
        lists = [words for code in languages if (words := self._list(code)) is not None]
        near = near_words(_plain(word), lists, MOST_SUGGESTIONS)
        is_capital = word[:1].isupper()
        return tuple(other[:1].upper() + other[1:] if is_capital else other for other in near)

    def learn(self, word: str) -> None:
        """Add a word to the person's own. Raises StorageError."""
        if self._learn is not None:
            self._learn(word)

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
        known: dict[str, bool] = {}

        def knows(part: str) -> bool:
            if part not in known:
                known[part] = part in words or part in CHAT_WORDS
            return known[part]

        if code == "de" and word == lower:
            return german_lower(lower, knows)
        return FORMS.get(code, plain)(lower, knows)

    def _path(self, code: str) -> Path | None:
        path = self._folder / f"{code}.json.gz" if self._folder is not None else None
        return path if path is not None and path.is_file() else None

    def _list(self, code: str) -> WordList | None:
        with self._lock:
            if code not in self._lists:
                self._lists[code] = self._load(code)
            return self._lists[code]

    def _load(self, code: str) -> WordList | None:
        path = self._path(code)
        if path is None:
            return None
        try:
            return WordList.load(path)
        except (OSError, ValueError, EOFError) as error:
            log.warning("the word list of %s cannot be read: %s", code, type(error).__name__)
            return None


def _plain(word: str) -> str:
    return unicodedata.normalize("NFC", word).replace("’", "'").lower()


def _without_s(word: str) -> str:
    return word[:-2] if word.endswith("'s") else word.removesuffix("s")
