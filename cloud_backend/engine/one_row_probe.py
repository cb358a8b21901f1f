"""Whether the one-row kernels compute on this machine what torch computes. Compiles them where no earlier start did."""

import logging
from pathlib import Path

import torch
from torch import Tensor

from app.wire.frames import Dtype, Flags, Frame, Kind
from cloud_backend.engine.backbone import Backbone
from cloud_backend.engine.config import DecoderConfig
from cloud_backend.engine.linear import Kernels, Layout
from cloud_backend.engine.manifest import FORMAT, Manifest
from cloud_backend.engine.plan_state import PlanMatrices, PlanState

_log = logging.getLogger(__name__)
_POSITIONS = 6
_TOLERANCE = {torch.float32: 1e-4, torch.bfloat16: 3e-2}  # of states of about 1; bf16: keys and values are rounded
_CPU = torch.device("cpu")
_CONFIG = DecoderConfig(
    family="probe",
    layers=2,
    hidden_size=40,
    intermediate_size=72,
    heads=4,
    kv_heads=2,
    head_dim=16,
    vocab_size=1,
    max_positions=_POSITIONS,
    norm_eps=1e-5,
    norm_plus_one=True,
    qk_norm=True,
    post_norms=True,
    activation="silu",
    attention_scale=0.25,
    windows=(0, 3),
    rope_names=("all", "all"),
    rope_factors={"all": 1.0},
    embed_scale=1.0,
    final_logit_softcapping=None,
    tied_embeddings=False,
)


@torch.inference_mode()
def agrees_with_torch(dtype: torch.dtype) -> bool:
    """Decode a few positions of a small random model both ways. Whatever goes wrong is a no."""
    try:
        generator = torch.Generator().manual_seed(1)
        tensors = {name: tensor.to(dtype) for name, tensor in _tensors(generator).items()}
        embeddings = torch.randn(_POSITIONS, _CONFIG.hidden_size, generator=generator)
        ours = _decode(Kernels(dtype, _CPU, Layout.ROWS), tensors, embeddings)
        torchs = _decode(Kernels(torch.float32, _CPU, Layout.PLAIN), tensors, embeddings)
        off = (ours - torchs).abs().max().item()
    except Exception as error:  # noqa: BLE001 - a compiler's faults are of any kind, and there is another way
        _log.info("no one-row kernels: %s", type(error).__name__)
        return False
    if not off < _TOLERANCE[dtype]:  # NaN is a no
        _log.info("no one-row kernels: off by %.2g", off)
        return False
    return True


def _tensors(generator: torch.Generator) -> dict[str, Tensor]:
    config = _CONFIG
    shapes: dict[str, tuple[int, ...]] = {"norm.weight": (config.hidden_size,), "rope.all.inv_freq": (8,)}
    for index in range(config.layers):
        linears = {
            "self_attn.q_proj": (config.q_rows, config.hidden_size),
            "self_attn.k_proj": (config.kv_rows, config.hidden_size),
            "self_attn.v_proj": (config.kv_rows, config.hidden_size),
            "self_attn.o_proj": (config.hidden_size, config.q_rows),
            "mlp.gate_proj": (config.intermediate_size, config.hidden_size),
            "mlp.up_proj": (config.intermediate_size, config.hidden_size),
            "mlp.down_proj": (config.hidden_size, config.intermediate_size),
        }
        for name, shape in linears.items():
            shapes[f"layers.{index}.{name}.weight"] = shape
            shapes[f"layers.{index}.{name}.bias"] = shape[:1]
        for name in ("input", "post_attention", "pre_feedforward", "post_feedforward"):
            shapes[f"layers.{index}.{name}_layernorm.weight"] = (config.hidden_size,)
        for name in "qk":
            shapes[f"layers.{index}.self_attn.{name}_norm.weight"] = (config.head_dim,)
    return {name: torch.randn(shape, generator=generator) * shape[-1] ** -0.5 for name, shape in shapes.items()}


def _decode(kernels: Kernels, tensors: dict[str, Tensor], embeddings: Tensor) -> Tensor:
    """The final states of all positions, decoded one by one."""
    manifest = Manifest(FORMAT, "probe", "probe", _CONFIG.layers, 1, 1, _POSITIONS, "", "", 0, "fp32", {}, ())
    backbone = Backbone(Path(), manifest, _CONFIG, kernels, tensors)
    cache = backbone.new_cache(_POSITIONS)
    plan = PlanState(PlanMatrices((), ()), Dtype.FP32, Dtype.FP32, 0)
    states = []
    for position, h_E in enumerate(embeddings):
        frame = Frame(
            Kind.STEP,
            position=position,
            rows=1,
            cols=_CONFIG.hidden_size,
            dtype=Dtype.FP32,
            flags=Flags.WANT_LAST,
            payload=h_E.numpy().tobytes(),
        )
        step = backbone.begin_step(cache, plan, frame)
        backbone.run_segment([step])
        states.append(torch.frombuffer(bytearray(step.output), dtype=torch.float32))
    return torch.stack(states)
