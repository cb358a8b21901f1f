"""Names in a Notion export: each has 32 hex digits behind it, and the ZIP holds ZIPs that say nothing."""

import re

_ID = re.compile(r"[ _-]?\b(?=[a-f]{0,32}[0-9])[0-9a-f]{32}(?:_all)?(?![0-9A-Za-z])", re.IGNORECASE)
_BLOCK = re.compile(r"ExportBlock-[0-9a-f-]{8,64}-Part-\d{1,4}\.zip", re.IGNORECASE)


def without_id(name: str) -> str:
    """ "Plans 0123456789abcdef0123456789abcdef" is "Plans"; a name that is nothing else stays."""
    return _ID.sub("", name).strip() or name


def has_id(name: str) -> bool:
    return _ID.search(name) is not None


def shown_source(path: str) -> str:
    """The path of a file as its writer knows it: without ids and without the ZIPs inside the ZIP."""
    if not _ID.search(path) and not _BLOCK.search(path):
        return path
    parts = [part for part in path.split("/") if not _BLOCK.fullmatch(part)]
    return "/".join(without_id(part) for part in parts)
