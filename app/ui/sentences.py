"""Sentences of the parts that know no Qt (errors, progress, notices) in the person's language.

Those parts speak English and fill names and numbers in themselves. Here the finished sentence is matched against the
templates that packaging/build_translations.py has gathered from the source, and said again in the other language. A
sentence that fits none stays as it is: English is better than nothing.
"""

import re
from collections.abc import Sequence
from functools import cache

from PySide6.QtCore import QCoreApplication

from app.ui.sentence_catalog import TEMPLATES

LIMIT_CHARACTERS = 4_000  # no sentence of ours; matching longer ones could take long
_FIELD = re.compile(r"\{(\d+)\}")
_BOUNDARY = re.compile(r"(?<=[.?!…])\s+")


def in_words(text: str) -> str:
    """`text`, one or several sentences, in the language of the window."""
    if not text or len(text) > LIMIT_CHARACTERS or not _is_translated():
        return text
    whole = _sentence(text)
    if whole is not None:
        return whole
    pieces, is_ours = _BOUNDARY.split(text), False
    said: list[str] = []
    while pieces:
        for count in range(len(pieces), 0, -1):  # a template may hold several sentences
            found = _sentence(" ".join(pieces[:count])) if count < len(pieces) or said else None
            if found is not None:
                is_ours = True
                said.append(found)
                del pieces[:count]
                break
        else:
            said.append(pieces.pop(0))
    return " ".join(said) if is_ours else text


def _sentence(text: str) -> str | None:
    """None where no template fits."""
    if text in _plain():
        return _translated(text)
    for template, pattern in _patterns():
        found = pattern.fullmatch(text)
        if found is not None:
            return _filled(_translated(template), [in_words(field) for field in found.groups()])
    return None


def _filled(template: str, fields: Sequence[str]) -> str:
    return _FIELD.sub(lambda match: fields[int(match[1])], template)


def _translated(template: str) -> str:
    return QCoreApplication.translate("sentences", template).replace("{{", "{").replace("}}", "}")


def _is_translated() -> bool:
    probe = TEMPLATES[0]
    return QCoreApplication.translate("sentences", probe) != probe


@cache
def _plain() -> frozenset[str]:
    return frozenset(text for text in TEMPLATES if not _FIELD.search(text))


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Those with fields; the ones that say most by themselves come first."""
    with_fields = sorted((text for text in TEMPLATES if _FIELD.search(text)), key=_weight, reverse=True)
    return tuple((text, _pattern(text)) for text in with_fields)


def _weight(template: str) -> int:
    return len(_FIELD.sub("", template))


def _pattern(template: str) -> re.Pattern[str]:
    parts = [re.escape(part.replace("{{", "{").replace("}}", "}")) for part in _FIELD.split(template)[::2]]
    return re.compile("(.*?)".join(parts), re.DOTALL)
