"""Which model families the engine implements, and how each one's Hugging Face config is read (DESIGN.md section 3).

To add a family: add its reader to `_FAMILIES`, teach `layers.py` what is new in it, and add it to tests/tiny_models.py,
whose families are all compared with `transformers`.
"""

from collections.abc import Callable
from typing import Any

from cloud_backend.engine.config import DecoderConfig
from cloud_backend.engine.errors import UnsupportedModel
from cloud_backend.engine.rope import rope_parameters

_WRAPPER = "gemma3"  # of several modalities: its language half is an ordinary gemma3_text
_ACTIVATIONS = {"silu": "silu", "swish": "silu", "gelu_pytorch_tanh": "gelu_tanh"}


def read_config(hf_config: Any) -> DecoderConfig:
    """Read a `transformers` config. Raises UnsupportedModel, naming what is not supported and what is."""
    if hf_config.model_type == _WRAPPER:
        hf_config = hf_config.text_config
    require_supported(hf_config.model_type)
    return _FAMILIES[hf_config.model_type](hf_config)


def require_supported(architecture: str) -> None:
    """Raises UnsupportedModel by name: before any weights are fetched or read, for they can take an hour.

    architecture: a config's `model_type`, or a GGUF file's `general.architecture` (whose names are the same).
    """
    if architecture not in _FAMILIES and architecture != _WRAPPER:
        raise UnsupportedModel(
            f"the architecture {architecture!r} is not supported; supported are {', '.join(supported_families())}"
        )


def supported_families() -> list[str]:
    """Names as in a config's `model_type`."""
    return sorted(_FAMILIES)


def _common(hf: Any, *, windows: tuple[int, ...], activation: str, **special: Any) -> DecoderConfig:
    if activation not in _ACTIVATIONS:
        raise UnsupportedModel(f"the activation {activation!r} is not supported; supported are {sorted(_ACTIVATIONS)}")
    head_dim = getattr(hf, "head_dim", None) or hf.hidden_size // hf.num_attention_heads
    rope_names = special.pop("rope_names", ("all",) * hf.num_hidden_layers)
    fields: dict[str, Any] = {
        "norm_plus_one": False,
        "qk_norm": False,
        "post_norms": False,
        "attention_scale": head_dim**-0.5,
        "embed_scale": 1.0,
        "final_logit_softcapping": None,
        **special,
    }
    return DecoderConfig(
        family=hf.model_type,
        layers=hf.num_hidden_layers,
        hidden_size=hf.hidden_size,
        intermediate_size=hf.intermediate_size,
        heads=hf.num_attention_heads,
        kv_heads=hf.num_key_value_heads,
        head_dim=head_dim,
        vocab_size=hf.vocab_size,
        max_positions=hf.max_position_embeddings,
        norm_eps=hf.rms_norm_eps,
        activation=_ACTIVATIONS[activation],
        windows=windows,
        rope_names=rope_names,
        rope_factors={name: rope_parameters(hf, name, head_dim)[1] for name in sorted(set(rope_names))},
        tied_embeddings=bool(hf.tie_word_embeddings),
        **fields,
    )


def _windows(hf: Any) -> tuple[int, ...]:
    return tuple(hf.sliding_window if kind == "sliding_attention" else 0 for kind in hf.layer_types)


def _llama(hf: Any) -> DecoderConfig:
    return _common(hf, windows=(0,) * hf.num_hidden_layers, activation=hf.hidden_act)


def _mistral(hf: Any) -> DecoderConfig:
    return _common(hf, windows=(hf.sliding_window or 0,) * hf.num_hidden_layers, activation=hf.hidden_act)


def _qwen2(hf: Any) -> DecoderConfig:
    return _common(hf, windows=_windows(hf), activation=hf.hidden_act)


def _qwen3(hf: Any) -> DecoderConfig:
    return _common(hf, windows=_windows(hf), activation=hf.hidden_act, qk_norm=True)


def _gemma3_text(hf: Any) -> DecoderConfig:
    if hf.attn_logit_softcapping or hf.use_bidirectional_attention:
        raise UnsupportedModel("gemma3_text with attention soft-capping or bidirectional attention is not supported")
    return _common(
        hf,
        windows=_windows(hf),
        activation=hf.hidden_activation,
        norm_plus_one=True,
        qk_norm=True,
        post_norms=True,
        attention_scale=hf.query_pre_attn_scalar**-0.5,
        rope_names=tuple(hf.layer_types),
        embed_scale=hf.hidden_size**0.5,
        final_logit_softcapping=hf.final_logit_softcapping,
    )


_FAMILIES: dict[str, Callable[[Any], DecoderConfig]] = {
    "llama": _llama,
    "mistral": _mistral,
    "qwen2": _qwen2,
    "qwen3": _qwen3,
    "gemma3_text": _gemma3_text,
}
