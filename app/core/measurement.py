"""How long one decode step takes on a session, for `backend test`. Knows no plans and no predictions (services.py)."""

import statistics
import time

from app.core.ports import NearHalf
from app.core.session import RemoteSession
from app.domain.ids import NO_MESSAGE
from app.domain.sampling import SamplingSettings

_WARM_UP_STEPS = 2


def median_step_ms(session: RemoteSession, near: NearHalf, steps: int = 8) -> float:
    """Median over `steps`: both sides' computing and every round trip of the plan. Raises as RemoteSession.extend."""
    sampler = near.sampler(SamplingSettings())
    times_ms: list[float] = []
    for _ in range(_WARM_UP_STEPS + steps):
        started_s = time.perf_counter()
        state = session.extend([0], NO_MESSAGE, want_last=True)
        near.next_token(state, sampler, [0])
        times_ms.append((time.perf_counter() - started_s) * 1000)
    return statistics.median(times_ms[_WARM_UP_STEPS:])
