"""The ASGI app that every host runs: the embedded child, plain uvicorn, and later Ray Serve or Kubernetes replicas."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from fastapi.telemetry import TelemetryConfig
from starlette.routing import WebSocketRoute
from starlette.types import Receive, Scope, Send

from cloud_backend.server.auth import BearerAuth
from cloud_backend.server.config import ServerConfig
from cloud_backend.server.hosted import HostedModel
from cloud_backend.server.metrics import CONTENT_TYPE
from cloud_backend.server.session import DataSession
from cloud_backend.server.table import SessionTable
from cloud_backend.server.tokens import TokenStore

SWITCH_INTERVAL_S = 0.0002  # removes 5 ms stalls between the engine thread and the loop (FACTS.md, Transport)
_ENGINE_STOP_S = 2.0
# FastAPI would export spans, exceptions and stack traces where two environment variables ask for it
_NO_TELEMETRY: TelemetryConfig = {
    "tracing": False,
    "metrics": False,
    "logs": False,
    "operation_spans": False,
    "auto_configure": False,
}


def create_app(models: list[HostedModel], config: ServerConfig, tokens: TokenStore) -> FastAPI:
    """An app that serves `models`. Its SessionTable is at `app.state.table`."""
    table = SessionTable(models, config)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        sys.setswitchinterval(SWITCH_INTERVAL_S)
        table.engine_thread.start()
        table.tuning_thread.start()
        sweeper = asyncio.create_task(table.sweep())
        try:
            yield
        finally:
            if not table.draining:
                await table.drain()
            sweeper.cancel()
            table.tuning_thread.stop(_ENGINE_STOP_S)
            table.engine_thread.stop(_ENGINE_STOP_S)

    app = FastAPI(
        title="Nearhalf backend",
        description="Control channel. The data channel, /v1/session, is described in docs/wire-protocol.md.",
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
        lifespan=lifespan,
        telemetry=_NO_TELEMETRY,
    )
    app.state.table = table
    app.add_middleware(BearerAuth, tokens=tokens, metrics=table.metrics)
    app.router.routes.append(WebSocketRoute("/v1/session", _DataChannel(table)))
    _add_routes(app, table)
    return app


class _DataChannel:
    """Plain ASGI: a framework's wrapper would be paid for at every exchange."""

    def __init__(self, table: SessionTable) -> None:
        self._table = table

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await DataSession(self._table, scope, receive, send).run()


def _add_routes(app: FastAPI, table: SessionTable) -> None:
    @app.get("/v1/models")
    async def list_models() -> dict[str, Any]:
        """Models of this server: each manifest, and the limits of a session."""
        return {"models": [_describe(model, table) for model in table.models.values()]}

    @app.head("/v1/models/{model_id:path}/device-pack", include_in_schema=False)
    @app.get("/v1/models/{model_id:path}/device-pack", response_class=FileResponse)
    async def fetch_device_pack(model_id: str, request: Request) -> Response:
        """The public weights that a device needs."""
        model = table.models.get(model_id)
        if model is None:
            return JSONResponse({"error": "model_unknown"}, status_code=404)
        return _public_file(model.pack, model.card["pack_sha256"], "application/zip", request)

    @app.head("/v1/models/{model_id:path}/recipe/{name}-{version:int}", include_in_schema=False)
    @app.get("/v1/models/{model_id:path}/recipe/{name}-{version:int}", response_class=FileResponse)
    async def fetch_recipe(model_id: str, name: str, version: int, request: Request) -> Response:
        """The public matrices A and B, which an adapter needs to be exported. Served as the device pack is."""
        model = table.models.get(model_id)
        found = model.recipe_file(name, version) if model is not None else None
        if found is None:
            return JSONResponse({"error": "recipe_unknown"}, status_code=404)
        return _public_file(*found, "application/octet-stream", request)

    @app.get("/livez")
    async def tell_live() -> JSONResponse:
        """The loop answers and the engine thread lives. Open to all."""
        return JSONResponse({"live": table.engine_thread.is_alive}, 200 if table.engine_thread.is_alive else 503)

    @app.get("/readyz")
    async def tell_ready() -> JSONResponse:
        """New sessions are taken. Open to all."""
        return JSONResponse({"ready": table.is_ready}, 200 if table.is_ready else 503)

    @app.get("/metrics", response_class=Response)
    async def show_metrics() -> Response:
        """Counts and durations, in Prometheus form."""
        return Response(table.metrics.render(), media_type=CONTENT_TYPE)


def _public_file(path: Path, sha256: str, media_type: str, request: Request) -> Response:
    """A file of public weights: ranges, If-Range and ETag let a cut download go on."""
    headers = {"ETag": f'"{sha256}"', "X-Content-SHA256": sha256, "Cache-Control": "private, no-transform"}
    if request.headers.get("if-none-match") in (headers["ETag"], "*"):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, headers=headers, media_type=media_type)


def _describe(model: HostedModel, table: SessionTable) -> dict[str, Any]:
    config, training_rows = table.config, table.tuning.most_rows(model)
    return {
        **model.card,
        "recipes": [{**recipe, "bytes": model.recipe_bytes(recipe)} for recipe in model.card["recipes"]],
        "limits": {
            "max_rows": config.max_rows,
            "max_positions": model.max_positions(config),
            "idle_timeout_s": config.idle_timeout_s,
            "step_timeout_s": config.step_timeout_s,
        },
        "tuning": {"max_rows": training_rows} if training_rows else None,
    }
