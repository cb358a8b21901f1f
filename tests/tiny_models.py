"""Tiny random models of every supported family, and tiny tokenizers: whole Hugging Face folders made in milliseconds.

Weights are large enough, and norms and biases far enough from 1 and 0, that leaving any of them out changes the logits.
"""

from pathlib import Path
from typing import Any

import torch

FAMILIES = ("llama", "mistral", "qwen2", "qwen3", "gemma3_text")
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_SPECIAL_TOKENS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_CORPUS = (
    "The near half stays at home and keeps the words.",
    "The far half adds and multiplies numbers; nobody there reads a letter of it.",
    "Привет, мир! 你好，世界。 Grüße aus Köln. 1234567890",
)


def tiny_config(family: str, **overrides: Any) -> Any:
    """A config of 6 layers, hidden size 48, 4 query heads on 2 kv heads of 16: awkward, as 4 * 16 is not 48."""
    from transformers import CONFIG_MAPPING

    fields: dict[str, Any] = {
        "vocab_size": 320,
        "hidden_size": 48,
        "intermediate_size": 80,
        "num_hidden_layers": 6,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "head_dim": 16,
        "max_position_embeddings": 256,
        "bos_token_id": 1,
        "eos_token_id": 2,
        "pad_token_id": 0,
        "tie_word_embeddings": False,
        "dtype": "float32",
        "attn_implementation": "eager",
    }
    if family == "qwen2":
        del fields["head_dim"]  # this family has none of its own
    if family == "mistral":
        fields["sliding_window"] = None
    if family == "gemma3_text":
        fields |= {"query_pre_attn_scalar": 24, "sliding_window": 512, "layer_types": _alternating(6)}
    return CONFIG_MAPPING[family](**(fields | overrides))


def windowed(family: str, window: int) -> dict[str, Any]:
    """Overrides that give a family sliding windows, as that family knows them. Llama has none: an empty dict."""
    if family == "llama":
        return {}
    if family == "qwen2":
        return {"sliding_window": window, "use_sliding_window": True, "max_window_layers": 3}
    if family == "qwen3":
        return {"sliding_window": window, "use_sliding_window": True, "layer_types": _alternating(6)}
    return {"sliding_window": window}


def tiny_model(family: str, *, seed: int = 0, **overrides: Any) -> Any:
    """A random `transformers` model in fp32, in eval mode."""
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_config(tiny_config(family, **overrides), attn_implementation="eager")
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            if "norm" in name:
                parameter.copy_(0.3 * noise + (0.0 if family == "gemma3_text" else 1.0))
            elif name.endswith(".bias"):
                parameter.copy_(0.5 * noise)
            else:
                parameter.copy_(noise * parameter.shape[-1] ** -0.5)
    return model.eval()


def tiny_tokenizer() -> Any:
    """A fast byte-level BPE tokenizer of 320 tokens with a ChatML template: every text can be written with it."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    bare = Tokenizer(models.BPE())
    bare.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bare.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    bare.train_from_iterator(
        _CORPUS,
        trainers.BpeTrainer(
            vocab_size=320, special_tokens=list(_SPECIAL_TOKENS), initial_alphabet=alphabet, show_progress=False
        ),
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=bare,
        unk_token="<|endoftext|>",
        bos_token="<|im_start|>",
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        chat_template=CHATML,
    )


def write_sentencepiece(path: Path) -> Path:
    """Train a SentencePiece model of 320 pieces with byte fall-back (for `tokenizer.model`) and write it to `path`."""
    import sentencepiece

    with path.open("wb") as file:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(_CORPUS),
            model_writer=file,
            vocab_size=320,
            model_type="bpe",
            byte_fallback=True,
            character_coverage=1.0,
            hard_vocab_limit=False,
            minloglevel=2,
        )
    return path


def save_model(model: Any, folder: Path, *, sentencepiece: bool = False) -> Path:
    """Write `model` and a tiny tokenizer as a Hugging Face folder that `prepare` takes."""
    folder.mkdir(parents=True, exist_ok=True)
    model.save_pretrained(folder)
    tiny_tokenizer().save_pretrained(folder)
    if sentencepiece:
        write_sentencepiece(folder / "tokenizer.model")
    return folder


def prepare_tiny(model: Any, folder: Path) -> Path:
    """Prepare `model` into `folder`/prepared and return that model folder."""
    from cloud_backend.engine.prepare import prepare

    source = save_model(model, folder / "source")
    return prepare(str(source), folder / "prepared", model_id="tiny", report=lambda what, share: None)


def _alternating(layers: int) -> list[str]:
    return ["sliding_attention" if index % 2 == 0 else "full_attention" for index in range(layers)]
