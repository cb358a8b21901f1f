"""What the spelling check says and is told: values only."""

from dataclasses import dataclass

# Languages whose word lists were found good enough (docs/lab-log.md); their names in themselves.
LANGUAGES = {
    "en": "English",
    "de": "Deutsch",
    "fr": "Français",
    "it": "Italiano",
    "nl": "Nederlands",
    "pt": "Português",
}
OWN_SPELLINGS = "spelling words"  # the vault's name for the person's own words: a line each
MOST_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class Misspelt:
    """A word that no chosen language knows; start in characters of the text that was checked."""

    start: int
    word: str


def chosen_languages(chosen: tuple[str, ...], interface: str) -> tuple[str, ...]:
    """Of the person's choice what this version knows; where there is none, the interface's language and English."""
    known = tuple(language for language in chosen if language in LANGUAGES)
    if known:
        return known
    return (interface, "en") if interface in LANGUAGES and interface != "en" else ("en",)


def own_spellings(lines: str) -> tuple[str, ...]:
    """The person's words as they stand in the vault, each once, in the order of the alphabet."""
    return tuple(sorted({line.strip() for line in lines.splitlines() if line.strip()}, key=str.casefold))
