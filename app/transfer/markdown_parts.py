"""Small pieces of Markdown that both readers and writers need."""

import re

_FENCE = re.compile("`+")


def fenced(code: str, language: str = "") -> str:
    """A code block, with a fence that `code` does not hold."""
    longest = max((len(run) for run in _FENCE.findall(code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def escaped(line: str) -> str:
    """One line of plain words that Markdown is to show as they are."""
    return re.sub(r"([\\`*_\[\]<>#|~$])", r"\\\1", line)
