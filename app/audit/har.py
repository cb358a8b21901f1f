"""The control channel as HAR 1.2, so that any tool that reads HAR shows which requests were made.

The ledger says when, where to and how long; what was kept of requests and answers says the rest. A bearer token is
never in it. Sanitised (the default), of other headers only the names are in it, and no bodies.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from app.audit.layout import VERSION, moment
from app.domain.clearance import Direction, Purpose
from app.privacy.ledger_format import LedgerEntry

HTTP_PURPOSES = frozenset(
    {
        Purpose.LIST_MODELS,
        Purpose.DEVICE_PACK,
        Purpose.RECIPE,
        Purpose.HEALTH,
        Purpose.UPGRADE,
        Purpose.UPDATE_CHECK,
    }
)
_ROUTES = {
    Purpose.LIST_MODELS: "/v1/models",
    Purpose.DEVICE_PACK: "/v1/models/.../device-pack",
    Purpose.RECIPE: "/v1/models/.../recipe/...",
    Purpose.HEALTH: "/livez",
    Purpose.UPGRADE: "/v1/session",
}  # where the request itself was not kept
_HARMLESS = frozenset(
    {"host", "accept", "accept-encoding", "connection", "user-agent", "range", "if-range", "upgrade", "content-type"}
    | {
        "content-length",
        "content-range",
        "accept-ranges",
        "date",
        "server",
        "transfer-encoding",
        "sec-websocket-version",
    }
)
_SECRET = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "sec-websocket-key"})
_TOKEN = re.compile(r"(?i)\bbearer\s+(?!\*\*\*)[^\s\"'\\]+")
_HEAD_END = b"\r\n\r\n"


def is_control(entry: LedgerEntry) -> bool:
    return entry.purpose in HTTP_PURPOSES


def as_har(entries: Iterable[LedgerEntry], contents: Mapping[int, bytes], app: str, *, sanitised: bool = True) -> bytes:
    """entries: of the control channel, in order. contents: what was kept of them, by entry number."""
    exchanges: list[dict[str, Any]] = []
    of_connection: dict[int, list[LedgerEntry]] = {}
    for entry in entries:
        run = of_connection.setdefault(entry.connection, [])
        if entry.direction == Direction.UP and run:
            exchanges.append(_exchange(run, contents, sanitised))
            run.clear()
        run.append(entry)
    exchanges += [_exchange(run, contents, sanitised) for run in of_connection.values() if run]
    exchanges.sort(key=lambda exchange: exchange["_ledger"][0])
    log = {
        "version": "1.2",
        "creator": {"name": "nearhalf", "version": app},
        "comment": f"Export version {VERSION}. "
        + ("Sanitised: no bodies, few headers." if sanitised else "With bodies."),
        "entries": exchanges,
    }
    return without_token(json.dumps({"log": log}, indent=1)).encode()


def without_token(text: str) -> str:
    """Whatever looks like a bearer token, blanked: the last line of defence, for names that nobody thought of."""
    return _TOKEN.sub("Bearer ***", text)


def has_token(text: str) -> bool:
    return _TOKEN.search(text) is not None


def _exchange(run: list[LedgerEntry], contents: Mapping[int, bytes], sanitised: bool) -> dict[str, Any]:
    """One request (if it is there) and what came back."""
    first, last = run[0], run[-1]
    request = contents.get(first.number, b"") if first.direction == Direction.UP else b""
    answer = b"".join(contents.get(entry.number, b"") for entry in run if entry.direction == Direction.DOWN)
    milliseconds = (last.time_ns - first.time_ns) / 1e6
    return {
        "startedDateTime": moment(first.time_ns),
        "time": milliseconds,
        "request": _request(first, request, sanitised),
        "response": _response(run, answer, sanitised),
        "cache": {},
        "timings": {"send": 0, "wait": milliseconds, "receive": 0},
        "_ledger": [entry.number for entry in run],
    }


def _request(entry: LedgerEntry, content: bytes, sanitised: bool) -> dict[str, Any]:
    head = content.split(_HEAD_END)[0].decode("latin-1").split("\r\n")
    method, _, rest = head[0].partition(" ")
    path = rest.rpartition(" ")[0] or _ROUTES.get(Purpose(entry.purpose), "/")
    return {
        "method": method or "GET",
        "url": f"{'https' if entry.is_tls else 'http'}://{entry.host}{path}",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(head[1:], sanitised),
        "queryString": [],
        "headersSize": entry.payload_bytes,
        "bodySize": 0,
    }


def _response(run: list[LedgerEntry], content: bytes, sanitised: bool) -> dict[str, Any]:
    head_bytes, _, body = content.partition(_HEAD_END)
    head = head_bytes.decode("latin-1").split("\r\n")
    status = re.fullmatch(r"HTTP/1\.1 ([0-9]{3})(?: (.*))?", head[0])
    size = sum(entry.payload_bytes for entry in run if entry.direction == Direction.DOWN)
    said: dict[str, Any] = {"size": size, "mimeType": ""}
    if not sanitised and body:
        said |= {"text": body.decode("latin-1"), "comment": "as far as it was kept; Latin-1, a byte a character"}
    return {
        "status": int(status[1]) if status else 0,
        "statusText": (status[2] or "") if status else "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": _headers(head[1:], sanitised),
        "content": said,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": size,
    }


def _headers(lines: list[str], sanitised: bool) -> list[dict[str, str]]:
    headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            continue
        is_shown = name.lower() in _HARMLESS or not (sanitised or name.lower() in _SECRET)
        headers.append({"name": name, "value": value.strip() if is_shown else "***"})
    return headers
