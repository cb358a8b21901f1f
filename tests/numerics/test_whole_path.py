"""The whole path with nothing replaced but the socket: NearHalf, both wire connections, Backbone; in fp32 throughout.

engine_driver.py writes the device's half from the definitions; here it is the app's own, and every frame is encoded,
judged and decoded by both sides' state machines. References: `transformers`, PEFT's LoRA, and the written definition.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from app.device.adapter import Adapter
from app.device.linear import PackedLinear
from app.device.near_half import NearHalf
from app.device.pack import DevicePack, install_pack
from app.wire.frames import Dtype, Flags, Frame, Kind, tensor_bytes
from app.wire.limits import Limits
from app.wire.messages import Open, Opened, Recipe
from app.wire.plan import ExchangePlan, grouped, layer_by_layer
from app.wire.state import CloudConnection, DeviceConnection, SessionShape
from cloud_backend.engine.backbone import Backbone, load_backbone
from cloud_backend.engine.linear import Layout
from cloud_backend.engine.recipe import a_key, b_key
from cloud_backend.engine.step import StepState
from tests.numerics import test_smollm2
from tests.numerics.engine_driver import logits_of, random_ids
from tests.numerics.test_exchanges import MODULES, TEXT, _defined_logits, _odd_plan, _recipe_tensors
from tests.tiny_models import FAMILIES

TOLERANCE = 1e-4
POSITIONS = 256
MAX_ROWS = 64

whole, ids = test_smollm2.whole, test_smollm2.ids  # fixtures: transformers' SmolLM2 in fp32, and a prompt
peft_is_noisy = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")


class WholePath:
    """One session between the app's near half and an engine, as core/session.py and the server would have it."""

    def __init__(self, near: NearHalf, backbone: Backbone) -> None:
        self.near, self.backbone = near, backbone
        self.device, self.cloud = DeviceConnection(near.hidden_size), CloudConnection(Limits())
        asked = Open(
            bytes.fromhex(backbone.manifest.backbone_sha256), near.recipe_hash, near.recipe, near.recipe_version,
            POSITIONS, near.state_dtype, near.exchange_dtype, near.plan,
        )  # fmt: skip
        granted = Open.decode(self.cloud.receive(self.device.open(asked)).payload)
        assert granted == asked
        self.plan_state = backbone.new_plan_state(granted)
        self.cache = backbone.new_cache(granted.positions)
        self.near_cache = near.new_cache()
        shape = SessionShape(
            backbone.hidden_size, granted.plan, granted.state_dtype, granted.exchange_dtype, POSITIONS, MAX_ROWS
        )
        self.device.receive(self.cloud.opened(1, shape, Opened(POSITIONS, MAX_ROWS, 60, 30)))
        self.steps = self.round_trips = 0

    def logits(self, tokens: Sequence[int], flags: Flags = Flags.WANT_ALL, position: int | None = None) -> Tensor:
        """Send `tokens` as one step, behind the last one where no position is given; logits (rows that `flags` ask for
        x V)."""
        rows = len(tokens)
        position = self.cache.length if position is None else position
        payload = self.near.step_payload(tokens, rowwise=False, position=position, cache=self.near_cache)
        sent = self.device.step(number=self.steps, position=position, rows=rows, flags=flags, payload=payload)
        self.steps += 1
        step = self.backbone.begin_step(self.cache, self.plan_state, self.cloud.receive(sent))
        taps = iter(self.near.plan.exchanged_taps)
        answer = self._run(step)
        while answer.kind is Kind.TAP:
            y = self.near.delta_payload(next(taps), answer.payload, rows, rowwise=False)
            self.backbone.overlap([step])
            self.backbone.take_delta(step, self.cloud.receive(self.device.delta(y)).payload)
            answer = self._run(step)
        row_bytes = tensor_bytes(self.near.state_dtype, 1, self.near.hidden_size)
        states = [answer.payload[start : start + row_bytes] for start in range(0, len(answer.payload), row_bytes)]
        return torch.stack([self.near.logits(state) for state in states])

    def _run(self, step: StepState) -> Frame:
        """The next segment, and the frame that the device then receives."""
        self.backbone.run_segment([step])
        self.round_trips += 1
        down = self.cloud.state(step.output, step.output_rows) if step.finished else self.cloud.tap(step.output)
        return self.device.receive(down)


def make_near(pack: DevicePack, adapter: Adapter | None = None) -> NearHalf:
    return NearHalf(pack, adapter, state_dtype=Dtype.FP32, exchange_dtype=Dtype.FP32, compute_dtype=torch.float32)


def installed(backbone: Backbone, folder: Path) -> DevicePack:
    return install_pack(backbone.folder / "device-pack.zip", folder / "pack", backbone.manifest.pack_sha256)


def in_pieces(path: WholePath, tokens: list[int]) -> Tensor:
    """Logits of every position: two chunks of a prompt, then one by one."""
    pieces = [path.logits(tokens[:10]), path.logits(tokens[10:17])]
    pieces += [path.logits([token]) for token in tokens[17:]]
    assert path.round_trips == path.near.plan.round_trips * path.steps
    return torch.cat(pieces)


def with_lora(model: Any, backbone: Backbone, adapter: Adapter, ids: Tensor) -> Tensor:
    """Logits of `model` under the PEFT LoRA that a layer-by-layer adapter is: A, and B M, of each target."""
    import peft

    rank = adapter.card.plan.taps[0].r_down
    matrices = _recipe_tensors(backbone, adapter.card.recipe)
    config = peft.LoraConfig(r=rank, lora_alpha=rank, target_modules=list(MODULES.values()), lora_dropout=0.0)
    wrapped = peft.get_peft_model(model, config)
    try:
        with torch.no_grad():
            for target, m in adapter.matrices.items():
                attention = wrapped.base_model.model.model.layers[target.layer].self_attn
                module = getattr(attention, MODULES[target.projection])
                b = matrices[b_key(target.layer, target.projection)][:, :rank]
                module.lora_A["default"].weight.copy_(matrices[a_key(target.layer)][:rank])
                module.lora_B["default"].weight.copy_(b @ m)
        return logits_of(wrapped, ids)
    finally:
        wrapped.unload()


@pytest.mark.parametrize("tied", [False, True], ids=["untied", "tied"])
@pytest.mark.parametrize("family", FAMILIES)
def test_no_adapter_equals_transformers(family: str, tied: bool, tiny: Callable[..., Any], tmp_path: Path) -> None:
    model, backbone = tiny(family, tied=tied)
    ids = random_ids(model, TEXT)
    split = in_pieces(WholePath(make_near(installed(backbone, tmp_path)), backbone), ids.tolist())
    reference = logits_of(model, ids)
    assert reference.std() > 0.3, "logits too flat to tell anything"
    torch.testing.assert_close(split, reference, atol=TOLERANCE, rtol=0)


@peft_is_noisy
@pytest.mark.parametrize("family", FAMILIES)
def test_a_tap_at_every_layer_equals_peft_lora(family: str, tiny: Callable[..., Any], tmp_path: Path) -> None:
    model, backbone = tiny(family)
    pack = installed(backbone, tmp_path)
    adapter = Adapter.random(layer_by_layer(range(6), 8), pack.facts, Recipe.SVD, seed=5, scale=0.3)
    ids = random_ids(model, TEXT)
    split = in_pieces(WholePath(make_near(pack, adapter), backbone), ids.tolist())
    reference = with_lora(model, backbone, adapter, ids)
    assert (reference - logits_of(model, ids)).abs().max() > 0.1, "the adapter must matter"
    torch.testing.assert_close(split, reference, atol=TOLERANCE, rtol=0)


@pytest.mark.parametrize("recipe", list(Recipe), ids=lambda recipe: recipe.name.lower())
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    "plan",
    [
        pytest.param(grouped(6, 2, 8), id="grouped"),
        pytest.param(grouped(6, 6, 8), id="one-free-tap"),
        pytest.param(_odd_plan(), id="odd"),
    ],
)
def test_grouped_and_free_taps_equal_the_definition(
    family: str, plan: ExchangePlan, recipe: Recipe, tiny: Callable[..., Any], tmp_path: Path
) -> None:
    model, backbone = tiny(family)
    pack = installed(backbone, tmp_path)
    adapter = Adapter.random(plan, pack.facts, recipe, seed=5, scale=0.3)
    ids = random_ids(model, TEXT)
    split = in_pieces(WholePath(make_near(pack, adapter), backbone), ids.tolist())
    reference = _defined_logits(model, backbone, plan, adapter.matrices, recipe, ids)
    assert (reference - logits_of(model, ids)).abs().max() > 0.02, "the adapter must matter"
    torch.testing.assert_close(split, reference, atol=TOLERANCE, rtol=0)


@pytest.fixture
def plain_kernels(monkeypatch: pytest.MonkeyPatch, use_layout: Callable[[Layout], None]) -> None:
    """Without oneDNN's products on either side."""

    def cannot_pack(*_: object) -> None:
        raise RuntimeError

    use_layout(Layout.PLAIN)
    monkeypatch.setattr(PackedLinear, "_packed_product", cannot_pack)


@peft_is_noisy
@pytest.mark.parametrize("adapted", [False, True], ids=["no-adapter", "adapter"])
def test_smollm2_equals_transformers_and_peft(
    adapted: bool, whole: Any, ids: Tensor, smollm2_folder: Path, tmp_path: Path, plain_kernels: None
) -> None:
    """With plain kernels: logits reach 38 here, and fp32 itself is off by 7e-5 in `transformers` (docs/lab-log.md,
    "Engine"). oneDNN's packed products, which sum in one chain, were off by 1.1e-4 without the adapter, 1.5e-4 with."""
    backbone = load_backbone(smollm2_folder, dtype="fp32")
    pack = installed(backbone, tmp_path)
    adapter = None
    reference = logits_of(whole, ids)
    if adapted:
        adapter = Adapter.random(layer_by_layer(range(30), 8), pack.facts, Recipe.SVD, seed=5, scale=0.008)
        plain, reference = reference, with_lora(whole, backbone, adapter, ids)
        assert (reference - plain).abs().max() > 0.1, "the adapter must matter"
    split = in_pieces(WholePath(make_near(pack, adapter), backbone), ids.tolist())
    torch.testing.assert_close(split, reference, atol=TOLERANCE, rtol=0)


def test_greedy_text_of_smollm2_is_that_of_transformers(
    whole: Any, ids: Tensor, smollm2_folder: Path, tmp_path: Path
) -> None:
    reference = whole.generate(
        ids[None], attention_mask=torch.ones_like(ids)[None], do_sample=False, min_new_tokens=100, max_new_tokens=100
    )[0, len(ids) :]
    backbone = load_backbone(smollm2_folder, dtype="fp32")
    path = WholePath(make_near(installed(backbone, tmp_path)), backbone)
    eos = whole.generation_config.eos_token_id
    scores = path.logits(ids.tolist(), Flags.WANT_LAST)[0]
    text: list[int] = []
    while len(text) < 100:
        scores[eos] = float("-inf")  # min_new_tokens does the same for the reference
        text.append(int(scores.argmax()))
        scores = path.logits(text[-1:], Flags.WANT_LAST)[0]
    assert text == reference.tolist()
