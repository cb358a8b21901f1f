"""The near half against its written definitions, and against transformers' own modules."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from transformers.models.gemma3.modeling_gemma3 import Gemma3RMSNorm, Gemma3TextScaledWordEmbedding
from transformers.models.llama.modeling_llama import LlamaRMSNorm

from app.device import codec
from app.device.adapter import Adapter
from app.device.linear import PackedLinear
from app.device.near_half import NearHalf
from app.device.near_layers import NearLayers
from app.device.pack import DevicePack
from app.device.tap_matrix import TapMatrix
from app.domain.errors import AdapterError, BackendError
from app.domain.sampling import SamplingSettings
from app.wire.frames import Dtype
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target, grouped, layer_by_layer

Build = Callable[..., DevicePack]
WIRE = [Dtype.FP32, Dtype.FP16, Dtype.BF16, Dtype.INT8]
TOKENS = [5, 200, 7, 7, 90, 262, 0]
GREEDY = SamplingSettings()
MIXED = ExchangePlan(
    (
        Tap(0, (Target(0, Projection.V), Target(2, Projection.Q)), r_down=3, r_up=5),
        Tap(1, (Target(1, Projection.Q), Target(1, Projection.K), Target(3, Projection.V)), r_down=6, r_up=2),
    )
)
V = Projection.V
BEHIND_TWO = ExchangePlan((Tap(0, (Target(3, V), Target(2, V)), r_down=3, r_up=5),))


def weight(pack: DevicePack, name: str) -> torch.Tensor:
    with pack.weights() as weights:
        return weights.tensor(name).clone()


def noise(pack: DevicePack, plan: ExchangePlan, **changes: int) -> Adapter:
    return Adapter.random(plan, pack.facts, Recipe.SVD, seed=3, scale=0.3, **changes)


def z_bytes(rows: int, cols: int, dtype: Dtype, seed: int = 0) -> bytes:
    return codec.encode_rows(torch.randn(rows, cols, generator=torch.Generator().manual_seed(seed)), dtype)


def test_embeddings_are_the_tables_rows_to_the_bit(build_pack: Build) -> None:
    pack = build_pack()
    for dtype, state in ((torch.bfloat16, Dtype.BF16), (torch.float32, Dtype.FP32), (torch.float32, Dtype.BF16)):
        near = NearHalf(pack, state_dtype=state, compute_dtype=dtype)
        expected = weight(pack, "embed_tokens.weight")[TOKENS]
        assert near.step_payload(TOKENS, rowwise=False) == codec.encode_rows(expected, state)
        assert near.plan == ExchangePlan()
        assert near.recipe_hash == bytes(32)


@pytest.mark.parametrize("compute", [torch.bfloat16, torch.float32])
def test_scaled_embeddings_round_as_gemmas_do(compute: torch.dtype, build_pack: Build) -> None:
    scale = 16**0.5 * 1.37
    pack = build_pack(facts={"embed_scale": scale})
    module = Gemma3TextScaledWordEmbedding(263, 16, padding_idx=0, embed_scale=scale)
    module.weight.data = weight(pack, "embed_tokens.weight")
    expected = module.to(compute)(torch.tensor(TOKENS)).detach()
    near = NearHalf(pack, state_dtype=Dtype.FP32, compute_dtype=compute)
    assert near.step_payload(TOKENS, rowwise=False) == codec.encode_rows(expected, Dtype.FP32)


@pytest.mark.parametrize("plus_one", [False, True])
@pytest.mark.parametrize("compute", [torch.bfloat16, torch.float32])
def test_a_free_tap_is_m_a_norm_of_the_embedding(plus_one: bool, compute: torch.dtype, build_pack: Build) -> None:
    pack = build_pack(facts={"norm_plus_one": plus_one, "norm_eps": 1e-3})
    adapter = noise(pack, MIXED)
    near = NearHalf(pack, adapter, state_dtype=Dtype.FP32, exchange_dtype=Dtype.FP32, compute_dtype=compute)
    norm = (Gemma3RMSNorm if plus_one else LlamaRMSNorm)(16, eps=1e-3)
    norm.weight.data = weight(pack, "free.0.input_norm.weight")
    embeddings = weight(pack, "embed_tokens.weight")[TOKENS].to(compute)
    x = norm.to(compute)(embeddings).detach()
    z = (x @ weight(pack, "free.0.svd-1.a")[:3].to(compute).T).float()
    expected = torch.cat([z @ adapter.matrices[target].T for target in MIXED.taps[0].targets], dim=1)
    payload = near.step_payload(TOKENS, rowwise=False)
    found = codec.decode_rows(payload[len(TOKENS) * 16 * 4 :], len(TOKENS), MIXED.free_cols, Dtype.FP32)
    assert torch.allclose(found, expected, atol=1e-5, rtol=1e-5)
    assert expected.abs().max() > 0.1


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("plus_one", [False, True])
@pytest.mark.parametrize("compute", [torch.bfloat16, torch.float32])
def test_behind_device_layers_a_free_tap_is_m_a_norm_of_the_next_layer(
    plus_one: bool, compute: torch.dtype, count: int, build_pack: Build
) -> None:
    pack = build_pack(facts={"norm_plus_one": plus_one, "norm_eps": 1e-3})
    adapter = noise(pack, BEHIND_TWO, device_layers=count)
    near = NearHalf(pack, adapter, state_dtype=Dtype.BF16, exchange_dtype=Dtype.FP32, compute_dtype=compute)
    norm = (Gemma3RMSNorm if plus_one else LlamaRMSNorm)(16, eps=1e-3)
    norm.weight.data = weight(pack, f"free.{count}.input_norm.weight")
    sent = weight(pack, "embed_tokens.weight")[TOKENS].bfloat16().to(compute)
    x = norm.to(compute)(NearLayers(pack, count, compute).run(sent, 0, None, one_by_one=False)).detach()
    z = (x @ weight(pack, f"free.{count}.svd-1.a")[:3].to(compute).T).float()
    expected = torch.cat([z @ adapter.matrices[target].T for target in BEHIND_TWO.taps[0].targets], dim=1)
    rows, cache = len(TOKENS), near.new_cache()
    payloads = [near.step_payload(TOKENS, rowwise=False)]
    payloads += [near.step_payload(TOKENS, rowwise=False, position=0, cache=cache) for _ in range(2)]  # the same again
    for payload in payloads:
        found = codec.decode_rows(payload[rows * 16 * 2 :], rows, BEHIND_TWO.free_cols, Dtype.FP32)
        assert torch.allclose(found, expected, atol=1e-5, rtol=1e-5)
    assert expected.abs().max() > 0.1


def test_a_free_tap_starts_from_the_state_as_it_was_sent(build_pack: Build) -> None:
    pack = build_pack()
    lossy = NearHalf(pack, noise(pack, MIXED), state_dtype=Dtype.INT8, exchange_dtype=Dtype.FP32)
    exact = NearHalf(pack, noise(pack, MIXED), state_dtype=Dtype.FP32, exchange_dtype=Dtype.FP32)
    cols = MIXED.free_cols * 4
    assert lossy.step_payload([5], rowwise=False)[-cols:] != exact.step_payload([5], rowwise=False)[-cols:]


@pytest.mark.parametrize("dtype", WIRE)
@pytest.mark.parametrize("rows", [1, 4])
def test_deltas_are_m_z_for_each_target_in_order(dtype: Dtype, rows: int, build_pack: Build) -> None:
    pack = build_pack()
    adapter = noise(pack, MIXED)
    near = NearHalf(pack, adapter, exchange_dtype=dtype)
    tap = MIXED.taps[1]
    z = z_bytes(rows, 6, dtype)
    z_RD = codec.decode_rows(z, rows, 6, dtype).float()
    expected = torch.cat([z_RD @ adapter.matrices[target].T for target in tap.targets], dim=1)
    found = codec.decode_rows(near.delta_payload(tap, z, rows, rowwise=False), rows, tap.up_cols, dtype).float()
    bound = {Dtype.FP32: 1e-6, Dtype.FP16: 2e-3, Dtype.BF16: 2e-2, Dtype.INT8: float(expected.abs().max()) / 127}
    assert torch.allclose(found, expected, atol=bound[dtype], rtol=bound[dtype])


@pytest.mark.parametrize("dtype", WIRE)
@pytest.mark.parametrize("plan", [MIXED, layer_by_layer(range(4), 6), grouped(4, 2, 5)])
def test_a_rowwise_replay_has_the_bits_of_one_row_steps(dtype: Dtype, plan: ExchangePlan, build_pack: Build) -> None:
    pack = build_pack()
    near = NearHalf(pack, noise(pack, plan), exchange_dtype=dtype)
    rows = len(TOKENS)
    cut = rows * 16 * 2
    together = near.step_payload(TOKENS, rowwise=True)
    apart = [near.step_payload([token], rowwise=False) for token in TOKENS]
    assert together[:cut] == b"".join(one[: 16 * 2] for one in apart)
    whole = codec.decode_rows(together[cut:], rows, plan.free_cols, dtype)
    assert whole.equal(torch.cat([codec.decode_rows(one[16 * 2 :], 1, plan.free_cols, dtype) for one in apart]))
    for tap in plan.exchanged_taps:
        zs = [z_bytes(1, tap.r_down, dtype, seed) for seed in range(rows)]
        z_RD = torch.cat([codec.decode_rows(z, 1, tap.r_down, dtype) for z in zs])
        replayed = near.delta_payload(tap, codec.encode_rows(z_RD, dtype), rows, rowwise=True)
        y_RU = codec.decode_rows(replayed, rows, tap.up_cols, dtype)
        singles = [near.delta_payload(tap, z, 1, rowwise=False) for z in zs]
        assert y_RU.equal(torch.cat([codec.decode_rows(one, 1, tap.up_cols, dtype) for one in singles]))


@pytest.mark.parametrize("count", [0, 1, 2])
@pytest.mark.parametrize("compute", [torch.bfloat16, torch.float32])
def test_a_rowwise_replay_has_the_bits_of_one_row_steps_at_a_real_models_size(
    compute: torch.dtype, count: int, smol_pack: DevicePack
) -> None:
    plan = ExchangePlan((replace(grouped(30, 5, 64).taps[0], targets=(Target(5, V),)), *grouped(30, 5, 64).taps[2:]))
    adapter = Adapter.random(plan, smol_pack.facts, Recipe.SVD, seed=1, scale=0.1, device_layers=count)
    near = NearHalf(smol_pack, adapter, exchange_dtype=Dtype.FP32, compute_dtype=compute)
    tokens = [*range(100, 130)]
    cut = len(tokens) * 576 * 2
    caches = [near.new_cache() for _ in range(2)]
    for cache in caches:
        near.step_payload([*range(200, 240)], rowwise=False, cache=cache)
    apart = [
        near.step_payload([token], rowwise=False, position=position, cache=caches[0])
        for position, token in enumerate(tokens, 40)
    ]
    together = near.step_payload(tokens, rowwise=True, position=40, cache=caches[1])
    assert together[:cut] == b"".join(one[:1152] for one in apart)
    assert together[cut:] == b"".join(one[1152:] for one in apart)
    tap = plan.taps[1]
    zs = [z_bytes(1, 64, Dtype.FP32, seed) for seed in range(20)]
    assert near.delta_payload(tap, b"".join(zs), 20, rowwise=True) == b"".join(
        near.delta_payload(tap, z, 1, rowwise=False) for z in zs
    )


@pytest.mark.parametrize("dtype", WIRE)
@pytest.mark.parametrize("count", [1, 2])
def test_a_rowwise_replay_behind_device_layers_fills_a_fresh_cache_with_the_same_bits(
    dtype: Dtype, count: int, build_pack: Build
) -> None:
    pack = build_pack()
    near = NearHalf(pack, noise(pack, BEHIND_TWO, device_layers=count), exchange_dtype=dtype)
    first, again = near.new_cache(), near.new_cache()
    near.step_payload(TOKENS, rowwise=False, cache=first)
    near.step_payload(TOKENS, rowwise=False, cache=again)
    apart = [
        near.step_payload([token], rowwise=False, position=at, cache=first) for at, token in enumerate((9, 8, 250), 7)
    ]
    together = near.step_payload((9, 8, 250), rowwise=True, position=7, cache=again)
    cols = BEHIND_TWO.free_cols
    whole = codec.decode_rows(together[3 * 32 :], 3, cols, dtype)
    assert whole.equal(torch.cat([codec.decode_rows(one[32:], 1, cols, dtype) for one in apart]))
    one = near.step_payload([7], rowwise=False, position=10, cache=again)
    assert one == near.step_payload([7], rowwise=False, position=10, cache=first)
    assert one != near.step_payload([7], rowwise=False), "what stands before it must matter"


@pytest.mark.parametrize("dtype", WIRE)
def test_zero_m_answers_zero_to_the_bit(dtype: Dtype, build_pack: Build) -> None:
    pack = build_pack()
    near = NearHalf(pack, Adapter.zero(MIXED, pack.facts, Recipe.SVD, name="new"), exchange_dtype=dtype)
    bare = NearHalf(pack, exchange_dtype=dtype)
    y = near.delta_payload(MIXED.taps[1], z_bytes(2, 6, dtype), 2, rowwise=False)
    assert not bool(codec.decode_rows(y, 2, 6, dtype).any())
    assert near.step_payload(TOKENS, rowwise=False).startswith(bare.step_payload(TOKENS, rowwise=False))


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("dtype", WIRE)
@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("kind", ["noise", "zero"])
def test_z_that_is_not_finite_is_the_backends_fault(
    rows: int, dtype: Dtype, bad: float, kind: str, build_pack: Build
) -> None:
    pack = build_pack()
    adapter = noise(pack, MIXED) if kind == "noise" else Adapter.zero(MIXED, pack.facts, Recipe.SVD, name="new")
    near = NearHalf(pack, adapter, exchange_dtype=dtype)
    z_RD = torch.ones(rows, 6)
    z_RD[-1, 2] = bad
    if dtype is Dtype.INT8:
        z = codec.raw_bytes(torch.tensor([*[1.0] * (rows - 1), bad])) + bytes([1] * 6 * rows)
    else:
        z = codec.raw_bytes(z_RD.to(codec.TORCH_DTYPES[dtype]))
    with pytest.raises(BackendError) as caught:
        near.delta_payload(MIXED.taps[1], z, rows, rowwise=False)
    assert caught.value.advice


@pytest.mark.parametrize("dtype", WIRE)
def test_y_that_overflows_is_the_adapters_fault(dtype: Dtype) -> None:
    target = Target(1, Projection.Q)
    matrix = TapMatrix(Tap(1, (target,), 2, 2), {target: torch.full((2, 2), 3e38)}, dtype)
    with pytest.raises(AdapterError):
        matrix.answer(codec.encode_rows(torch.ones(1, 2), dtype), 1, rowwise=False)


@pytest.mark.parametrize("size", [0, 5, 24, 1000])
def test_z_of_the_wrong_size_is_refused(size: int, build_pack: Build) -> None:
    pack = build_pack()
    with pytest.raises(BackendError):
        NearHalf(pack, noise(pack, MIXED)).delta_payload(MIXED.taps[1], bytes(size), 1, rowwise=False)


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("softcap", [None, 3.0])
@pytest.mark.parametrize("compute", [torch.bfloat16, torch.float32])
def test_logits_are_the_heads_product(
    tied: bool, softcap: float | None, compute: torch.dtype, build_pack: Build
) -> None:
    pack = build_pack(tied=tied, facts={"final_logit_softcapping": softcap})
    near = NearHalf(pack, state_dtype=Dtype.FP32, compute_dtype=compute)
    state = torch.randn(3, 16, generator=torch.Generator().manual_seed(1))
    head = weight(pack, "embed_tokens.weight" if tied else "lm_head.weight").to(compute)
    expected = (state[-1:].to(compute) @ head.T)[0]
    if softcap is not None:
        expected = torch.tanh(expected / softcap) * softcap
    logits = near.logits(codec.encode_rows(state, Dtype.FP32))
    assert logits.dtype == torch.float32
    bound = 1e-5 if compute is torch.float32 else 2e-2
    assert torch.allclose(logits, expected.float(), atol=bound, rtol=bound)


def test_the_head_part_adds_v_u_h(build_pack: Build) -> None:
    pack = build_pack()
    adapter = noise(pack, ExchangePlan(), head_rank=3)
    assert adapter.head is not None
    state = torch.randn(1, 16, generator=torch.Generator().manual_seed(1))
    near = NearHalf(pack, adapter, state_dtype=Dtype.FP32, compute_dtype=torch.float32)
    v_DR, u_RD = adapter.head
    adapted = state + state @ u_RD.T @ v_DR.T
    expected = adapted @ weight(pack, "embed_tokens.weight").float().T
    assert torch.allclose(near.logits(codec.encode_rows(state, Dtype.FP32)), expected[0], atol=1e-4)
    assert not torch.allclose(adapted, state, atol=0.1)


def test_a_fresh_head_part_changes_no_bit(build_pack: Build) -> None:
    pack = build_pack()
    fresh = Adapter.zero(ExchangePlan(), pack.facts, Recipe.SVD, name="new", head_rank=4)
    state = codec.encode_rows(torch.randn(1, 16), Dtype.BF16)
    assert NearHalf(pack, fresh).logits(state).equal(NearHalf(pack).logits(state))


@pytest.mark.parametrize("dtype", WIRE)
def test_the_next_token_comes_from_the_last_row(dtype: Dtype, build_pack: Build) -> None:
    pack = build_pack()
    near = NearHalf(pack, state_dtype=dtype, compute_dtype=torch.float32)
    embeddings = weight(pack, "embed_tokens.weight").float()
    longest = int(embeddings.norm(dim=1).argmax())
    state = codec.encode_rows(torch.stack([-embeddings[longest], embeddings[longest]]), dtype)
    assert near.next_token(state, near.sampler(GREEDY), []) == longest


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_state_that_is_not_finite_is_refused(bad: float, build_pack: Build) -> None:
    near = NearHalf(build_pack(), state_dtype=Dtype.FP32)
    state = torch.zeros(1, 16)
    state[0, 3] = bad
    with pytest.raises(BackendError):
        near.next_token(codec.raw_bytes(state), near.sampler(GREEDY), [])


@pytest.mark.parametrize("size", [0, 1, 31, 33])
def test_a_state_of_the_wrong_size_is_refused(size: int, build_pack: Build) -> None:
    near = NearHalf(build_pack())
    with pytest.raises(BackendError):
        near.next_token(bytes(size), near.sampler(GREEDY), [])


def test_an_adapter_of_another_model_is_refused(build_pack: Build) -> None:
    adapter = noise(build_pack(), MIXED)
    with pytest.raises(AdapterError):
        NearHalf(build_pack(facts={"backbone_sha256": "cd" * 32}), adapter)


def test_the_recipe_of_the_adapter_is_used(build_pack: Build) -> None:
    pack = build_pack()
    adapter = Adapter.random(MIXED, pack.facts, Recipe.RANDOM, seed=3, scale=0.3)
    near, other = NearHalf(pack, adapter), NearHalf(pack, noise(pack, MIXED))
    assert (near.recipe, near.recipe_version, near.recipe_hash) == (Recipe.RANDOM, 1, bytes.fromhex("2" * 64))
    assert near.step_payload([5], rowwise=False)[32:] != other.step_payload([5], rowwise=False)[32:]


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float32])
def test_the_packed_product_equals_the_plain_one_across_pieces(dtype: torch.dtype) -> None:
    weight_VD = torch.randn(40_000, 16, generator=torch.Generator().manual_seed(1)).to(dtype)
    row = torch.randn(1, 16).to(dtype)
    found = PackedLinear(weight_VD, dtype)(row)
    expected = row.float() @ weight_VD.float().T
    assert found.shape == (1, 40_000)
    assert torch.allclose(found.float(), expected, atol=1e-4 if dtype is torch.float32 else 0.1)


def test_without_packing_the_plain_product_is_used(monkeypatch: pytest.MonkeyPatch, build_pack: Build) -> None:
    def refuses(*_args: object) -> None:
        raise RuntimeError("not on this CPU")

    monkeypatch.setattr(torch.ops.mkldnn, "_reorder_linear_weight", refuses)
    near = NearHalf(build_pack(), compute_dtype=torch.float32)
    assert near.description == "fp32, not packed"
    assert near.logits(codec.encode_rows(torch.ones(1, 16), Dtype.BF16)).shape == (263,)


def test_logits_of_the_default_model_are_its_heads_product(smol_pack: DevicePack) -> None:
    near = NearHalf(smol_pack)
    state = near.step_payload([504], rowwise=False)
    head = weight(smol_pack, "embed_tokens.weight")
    expected = head.float() @ codec.decode_rows(state, 1, 576, Dtype.BF16)[0].float()
    assert torch.allclose(near.logits(state), expected, atol=0.02 * float(expected.abs().max()))
