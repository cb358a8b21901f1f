"""Which words of a message are prose. Not: code, addresses, paths, files, ALLCAPS, camelCase, words with digits.

Linear in the text: it is cut at white space first, and a piece that looks technical is passed over whole.
"""

import re
from collections.abc import Iterator

LONGEST_WORD = 60  # characters; what is longer is no word

_PIECE = re.compile(
    r"^ {0,3}(?P<fence>```|~~~)[\s\S]*?(?:^ {0,3}(?P=fence)|\Z)"  # a fence that is not closed yet is code to the end
    r"|``[^\n]*?``|`[^`\n]*`"
    r"|<[a-zA-Z/!][^<>\n]{0,200}>"
    r"|(?P<prose>[^\s`<]+)",
    re.MULTILINE,
)
_TECHNICAL = re.compile(r"://|[@\\/_#=<>{}|~^$%&+]|\w[.(\[:*]\w|\w\(\)|^-+\w")
_WORD = re.compile(r"[\w\u0300-\u036f]+(?:['’][\w\u0300-\u036f]+)*")
_ABBREVIATION = re.compile(r"[^\W\d_a-z]{2,}s?$")
_DIGIT_OR_UNDERLINE = re.compile(r"[\d_]")
_LAST_LATIN = "\u024f"
_COMBINING = re.compile(r"[\u0300-\u036f]")


def prose_words(text: str) -> Iterator[tuple[int, str]]:
    """(start, word) of each word that can be checked, in order."""
    for piece in _PIECE.finditer(text):
        prose = piece["prose"]
        if prose is None or _TECHNICAL.search(prose):
            continue
        for found in _WORD.finditer(prose):
            is_cut = prose[found.end() : found.end() + 1] == "-" and not prose[found.end() + 1 :][:1].isalpha()
            if not is_cut and is_prose(found[0]):
                yield piece.start() + found.start(), found[0]


def is_prose(word: str) -> bool:
    """Whether a word can be checked at all: written in Latin letters, as words are."""
    if not 1 < len(word) <= LONGEST_WORD or _DIGIT_OR_UNDERLINE.search(word) or _ABBREVIATION.match(word):
        return False
    if max(_COMBINING.sub("", word), default="a") > "’" or any(_LAST_LATIN < letter < "\u0300" for letter in word):
        return False
    rest = word[1:]
    return rest == rest.lower()
