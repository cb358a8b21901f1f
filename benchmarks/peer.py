"""The peer: transformers' `generate` on the whole model in one process. Commands on stdin, one JSON answer a line.

Run by the other benchmarks as a child, so that both share one process tree and take turns on the same cores.
"""

import json
import sys
import time
from pathlib import Path
from typing import Any

import torch

PROMPT = "Tell me a short story about a fox."


def resident_mb() -> float:
    """Memory of this process that nobody else could use: anonymous pages and touched file pages, in MB."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines() if ":" in line)
    return int(fields["VmRSS"].split()[0]) / 1024


def load_whole_model(folder: Path, dtype: torch.dtype) -> Any:
    """The transformers model with exactly the weights of a prepared model folder (backbone and device pack joined)."""
    import zipfile

    from safetensors.torch import load, load_file
    from transformers import AutoConfig, AutoModelForCausalLM

    config = AutoConfig.from_pretrained(folder)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, dtype=dtype)
    weights = {f"model.{name}": tensor for name, tensor in load_file(folder / "backbone.safetensors").items()}
    weights = {name: tensor for name, tensor in weights.items() if not name.startswith("model.rope.")}
    with zipfile.ZipFile(folder / "device-pack.zip") as pack:
        near = load(pack.read("weights.safetensors"))
    weights["model.embed_tokens.weight"] = near["embed_tokens.weight"]
    weights["lm_head.weight"] = near.get("lm_head.weight", near["embed_tokens.weight"])
    del near
    model.load_state_dict({name: tensor.to(dtype) for name, tensor in weights.items()}, strict=False, assign=True)
    model.tie_weights()
    rotary = type(model.model.rotary_emb)
    model.model.rotary_emb = rotary(config)  # its buffers are not in the weights
    return model.eval()


class Peer:
    """One loaded model, timed."""

    def __init__(self, folder: Path) -> None:
        self.model = load_whole_model(folder, torch.bfloat16)

    def generate_s(self, prompt: list[int], new_tokens: int) -> float:
        ids = torch.tensor([prompt])
        started_s = time.perf_counter()
        self.model.generate(
            ids,
            attention_mask=torch.ones_like(ids),
            do_sample=False,
            max_new_tokens=new_tokens,
            min_new_tokens=new_tokens,
            pad_token_id=0,
        )
        return time.perf_counter() - started_s


def main() -> None:
    peer = Peer(Path(sys.argv[1]))
    for line in sys.stdin:
        command = json.loads(line)
        print(json.dumps({"seconds": peer.generate_s(command["prompt"], command["tokens"])}), flush=True)


if __name__ == "__main__":
    torch.manual_seed(0)
    with torch.inference_mode():
        main()
