"""What a training takes of this computer's memory: the trainer, and the built-in backend that it starts for itself.

Resident peaks of the two processes, reckoned from the model's sizes; what no size tells was measured (docs/lab-log.md,
"Memory of a training"). Legend: T rows of a window, E hidden size.
"""

from app.core.tuning import TuningSettings
from app.device.pack_facts import PackFacts
from app.wire.plan import Projection

TRAINER_BYTES = 560 * 2**20  # Python, torch, notes, logits, and what the allocator keeps
BACKEND_BYTES = 520 * 2**20  # Python, torch, the web server, compiled kernels, and what the allocator keeps
STEP_BYTES = 512 * 2**20  # that the built-in backend gives one session's step
_COPIES = 4  # of each number that is learned: itself, its gradient, the optimiser's, and the best one so far
_BLOCK_ROWS = 128  # attention of a training step goes block by block


def trainer_bytes(facts: PackFacts, settings: TuningSettings, item_bytes: int, parameters: int) -> int:
    """item_bytes: of a number that the device computes with. parameters: numbers that are learned."""
    packed = 0 if item_bytes == 2 else 2 * item_bytes  # once for each direction; bf16 stays in the mapped file
    head = (2 + packed) * facts.vocab_size * facts.hidden_size
    return TRAINER_BYTES + head + item_bytes * settings.device_layers * facts.layer_numbers + 4 * _COPIES * parameters


def backend_bytes(facts: PackFacts, settings: TuningSettings, item_bytes: int) -> int:
    """The weights are there twice: in the layout that chat computes with, and as a training step reads them."""
    weights = item_bytes * facts.layers * facts.layer_numbers
    lowest = min((target.layer for tap in settings.plan.taps for target in tap.targets), default=facts.layers)
    rows, layers = settings.window, facts.layers - lowest
    kept = 4 * rows * facts.layers * facts.hidden_size + (layers + 1) * graph_bytes(facts, rows, item_bytes)
    return BACKEND_BYTES + 2 * weights + min(kept, STEP_BYTES)


def graph_bytes(facts: PackFacts, rows: int, item_bytes: int) -> int:
    """What a training step keeps of one layer: the backend's own reckoning, held to it by a test."""
    near, width = facts.near, facts.hidden_size
    q_rows = facts.projection_rows[Projection.Q]
    heads = q_rows + 2 * facts.projection_rows[Projection.K]
    wide = 4 * near.intermediate_size + 2 * heads + q_rows + 2 * width
    exact = 4 * width * (2 if near.post_norms else 1) + (2 * heads if near.qk_norm else 0)
    blocks = [(start, min(start + _BLOCK_ROWS, rows)) for start in range(0, rows, _BLOCK_ROWS)]
    shares = near.heads * sum((end - start) * end for start, end in blocks)
    return item_bytes * (rows * wide + shares) + 4 * rows * exact
