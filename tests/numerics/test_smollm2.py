"""The default model itself: logits against `transformers` in fp32, and the same greedy text over 100 tokens."""

import json
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load, load_file
from torch import Tensor

from app.wire.frames import Flags
from app.wire.messages import Recipe
from app.wire.plan import layer_by_layer
from cloud_backend.engine.backbone import load_backbone
from cloud_backend.engine.errors import StepCancelled
from cloud_backend.engine.linear import Layout
from tests.numerics.engine_driver import Session, embed, head, logits_of, random_adapter

PROMPT = (
    "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\n"
    "Why is the sky blue, and why is it red in the evening?<|im_end|>\n<|im_start|>assistant\n"
)


@pytest.fixture(scope="module")
def whole(smollm2_folder: Path) -> Any:
    """`transformers`' model in fp32 from the very weights that were prepared."""
    from transformers import AutoConfig, AutoModelForCausalLM

    fields = json.loads((smollm2_folder / "config.json").read_text())
    config = AutoConfig.for_model(**fields)
    model = AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    state = {f"model.{n}": t.float() for n, t in load_file(smollm2_folder / "backbone.safetensors").items()}
    state = {name: tensor for name, tensor in state.items() if ".rope." not in name}
    with zipfile.ZipFile(smollm2_folder / "device-pack.zip") as pack:
        state["model.embed_tokens.weight"] = load(pack.read("weights.safetensors"))["embed_tokens.weight"].float()
    missing, unexpected = model.load_state_dict(state, strict=False)
    assert (missing, unexpected) == (["lm_head.weight"], [])
    model.tie_weights()
    return model.eval()


@pytest.fixture(scope="module")
def ids(smollm2_folder: Path) -> Tensor:
    from tokenizers import Tokenizer

    with zipfile.ZipFile(smollm2_folder / "device-pack.zip") as pack:
        tokenizer = Tokenizer.from_buffer(pack.read("tokenizer.json"))
    return torch.tensor(tokenizer.encode(PROMPT).ids)


@pytest.mark.parametrize("layout", list(Layout), ids=lambda layout: layout.name.lower())
def test_logits_equal_those_of_transformers(
    layout: Layout, whole: Any, ids: Tensor, smollm2_folder: Path, use_layout: Callable[[Layout], None]
) -> None:
    use_layout(layout)
    session = Session(load_backbone(smollm2_folder, dtype="fp32"))
    sent = embed(whole, ids)
    states = [session.forward(sent[:20]), session.forward(sent[20:-3])]
    states += [session.forward(row[None]) for row in sent[-3:]]
    # Logits reach 38 here. Against fp64, transformers' own fp32 is off by 7e-5, plain kernels by 9e-5 and oneDNN's,
    # which sum in one chain, by 1.0e-4 (and are 1.06e-4 from transformers' on one Xeon): hence the wider bounds for its
    # packed layout, which is used only where there are no one-row kernels (docs/lab-log.md, "Engine").
    absolute, relative = (1.5e-4, 1e-5) if layout is Layout.PACKED else (1e-4, 0.0)
    torch.testing.assert_close(head(whole, torch.cat(states)), logits_of(whole, ids), atol=absolute, rtol=relative)


def test_an_adapter_of_zeros_changes_no_bit_in_bf16(whole: Any, ids: Tensor, smollm2_folder: Path) -> None:
    backbone = load_backbone(smollm2_folder, dtype="bf16")
    plan = layer_by_layer(range(1, 30), 32)
    sent = embed(whole, ids)
    plain, zeros = Session(backbone), Session(backbone, plan, random_adapter(plan, scale=0.0), Recipe.SVD)
    for rows in (sent[:-2], sent[-2:-1], sent[-1:]):
        assert torch.equal(plain.forward(rows, Flags.WANT_LAST), zeros.forward(rows, Flags.WANT_LAST))
    assert torch.equal(plain.cache.committed(), zeros.cache.committed())


def test_greedy_text_is_that_of_transformers_over_100_tokens(whole: Any, ids: Tensor, smollm2_folder: Path) -> None:
    reference = whole.generate(
        ids[None], attention_mask=torch.ones_like(ids)[None], do_sample=False, min_new_tokens=100, max_new_tokens=100
    )[0, len(ids) :]
    session = Session(load_backbone(smollm2_folder, dtype="fp32"))
    eos = whole.generation_config.eos_token_id
    state = session.forward(embed(whole, ids), Flags.WANT_LAST)
    text: list[int] = []
    while len(text) < 100:
        scores = head(whole, state)[0]
        scores[eos] = float("-inf")  # min_new_tokens does the same for the reference
        text.append(int(scores.argmax()))
        state = session.forward(embed(whole, torch.tensor(text[-1:])), Flags.WANT_LAST)
    assert text == reference.tolist()


def test_a_cancel_from_another_thread_stops_a_long_replay(whole: Any, ids: Tensor, smollm2_folder: Path) -> None:
    session = Session(load_backbone(smollm2_folder, dtype="bf16"), positions=512)
    step = session.begin(embed(whole, ids).repeat(10, 1)[:400], Flags.WANT_LAST | Flags.ROWWISE)
    cancelled_s: list[float] = []

    def cancel() -> None:
        cancelled_s.append(time.monotonic())
        step.cancel = True

    timer = threading.Timer(0.2, cancel)
    timer.start()
    with pytest.raises(StepCancelled):
        session.backbone.run_segment([step])
    assert time.monotonic() - cancelled_s[0] < 3.0  # the whole replay takes longer
    timer.join()
