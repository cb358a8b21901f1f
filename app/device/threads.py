"""How many cores the near half computes on."""

import torch


def use_threads(count: int) -> None:
    """Limit torch in this process to `count` threads."""
    torch.set_num_threads(count)
