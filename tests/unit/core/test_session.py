"""A session survives whatever happens to its connection, and the cloud's cache is then what it was, bit for bit."""

import threading
import time
from collections.abc import Callable, Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.core.measurement import median_step_ms
from app.core.ports import Channel
from app.core.session import RemoteSession, RetryPolicy, SentHistory
from app.domain.clearance import Purpose
from app.domain.errors import BackendError, BackendRefused, Cancelled, ConnectionLost, ContextFull, LedgerError
from app.domain.ids import NO_MESSAGE
from app.wire.errors import ErrorCode
from app.wire.frames import MAJOR, Kind
from app.wire.plan import layer_by_layer
from tests.sim.cloud_simulator import MODEL, SimulatedChannel, SimulatedCloud, SimulatedNear


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


@pytest.mark.parametrize(
    "near",
    [SimulatedNear(), SimulatedNear(layer_by_layer(range(3), 2)), SimulatedNear(device_layers=2)],
    ids=["plain", "taps", "device-layers"],
)
def test_a_cut_at_any_exchange_changes_nothing(near: SimulatedNear) -> None:
    whole = SimulatedCloud()
    expected = states_of(whole, near)
    for number in range(whole.exchanges):
        cloud = SimulatedCloud(cut_before_answer={number})
        assert states_of(cloud, near) == expected, f"cut at exchange {number}"
        assert cloud.connects == 2


@pytest.mark.parametrize("layers", [0, 2])
def test_cuts_during_a_replay_change_nothing(layers: int) -> None:
    near = SimulatedNear(device_layers=layers)
    expected = states_of(SimulatedCloud(), near)
    assert states_of(SimulatedCloud(cut_before_answer={9, 11, 14, 18}), near) == expected


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(0, 40), st.integers(1, 16)), min_size=1, max_size=12),
    st.sets(st.integers(0, 30), max_size=4),
)
def test_whatever_is_said_taken_back_and_cut_the_device_remembers_what_the_cloud_does(
    moves: list[tuple[bool, int, int]], cuts: set[int]
) -> None:
    near = SimulatedNear(device_layers=2)

    def states(cloud: SimulatedCloud) -> list[bytes]:
        session = make_session(cloud, near)
        found = []
        for number, (crops, position, rows) in enumerate(moves):
            if crops:
                session.crop(position)
            found.append(session.extend([number + row for row in range(rows)], NO_MESSAGE, want_last=True))
        session.close()
        return found

    assert states(SimulatedCloud(cut_before_answer=cuts)) == states(SimulatedCloud())


def test_two_sessions_of_one_near_half_remember_apart() -> None:
    near = SimulatedNear(device_layers=1)
    expected = states_of(SimulatedCloud(), near)
    one, other = (make_session(SimulatedCloud(), near) for _ in range(2))
    for session in (one, other):
        session.extend(list(range(1, 17)), NO_MESSAGE, want_last=False)
    for session in (one, other):
        assert session.extend([20, 21, 22], NO_MESSAGE, want_last=True) == expected[1]
        session.close()


def test_a_changed_near_half_begins_with_nothing_remembered_in_the_same_session() -> None:
    cloud = SimulatedCloud()
    session = make_session(cloud, SimulatedNear(device_layers=2))
    session.extend([5, 6, 7], NO_MESSAGE, want_last=True)
    session.change_near(SimulatedNear(device_layers=1))  # the same promise to the cloud
    found = [session.extend(tokens, NO_MESSAGE, want_last=True) for tokens in ([8, 9], [10])]
    assert cloud.connects == 1
    fresh = make_session(SimulatedCloud(), SimulatedNear(device_layers=1))
    assert found == [fresh.extend(tokens, NO_MESSAGE, want_last=True) for tokens in ([8, 9], [10])]
    for one in (session, fresh):
        one.close()


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


@pytest.mark.parametrize("is_newer", [True, False])
def test_a_backend_of_another_major_version_is_named_with_the_side_to_update(
    is_newer: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = MAJOR + 1 if is_newer else MAJOR - 1

    def refuse(channel: SimulatedChannel, data: bytes) -> bytes:
        answer = bytearray(channel.connection.error(ErrorCode.VERSION_UNSUPPORTED))
        answer[2] = theirs  # an ERROR frame in that version's header
        return bytes(answer)

    monkeypatch.setattr(SimulatedChannel, "_answer", refuse)
    cloud = SimulatedCloud()
    with pytest.raises(BackendRefused) as caught:
        make_session(cloud).connect()
    assert caught.value.message == f"The backend speaks version {theirs} of the protocol, and this app version {MAJOR}."
    assert ("Nearhalf on this computer" in caught.value.advice) is is_newer
    assert cloud.connects == 1


def test_while_a_person_waits_for_the_first_connection_the_reason_is_said_and_the_wait_is_short() -> None:
    cloud = SimulatedCloud(refuse_open=[ErrorCode.SESSIONS_FULL])
    said: list[str] = []
    session = make_session(cloud)
    session.connect(said.append)
    assert said == ["The backend is serving as many chats as it can. Trying again (attempt 1)."]
    session.close()
    waits_s = RetryPolicy(lambda: [0.0, 14.0, 20.0])
    session = RemoteSession(
        SimulatedNear(), MODEL, SimulatedCloud(unreachable=9).open_channel, waits_s, said.append, lambda: None
    )
    session.cancelled.wait = lambda timeout=None: False  # type: ignore[method-assign]  no real waiting
    with pytest.raises(ConnectionLost):
        session.connect(said.append)
    assert len(said) == 3  # after the second wait a further one would end past the limit


def test_after_a_fault_of_the_protocol_the_next_step_has_a_fresh_session(monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = SimulatedCloud()
    session = make_session(cloud)
    session.extend([1, 2, 3], NO_MESSAGE, want_last=True)
    with monkeypatch.context() as patch:
        patch.setattr(SimulatedChannel, "_answer", lambda channel, data: b"garbage")
        with pytest.raises(BackendError, match="protocol"):
            session.extend([4], NO_MESSAGE, want_last=True)
    state = session.extend([4], NO_MESSAGE, want_last=True)
    assert cloud.connects == 2
    session.close()
    whole = make_session(SimulatedCloud())
    whole.extend([1, 2, 3], NO_MESSAGE, want_last=True)
    assert whole.extend([4], NO_MESSAGE, want_last=True) == state
    whole.close()


def test_after_a_ledger_that_failed_the_next_step_has_a_fresh_session() -> None:
    cloud = SimulatedCloud()
    session = make_session(cloud)
    session.extend([1, 2, 3], NO_MESSAGE, want_last=True)

    def full_disk(number: int) -> None:
        raise LedgerError("The ledger cannot be written.")

    cloud.on_exchange = full_disk
    with pytest.raises(LedgerError):
        session.extend([4], NO_MESSAGE, want_last=True)
    cloud.on_exchange = lambda number: None
    session.extend([4], NO_MESSAGE, want_last=True)
    assert cloud.connects == 2
    session.close()


def test_a_measured_step_includes_every_round_trip_of_the_plan() -> None:
    cloud = SimulatedCloud(on_exchange=lambda number: time.sleep(0.004))
    plain, taps = SimulatedNear(), SimulatedNear(layer_by_layer(range(3), 2))
    times_ms = []
    for near in (plain, taps):
        session = make_session(cloud, near)
        session.connect()
        times_ms.append(median_step_ms(session, near))
        session.close()
    assert times_ms[0] >= 4 and times_ms[1] >= 12
    assert all(purpose is not Purpose.REPLAY for purpose, *_ in cloud.log)


def test_cancel_reaches_a_channel_that_starts_a_backend_first() -> None:
    session = RemoteSession(
        SimulatedNear(), MODEL, starts_a_backend, RetryPolicy(no_waits), lambda sentence: None, lambda: None
    )
    timer = threading.Timer(0.1, session.cancelled.set)
    timer.start()
    with pytest.raises(Cancelled):
        session.connect()
    timer.join()


def starts_a_backend(is_cancelled: Callable[[], bool]) -> Channel:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if is_cancelled():
            raise Cancelled
        time.sleep(0.01)
    raise AssertionError("nobody stopped the start")


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
