"""Bytes of the exchanges against sending full-width residuals, per decoded token. Counted, nothing is run.

    python -m benchmarks.traffic

The alternative is the same adapter on the device without A and B on the cloud: x (hidden size) comes down at every
adapted layer, and the deltas of q, k and v at their full widths go up.
"""

from dataclasses import dataclass

from app.wire.frames import HEADER_BYTES, Dtype, tensor_bytes
from app.wire.plan import ExchangePlan, grouped, layer_by_layer
from benchmarks.machine import print_header, print_table

WEBSOCKET_BYTES = {"down": 4, "up": 8}  # RFC 6455: 2 and a 2-byte length; 4 more for the mask on the way up


@dataclass(frozen=True)
class Shape:
    name: str
    layers: int
    hidden: int
    q: int
    kv: int


LLAMA_2_7B = Shape("LLaMA-2-7B", 32, 4096, 4096, 4096)
SMOLLM2 = Shape("SmolLM2-135M", 30, 576, 576, 192)


def full_width_bytes(shape: Shape, dtype: Dtype) -> int:
    """Payload bytes a token: x down, deltas of q, k and v up, at every layer."""
    return shape.layers * (tensor_bytes(dtype, 1, shape.hidden) + tensor_bytes(dtype, 1, shape.q + 2 * shape.kv))


def exchange_bytes(plan: ExchangePlan, dtype: Dtype) -> tuple[int, int]:
    """(payload bytes, bytes with frame and WebSocket headers) a token, free taps' deltas included."""
    payload = tensor_bytes(dtype, 1, plan.free_cols)
    headers = 0
    for tap in plan.exchanged_taps:
        payload += tensor_bytes(dtype, 1, tap.r_down) + tensor_bytes(dtype, 1, tap.up_cols)
        headers += 2 * HEADER_BYTES + sum(WEBSOCKET_BYTES.values())
    return payload, payload + headers


def step_bytes(shape: Shape, dtype: Dtype) -> int:
    """Embeddings up and final state down with their headers, which every plan pays."""
    return 2 * (tensor_bytes(dtype, 1, shape.hidden) + HEADER_BYTES) + sum(WEBSOCKET_BYTES.values())


def main() -> None:
    print_header("Traffic per decoded token", seed=0)
    rows = []
    cases = [
        (LLAMA_2_7B, layer_by_layer(range(32), 64), Dtype.FP16, Dtype.FP16, "every layer, r=64"),
        (SMOLLM2, layer_by_layer(range(30), 32), Dtype.INT8, Dtype.FP16, "every layer, r=32"),
        (SMOLLM2, layer_by_layer(range(30), 32), Dtype.BF16, Dtype.BF16, "every layer, r=32"),
        (SMOLLM2, grouped(30, 5, 64), Dtype.BF16, Dtype.BF16, "one tap for 5 layers, r=64"),
        (SMOLLM2, grouped(30, 30, 64), Dtype.BF16, Dtype.BF16, "free tap only, r=64"),
    ]
    for shape, plan, dtype, full_dtype, words in cases:
        full = full_width_bytes(shape, full_dtype)
        payload, wire = exchange_bytes(plan, dtype)
        rows.append(
            [
                shape.name,
                words,
                f"{dtype.name} / {full_dtype.name}",
                f"{full:,}",
                f"{payload:,}",
                f"{100 * (1 - payload / full):.1f} %",
                f"{wire:,}",
                f"{100 * (1 - wire / full):.1f} %",
                f"{step_bytes(shape, full_dtype):,}",
            ]
        )
    print_table(
        [
            "model",
            "plan",
            "exchange / full dtype",
            "full-width bytes",
            "exchange payload",
            "less",
            "exchange wire",
            "less",
            "embedding + state, wire",
        ],
        rows,
    )


if __name__ == "__main__":
    main()
