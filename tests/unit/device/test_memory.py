"""What the near half costs a process. Measured in a process of its own, because memory that was once used stays."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.device.pack import DevicePack

PROGRAM = """
import json, sys
from pathlib import Path
import torch

def resident_mb():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 2**20

torch.set_num_threads(1)
torch.ones(64, 64) @ torch.ones(64, 64)
before = resident_mb()
from app.device.near_half import NearHalf
from app.device.pack import DevicePack
from app.device.tokenizer import load_tokenizer
from app.domain.sampling import SamplingSettings
pack = DevicePack(Path(sys.argv[1]))
tokens = load_tokenizer(pack)
near = NearHalf(pack)
ids = tokens.encode_chat([("user", "Hello there, how are you?")], add_generation_prompt=True)
state = near.step_payload(ids, rowwise=False)
near.next_token(state, near.sampler(SamplingSettings()), ids)
print(json.dumps({"mb": resident_mb() - before, "modules": sorted(sys.modules), "packed": near.description}))
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="reads Linux's own count of resident pages")
def test_chatting_costs_little_more_than_one_copy_of_the_head(smol_pack: DevicePack) -> None:
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(smol_pack.folder)],
        capture_output=True,
        text=True,
        check=True,
        cwd=root,
        timeout=100,
    )
    found = json.loads(done.stdout)
    assert not {"transformers", "PySide6"} & set(found["modules"])
    head_mb = 49152 * 576 * (2 if "bf16" in found["packed"] else 4) / 2**20
    assert found["mb"] < head_mb + 75  # the tokenizer, libraries, touched embeddings; a second copy would be 54 more
