"""Bearer authentication in front of every route, HTTP and WebSocket alike: default deny (DESIGN.md section 5).

A new route is protected without doing anything; only the paths in OPEN_PATHS are not. It answers before the upgrade, so
a stranger never holds a data channel, and it closes the connection, so a stranger holds no socket either.
"""

from starlette.types import ASGIApp, Receive, Scope, Send

from cloud_backend.server.metrics import Metrics
from cloud_backend.server.tokens import TokenStore

OPEN_PATHS = frozenset({"/livez", "/readyz"})
OWNER_KEY = "nearhalf.token_owner"  # scope key: hash of the token that a request came with
_HEADERS = [
    (b"www-authenticate", b'Bearer realm="nearhalf"'),
    (b"content-type", b"application/json"),
    (b"connection", b"close"),
]
_BODY = b'{"error":"unauthorized","advice":"Send the header Authorization: Bearer TOKEN."}'


class BearerAuth:
    """ASGI middleware: puts the token's owner into the scope, or answers 401."""

    def __init__(self, app: ASGIApp, *, tokens: TokenStore, metrics: Metrics) -> None:
        self._app = app
        self._tokens = tokens
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or (scope["type"] == "http" and scope["path"] in OPEN_PATHS):
            await self._app(scope, receive, send)
            return
        owner = self._owner(scope)
        if owner is None:
            self._metrics.refused.labels("UNAUTHORIZED").inc()
            await _refuse(scope, send)
            return
        scope[OWNER_KEY] = owner
        await self._app(scope, receive, send)

    def _owner(self, scope: Scope) -> str | None:
        values = [value for name, value in scope["headers"] if name.lower() == b"authorization"]
        if len(values) != 1:
            return None
        scheme, _, token = values[0].decode("latin-1").partition(" ")
        return self._tokens.owner(token.strip()) if scheme.lower() == "bearer" else None


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1008})  # the host turns this into 403
        return
    prefix = "websocket." if scope["type"] == "websocket" else ""
    await send({"type": f"{prefix}http.response.start", "status": 401, "headers": list(_HEADERS)})
    await send({"type": f"{prefix}http.response.body", "body": _BODY, "more_body": False})
