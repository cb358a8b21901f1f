"""A tiny device pack made by hand after the contract, and the real one of the default model."""

import hashlib
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from app.device.pack import DevicePack, install_pack

CHATML = """{%- for message in messages %}
{{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""


def byte_tokenizer() -> Tokenizer:
    """256 byte tokens, a few merges, three control tokens: enough to show what the real ones do."""
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {sign: number for number, sign in enumerate(alphabet)}
    merges = [("h", "e"), ("l", "l"), ("he", "ll"), ("Ġ", "w")]
    for left, right in merges:
        vocab[left + right] = len(vocab)
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    return tokenizer


@dataclass
class PackRecipe:
    """What the tiny pack holds; tests change a field and build."""

    vocab: int = 263
    width: int = 16
    layers: int = 4
    rank: int = 6
    tied: bool = True
    near: int = 2
    dtype: torch.dtype = torch.bfloat16
    facts: dict[str, Any] = field(default_factory=dict)
    tokenizer_config: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    drop: tuple[str, ...] = ()

    def members(self) -> dict[str, bytes]:
        """Name -> bytes, in the order of the ZIP."""
        noise = torch.Generator().manual_seed(5)
        weights = {
            "embed_tokens.weight": torch.randn(self.vocab, self.width, generator=noise),
            "free.0.input_norm.weight": 1 + 0.1 * torch.randn(self.width, generator=noise),
            "free.0.svd-1.a": torch.randn(self.rank, self.width, generator=noise),
            "free.0.random-1.a": torch.randn(self.rank, self.width, generator=noise),
        }
        for k in range(1, self.near + 1):
            weights[f"free.{k}.input_norm.weight"] = 1 + 0.1 * torch.randn(self.width, generator=noise)
            weights |= {
                f"free.{k}.{name}-1.a": torch.randn(self.rank, self.width, generator=noise) for name, _ in RECIPES
            }
        for layer in range(self.near):
            weights |= {
                f"near.{layer}.{name}.weight": torch.randn(shape, generator=noise) * shape[-1] ** -0.5
                for name, shape in NEAR_SHAPES.items()
            }
            weights[f"near.rope.{layer}"] = 100.0 ** -(torch.arange(4) / 4)
        if not self.tied:
            weights["lm_head.weight"] = torch.randn(self.vocab, self.width, generator=noise)
        recipes = [{"name": name, "version": 1, "sha256": digit * 64, "rank": self.rank} for name, digit in RECIPES]
        facts = {
            "format": 2,
            "model_id": "tiny",
            "architecture": "llama",
            "backbone_sha256": "ab" * 32,
            "hidden_size": self.width,
            "vocab_size": self.vocab,
            "layers": self.layers,
            "max_positions": 64,
            "dtype": "bf16",
            "embed_scale": 1.0,
            "final_logit_softcapping": None,
            "eos_token_ids": [262],
            "bos_token_id": 260,
            "norm_eps": 1e-5,
            "norm_plus_one": False,
            "projection_rows": {"q": 16, "k": 8, "v": 8},
            "recipes": recipes,
            "near": {
                "layers": self.near,
                "heads": 2,
                "kv_heads": 1,
                "head_dim": 8,
                "intermediate_size": 24,
                "qk_norm": False,
                "post_norms": False,
                "activation": "silu",
                "attention_scale": 8**-0.5,
                "windows": [0] * self.near,
                "rope_factors": [1.0] * self.near,
            },
        }
        config = {"bos_token": "<|endoftext|>", "eos_token": "<|im_end|>", "chat_template": CHATML}
        members = {
            "pack.json": json.dumps(facts | self.facts).encode(),
            "config.json": b"{}",
            "tokenizer.json": byte_tokenizer().to_str().encode(),
            "tokenizer_config.json": json.dumps(config | self.tokenizer_config).encode(),
            "weights.safetensors": safetensors.torch.save({k: t.to(self.dtype) for k, t in weights.items()}),
        }
        return {name: data for name, data in (members | self.files).items() if name not in self.drop}

    def zip(self, path: Path, *, compression: int = zipfile.ZIP_STORED) -> str:
        """Write the ZIP; return its SHA-256."""
        with zipfile.ZipFile(path, "w", compression) as archive:
            for name, data in self.members().items():
                archive.writestr(name, data)
        return hashlib.sha256(path.read_bytes()).hexdigest()


RECIPES = (("svd", "1"), ("random", "2"))
NEAR_SHAPES = {  # of one near layer: width 16, two query heads on one kv head of 8
    "input_layernorm": (16,),
    "post_attention_layernorm": (16,),
    "self_attn.q_proj": (16, 16),
    "self_attn.k_proj": (8, 16),
    "self_attn.v_proj": (8, 16),
    "self_attn.o_proj": (16, 16),
    "mlp.gate_proj": (24, 16),
    "mlp.up_proj": (24, 16),
    "mlp.down_proj": (16, 24),
}


@pytest.fixture
def pack_recipe() -> type[PackRecipe]:
    return PackRecipe


@pytest.fixture
def build_pack(tmp_path: Path) -> Callable[..., DevicePack]:
    """Make and install a tiny pack; keywords are PackRecipe's fields."""
    count = iter(range(1000))

    def build(**changes: Any) -> DevicePack:
        number = next(count)
        zip_path = tmp_path / f"pack-{number}.zip"
        sha256 = PackRecipe(**changes).zip(zip_path)
        return install_pack(zip_path, tmp_path / f"pack-{number}", sha256)

    return build


@pytest.fixture(scope="session")
def smol_pack(smollm2_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> DevicePack:
    """The default model's own pack."""
    zip_path = smollm2_folder / "device-pack.zip"
    sha256 = json.loads((smollm2_folder / "manifest.json").read_text())["pack_sha256"]
    return install_pack(zip_path, tmp_path_factory.mktemp("pack") / "smollm2", sha256)
