"""A session survives whatever happens to its connection, and the cloud's cache is then what it was, bit for bit."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.session import RemoteSession, RetryPolicy, SentHistory
from app.domain.clearance import Purpose
from app.domain.errors import BackendRefused, Cancelled, ConnectionLost, ContextFull
from app.domain.ids import NO_MESSAGE
from app.wire.errors import ErrorCode
from app.wire.frames import Kind
from app.wire.plan import layer_by_layer
from tests.sim.cloud_simulator import MODEL, SimulatedCloud, SimulatedNear


def no_waits() -> Iterable[float]:
    return [0.0] * 5


def make_session(cloud: SimulatedCloud, near: SimulatedNear | None = None) -> RemoteSession:
    said: list[str] = []
    return RemoteSession(
        near or SimulatedNear(), MODEL, cloud.open_channel, RetryPolicy(no_waits), said.append, lambda: None
    )


def states_of(cloud: SimulatedCloud, near: SimulatedNear | None = None) -> list[bytes]:
    """A prompt in two chunks, some decoding, a rollback into the prompt, and more decoding."""
    session = make_session(cloud, near)
    states = [session.extend(list(range(1, 17)), NO_MESSAGE, want_last=False)]
    states.append(session.extend([20, 21, 22], NO_MESSAGE, want_last=True))
    states += [session.extend([token], NO_MESSAGE, want_last=True) for token in (30, 31, 32)]
    session.crop(17)
    states.append(session.extend([40, 41], NO_MESSAGE, want_last=True))
    states += [session.extend([token], NO_MESSAGE, want_last=True) for token in (50, 51)]
    session.crop(20)
    states.append(session.extend([60], NO_MESSAGE, want_last=True))
    session.close()
    return states


@pytest.mark.parametrize("near", [SimulatedNear(), SimulatedNear(layer_by_layer(range(3), 2))], ids=["plain", "taps"])
def test_a_cut_at_any_exchange_changes_nothing(near: SimulatedNear) -> None:
    whole = SimulatedCloud()
    expected = states_of(whole, near)
    for number in range(whole.exchanges):
        cloud = SimulatedCloud(cut_before_answer={number})
        assert states_of(cloud, near) == expected, f"cut at exchange {number}"
        assert cloud.connects == 2


def test_cuts_during_a_replay_change_nothing() -> None:
    expected = states_of(SimulatedCloud())
    assert states_of(SimulatedCloud(cut_before_answer={9, 11, 14, 18})) == expected


def test_a_replay_is_recorded_as_one() -> None:
    cloud = SimulatedCloud(cut_before_answer={4})
    states_of(cloud)
    assert [(kind, rows) for purpose, kind, _, rows in cloud.log if purpose is Purpose.REPLAY] == [
        (Kind.STEP, 16),
        (Kind.STEP, 3),
        (Kind.STEP, 1),
    ]


def test_decoded_positions_are_replayed_in_few_steps() -> None:
    history = SentHistory()
    history.add(list(range(8)))
    for token in range(40):
        history.add([token])
    assert [(step.start, len(step.tokens), step.rowwise) for step in history.replay(16)] == [
        (0, 8, False),
        (8, 16, True),
        (24, 16, True),
        (40, 8, True),
    ]


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.integers(0, 40), st.integers(1, 5)), max_size=15))
def test_the_history_replays_to_the_cache_it_describes(moves: list[tuple[bool, int, int]]) -> None:
    history = SentHistory()
    cache: list[tuple[int, int]] = []
    for number, (crops, position, rows) in enumerate(moves):
        if crops:
            history.crop(min(position, len(cache)))
            del cache[min(position, len(cache)) :]
        tokens = [100 * number + i for i in range(rows)]
        history.add(tokens)
        cache += [(token, rows) for token in tokens]
    replayed: list[tuple[int, int]] = []
    for step in history.replay(1000):
        replayed[step.start :] = [(token, 1 if step.rowwise else len(step.tokens)) for token in step.tokens]
    assert replayed == cache
    assert history.tokens == [token for token, _ in cache]


def test_it_gives_up_in_the_end_and_the_next_try_starts_afresh() -> None:
    cloud = SimulatedCloud(unreachable=7)
    session = make_session(cloud)
    with pytest.raises(ConnectionLost):
        session.connect()
    assert cloud.connects == 6
    session.connect()
    session.close()


def test_a_refusal_that_may_pass_is_tried_again() -> None:
    cloud = SimulatedCloud(refuse_open=[ErrorCode.SESSIONS_FULL, ErrorCode.DRAINING])
    session = make_session(cloud)
    session.connect()
    assert cloud.connects == 3


@pytest.mark.parametrize("code", [ErrorCode.MODEL_UNKNOWN, ErrorCode.PLAN_REFUSED, ErrorCode.VERSION_UNSUPPORTED])
def test_a_refusal_that_will_not_pass_is_said_at_once(code: ErrorCode) -> None:
    cloud = SimulatedCloud(refuse_open=[code])
    with pytest.raises(BackendRefused) as caught:
        make_session(cloud).connect()
    assert caught.value.advice
    assert cloud.connects == 1


def test_cancel_breaks_off_the_retries() -> None:
    cloud = SimulatedCloud(unreachable=100)
    session = make_session(cloud)
    session.cancelled.set()
    with pytest.raises(Cancelled):
        session.connect()


def test_a_full_context_is_said_before_anything_is_sent() -> None:
    cloud = SimulatedCloud()
    session = make_session(cloud)
    with pytest.raises(ContextFull):
        session.extend([1] * (MODEL.max_positions + 1), NO_MESSAGE, want_last=True)
    assert cloud.exchanges == 0
