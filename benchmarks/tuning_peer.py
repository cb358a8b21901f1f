"""The peer of tuning_speed: PEFT LoRA (r=8; q, k, v of all layers) training the whole model in one process.

Commands on stdin, one JSON answer a line: so that both sides take turns on the same cores.
"""

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import torch

from benchmarks.peer import load_whole_model


class LoraTrainer:
    """One model with a LoRA adapter; the adapter's own weights are fp32 (PEFT's default)."""

    def __init__(self, folder: Path, rank: int, dtype: torch.dtype) -> None:
        from peft import LoraConfig, get_peft_model

        base = load_whole_model(folder, dtype)
        config = LoraConfig(r=rank, lora_alpha=2 * rank, target_modules=["q_proj", "k_proj", "v_proj"])
        self.model: Any = get_peft_model(base, config)
        self.model.train()
        trained = [parameter for parameter in self.model.parameters() if parameter.requires_grad]
        self.optimiser = torch.optim.AdamW(trained, lr=1e-3)

    def step_s(self, tokens: list[int]) -> tuple[float, float]:
        """One optimiser step on one window: wall seconds, processor seconds."""
        started, used = time.perf_counter(), time.process_time()
        ids = torch.tensor([tokens])
        loss = self.model(input_ids=ids, labels=ids).loss
        loss.backward()
        self.optimiser.step()
        self.optimiser.zero_grad()
        assert bool(torch.isfinite(loss))
        return time.perf_counter() - started, time.process_time() - used


def main() -> None:
    warnings.filterwarnings("ignore")
    torch.set_num_threads(int(sys.argv[2]))
    trainer = LoraTrainer(Path(sys.argv[1]), 8, {"bf16": torch.bfloat16, "fp32": torch.float32}[sys.argv[3]])
    for line in sys.stdin:
        print(json.dumps(trainer.step_s(json.loads(line))), flush=True)


if __name__ == "__main__":
    torch.manual_seed(0)
    main()
