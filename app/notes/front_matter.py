"""The YAML or TOML at the head of a Markdown file, as far as notes need it: title, tags, date. No anchors, no types.

A YAML library would build whatever the file asks for; the four forms below are what vaults hold.
"""

import re
from dataclasses import dataclass
from datetime import date

_LARGEST = 2**16  # characters between the two lines of dashes: more, and the first one is a ruler
_KEY = re.compile(r"([\w\"'@][\w .\-/()\"'@]{0,60}?)[ \t]*:(?:[ \t]+(.*)|[ \t]*)$")
_TOML_KEY = re.compile(r"([\w\"'][\w.\-\"']{0,60}?)[ \t]*=[ \t]*(.*)$|\[{1,2}[\w.\-\"']{1,60}\]{1,2}$")
_BLOCKS = (">", ">-", ">+", "|", "|-", "|+")  # the value stands in the lines below
_ITEM = re.compile(r"[ \t]*-[ \t]+(.*)$")
_TITLES, _TAGS, _DAYS = ("title",), ("tags", "tag", "keywords"), ("date", "created", "day")


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """other_lines: how many lines say something else."""

    title: str = ""
    tags: tuple[str, ...] = ()
    day: date | None = None
    other_lines: int = 0


def split_front_matter(text: str) -> tuple[FrontMatter, str]:
    """(what it says, the text behind it); the text as it is where it has none."""
    is_toml = text.startswith("+++\n")
    if not is_toml and not text.startswith("---\n"):
        return FrontMatter(), text
    rule = r"^\+\+\+[ \t]*$" if is_toml else r"^(?:---|\.\.\.)[ \t]*$"
    end = re.compile(rule, re.MULTILINE).search(text, 4, 4 + _LARGEST)
    if end is None:
        return FrontMatter(), text
    head, body = text[4 : end.start()], text[end.end() :]
    values = _values(head, _TOML_KEY if is_toml else _KEY)
    if values is None:
        return FrontMatter(), text
    known = sum(len(lines) for key, lines in values.items() if key in (*_TITLES, *_TAGS, *_DAYS))
    everything = sum(1 for line in head.splitlines() if line.strip())
    return FrontMatter(
        next((_unquoted(values[key][0]) for key in _TITLES if key in values), ""),
        tuple(tag for key in _TAGS for tag in _list(values.get(key, []))),
        next((day for key in _DAYS for day in [_day(values.get(key, [""])[0])] if day), None),
        max(0, everything - known),
    ), body


def _values(head: str, pattern: re.Pattern[str]) -> dict[str, list[str]] | None:
    """key -> its value, then the items of its list; None where it is no front matter."""
    values: dict[str, list[str]] = {}
    key = ""
    for line in head.splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if found := pattern.match(line):
            key = _unquoted(found.group(1) or line).lower()
            values[key] = [found.group(2) or ""]
        elif key and (item := _ITEM.match(line)):
            values[key].append(item.group(1))
        elif key and values[key][0].strip() in _BLOCKS and line[0] in " \t":
            values[key][0] = line.strip()
        elif not (key and line[0] in " \t]"):
            return None  # two rulers with prose between them
    return values


def _list(lines: list[str]) -> list[str]:
    if not lines:
        return []
    first = lines[0].strip()
    if first.startswith("["):
        items = first.strip("[]").split(",")
    else:
        items = re.split(r"[,\s]+", first) if first else []
    return [tag for tag in (_unquoted(item).lstrip("#") for item in [*items, *lines[1:]]) if tag]


def _unquoted(value: str) -> str:
    value = value.strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1].strip()
    return value


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(_unquoted(value)[:10])
    except ValueError:
        return None
