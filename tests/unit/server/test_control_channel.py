import hashlib

import httpx
import pytest

from app.wire.frames import HEADER_BYTES
from cloud_backend.server.config import ServerConfig
from cloud_backend.server.hosted import HostedModel, largest_message_bytes, wire_limits
from tests.sim.live_server import TOKEN, TWO_TAPS, Device, LiveServer, open_message
from tests.sim.sim_engine import MODEL_HASH, RECIPE_HASH, SimEngine
from tests.unit.server.conftest import PACK

SHA256 = hashlib.sha256(PACK).hexdigest()
PATH = "/v1/models/sim/device-pack"
RECIPE_PATH = "/v1/models/sim/recipe/svd-1"


def test_models_are_listed_with_manifest_and_limits(server: LiveServer) -> None:
    (model,) = server.get("/v1/models").json()["models"]
    assert model["id"] == "sim"
    assert model["backbone_sha256"] == MODEL_HASH.hex()
    assert model["recipes"][0]["name"] == "svd"
    assert model["limits"] == {"max_rows": 512, "max_positions": 4096, "idle_timeout_s": 900, "step_timeout_s": 30}


def test_device_pack_whole(server: LiveServer) -> None:
    response = server.get(PATH)
    assert response.status_code == 200
    assert response.content == PACK
    assert response.headers["ETag"] == f'"{SHA256}"'
    assert response.headers["X-Content-SHA256"] == SHA256
    assert response.headers["Accept-Ranges"] == "bytes"
    assert int(response.headers["Content-Length"]) == len(PACK)


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=5000-", 5000, len(PACK)), ("bytes=-10", len(PACK) - 10, len(PACK))],
)
def test_cut_download_goes_on(server: LiveServer, asked: str, start: int, end: int) -> None:
    response = server.get(PATH, **{"Range": asked, "If-Range": f'"{SHA256}"'})
    assert response.status_code == 206
    assert response.content == PACK[start:end]
    assert response.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(PACK)}"
    assert response.headers["X-Content-SHA256"] == SHA256


def test_download_of_another_version_starts_over(server: LiveServer) -> None:
    response = server.get(PATH, **{"Range": "bytes=100-", "If-Range": '"older"'})
    assert response.status_code == 200
    assert response.content == PACK


def test_range_past_the_end_and_pack_already_held(server: LiveServer) -> None:
    past = server.get(PATH, Range=f"bytes={len(PACK)}-")
    assert past.status_code == 416
    assert past.headers["Content-Range"] == f"bytes */{len(PACK)}"
    assert server.get(PATH, **{"If-None-Match": f'"{SHA256}"'}).status_code == 304


def test_a_recipe_is_served_like_the_pack(server: LiveServer) -> None:
    (model,) = server.get("/v1/models").json()["models"]
    assert model["recipes"][0]["bytes"] == 0
    assert server.get(RECIPE_PATH).status_code == 404, "the manifest names it, but it is not there"
    file = server.table.models["sim"].pack.with_name("recipe-svd-1.safetensors")
    file.write_bytes(b"A and B")
    try:
        (model,) = server.get("/v1/models").json()["models"]
        assert model["recipes"][0]["bytes"] == 7
        whole = server.get(RECIPE_PATH)
        assert (whole.status_code, whole.content) == (200, b"A and B")
        assert whole.headers["ETag"] == f'"{RECIPE_HASH.hex()}"'
        rest = server.get(RECIPE_PATH, **{"Range": "bytes=2-", "If-Range": whole.headers["ETag"]})
        assert (rest.status_code, rest.content) == (206, b"and B")
        for other in ("svd-2", "random-1", "svd-x", "..%2Fmanifest-1"):
            assert server.get(f"/v1/models/sim/recipe/{other}").status_code == 404
        assert server.get("/v1/models/other/recipe/svd-1").status_code == 404
        assert server.get(RECIPE_PATH, token=None).status_code == 401
    finally:
        file.unlink()


def test_unknown_model_and_unknown_path(server: LiveServer) -> None:
    assert server.get("/v1/models/other/device-pack").status_code == 404
    assert server.get("/v1/models/../../etc/passwd/device-pack").status_code == 404
    assert server.get("/nowhere").status_code == 404


def test_openapi_describes_the_control_channel(server: LiveServer) -> None:
    assert set(server.get("/v1/openapi.json").json()["paths"]) == {
        "/v1/models",
        "/v1/models/{model_id}/device-pack",
        "/v1/models/{model_id}/recipe/{name}-{version}",
        "/livez",
        "/readyz",
        "/metrics",
    }


def test_metrics_count_and_name_nobody(server: LiveServer) -> None:
    with Device(server) as device:
        device.open(open_message(TWO_TAPS))
        device.step(3)
        device.step()
        assert server.metric("nearhalf_sessions_active") == 1
        text = server.get("/metrics").text
    assert server.metric("nearhalf_sessions_total") == 1
    assert server.metric("nearhalf_steps_total") == 2
    assert server.metric("nearhalf_rows_total") == 4
    assert server.metric("nearhalf_exchanges_total") == 4
    assert server.metric("nearhalf_exchange_seconds_count") == 6
    assert server.metric("nearhalf_device_wait_seconds_count") == 4
    labels = {part for line in text.splitlines() if "{" in line and line[0] != "#" for part in line.split("{")[1:]}
    assert all(label.startswith(("le=", "code=")) for label in labels)


def test_largest_legal_frame_bounds_the_socket() -> None:
    engine = SimEngine(layers=4, hidden_size=8)
    model = HostedModel(engine, engine.card(), pack=None)  # type: ignore[arg-type]
    config = ServerConfig(max_rows=512)
    limits = wire_limits([model], config)
    assert limits.max_payload_bytes == 512 * (8 + 4 * 3 * 8) * 4
    assert largest_message_bytes(limits) == HEADER_BYTES + limits.max_payload_bytes
    assert wire_limits([model], ServerConfig(max_frame_bytes=70_000)).max_payload_bytes == 70_000


def test_head_tells_the_packs_size_and_hash(server: LiveServer) -> None:
    response = httpx.head(server.url + PATH, headers={"Authorization": f"Bearer {TOKEN}"}, trust_env=False)
    assert response.status_code == 200
    assert response.headers["Content-Length"] == str(len(PACK))
    assert response.headers["X-Content-SHA256"] == SHA256


def test_framework_exports_nothing_whatever_the_environment_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    with LiveServer() as server:
        assert server.get("/v1/models").status_code == 200
        assert not server.app._native_telemetry.enabled()
        assert not any(server.app._telemetry[name] for name in ("tracing", "metrics", "logs", "auto_configure"))
