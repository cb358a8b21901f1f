"""How long to wait before trying again. Pure numbers; sleeping is done on an Event, so that it can be cut short."""

import random
import threading
from collections.abc import Callable, Iterator


def delays_s(
    first_s: float = 0.25, factor: float = 2.0, most_s: float = 15.0, draw: Callable[[], float] = random.random
) -> Iterator[float]:
    """Waiting times without end, in seconds: doubling up to `most_s`, each between half of its step and all of it.

    The jitter keeps the devices of a restarted backend from returning all at once. `draw` gives numbers in [0, 1).
    """
    step_s = first_s
    while True:
        yield step_s * (0.5 + 0.5 * draw())
        step_s = min(step_s * factor, most_s)


def was_interrupted(stop: threading.Event, delay_s: float) -> bool:
    """Wait `delay_s` seconds; True at once where `stop` is set meanwhile."""
    return stop.wait(delay_s)
