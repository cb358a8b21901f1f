"""Free taps behind layers that the device runs, over the whole path: the definition, and bits that nothing changes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from app.core.session import RemoteSession, RetryPolicy
from app.device.adapter import Adapter
from app.device.near_half import NearHalf
from app.device.pack import DevicePack
from app.domain.ids import NO_MESSAGE
from app.wire.frames import Dtype
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan
from cloud_backend.engine.backbone import Backbone
from tests.numerics.engine_driver import logits_of, random_ids
from tests.numerics.near_driver import NEAR_PLANS, defined_logits, free_from, noisy
from tests.numerics.test_whole_path import WholePath, in_pieces, installed, make_near
from tests.sim.tuning_cloud import TuningCloud
from tests.tiny_models import FAMILIES

TOLERANCE = 1e-4
TEXT = 24
CASES = [pytest.param(*found, Recipe.SVD, id=name) for name, found in NEAR_PLANS.items()]
CASES.append(pytest.param(*NEAR_PLANS["two-mixed"], Recipe.RANDOM, id="random-recipe"))


@pytest.mark.parametrize(("plan", "count", "recipe"), CASES)
@pytest.mark.parametrize("family", FAMILIES)
def test_it_equals_the_definition(
    family: str, plan: ExchangePlan, count: int, recipe: Recipe, tiny: Callable[..., Any], tmp_path: Path
) -> None:
    """Windows of 7 positions, a prompt in two pieces, then one by one."""
    model, backbone = tiny(family, window=7)
    adapter = noisy(installed(backbone, tmp_path), plan, count, recipe)
    ids = random_ids(model, TEXT)
    split = in_pieces(WholePath(make_near(DevicePack(tmp_path / "pack"), adapter), backbone), ids.tolist())
    reference = defined_logits(model, backbone, adapter, ids)
    assert (reference - logits_of(model, ids)).abs().max() > 0.02, "the adapter must matter"
    torch.testing.assert_close(split, reference, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("family", FAMILIES)
def test_half_the_strength_is_half_of_m(family: str, tiny: Callable[..., Any], tmp_path: Path) -> None:
    model, backbone = tiny(family)
    pack = installed(backbone, tmp_path)
    adapter = noisy(pack, *NEAR_PLANS["two-mixed"])
    halved = Adapter(adapter.card, {target: 0.5 * m for target, m in adapter.matrices.items()})
    ids = random_ids(model, TEXT)
    plain = make_near(pack)
    near = plain.with_adapter(adapter.scaled(0.5))  # as a chat takes it up
    split = in_pieces(WholePath(near, backbone), ids.tolist())
    torch.testing.assert_close(split, defined_logits(model, backbone, halved, ids), atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("family", FAMILIES)
def test_another_text_from_an_earlier_position_is_as_if_it_had_stood_there_from_the_start(
    family: str, tiny: Callable[..., Any], tmp_path: Path
) -> None:
    model, backbone = tiny(family, window=7)
    adapter = noisy(installed(backbone, tmp_path), *NEAR_PLANS["two"])
    near = make_near(DevicePack(tmp_path / "pack"), adapter)
    ids, other = random_ids(model, TEXT), random_ids(model, TEXT, seed=9)
    path = WholePath(near, backbone)
    in_pieces(path, ids.tolist())
    text = torch.cat((ids[:8], other[:12]))  # from within the prompt's first piece
    pieces = [path.logits(other[:5].tolist(), position=8), path.logits(other[5:9].tolist())]
    pieces += [path.logits([token]) for token in other[9:12].tolist()]
    reference = defined_logits(model, backbone, adapter, text)
    torch.testing.assert_close(torch.cat(pieces), reference[8:], atol=TOLERANCE, rtol=0)
    one = path.logits([int(ids[0])], position=10)
    text = torch.cat((text[:10], ids[:1]))
    torch.testing.assert_close(one[0], defined_logits(model, backbone, adapter, text)[10], atol=TOLERANCE, rtol=0)


def test_two_sessions_of_one_near_half_take_turns(tiny: Callable[..., Any], tmp_path: Path) -> None:
    model, backbone = tiny("qwen3", window=7)
    adapter = noisy(installed(backbone, tmp_path), *NEAR_PLANS["two-mixed"])
    near = make_near(DevicePack(tmp_path / "pack"), adapter)
    texts = [random_ids(model, TEXT, seed=seed) for seed in (1, 2)]
    paths = [WholePath(near, backbone) for _ in texts]
    found: list[list[torch.Tensor]] = [[], []]
    for start, end in ((0, 9), (9, 14), *((at, at + 1) for at in range(14, TEXT))):
        for path, text, logits in zip(paths, texts, found, strict=True):
            logits.append(path.logits(text[start:end].tolist()))
    for text, logits in zip(texts, found, strict=True):
        reference = defined_logits(model, backbone, adapter, text)
        torch.testing.assert_close(torch.cat(logits), reference, atol=TOLERANCE, rtol=0)


def test_near_halves_of_one_pack_share_the_layers(tiny: Callable[..., Any], tmp_path: Path) -> None:
    _, backbone = tiny("llama")
    pack = installed(backbone, tmp_path)
    one, two = (noisy(pack, *NEAR_PLANS[name]) for name in ("one", "two"))
    plain = make_near(pack)
    first, second, third = (plain.with_adapter(adapter) for adapter in (two, two.scaled(0.5), one))
    layers = [near._entrance._layers for near in (plain, first, second, third)]
    assert layers[0] is None and layers[1] is layers[2] and layers[3] not in (None, layers[1])
    assert plain.new_cache() is None and first.new_cache() is not first.new_cache()


Dtypes = tuple[torch.dtype, Dtype, Dtype]  # of computing, states, exchanges
DTYPES = [
    pytest.param((torch.float32, Dtype.FP32, Dtype.FP32), id="fp32"),
    pytest.param((torch.bfloat16, Dtype.BF16, Dtype.BF16), id="bf16"),
    pytest.param((torch.bfloat16, Dtype.BF16, Dtype.INT8), id="int8"),
]


def make(pack: DevicePack, adapter: Adapter | None, dtypes: Dtypes) -> NearHalf:
    compute, state, exchange = dtypes
    return NearHalf(pack, adapter, state_dtype=state, exchange_dtype=exchange, compute_dtype=compute)


class Replies:
    """States of a prompt, of positions decoded one by one, and of another text after a roll-back, over one session."""

    def __init__(self, backbone: Backbone, *cuts: int) -> None:
        """cuts: exchanges that are never answered."""
        self.cloud = TuningCloud(backbone, cut_before=set(cuts), max_rows=8)

    def open(self, near: NearHalf) -> RemoteSession:
        waits = RetryPolicy(lambda: [0.0] * 5)
        return RemoteSession(near, self.cloud.model, self.cloud.open_channel, waits, lambda reason: None, lambda: None)

    def states(self, near: NearHalf, ids: list[int], session: RemoteSession | None = None) -> list[bytes]:
        session = session or self.open(near)
        found = [
            session.extend(ids[:8], NO_MESSAGE, want_last=False),
            session.extend(ids[8:11], NO_MESSAGE, want_last=True),
        ]
        found += [session.extend([token], NO_MESSAGE, want_last=True) for token in ids[11:16]]
        session.crop(9)  # within the second piece of the prompt, which is replayed whole
        found.append(session.extend(ids[16:18], NO_MESSAGE, want_last=True))
        found += [session.extend([token], NO_MESSAGE, want_last=True) for token in ids[18:21]]
        found.append(session.extend(ids[21:23], NO_MESSAGE, want_last=True, rowwise=True))
        session.close()
        return found


@pytest.mark.parametrize("name", ["two", "two-mixed"])
@pytest.mark.parametrize("dtypes", DTYPES)
@pytest.mark.parametrize("family", ["llama", "gemma3_text"])
def test_a_cut_at_any_exchange_changes_no_bit(
    family: str, dtypes: Dtypes, name: str, tiny: Callable[..., Any], tmp_path: Path
) -> None:
    model, backbone = tiny(family, window=7, dtype="fp32" if dtypes[0] is torch.float32 else "bf16")
    pack = installed(backbone, tmp_path)
    adapter = noisy(pack, *NEAR_PLANS[name], scale=0.1)
    near = make(pack, adapter, dtypes)
    ids = random_ids(model, TEXT).tolist()
    whole = Replies(backbone)
    expected = whole.states(near, ids)
    for number in range(0, whole.cloud.exchanges, 1 if name == "two" else 5):
        replies = Replies(backbone, number)
        assert replies.states(near, ids) == expected, f"cut at exchange {number}"
        assert replies.cloud.connects == 2


@pytest.mark.parametrize("dtypes", DTYPES)
def test_an_adapter_that_other_layers_read_for_follows_in_the_same_session(
    dtypes: Dtypes, tiny: Callable[..., Any], tmp_path: Path
) -> None:
    """The backend was promised the same plan, so nothing is opened again; what was remembered is forgotten."""
    model, backbone = tiny("llama", dtype="fp32" if dtypes[0] is torch.float32 else "bf16")
    pack = installed(backbone, tmp_path)
    ids = random_ids(model, TEXT).tolist()
    near, nearer = (make(pack, noisy(pack, free_from(2), count), dtypes) for count in (1, 2))
    expected = Replies(backbone).states(nearer, ids)
    replies = Replies(backbone)
    session = replies.open(near)
    assert session.extend(ids[8:11], NO_MESSAGE, want_last=True) != expected[1]
    session.change_near(nearer)
    assert replies.states(nearer, ids, session) == expected
    assert replies.cloud.connects == 1


@pytest.mark.parametrize("name", ["two", "two-mixed"])
@pytest.mark.parametrize("dtypes", DTYPES)
def test_a_cut_reply_is_taken_up_as_its_tokens_were_made(
    dtypes: Dtypes, name: str, tiny: Callable[..., Any], tmp_path: Path
) -> None:
    """Another day, another session: the prompt in the same pieces, then the reply so far as rows that stand alone."""
    model, backbone = tiny("qwen3", window=7, dtype="fp32" if dtypes[0] is torch.float32 else "bf16")
    pack = installed(backbone, tmp_path)
    near = make(pack, noisy(pack, *NEAR_PLANS[name], scale=0.1), dtypes)
    ids = random_ids(model, TEXT).tolist()
    made, taken_up = (Replies(backbone).open(near) for _ in range(2))
    for session in (made, taken_up):
        session.extend(ids[:8], NO_MESSAGE, want_last=False)
    states = [made.extend([token], NO_MESSAGE, want_last=True) for token in ids[8:18]]
    taken_up.extend(ids[8:12], NO_MESSAGE, want_last=False, rowwise=True)
    assert taken_up.extend(ids[12:17], NO_MESSAGE, want_last=True, rowwise=True) == states[8]
    assert taken_up.extend(ids[17:18], NO_MESSAGE, want_last=True) == states[9]
    for session in (made, taken_up):
        session.close()


@pytest.mark.parametrize("name", NEAR_PLANS)
@pytest.mark.parametrize("dtypes", DTYPES)
def test_an_adapter_of_zeros_changes_no_bit(
    dtypes: Dtypes, name: str, tiny: Callable[..., Any], tmp_path: Path
) -> None:
    model, backbone = tiny("qwen2", dtype="fp32" if dtypes[0] is torch.float32 else "bf16")
    pack = installed(backbone, tmp_path)
    plan, count = NEAR_PLANS[name]
    zero = Adapter.zero(plan, pack.facts, Recipe.SVD, name="new", device_layers=count)
    ids = random_ids(model, TEXT).tolist()
    halves = [make(pack, adapter, dtypes) for adapter in (None, zero, noisy(pack, plan, count))]
    plain, fresh, changed = (Replies(backbone).states(near, ids) for near in halves)
    assert fresh == plain
    assert changed != plain
