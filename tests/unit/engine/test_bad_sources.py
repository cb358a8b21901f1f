"""What cannot be prepared: one clear sentence each, the unsupported ones by name with the list, and never "a bug"."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cloud_backend.main import main
from tests.tiny_models import save_model, tiny_model

FAMILIES = "supported are gemma3_text, llama, mistral, qwen2, qwen3"


def _folder(path: Path, config: str, **files: bytes) -> Path:
    path.mkdir()
    (path / "config.json").write_text(config)
    for name, data in files.items():
        (path / f"{name}.safetensors").write_bytes(data)
    return path


def _gguf(path: Path, architecture: str) -> Path:
    import gguf

    writer = gguf.GGUFWriter(path, architecture)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _random_gguf(path: Path, start: bytes) -> Path:
    path.write_bytes(start + os.urandom(5000))
    return path


def _without_a_layer(path: Path) -> Path:
    from safetensors.torch import load_file, save_file

    save_model(tiny_model("llama"), path)
    weights = load_file(path / "model.safetensors")
    weights.pop("model.layers.0.self_attn.q_proj.weight")
    save_file(weights, path / "model.safetensors", metadata={"format": "pt"})
    return path


BAD_SOURCES: dict[str, tuple[Callable[[Path], Path], str]] = {
    "random bytes": (lambda p: _random_gguf(p / "x.gguf", b""), "damaged, not whole, or no GGUF file"),
    "random bytes after GGUF's magic": (lambda p: _random_gguf(p / "x.gguf", b"GGUF\x03\0\0\0"), "damaged"),
    "an empty GGUF file": (lambda p: _empty(p / "x.gguf"), "damaged"),
    "GGUF, supported by transformers only": (lambda p: _gguf(p / "x.gguf", "gemma2"), f"'gemma2' is not {FAMILIES}"),
    "GGUF, unknown to all": (lambda p: _gguf(p / "x.gguf", "nonsense"), f"'nonsense' is not {FAMILIES}"),
    "GGUF without tensors": (lambda p: _gguf(p / "x.gguf", "llama"), "x.gguf holds no whole model"),
    "empty safetensors": (lambda p: _folder(p / "m", '{"model_type": "llama"}', model=b""), "damaged or not whole"),
    "unknown model_type": (lambda p: _folder(p / "m", '{"model_type": "nonsense"}'), f"'nonsense' is not {FAMILIES}"),
    "gpt2 without weights": (lambda p: _folder(p / "m", '{"model_type": "gpt2"}'), f"'gpt2' is not {FAMILIES}"),
    "llama without weights": (lambda p: _folder(p / "m", '{"model_type": "llama"}'), "holds no *.safetensors"),
    "a config that names nothing": (lambda p: _folder(p / "m", "{}"), "names no model_type"),
    "a config that is no JSON": (lambda p: _folder(p / "m", "{nope"), "names no model_type"),
    "a config of nonsense": (
        lambda p: _folder(p / "m", '{"model_type": "llama", "hidden_size": "wide"}', model=b""),
        "config.json cannot be read",
    ),
    "a layer is missing": (lambda p: _without_a_layer(p / "m"), "the weights lack layers.0.self_attn.q_proj.weight"),
    "another kind of file": (lambda p: _empty(p / "model.bin"), "is no .gguf file"),
}


def _empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


@pytest.mark.parametrize("case", BAD_SOURCES)
def test_bad_source_is_one_clear_sentence(case: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make, words = BAD_SOURCES[case]
    source = make(tmp_path)
    before = sorted(tmp_path.iterdir())
    assert main(["prepare", "--model", str(source), "--out", str(tmp_path / "out")]) == 2
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("nearhalf-cloud: ")]
    assert len(told) == 1
    for part in words.split(" is not "):
        assert part in told[0]
    assert "bug" not in told[0]
    assert sorted(tmp_path.iterdir()) == before


def test_truncated_backbone_is_one_clear_sentence(tmp_path: Path) -> None:
    source = save_model(tiny_model("llama"), tmp_path / "source")
    out, tokens = tmp_path / "out", tmp_path / "tokens"
    assert main(["prepare", "--model", str(source), "--out", str(out)]) == 0
    assert main(["token", "--token-file", str(tokens)]) == 0
    backbone = out / "backbone.safetensors"
    backbone.write_bytes(backbone.read_bytes()[:-1000])
    command = [sys.executable, "-m", "cloud_backend", "serve", "--model", str(out), "--token-file", str(tokens)]
    finished = subprocess.run([*command, "--port", "0"], capture_output=True, text=True, timeout=60, check=False)
    assert finished.returncode == 2
    assert finished.stderr.startswith(f"nearhalf-cloud: {backbone} cannot be read; prepare the model again")
    assert finished.stderr.count("\n") == 1


def test_hub_model_of_another_family_is_refused_before_its_weights_are_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"model_type": "mixtral"}))
    fetched: list[str] = []

    def fetch(hub_id: str, name: str) -> str:
        fetched.append(name)
        return str(config)

    monkeypatch.setattr("huggingface_hub.hf_hub_download", fetch)
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda *_, **__: fetched.append("weights"))
    assert main(["prepare", "--model", "someone/mixtral", "--out", str(tmp_path / "out")]) == 2
    told = capsys.readouterr().err
    assert "'mixtral' is not supported" in told
    assert FAMILIES in told
    assert fetched == ["config.json"]
