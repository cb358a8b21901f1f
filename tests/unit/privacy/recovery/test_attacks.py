"""Each attack on frames that the device's own code made, with tiny models; and on recordings with nothing for it."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from app.device.adapter import Adapter
from app.device.near_half import NearHalf
from app.device.near_states import near_states
from app.device.pack import DevicePack
from app.domain.errors import Cancelled, ModelError
from app.privacy.recovery.attack import Attack, Real, Recovery, all_attacks, attack, run_all, run_one
from app.privacy.recovery.attacks.adapter_copy import all_pairs, copied
from app.privacy.recovery.attacks.deeper_layers import DeeperLayers
from app.privacy.recovery.attacks.embeddings import NearestEmbeddings
from app.privacy.recovery.attacks.head import HeadOnStates, likeliest_tokens
from app.privacy.recovery.decoder import Cache
from app.privacy.recovery.deltas import recorded_deltas
from app.privacy.recovery.recording import Recording
from app.privacy.recovery.tensors import decode_rows
from app.privacy.recovery.weights import PublicWeights, weights_for
from app.wire.frames import Dtype, tensor_bytes
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target
from tests.tiny_models import prepare_tiny, tiny_model
from tests.unit.privacy.recovery.recorded import MESSAGE, Kept, Recorder

TOKENS = list(range(3, 160, 3))
FREE = ExchangePlan((Tap(0, (Target(0, Projection.Q), Target(2, Projection.V)), 8, 8),))
Packed = Callable[[str], DevicePack]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Packed:
    """packed(family): its device pack, installed; the prepared model lies in ../prepared."""
    made: dict[str, DevicePack] = {}

    def make(family: str) -> DevicePack:
        if family not in made:
            folder = tmp_path_factory.mktemp(family)
            prepared = prepare_tiny(tiny_model(family), folder)
            with zipfile.ZipFile(prepared / "device-pack.zip") as archive:
                archive.extractall(folder / "packs" / "one")
            made[family] = DevicePack(folder / "packs" / "one")
        return made[family]

    return make


def public(pack: DevicePack) -> PublicWeights:
    return PublicWeights(pack.folder, pack.folder.parents[1], near_states)


def recorded(
    pack: DevicePack,
    dtype: Dtype,
    plan: ExchangePlan = ExchangePlan(),  # noqa: B008
    adapter: Adapter | None = None,
) -> Recorder:
    """TOKENS as the device sends them."""
    near = NearHalf(pack, adapter, state_dtype=dtype, exchange_dtype=dtype, compute_dtype=torch.float32)
    recorder = Recorder(plan, dtype=dtype, model_hash=bytes.fromhex(pack.facts.backbone_sha256))
    payload = near.step_payload(TOKENS, rowwise=False)
    rows = decode_rows(payload, len(TOKENS), near.hidden_size, dtype)
    side = None
    if plan.free_cols:
        after = tensor_bytes(dtype, len(TOKENS), near.hidden_size)
        side = decode_rows(payload[after:], len(TOKENS), plan.free_cols, dtype)
    recorder.step(rows, 0, side=side)
    return recorder


@pytest.mark.parametrize("dtype", [Dtype.FP32, Dtype.FP16, Dtype.BF16, Dtype.INT8], ids=lambda dtype: dtype.name)
@pytest.mark.parametrize("family", ["llama", "gemma3_text"])
def test_embeddings_are_looked_up_whatever_their_format_and_scale(family: str, dtype: Dtype, packed: Packed) -> None:
    """gemma multiplies its embeddings by sqrt(hidden size), which the look-up must do too."""
    pack = packed(family)
    assert (pack.facts.embed_scale != 1) == (family == "gemma3_text")
    found = NearestEmbeddings().run(Recording.of(recorded(pack, dtype).contents), public(pack), lambda share: None)
    assert list(found.tokens) == TOKENS
    assert found.share == 1.0


def test_the_reply_is_rebuilt_beside_the_real_one(packed: Packed) -> None:
    pack = packed("llama")
    weights = public(pack)
    text = weights.text.text(TOKENS)
    spoiled = Real(message=text + " and more words", reply="", replaced=(("more words", "x"),))
    found = run_all(Recording.of(recorded(pack, Dtype.BF16).contents), weights, spoiled, attacks=[NearestEmbeddings()])
    assert found[0].rebuilt == text and found[0].real == spoiled.message
    assert 0 < found[0].shares["message"].tokens < 1
    assert found[0].spans is not None and found[0].spans.real_found == ()


@pytest.mark.parametrize("rounds", [False, True], ids=["fp32", "bf16"])
def test_how_the_device_rounds_is_learned_from_what_it_chose(rounds: bool, packed: Packed) -> None:
    """Where two tokens are all but equally likely, the device's own rounding decides between them."""
    pack = packed("llama")
    weights = public(pack)
    random = np.random.default_rng(0)
    states = random.standard_normal((4000, 48)).astype(np.float32)
    plain, rounded = likeliest_tokens(states, weights, lambda share: None)
    split = np.flatnonzero(plain != rounded)[:6]
    assert len(split) == 6, "the two ways of rounding must differ somewhere"
    chosen = (rounded if rounds else plain)[split].tolist()
    recorder = Recorder(model_hash=bytes.fromhex(pack.facts.backbone_sha256))
    for position, number in enumerate(split):
        sent = weights.embeddings([5] if position == 0 else [chosen[position - 1]])
        recorder.step(sent, position, state=states[number : number + 1])
    found = HeadOnStates().run(Recording.of(recorder.contents), weights, lambda share: None)
    assert list(found.tokens) == chosen and found.share == 1.0
    assert found.data["compared"] == 5


@pytest.mark.parametrize("recipe", list(Recipe), ids=lambda recipe: recipe.name)
@pytest.mark.parametrize("family", ["llama", "gemma3_text"])
def test_a_free_tap_is_copied_though_its_z_is_never_sent(family: str, recipe: Recipe, packed: Packed) -> None:
    pack = packed(family)
    adapter = Adapter.random(FREE, pack.facts, recipe, seed=3, scale=0.3)
    recorder = recorded(pack, Dtype.FP32, FREE, adapter)
    recorder.contents[0] = Recorder(FREE, model_hash=bytes.fromhex(pack.facts.backbone_sha256), recipe=recipe).contents[
        0
    ]
    recording = Recording.of(recorder.contents)
    (pairs,) = all_pairs(recording, public(pack))
    assert {copy.target for copy in copied(pairs)} == {"layer 0 q", "layer 2 v"}
    for copy in copied(pairs):
        assert copy.positions == 8 + 16 and copy.held_out == len(TOKENS) - 24
        assert copy.error < 1e-3, copy


def test_a_copy_needs_about_as_many_positions_as_the_rank() -> None:
    """And says so where there are fewer: 10 positions leave 6 to copy 8 columns from."""
    random = np.random.default_rng(0)
    m_DU, z_ND = random.standard_normal((8, 12)), random.standard_normal((60, 8))
    tap = Tap(2, (Target(2, Projection.K),), 8, 12)
    errors = []
    for rows in (10, 60):
        recorder = Recorder(ExchangePlan((tap,)))
        z = z_ND[:rows].astype(np.float32)
        recorder.step(np.ones((rows, 48), np.float32), 0, exchanges=[(tap, z, (z @ m_DU).astype(np.float32))])
        (pairs,) = all_pairs(Recording.of(recorder.contents), None)  # type: ignore[arg-type]
        (copy,) = copied(pairs)
        errors.append(copy.error)
        assert copy.positions_needed == (None if rows == 10 else 8)
    assert errors[0] > 0.2 and errors[1] < 1e-5


@pytest.mark.parametrize("rows", [60, 400])
def test_where_rounding_spoils_a_copy_it_is_made_from_more_positions(rows: int) -> None:
    """From 144 positions at rank 128 int8 makes an error of several percent, but an operator has more than those."""
    random = np.random.default_rng(0)
    m_DU, z_ND = random.standard_normal((32, 12)), random.standard_normal((rows, 32))
    tap = Tap(2, (Target(2, Projection.K),), 32, 12)
    recorder = Recorder(ExchangePlan((tap,)))
    y_NU = z_ND @ m_DU * (1 + 0.01 * random.standard_normal((rows, 12)))
    recorder.step(
        np.ones((rows, 48), np.float32), 0, exchanges=[(tap, z_ND.astype(np.float32), y_NU.astype(np.float32))]
    )
    (pairs,) = all_pairs(Recording.of(recorder.contents), None)  # type: ignore[arg-type]
    (copy,) = copied(pairs)
    assert copy.positions == {60: 48, 400: 300}[rows] and copy.held_out == rows - copy.positions
    assert copy.error < {60: 0.05, 400: 0.012}[rows]


def test_without_the_opening_frame_a_copy_is_made_of_all_targets_together() -> None:
    tap = Tap(2, (Target(2, Projection.K), Target(2, Projection.V)), 4, 4)
    recorder = Recorder(ExchangePlan((tap,)))
    z = np.random.default_rng(0).standard_normal((40, 4)).astype(np.float32)
    recorder.step(np.ones((40, 48), np.float32), 0, exchanges=[(tap, z, np.tile(z, 2))])
    (pairs,) = all_pairs(Recording.of(recorder.contents[2:]), None)  # type: ignore[arg-type]
    (copy,) = copied(pairs)
    assert copy.target == "tap at layer 2, all targets" and copy.error < 1e-5


@pytest.mark.parametrize("keep", [0, 2], ids=["nothing", "only the opening"])
def test_where_nothing_is_kept_every_attack_says_so(keep: int, packed: Packed) -> None:
    pack = packed("llama")
    recording = Recording.of(recorded(pack, Dtype.BF16).contents[:keep], MESSAGE)
    for found in run_all(recording, public(pack), "a text"):
        assert not found.is_possible and "kept" in found.words and found.share is None


def test_a_recording_of_garbage_gives_words(packed: Packed) -> None:
    pack = packed("llama")
    garbage = [Kept(one.purpose, one.message, one.content[:-3]) for one in recorded(pack, Dtype.BF16).contents]
    for found in run_all(Recording.of(garbage), public(pack), None):
        assert not found.is_possible and "whole frame" in found.words


def test_another_models_pack_is_refused_in_words(packed: Packed) -> None:
    recording = Recording.of(recorded(packed("llama"), Dtype.BF16).contents)
    with pytest.raises(ModelError, match="not on this computer"):
        weights_for(recording, packed("gemma3_text").folder.parent)
    assert weights_for(recording, packed("llama").folder.parent).facts.model_id == "tiny"
    with pytest.raises(Exception, match="another model"):
        run_all(recording, public(packed("gemma3_text")))


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf, 1e38])
def test_numbers_that_are_none_break_no_attack(number: float, packed: Packed) -> None:
    """A hostile backend may send them, and an export may hold them."""
    pack = packed("llama")
    tap = Tap(2, (Target(2, Projection.K),), 8, 8)
    recorder = Recorder(ExchangePlan((tap,)), model_hash=bytes.fromhex(pack.facts.backbone_sha256))
    bad = np.full((40, 48), number, np.float32)
    recorder.step(bad, 0, state=bad[:1], exchanges=[(tap, bad[:, :8], bad[:, :8])])
    found = run_all(Recording.of(recorder.contents), public(pack), "a text")
    assert all(one.words for one in found)


def test_what_is_cancelled_ends_at_once(packed: Packed) -> None:
    pack = packed("llama")

    def cancel(share: float) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        run_one(NearestEmbeddings(), Recording.of(recorded(pack, Dtype.BF16).contents), public(pack), cancel)


def test_layers_on_the_device_and_noise_hide_nothing_worth_having(packed: Packed) -> None:
    """Tiny models are random, so that nothing is predicted: candidates are found by their states alone."""
    pack = packed("qwen3")
    weights = public(pack)
    assert weights.backbone is not None
    for found in run_all(Recording.of(recorded(pack, Dtype.BF16).contents), weights, None):
        if found.attack == "layers":
            assert found.share == 1.0 and found.real == found.rebuilt
        if found.attack == "noise":
            assert "noise 3 x the length" in dict(found.details)


def test_layers_with_an_adapter_are_matched_by_what_it_was_seen_to_add(packed: Packed) -> None:
    pack = packed("llama")
    weights = public(pack)
    adapter = Adapter.random(FREE, pack.facts, Recipe.SVD, seed=3, scale=0.5)
    recording = Recording.of(recorded(pack, Dtype.FP32, FREE, adapter).contents)
    places = [(MESSAGE, position) for position in range(len(TOKENS))]
    deltas = recorded_deltas(recording, weights, places, 3)
    assert deltas is not None
    assert set(deltas) == {(0, "q"), (2, "v")}
    (pairs,) = all_pairs(recording, weights)
    b_dR = weights.b(Target(2, Projection.V), Recipe.SVD, 2)
    assert b_dR is not None
    np.testing.assert_allclose(deltas[2, "v"], pairs.y[:, 8:] @ b_dR[:, :8].T, rtol=1e-5)
    assert weights.backbone is not None
    embedded = weights.embeddings(TOKENS)
    plain, adapted = (weights.backbone.run(embedded, Cache(), 0, 3, given) for given in ({}, deltas))
    assert np.linalg.norm(adapted - plain) > 0.01 * np.linalg.norm(plain), "the adapter must change something"
    found = DeeperLayers(layers=3).run(recording, weights, lambda share: None)
    assert found.share == 1.0
    assert "2 projections" in dict(found.details)["your adapter"]


def test_a_model_that_is_not_here_is_not_matched(packed: Packed) -> None:
    pack = packed("llama")
    recording = Recording.of(recorded(pack, Dtype.BF16).contents)
    found = {one.attack: one for one in run_all(recording, PublicWeights(pack.folder), None)}
    assert not found["layers"].is_possible and "not on this computer" in found["layers"].words
    assert found["embeddings"].is_possible


@pytest.mark.parametrize("spoil", ["pack.json", "weights.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"\xff\xfe\x00junk" * 9])
def test_a_damaged_pack_is_a_model_error(spoil: str, content: bytes, packed: Packed, tmp_path: Path) -> None:
    for file in packed("llama").folder.iterdir():
        (tmp_path / file.name).write_bytes(content if file.name == spoil else file.read_bytes())
    with pytest.raises(ModelError):
        PublicWeights(tmp_path).text.tokens("a")


def test_every_attack_is_registered_with_its_words() -> None:
    found = all_attacks()
    assert [one.name for one in found] == ["embeddings", "head", "adapter", "noise", "layers"]
    assert [one.name for one in found if one.is_supposed] == ["noise", "layers"]
    for one in found:
        assert isinstance(one, Attack) and one.title and one.sentence.endswith(".")


def test_a_new_attack_is_one_class(packed: Packed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.privacy.recovery.attack._REGISTRY", {})

    @attack
    class CountsSteps:
        name, title, sentence, order, is_supposed = "count", "Count", "Counts.", 9, False

        def run(self, recording: Recording, weights: PublicWeights, progress: object) -> Recovery:
            return Recovery(self.name, self.title, self.sentence, data={"steps": len(recording.steps)})

    pack = packed("llama")
    found = run_all(Recording.of(recorded(pack, Dtype.BF16).contents), public(pack), "text", attacks=[CountsSteps()])
    assert found[0].data == {"steps": 1} and found[0].seconds >= 0
    assert [one.name for one in all_attacks()] == ["count"]
