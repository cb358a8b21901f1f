"""What the server counts, in Prometheus form. Labels name codes only: never a user, a session or an address."""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST
_COMPUTE_BUCKETS_S = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
_WAIT_BUCKETS_S = (0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0)


class Metrics:
    """One registry of its own, so that two servers in one process (tests) do not share counts."""

    def __init__(self, waiting: Callable[[], float]) -> None:
        registry = CollectorRegistry()
        self._registry = registry
        self.sessions_active = Gauge("nearhalf_sessions_active", "Sessions that hold a cache.", registry=registry)
        self.kv_reserved_bytes = Gauge(
            "nearhalf_kv_reserved_bytes", "KV and plan memory of sessions.", registry=registry
        )
        queued = Gauge("nearhalf_engine_queue", "Work items waiting for the engine thread.", registry=registry)
        queued.set_function(waiting)
        self.sessions = Counter("nearhalf_sessions", "Sessions opened.", registry=registry)
        self.steps = Counter("nearhalf_steps", "Steps finished.", registry=registry)
        self.rows = Counter("nearhalf_rows", "Positions of finished steps.", registry=registry)
        self.exchanges = Counter("nearhalf_exchanges", "Exchanges: z sent and y taken.", registry=registry)
        self.cancelled = Counter("nearhalf_steps_cancelled", "Steps cut short: the device left.", registry=registry)
        self.tuning_sessions_active = Gauge(
            "nearhalf_tuning_sessions_active", "Sessions that train.", registry=registry
        )
        self.tuning_reserved_bytes = Gauge(
            "nearhalf_tuning_reserved_bytes", "Memory that sessions that train may use.", registry=registry
        )
        self.tuning_steps = Counter("nearhalf_tuning_steps", "Training steps sent back whole.", registry=registry)
        self.tuning_rows = Counter("nearhalf_tuning_rows", "Positions of those steps.", registry=registry)
        self.tuning_seconds = Counter("nearhalf_tuning_seconds", "Server compute of training.", registry=registry)
        self.exchange_seconds = Histogram(
            "nearhalf_exchange_seconds",
            "Server compute of one segment.",
            buckets=_COMPUTE_BUCKETS_S,
            registry=registry,
        )
        self.device_wait_seconds = Histogram(
            "nearhalf_device_wait_seconds",
            "From sending z to receiving y.",
            buckets=_WAIT_BUCKETS_S,
            registry=registry,
        )
        self.refused = Counter("nearhalf_refused", "Refusals and session ends, by code.", ["code"], registry=registry)

    def render(self) -> bytes:
        return generate_latest(self._registry)
