"""Payloads of the control frames, and the plan inside OPEN."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.wire.errors import ErrorCode, RemoteProtocolError
from app.wire.messages import Open, Opened, Refusal
from app.wire.plan import ExchangePlan, Projection, Tap, Target, grouped, layer_by_layer
from tests.unit.wire.samples import OPEN, TWO_TAPS


def test_open_round_trips() -> None:
    assert Open.decode(OPEN.encode()) == OPEN


@pytest.mark.parametrize(
    ("offset", "value", "code"),
    [
        (64, 77, ErrorCode.RECIPE_UNKNOWN),
        (72, 9, ErrorCode.WRONG_DTYPE),
        (73, 0, ErrorCode.WRONG_DTYPE),
        (74, 9, ErrorCode.PLAN_REFUSED),
    ],
)
def test_each_field_of_open_has_its_code(offset: int, value: int, code: ErrorCode) -> None:
    data = bytearray(OPEN.encode())
    data[offset] = value
    with pytest.raises(RemoteProtocolError) as caught:
        Open.decode(bytes(data))
    assert caught.value.code is code


@given(st.binary(max_size=200))
def test_garbage_in_control_payloads_gives_a_documented_error(garbage: bytes) -> None:
    for kind in (Open, Opened, Refusal):
        try:
            kind.decode(garbage)
        except RemoteProtocolError:
            continue


def test_a_longer_opened_from_a_newer_minor_version_is_read() -> None:
    opened = Opened(10, 20, 30, 40)
    assert Opened.decode(opened.encode() + b"new field") == opened


def test_an_error_code_of_a_newer_peer_is_read_as_internal() -> None:
    assert Refusal.decode(b"\xff\x7f" + bytes(8)).code is ErrorCode.INTERNAL


@pytest.mark.parametrize("plan", [ExchangePlan(), TWO_TAPS, layer_by_layer(range(30), 32), grouped(30, 7, 64)])
def test_plans_round_trip(plan: ExchangePlan) -> None:
    assert ExchangePlan.decode(plan.encode()) == plan


def test_round_trips_are_taps_that_are_not_free_plus_one() -> None:
    assert ExchangePlan().round_trips == 1
    assert layer_by_layer(range(30), 32).round_trips == 30  # layer 0 is free
    assert grouped(30, 5, 64).round_trips == 6
    assert grouped(30, 30, 64).round_trips == 1


def _tap(layer: int, target_layer: int, rank: int = 2) -> Tap:
    return Tap(layer, (Target(target_layer, Projection.Q),), rank, rank)


@pytest.mark.parametrize(
    "taps",
    [
        (_tap(1, 1), _tap(1, 2)),
        (_tap(2, 2), _tap(1, 1)),
        (_tap(0, 1), _tap(1, 1)),
        (_tap(2, 1),),
        (_tap(1, 1, rank=0),),
        (Tap(1, (), 2, 2),),
        (_tap(5000, 5000),),
    ],
    ids=["same layer twice", "falling", "target twice", "target before its tap", "rank 0", "no target", "layer 5000"],
)
def test_a_plan_that_breaks_a_rule_is_refused(taps: tuple[Tap, ...]) -> None:
    with pytest.raises(ValueError):
        ExchangePlan(taps)
