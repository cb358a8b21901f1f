"""The model folder: what it holds, that it is whole or absent, and what is refused."""

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load, load_file

from cloud_backend.engine import prepare as preparing
from cloud_backend.engine.backbone import load_backbone
from cloud_backend.engine.errors import ModelFolderError, SourceError, UnsupportedModel
from cloud_backend.engine.manifest import Manifest, file_sha256
from cloud_backend.engine.prepare import prepare
from tests.tiny_models import save_model, tiny_model


def _silent(what: str, share: float) -> None:
    pass


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_model(tiny_model("qwen2"), tmp_path_factory.mktemp("qwen2") / "Tiny Qwen", sentencepiece=True)


@pytest.fixture(scope="module")
def folder(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepare(str(source), tmp_path_factory.mktemp("made") / "model", model_id=None, report=_silent)


def _pack(folder: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(folder / "device-pack.zip") as pack:
        assert all(member.compress_type == zipfile.ZIP_STORED for member in pack.infolist())
        return {name: pack.read(name) for name in pack.namelist()}


def test_the_manifest_tells_the_truth(folder: Path) -> None:
    manifest = Manifest.read(folder)
    assert (manifest.id, manifest.architecture, manifest.dtype) == ("tiny-qwen", "qwen2", "fp32")
    assert manifest.projection_rows == {"q": 48, "k": 24, "v": 24}
    assert manifest.backbone_sha256 == hashlib.sha256((folder / "backbone.safetensors").read_bytes()).hexdigest()
    assert manifest.pack_sha256 == file_sha256(folder / "device-pack.zip")
    assert manifest.pack_bytes == (folder / "device-pack.zip").stat().st_size
    assert [(entry.name, entry.version, entry.rank) for entry in manifest.recipes] == [
        ("svd", 2, 24),
        ("random", 1, 24),
    ]
    assert all(file_sha256(folder / entry.file) == entry.sha256 for entry in manifest.recipes)


def test_the_backbone_knows_no_words(folder: Path) -> None:
    names = load_file(folder / "backbone.safetensors")
    assert not [name for name in names if "embed" in name or "lm_head" in name]


def test_the_device_pack_holds_what_the_device_needs(folder: Path) -> None:
    pack = _pack(folder)
    assert {"pack.json", "config.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json"} <= pack.keys()
    assert "<|im_start|>" in pack["chat_template.jinja"].decode()
    card = json.loads(pack["pack.json"])
    assert card["eos_token_ids"] == [2]
    assert card["bos_token_id"] == 1
    assert card["recipes"] == Manifest.read(folder).as_dict()["recipes"]
    weights = load(pack["weights.safetensors"])
    near = {name for name in weights if name.startswith("near.")}
    free = {f"free.{k}.{name}" for k in range(3) for name in ("input_norm.weight", "svd-2.a", "random-1.a")}
    assert set(weights) - near == {"embed_tokens.weight", "lm_head.weight"} | free
    assert card["near"]["layers"] == 2
    backbone = load_file(folder / "backbone.safetensors")
    layers = {name.removeprefix("layers."): name for name in backbone if name.startswith(("layers.0.", "layers.1."))}
    assert near == {f"near.{name}" for name in layers} | {"near.rope.0", "near.rope.1"}
    assert all(weights[f"near.{name}"].equal(backbone[stored]) for name, stored in layers.items())
    assert weights["near.rope.1"].equal(backbone["rope.all.inv_freq"])
    for k in range(3):
        assert weights[f"free.{k}.input_norm.weight"].equal(backbone[f"layers.{k}.input_layernorm.weight"])
        assert weights[f"free.{k}.svd-2.a"].equal(load_file(folder / "recipe-svd-2.safetensors")[f"layers.{k}.a"])


def test_nothing_says_where_it_was_made(folder: Path, source: Path) -> None:
    for name, data in [*_pack(folder).items(), ("manifest", (folder / "manifest.json").read_bytes())]:
        assert str(source.parent).encode() not in data, name


def test_tied_embeddings_are_sent_once_and_gemmas_scale_is_told(tmp_path: Path) -> None:
    made = save_model(tiny_model("gemma3_text", tie_word_embeddings=True), tmp_path / "source")
    pack = _pack(prepare(str(made), tmp_path / "out", model_id="g", report=_silent))
    assert "lm_head.weight" not in load(pack["weights.safetensors"])
    card = json.loads(pack["pack.json"])
    assert card["norm_plus_one"] is True
    assert card["embed_scale"] == pytest.approx(48**0.5)


def test_the_same_source_gives_the_same_bytes(source: Path, folder: Path, tmp_path: Path) -> None:
    again = prepare(str(source), tmp_path / "again", model_id=None, report=_silent)
    for file in folder.iterdir():
        assert (again / file.name).read_bytes() == file.read_bytes(), file.name


def test_progress_is_reported_from_start_to_end(source: Path, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    prepare(str(source), tmp_path / "out", model_id="x", report=lambda what, share: told.append((what, share)))
    shares = [share for _, share in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)


def test_a_failure_leaves_the_old_folder_and_no_litter(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = prepare(str(source), tmp_path / "out", model_id="old", report=_silent)

    def full_disk(*args: Any, **kwargs: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(preparing, "write_pack", full_disk)
    with pytest.raises(OSError, match="no space"):
        prepare(str(source), out, model_id="new", report=_silent)
    assert Manifest.read(out).id == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_existing_folder_is_replaced(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for name in ("one", "two"):
        prepare(str(source), out, model_id=name, report=_silent)
    assert Manifest.read(out).id == "two"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_other_architectures_are_refused_by_name_with_the_list(tmp_path: Path) -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    config = GPT2Config(vocab_size=320, n_embd=16, n_layer=1, n_head=2, bos_token_id=1, eos_token_id=2)
    source = save_model(GPT2LMHeadModel(config), tmp_path / "gpt2")
    with pytest.raises(UnsupportedModel, match=r"'gpt2' is not supported.*gemma3_text, llama, mistral, qwen2, qwen3"):
        prepare(str(source), tmp_path / "out", model_id=None, report=_silent)
    assert not (tmp_path / "out").exists()


def test_frequencies_that_change_with_the_text_are_refused(tmp_path: Path) -> None:
    dynamic = {"rope_type": "dynamic", "factor": 2.0, "rope_theta": 10000.0}
    source = save_model(tiny_model("llama", rope_parameters=dynamic), tmp_path / "source")
    with pytest.raises(UnsupportedModel, match="'dynamic'"):
        prepare(str(source), tmp_path / "out", model_id=None, report=_silent)


def test_sources_that_are_not_there_are_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for source in (tmp_path / "empty", tmp_path / "none.gguf"):
        with pytest.raises(SourceError):
            prepare(str(source), tmp_path / "out", model_id=None, report=_silent)


def test_a_source_without_a_tokenizer_is_refused(tmp_path: Path) -> None:
    tiny_model("llama").save_pretrained(tmp_path / "bare")
    with pytest.raises(SourceError, match="tokenizer"):
        prepare(str(tmp_path / "bare"), tmp_path / "out", model_id=None, report=_silent)


def test_a_damaged_folder_is_refused(source: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelFolderError):
        load_backbone(tmp_path)
    out = prepare(str(source), tmp_path / "out", model_id=None, report=_silent)
    backbone = out / "backbone.safetensors"
    backbone.write_bytes(backbone.read_bytes()[:1000])
    with pytest.raises(ModelFolderError, match="prepare the model again"):
        load_backbone(out)


def test_a_server_starts_without_importing_transformers() -> None:
    code = "import sys, cloud_backend.engine.backbone; sys.exit('transformers' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], timeout=60, check=False).returncode == 0
