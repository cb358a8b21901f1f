"""The HTTP requests that may leave: the app's own routes, and headers that have no room for anything else.

DESIGN.md section 4, "One gate". A route belongs to one purpose. It knows no sockets and no tokens: only their form.
"""

import re

from app.domain.clearance import Purpose

_ROUTES = {
    Purpose.LIST_MODELS: re.compile(r"/v1/models"),
    Purpose.DEVICE_PACK: re.compile(r"/v1/models/[A-Za-z0-9._~%-]{1,1024}/device-pack"),
    Purpose.RECIPE: re.compile(r"/v1/models/[A-Za-z0-9._~%-]{1,1024}/recipe/[a-z]{1,16}-[0-9]{1,5}"),
    Purpose.HEALTH: re.compile(r"/livez|/readyz"),
    Purpose.UPGRADE: re.compile(r"/v1/session"),
    Purpose.UPDATE_CHECK: re.compile(""),  # the feed's own path, whole, and nothing behind it
}
_OF_UPDATE_CHECK = frozenset({"accept", "accept-encoding", "connection", "host", "user-agent"})  # says not who asks
_HEADERS = {  # in lower case; Host is compared with the address itself
    "accept": re.compile(r"\*/\*"),
    "accept-encoding": re.compile(r"identity"),
    "authorization": re.compile(r"Bearer [\x21-\x7e]{1,4096}"),
    "connection": re.compile(r"keep-alive|close|Upgrade"),
    "if-range": re.compile(r'"[0-9a-f]{64}"'),
    "range": re.compile(r"bytes=[0-9]{1,13}-"),
    "sec-websocket-key": re.compile(r"[A-Za-z0-9+/]{22}=="),
    "sec-websocket-version": re.compile(r"13"),
    "upgrade": re.compile(r"websocket"),
    "user-agent": re.compile(r"nearhalf"),
}


def is_known_request(data: bytes, purpose: Purpose, host: str, base_path: str) -> bool:
    """True where `data` is a whole GET of the route that `purpose` names, to `host` (host:port), under `base_path`."""
    try:
        request_line, *headers = data.decode("ascii").removesuffix("\r\n\r\n").split("\r\n")
        method, target, version = request_line.split(" ")
    except ValueError:  # UnicodeDecodeError is one
        return False
    if (method, version) != ("GET", "HTTP/1.1") or not target.startswith(base_path):
        return False
    if purpose not in _ROUTES or not _ROUTES[purpose].fullmatch(target.removeprefix(base_path)):
        return False
    seen: set[str] = set()
    for header in headers:
        name, colon, value = header.partition(": ")
        name = name.lower()
        if not colon or name in seen or not _is_plausible(name, value, host):
            return False
        if purpose is Purpose.UPDATE_CHECK and name not in _OF_UPDATE_CHECK:
            return False
        seen.add(name)
    return True


def _is_plausible(name: str, value: str, host: str) -> bool:
    if name == "host":
        return value in _names(host)
    return name in _HEADERS and _HEADERS[name].fullmatch(value) is not None


def _names(host: str) -> set[str]:
    """How a Host header may write `host`: without a usual port, and in ASCII where the name is not."""
    name, _, port = host.rpartition(":")
    names = {name}
    try:
        names.add(name.encode("idna").decode("ascii"))
    except UnicodeError:
        pass  # not a name that could be written otherwise
    return {f"{each}:{port}" for each in names} | (names if port in ("80", "443") else set())
