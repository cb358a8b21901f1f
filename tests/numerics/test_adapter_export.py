"""An exported adapter, loaded by PEFT or by the small loader into `transformers`, says what the split says."""

import importlib.util
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from app.core.tuning import Preset
from app.core.tuning_presets import presets
from app.device.adapter import Adapter
from app.device.adapter_card import is_ordinary_lora
from app.device.adapter_export import export_adapter
from app.device.pack import DevicePack
from app.device.tokenizer import load_tokenizer
from app.domain.errors import AdapterError
from app.wire.frames import Flags
from app.wire.messages import Recipe
from app.wire.plan import ExchangePlan, Projection, Tap, Target, grouped, layer_by_layer
from cloud_backend.engine.backbone import Backbone, load_backbone
from tests.numerics import test_smollm2
from tests.numerics.engine_driver import logits_of, random_ids
from tests.numerics.near_driver import NEAR_PLANS
from tests.numerics.test_tuning_half import make_half, make_session
from tests.numerics.test_whole_path import WholePath, installed, make_near
from tests.sim.backend_process import ROOT
from tests.sim.tuning_cloud import TuningCloud
from tests.tiny_models import FAMILIES

whole, ids = test_smollm2.whole, test_smollm2.ids  # fixtures: transformers' SmolLM2 in fp32, and a prompt
peft_is_noisy = pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")
TOLERANCE = 1e-4
TOKENS = 8
LONG, STEPS, TIE = 32, 6, 1e-3
NOTE = (
    "Minutes of the bakery's meeting on Monday. Ada keeps the sourdough at twenty-six degrees and feeds it twice, "
    "at six and at eighteen. The oven from Graz is to be swept before the feast, and Bruno orders eleven sacks of rye "
    "from the mill at Lannach. Whoever opens the shop reads the thermometer first and writes its number down.\n"
)
UNEVEN = ExchangePlan(  # ordinary, with ranks and projections that differ
    (
        Tap(0, (Target(0, Projection.V),), r_down=4, r_up=6),
        Tap(3, (Target(3, Projection.Q), Target(3, Projection.K)), r_down=8, r_up=2),
    )
)
BEHIND_TWO = ExchangePlan(
    (
        Tap(0, tuple(Target(layer, Projection.V) for layer in range(2, 16)), 32, 32),
        Tap(16, tuple(Target(layer, Projection.V) for layer in range(16, 30)), 32, 32),
    )
)
BEHIND_OWN = ExchangePlan((Tap(0, (Target(2, Projection.Q), Target(2, Projection.V)), 8, 8),))


def loader() -> Any:
    spec = importlib.util.spec_from_file_location(
        "nearhalf_transformers", ROOT / "assets" / "loaders" / "nearhalf_transformers.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def recipe_file(backbone: Backbone, recipe: Recipe) -> Path:
    return backbone.folder / next(entry.file for entry in backbone.manifest.recipes if entry.recipe is recipe)


@contextmanager
def with_export(model: Any, folder: Path, strength: float = 1.0) -> Iterator[Any]:
    """`model` as a person who has only the exported folder would have it."""
    names = {path.name for path in folder.iterdir()}
    used, wrapped = model, None
    if "adapter_config.json" in names:
        import peft

        wrapped = used = peft.PeftModel.from_pretrained(model, folder)
    handle = None
    try:
        if names & {"nearhalf.safetensors", "head.safetensors"}:
            handle = loader().load_adapter(used, folder, strength)
        yield used
    finally:
        if handle is not None:
            handle.remove()
        if wrapped is not None:
            wrapped.unload()


def greedy(scores_of: Callable[[list[int]], Tensor], count: int) -> list[int]:
    """Tokens of the last row's largest scores, one after the other; scores_of gets the tokens that are new."""
    text: list[int] = []
    new: list[int] = []
    while len(text) < count:
        new = [int(scores_of(new)[-1].argmax())]
        text += new
    return text


def split_text(path: WholePath, ids: Tensor, count: int = TOKENS) -> list[int]:
    return greedy(lambda new: path.logits(new or ids.tolist(), Flags.WANT_LAST), count)


def whole_text(model: Any, ids: Tensor, count: int = TOKENS) -> list[int]:
    said = ids.tolist()

    def scores(new: list[int]) -> Tensor:
        said.extend(new)
        return logits_of(model, torch.tensor(said))

    return greedy(scores, count)


def exported(adapter: Adapter, backbone: Backbone, folder: Path) -> tuple[str, ...]:
    folder.mkdir()
    return export_adapter(adapter, recipe_file(backbone, adapter.card.recipe), "tiny", folder)


def made(
    plan: ExchangePlan, pack: DevicePack, head_rank: int, recipe: Recipe = Recipe.SVD, device_layers: int = 0
) -> Adapter:
    return Adapter.random(plan, pack.facts, recipe, seed=5, scale=0.3, head_rank=head_rank, device_layers=device_layers)


@peft_is_noisy
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(
    ("plan", "head_rank", "device_layers"),
    [
        pytest.param(layer_by_layer(range(6), 8), 0, 0, id="lora"),
        pytest.param(UNEVEN, 3, 0, id="uneven-with-head"),
        pytest.param(grouped(6, 2, 8), 0, 0, id="grouped"),
        pytest.param(grouped(6, 6, 8), 4, 0, id="free-tap-with-head"),
        pytest.param(ExchangePlan(), 4, 0, id="head-alone"),
        pytest.param(*NEAR_PLANS["one-mixed"][:1], 4, 1, id="behind-one-with-head"),
        pytest.param(*NEAR_PLANS["two"][:1], 0, 2, id="behind-two"),
        pytest.param(*NEAR_PLANS["two-later"][:1], 0, 2, id="behind-two-later"),
        pytest.param(BEHIND_OWN, 0, 2, id="behind-two-next-layer-alone"),
    ],
)
def test_the_export_says_what_the_split_says(
    family: str, plan: ExchangePlan, head_rank: int, device_layers: int, tiny: Callable[..., Any], tmp_path: Path
) -> None:
    model, backbone = tiny(family)
    pack = installed(backbone, tmp_path)
    adapter = made(plan, pack, head_rank, device_layers=device_layers).scaled(0.5)
    names = exported(adapter, backbone, tmp_path / "out")
    assert ("adapter_config.json" in names) == (plan in (layer_by_layer(range(6), 8), UNEVEN))
    assert is_ordinary_lora(plan) == ("nearhalf.safetensors" not in names)
    ids = random_ids(model, 20)
    path = WholePath(make_near(pack, adapter), backbone)
    split = path.logits(ids.tolist())
    plain = logits_of(model, ids)
    with with_export(model, tmp_path / "out") as loaded:
        reference = logits_of(loaded, ids)
        text = whole_text(loaded, ids)
    assert (reference - plain).abs().max() > 0.02, "the adapter must matter"
    torch.testing.assert_close(split, reference, atol=TOLERANCE, rtol=0)
    assert split_text(WholePath(make_near(pack, adapter), backbone), ids) == text
    torch.testing.assert_close(logits_of(model, ids), plain, atol=0, rtol=0)  # the model is as it was


@peft_is_noisy
@pytest.mark.parametrize(
    ("plan", "head_rank", "scale"),
    [
        pytest.param(layer_by_layer(range(30), 8), 0, 0.3, id="lora"),
        pytest.param(grouped(30, 10, 32), 16, 0.1, id="grouped"),
        pytest.param(BEHIND_TWO, 0, 0.1, id="behind-two"),
    ],
)
def test_the_export_writes_the_same_text_as_the_split_on_the_default_model(
    plan: ExchangePlan, head_rank: int, scale: float, whole: Any, ids: Tensor, smollm2_folder: Path, tmp_path: Path
) -> None:
    backbone = load_backbone(smollm2_folder, dtype="fp32")
    pack = installed(backbone, tmp_path)
    adapter = Adapter.random(
        plan, pack.facts, Recipe.SVD, seed=5, scale=scale, head_rank=head_rank, device_layers=2 * (plan == BEHIND_TWO)
    )
    exported(adapter, backbone, tmp_path / "out")
    text = split_text(WholePath(make_near(pack, adapter), backbone), ids)
    with with_export(whole, tmp_path / "out") as loaded:
        assert whole_text(loaded, ids) == text
    assert whole_text(whole, ids) != text, "the adapter must matter"


def trained(preset: Preset, backbone: Backbone, pack: DevicePack, cloud: TuningCloud) -> Adapter:
    """A preset's adapter after some real steps."""
    facts = pack.facts
    settings = presets(facts.layers, facts.recipes[0].rank, cloud.max_rows, facts.near.layers)[preset]
    assert (settings.device_layers, settings.head_rank) == (2, 64)
    assert len(settings.plan.taps) == (3 if preset is Preset.THOROUGH else 1)
    fresh = Adapter.zero(
        settings.plan, facts, settings.recipe, name="real", head_rank=settings.head_rank,
        device_layers=settings.device_layers,
    )  # fmt: skip
    half = make_half(pack, fresh)
    session = make_session(half, cloud, window=settings.window)
    tokens = load_tokenizer(pack).encode(NOTE)[: settings.window]
    for _ in range(STEPS):
        session.train(tokens, 1 / (len(tokens) - 1))
        half.update(settings.learning_rate, settings.head_learning_rate, 1.0)
    session.close()
    return half.adapter()


@pytest.mark.slow
@pytest.mark.parametrize("preset", [Preset.QUICK, Preset.THOROUGH], ids=lambda preset: preset.value)
def test_what_a_preset_trained_says_the_same_through_the_loader_on_the_default_model(
    preset: Preset, whole: Any, ids: Tensor, smollm2_folder: Path, tmp_path: Path
) -> None:
    backbone = load_backbone(smollm2_folder, dtype="fp32")
    pack = installed(backbone, tmp_path)
    adapter = trained(preset, backbone, pack, TuningCloud(backbone))
    names = exported(adapter, backbone, tmp_path / "out")
    assert {"nearhalf.safetensors", "head.safetensors"} <= set(names)
    for prompt in (ids, torch.tensor(load_tokenizer(pack).encode(NOTE[:60]))):
        text = split_text(WholePath(make_near(pack, adapter), backbone), prompt, LONG)
        said = torch.cat([prompt, torch.tensor(text)])
        with with_export(whole, tmp_path / "out") as loaded:
            scores = logits_of(loaded, said)[len(prompt) - 1 : -1]
        chosen = scores.gather(1, torch.tensor(text)[:, None])[:, 0]
        assert bool((chosen >= scores.max(dim=1).values - TIE).all())  # each token is the loader's own choice
        plain = logits_of(whole, said)[len(prompt) - 1 : -1]
        assert plain.argmax(dim=1).tolist() != text, "the adapter must matter"


def test_the_loaders_strength_is_the_devices(tiny: Callable[..., Any], tmp_path: Path) -> None:
    model, backbone = tiny("llama")
    pack = installed(backbone, tmp_path)
    adapter = made(grouped(6, 2, 8), pack, 4, Recipe.RANDOM)
    exported(adapter, backbone, tmp_path / "out")
    ids = random_ids(model, 20)
    split = WholePath(make_near(pack, adapter.scaled(1.5)), backbone).logits(ids.tolist())
    with with_export(model, tmp_path / "out", strength=1.5) as loaded:
        torch.testing.assert_close(split, logits_of(loaded, ids), atol=TOLERANCE, rtol=0)


def test_the_loader_refuses_another_model_and_a_folder_without_an_adapter(
    tiny: Callable[..., Any], tmp_path: Path
) -> None:
    model, backbone = tiny("llama")
    adapter = made(grouped(6, 2, 8), installed(backbone, tmp_path), 0)
    exported(adapter, backbone, tmp_path / "out")
    with torch.device("meta"):
        other = type(model)(type(model.config)(hidden_size=96, num_attention_heads=6, num_hidden_layers=6))
    with pytest.raises(ValueError, match="width"):
        loader().load_adapter(other, tmp_path / "out")
    with pytest.raises(ValueError, match="holds neither"):
        loader().load_adapter(model, tmp_path)
    assert not model.model.layers[0].self_attn.q_proj._forward_pre_hooks


def test_a_damaged_recipe_file_is_refused_in_words(tiny: Callable[..., Any], tmp_path: Path) -> None:
    _, backbone = tiny("llama")
    adapter = made(grouped(6, 2, 8), installed(backbone, tmp_path), 0)
    (tmp_path / "broken").write_bytes(b"no safetensors")
    (tmp_path / "out").mkdir()
    with pytest.raises(AdapterError, match="cannot be read"):
        export_adapter(adapter, tmp_path / "broken", "tiny", tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_the_loader_is_one_short_file_without_imports_of_ours() -> None:
    text = (ROOT / "assets" / "loaders" / "nearhalf_transformers.py").read_text(encoding="utf-8")
    assert len(text.splitlines()) < 150
    imports = [line.split()[1] for line in text.splitlines() if line.startswith(("import ", "from "))]
    assert set(imports) <= {"json", "collections.abc", "pathlib", "typing", "torch", "safetensors"}


def test_the_config_scales_by_one(tiny: Callable[..., Any], tmp_path: Path) -> None:
    _, backbone = tiny("llama")
    exported(made(UNEVEN, installed(backbone, tmp_path), 0), backbone, tmp_path / "out")
    config = json.loads((tmp_path / "out" / "adapter_config.json").read_text())
    assert config["r"] == config["lora_alpha"] == 8 and len(config["target_modules"]) == 3
