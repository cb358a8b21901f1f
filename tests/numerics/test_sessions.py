"""What a session may rely on: exact replay, roll-back, company in a batch, cancelling, nothing left in freed memory."""

from collections.abc import Callable
from typing import Any

import pytest
import torch

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import Dtype, Flags, Frame, Kind
from app.wire.plan import ExchangePlan, layer_by_layer
from cloud_backend.engine.errors import EngineError, StepCancelled
from tests.numerics.engine_driver import Session, embed, random_adapter, random_ids, run_together
from tests.tiny_models import FAMILIES


def _plan(taps: str) -> ExchangePlan:
    return {"no-taps": ExchangePlan(), "two-taps": layer_by_layer([2, 4], 8)}[taps]


def _open(backbone: Any, plan: ExchangePlan, seed: int = 5) -> Session:
    return Session(backbone, plan, random_adapter(plan, seed=seed))


@pytest.mark.parametrize("taps", ["no-taps", "two-taps"])
@pytest.mark.parametrize("dtype", ["fp32", "bf16"])
@pytest.mark.parametrize("family", FAMILIES)
def test_rowwise_replay_is_bit_identical_to_decoding(
    family: str, dtype: str, taps: str, tiny: Callable[..., Any]
) -> None:
    model, backbone = tiny(family, window=7, dtype=dtype)
    plan = _plan(taps)
    sent = embed(model, random_ids(model, 21))
    decoded, replayed = _open(backbone, plan), _open(backbone, plan)
    first, again = decoded.forward(sent[:9]), replayed.forward(sent[:9])
    assert torch.equal(first, again)
    one_by_one = torch.cat([decoded.forward(sent[i : i + 1], Flags.WANT_LAST) for i in range(9, 21)])
    at_once = replayed.forward(sent[9:], Flags.WANT_ALL | Flags.ROWWISE)
    assert torch.equal(at_once, one_by_one)
    assert torch.equal(replayed.cache.committed(), decoded.cache.committed())


@pytest.mark.parametrize("family", ["llama", "gemma3_text"])
def test_a_step_from_an_earlier_position_overwrites_what_followed(family: str, tiny: Callable[..., Any]) -> None:
    model, backbone = tiny(family, window=7)
    ids = random_ids(model, 20)
    sent, other = embed(model, ids), embed(model, random_ids(model, 20, seed=11))
    session, fresh = Session(backbone), Session(backbone)
    session.forward(sent[:8])
    session.forward(other[8:20])
    edited = session.forward(sent[8:14], position=8)
    fresh.forward(sent[:8])
    assert torch.equal(edited, fresh.forward(sent[8:14]))
    assert session.cache.length == 14


def test_what_a_cut_step_may_have_overwritten_no_longer_counts(tiny: Callable[..., Any]) -> None:
    model, backbone = tiny("llama")
    sent = embed(model, random_ids(model, 12))
    session = Session(backbone)
    session.forward(sent)
    cut = session.begin(sent[:2], position=5)
    assert session.cache.length == 5
    cut.cancel = True
    with pytest.raises(StepCancelled):
        backbone.run_segment([cut])
    with pytest.raises(WireError) as caught:
        session.begin(sent[:1], position=12)
    assert caught.value.code is ErrorCode.POSITION_GAP


def test_a_step_cut_in_half_leaves_nothing_behind(tiny: Callable[..., Any]) -> None:
    model, backbone = tiny("llama")
    plan = _plan("two-taps")
    sent = embed(model, random_ids(model, 12))
    session, fresh = _open(backbone, plan), _open(backbone, plan)
    session.forward(sent[:6])
    half = session.begin(sent[8:12] * 3, Flags.WANT_LAST)
    backbone.run_segment([half])
    assert session.cache.length == 6
    again = session.forward(sent[6:])
    fresh.forward(sent[:6])
    assert torch.equal(again, fresh.forward(sent[6:]))


@pytest.mark.parametrize("taps", ["no-taps", "two-taps"])
@pytest.mark.parametrize("family", FAMILIES)
def test_sessions_that_run_together_get_what_they_get_alone(family: str, taps: str, tiny: Callable[..., Any]) -> None:
    model, backbone = tiny(family, window=7)
    plan = _plan(taps)
    texts = [embed(model, random_ids(model, count, seed)) for count, seed in ((12, 1), (5, 2), (16, 3))]
    sizes = (4, 1, 9)  # rows of each session's last step: ragged
    together, alone = [], []
    for seed, (text, size) in enumerate(zip(texts, sizes, strict=True)):
        for sessions in (together, alone):
            session = _open(backbone, plan, seed)
            session.forward(text[:-size])
            sessions.append(session)
    steps = [s.begin(text[-size:]) for s, text, size in zip(together, texts, sizes, strict=True)]
    run_together(list(zip(together, steps, strict=True)))
    for session, step, text, size in zip(alone, steps, texts, sizes, strict=True):
        expected = session.forward(text[-size:])
        got = torch.frombuffer(bytearray(step.output), dtype=torch.float32).view(size, -1)
        torch.testing.assert_close(got, expected, atol=1e-5, rtol=0)


@pytest.mark.parametrize("dtype", ["fp32", "bf16"])
@pytest.mark.parametrize("family", FAMILIES)
def test_a_decoded_row_has_the_same_bits_alone_and_in_company(
    family: str, dtype: str, tiny: Callable[..., Any]
) -> None:
    model, backbone = tiny(family, window=7, dtype=dtype)
    if backbone._one_row is None:
        pytest.skip("no one-row kernels here")
    plan = _plan("two-taps")
    texts = [embed(model, random_ids(model, count, seed)) for count, seed in ((12, 1), (5, 2), (16, 3))]
    sizes = (1, 1, 9)
    together, alone = [], []
    for seed, (text, size) in enumerate(zip(texts, sizes, strict=True)):
        for sessions in (together, alone):
            session = _open(backbone, plan, seed)
            session.forward(text[:-size])
            sessions.append(session)
    steps = [s.begin(text[-size:]) for s, text, size in zip(together, texts, sizes, strict=True)]
    run_together(list(zip(together, steps, strict=True)))
    for session, step, text in zip(alone[:2], steps, texts, strict=False):
        expected = session.forward(text[-1:], overlap=False)
        assert torch.equal(torch.frombuffer(bytearray(step.output), dtype=torch.float32).view(1, -1), expected)


@pytest.mark.parametrize("taps", ["no-taps", "two-taps"])
def test_a_cancelled_row_spares_the_others(taps: str, tiny: Callable[..., Any]) -> None:
    model, backbone = tiny("llama")
    plan = _plan(taps)
    sent = embed(model, random_ids(model, 6))
    kept, dropped, alone = (_open(backbone, plan) for _ in range(3))
    for session in (kept, dropped, alone):
        session.forward(sent[:5])
    steps = [kept.begin(sent[5:]), dropped.begin(sent[5:])]
    steps[1].cancel = True
    with pytest.raises(StepCancelled) as caught:
        backbone.run_segment(steps)
    assert caught.value.steps == (steps[1],)
    assert (kept.cache.length, dropped.cache.length) == (5, 5)
    run_together([(kept, steps[0])])
    assert torch.equal(
        torch.frombuffer(bytearray(steps[0].output), dtype=torch.float32).view(1, -1), alone.forward(sent[5:])
    )


def test_a_cancelled_row_stops_before_the_next_layer(tiny: Callable[..., Any]) -> None:
    """Within compiled code: one row of a large model takes long enough."""
    model, backbone = tiny("llama")
    if backbone._one_row is None:
        pytest.skip("no one-row kernels here")
    sent = embed(model, random_ids(model, 1))
    step = Session(backbone).begin(sent)
    step.cancel = True
    (end,) = backbone._one_row.run(step, *step.segment)
    assert torch.equal(torch.from_numpy(end.h[None]), sent)


def test_a_cancelled_step_stops_at_a_layer_and_spares_the_others(tiny: Callable[..., Any]) -> None:
    model, backbone = tiny("llama")
    sent = embed(model, random_ids(model, 6))
    kept, dropped, alone = Session(backbone), Session(backbone), Session(backbone)
    steps = [kept.begin(sent), dropped.begin(sent)]
    third_layer = backbone._layers[2]
    norm = third_layer.input_norm

    def norm_and_cancel(x: torch.Tensor) -> torch.Tensor:
        steps[1].cancel = True
        return norm(x)

    third_layer.input_norm = norm_and_cancel  # type: ignore[assignment]
    try:
        with pytest.raises(StepCancelled) as caught:
            backbone.run_segment(steps)
    finally:
        third_layer.input_norm = norm
    assert caught.value.steps == (steps[1],)
    assert (kept.cache.length, dropped.cache.length) == (0, 0)
    backbone.run_segment(steps[:1])
    expected = alone.forward(sent)
    assert torch.equal(torch.frombuffer(bytearray(steps[0].output), dtype=torch.float32).view(6, -1), expected)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_numbers_that_are_not_finite_are_refused_and_leave_the_cache_alone(
    bad: float, tiny: Callable[..., Any]
) -> None:
    model, backbone = tiny("llama")
    plan = _plan("two-taps")
    session = _open(backbone, plan)
    sent = embed(model, random_ids(model, 6))
    session.forward(sent[:4])
    poisoned = sent[4:].clone()
    poisoned[1, 7] = bad
    with pytest.raises(WireError) as caught:
        session.begin(poisoned, position=2)
    assert caught.value.code is ErrorCode.NOT_FINITE
    assert session.cache.length == 4
    step = session.begin(sent[4:])
    backbone.run_segment([step])
    with pytest.raises(WireError) as caught:
        backbone.take_delta(step, torch.full((2, 24), bad).numpy().tobytes())
    assert caught.value.code is ErrorCode.NOT_FINITE


def test_steps_that_do_not_fit_are_refused(tiny: Callable[..., Any]) -> None:
    _, backbone = tiny("llama")
    session = Session(backbone, positions=8)
    width = backbone.hidden_size

    def begin(position: int, rows: int, cols: int = width) -> ErrorCode:
        frame = Frame(
            Kind.STEP, position=position, rows=rows, cols=cols, dtype=Dtype.FP32, payload=bytes(4 * rows * cols)
        )
        with pytest.raises(WireError) as caught:
            backbone.begin_step(session.cache, session.plan_state, frame)
        return caught.value.code

    assert begin(1, 1) is ErrorCode.POSITION_GAP
    assert begin(0, 9) is ErrorCode.OUT_OF_POSITIONS
    assert begin(0, 1, width - 1) is ErrorCode.WRONG_SHAPE
    with pytest.raises(WireError) as caught:
        backbone.new_cache(backbone.config.max_positions + 1)
    assert caught.value.code is ErrorCode.OUT_OF_POSITIONS


def test_a_freed_cache_is_wiped_even_where_it_was_rolled_back(tiny: Callable[..., Any]) -> None:
    model, backbone = tiny("llama")
    session = Session(backbone)
    sent = embed(model, random_ids(model, 10))
    session.forward(sent)
    session.forward(sent[:1], position=2)
    slab = session.cache._slab
    assert slab is not None
    assert slab[:, :, :, :10].abs().amax(dim=(0, 1, 2, 4)).min() > 0
    session.cache.free()
    assert not slab[:, :, :, :10].any()
    with pytest.raises(EngineError):
        session.begin(sent)
