"""Characters that could deceive a reader are made visible, addresses that could do harm stay text.

A bidirectional override reverses the text after it ("Trojan Source", CVE-2021-42574); every block is laid out on its
own, so nothing leaks out of one, and within it the controls are shown by their code. In code that holds for isolates
and for characters of no width too. Line and paragraph separators, which Qt would turn into new blocks, become spaces.
"""

import re
from collections.abc import Mapping

_OVERRIDES = (*range(0x202A, 0x202F),)
_ISOLATES = (*range(0x2066, 0x206A),)
_WIDTHLESS = (0x00AD, 0x061C, 0x180E, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, *range(0x2060, 0x2065), 0xFEFF)
_CONTROLS = {code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A)} | {0x7F: "\u2421"}
_ALWAYS = (
    _CONTROLS
    | dict.fromkeys(range(128, 160), "�")
    | {0x2028: " ", 0x2029: " ", 0xFFFC: "\ufffd", 0xFDD0: "\ufffd", 0xFDD1: "\ufffd"}
    | {code: f"⟨U+{code:04X}⟩" for code in _OVERRIDES}
)
_IN_CODE = _ALWAYS | {code: f"⟨U+{code:04X}⟩" for code in (*_ISOLATES, *_WIDTHLESS)}
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\ufdd0\ufdd1\ufffc\ud800-\udfff]")
_SUSPECT_IN_CODE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufdd0\ufdd1\ufeff\ufffc"
    "\ud800-\udfff]"
)
_SURROGATES = re.compile("[\ud800-\udfff]")  # half a character: Qt would join it to its neighbour
_RUN = re.compile(r"(⟨U\+[0-9A-F]{4}⟩)\1{3,}")  # one is told, ten thousand would fill the page
SAFE_ADDRESS = re.compile(r"(?:https?://[^\s/]|mailto:[^\s@]+@)\S*\Z", re.IGNORECASE)
BARE_ADDRESS = re.compile(r"\bhttps?://[^\s<>\"'`\\^{|}\u2028-\u202e\u2066-\u2069]{1,2000}", re.IGNORECASE)


def shown(text: str) -> str:
    """Prose as it may be shown."""
    return _spelled(text, _ALWAYS) if _SUSPECT.search(text) else text


def shown_code(text: str) -> str:
    """Code as it may be shown: here every character counts."""
    return _spelled(text, _IN_CODE) if _SUSPECT_IN_CODE.search(text) else text


def _spelled(text: str, names: Mapping[int, str]) -> str:
    text = _SURROGATES.sub("\ufffd", text).translate(names)
    return _RUN.sub(lambda run: f"{run.group(1)[:-1]} ×{len(run.group()) // len(run.group(1))}⟩", text)


def is_safe_address(address: str) -> bool:
    """Web and mail only. Not javascript:, data:, file: and whatever else a desktop may have a handler for."""
    return SAFE_ADDRESS.match(address) is not None and shown(address) == address


def units(text: str) -> int:
    """Length in UTF-16 code units, in which Qt counts positions."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def index_of_unit(text: str, unit: int) -> int:
    """Where in `text` the code unit number `unit` stands."""
    if text.isascii():
        return unit
    return len(text.encode("utf-16-le", "surrogatepass")[: 2 * unit].decode("utf-16-le", "ignore"))
