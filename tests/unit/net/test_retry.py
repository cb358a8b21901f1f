"""Back-off: it doubles, it stops growing, it spreads, and waiting can be cut short."""

import threading
import time
from itertools import islice

from app.net.retry import delays_s, was_interrupted


def test_delays_double_up_to_the_most() -> None:
    longest = list(islice(delays_s(0.25, 2.0, 3.0, draw=lambda: 1.0), 6))
    shortest = list(islice(delays_s(0.25, 2.0, 3.0, draw=lambda: 0.0), 6))
    assert longest == [0.25, 0.5, 1.0, 2.0, 3.0, 3.0]
    assert shortest == [delay / 2 for delay in longest]


def test_delays_are_spread() -> None:
    assert len({next(delays_s()) for _ in range(20)}) > 1


def test_waiting_can_be_cut_short() -> None:
    stop = threading.Event()
    assert not was_interrupted(stop, 0.01)
    timer = threading.Timer(0.05, stop.set)
    timer.start()
    started_s = time.monotonic()
    assert was_interrupted(stop, 30)
    assert time.monotonic() - started_s < 20
    timer.join()
