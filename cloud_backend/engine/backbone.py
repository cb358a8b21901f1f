"""The backbone: decoder layers and final norm, run segment by segment (DESIGN.md sections 2 and 3).

The life of a step: begin_step, then run_segment; while the step is not finished: send its output (z), overlap, wait for
y, take_delta, run_segment. Call everything from one thread; only `StepState.cancel` may be set from others.
"""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from app.wire.errors import ErrorCode, WireError
from app.wire.frames import Dtype, Frame
from app.wire.messages import Open, Recipe
from app.wire.plan import ExchangePlan
from cloud_backend.engine.attention import LaneView, make_masks
from cloud_backend.engine.codec import decode_tensor, encode_tensor
from cloud_backend.engine.config import DecoderConfig
from cloud_backend.engine.errors import ModelFolderError, StepCancelled
from cloud_backend.engine.kv_cache import KVCache
from cloud_backend.engine.layers import DecoderLayer, RmsNorm
from cloud_backend.engine.linear import Kernels, Layout, WeightStacks, choose_kernels
from cloud_backend.engine.manifest import BACKBONE_FILE, Manifest, RecipeEntry, file_sha256
from cloud_backend.engine.plan_state import PlanMatrices, PlanState, TapState, make_matrices, plan_bytes
from cloud_backend.engine.rope import RopeTable
from cloud_backend.engine.step import Lane, StepState

if TYPE_CHECKING:
    from cloud_backend.engine.one_row import OneRow

_PLANS_KEPT = 8  # matrices of the most recent plans, shared by their sessions
_KEPT_PLAN_BYTES = 256 * 2**20  # of those; what sessions hold beyond them counts in their seats


def load_backbone(
    folder: Path, *, device: str = "cpu", dtype: Literal["auto", "fp32", "bf16", "fp16"] = "auto"
) -> "Backbone":
    """Load a prepared model folder. Raises ModelFolderError or EngineError."""
    folder = Path(folder)
    manifest = Manifest.read(folder)
    try:
        with safe_open(folder / BACKBONE_FILE, framework="pt") as file:
            config = DecoderConfig.from_json((file.metadata() or {})["nearhalf"])
            # Memory-mapped: a page is read when a layer copies it into its own layout, and is never copied whole.
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - safe_open is no mapping
        return Backbone(folder, manifest, config, choose_kernels(device, dtype), tensors)
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelFolderError(f"{folder / BACKBONE_FILE} cannot be read; prepare the model again") from error


class Backbone:
    """One model, ready to serve any number of sessions from one thread."""

    def __init__(
        self, folder: Path, manifest: Manifest, config: DecoderConfig, kernels: Kernels, tensors: Mapping[str, Tensor]
    ) -> None:
        self.manifest = manifest
        self.config = config
        self.folder = folder
        self.kernels = kernels
        stacks = WeightStacks(config.layers, kernels)
        self._layers = [DecoderLayer(index, config, kernels, tensors, stacks) for index in range(config.layers)]
        self._final_norm = RmsNorm(tensors["norm.weight"], config, kernels)
        self._rope = {
            name: RopeTable(tensors[f"rope.{name}.inv_freq"].to(kernels.device), factor, kernels.dtype)
            for name, factor in config.rope_factors.items()
        }
        self._one_row: OneRow | None = None
        if kernels.layout is Layout.ROWS:
            from cloud_backend.engine import one_row  # numba: only where it was found to work

            self._one_row = one_row.OneRow(config, stacks, tensors)
        self._plans: OrderedDict[tuple[Recipe, ExchangePlan], PlanMatrices] = OrderedDict()
        self._recipes: dict[RecipeEntry, dict[str, Tensor]] = {}

    @property
    def hidden_size(self) -> int:
        return self.config.hidden_size

    @property
    def kv_bytes_per_position(self) -> int:
        """Bytes that a cache reserves for each position."""
        return 2 * self.config.layers * self.config.kv_rows * self.kernels.dtype.itemsize

    def plan_bytes(self, plan: ExchangePlan) -> int:
        """Bytes of a plan's matrices. Any thread."""
        return plan_bytes(plan, self.config, self.kernels.dtype.itemsize)

    @property
    def description(self) -> str:
        """The kernels in use, for people: e.g. "bf16 one-row kernels, 1 thread"."""
        return self.kernels.description

    def new_cache(self, positions: int) -> KVCache:
        """Reserve a cache. Raises WireError(OUT_OF_POSITIONS) beyond what the model was made for."""
        if not 0 < positions <= self.config.max_positions:
            raise WireError(ErrorCode.OUT_OF_POSITIONS, f"{positions} of {self.config.max_positions}")
        for table in self._rope.values():
            table.reserve(positions)
        return KVCache(self.config, positions, self.kernels.dtype, self.kernels.device)

    def check_plan(self, plan: ExchangePlan, recipe: Recipe, version: int, recipe_hash: bytes) -> None:
        """Any thread. Raises WireError: PLAN_REFUSED (layers or ranks that the model has not), RECIPE_UNKNOWN (another
        A and B)."""
        if not plan.taps:
            return
        entry = self._recipe_entry(recipe, version)
        if bytes.fromhex(entry.sha256) != recipe_hash:
            raise WireError(ErrorCode.RECIPE_UNKNOWN, f"{entry.name} {version} has another hash here")
        for tap in plan.taps:
            if max(tap.r_down, tap.r_up) > entry.rank:
                raise WireError(ErrorCode.PLAN_REFUSED, f"rank above {entry.rank} at tap {tap.layer}")
            if max(target.layer for target in tap.targets) >= self.config.layers:
                raise WireError(ErrorCode.PLAN_REFUSED, f"tap {tap.layer} serves a layer past the last")

    def new_plan_state(self, open_message: Open) -> PlanState:
        """Cut A and B for a session's plan. Raises WireError as `check_plan` does."""
        plan, recipe = open_message.plan, open_message.recipe
        self.check_plan(plan, recipe, open_message.recipe_version, open_message.recipe_hash)
        matrices = self._plans.get((recipe, plan))
        if matrices is None:
            tensors: dict[str, Tensor] = {}
            if plan.taps:
                tensors = self.read_recipe(recipe, open_message.recipe_version)
            matrices = make_matrices(plan, self.config, self.kernels, tensors)
            self._keep(recipe, plan, matrices)
        else:
            self._plans.move_to_end((recipe, plan))
        return PlanState(matrices, open_message.state_dtype, open_message.exchange_dtype, plan.free_cols)

    def begin_step(self, cache: KVCache, plan_state: PlanState, frame: Frame) -> StepState:
        """Read a STEP frame and roll the cache back to its position.

        Raises WireError: NOT_FINITE, WRONG_SHAPE, POSITION_GAP, OUT_OF_POSITIONS; the cache is then unchanged.
        """
        if frame.position > cache.length:
            raise WireError(ErrorCode.POSITION_GAP, f"{frame.position} after {cache.length}")
        if frame.rows < 1 or frame.cols != self.hidden_size or frame.side_cols != plan_state.free_cols:
            raise WireError(ErrorCode.WRONG_SHAPE, f"{frame.rows} x ({frame.cols} + {frame.side_cols})")
        if frame.position + frame.rows > cache.positions:
            raise WireError(ErrorCode.OUT_OF_POSITIONS, f"{frame.position + frame.rows} of {cache.positions}")
        step = StepState(frame, cache, plan_state, [], self.config.layers)
        if self._one_row is not None and (frame.rows == 1 or step.is_rowwise):
            self._one_row.begin(step)
        else:
            self._begin_lanes(step)
        return step

    def run_segment(self, steps: Sequence[StepState]) -> None:
        """Run `steps`, which all wait at the same segment, to its end; set each one's `output` and `finished`.

        A step that finishes commits its positions. Raises StepCancelled, naming the steps to drop, once one is
        cancelled; the others are as before and may be run again. Raises ValueError where the segments differ, or a y
        is owed.
        """
        first, stop = steps[0].segment
        if any(step.segment != (first, stop) or step.awaiting_delta or step.finished for step in steps):
            raise ValueError("these steps do not wait at the same segment")
        ends = []
        if self._one_row is not None:
            for step in steps:
                ends.append((step, self._one_row.run(step, first, stop)))  # nothing, where a step has lanes
                _stop_if_cancelled(steps)
        with_lanes = [step for step in steps if step.lanes]
        if with_lanes:
            self._run_lanes(with_lanes, first, stop, steps)
        for step, rows in ends:  # only now: a cancelled step must leave the others as they were
            if rows and self._one_row is not None:
                self._one_row.end(step, stop, rows)

    def overlap(self, steps: Sequence[StepState]) -> None:
        """Compute the tapped layer's base q, k, v while y is awaited."""
        if self._one_row is not None:
            for step in steps:
                self._one_row.overlap(step)
        with_lanes = [step for step in steps if step.lanes]
        if with_lanes:
            self._overlap_lanes(with_lanes)

    def take_delta(self, step: StepState, payload: bytes) -> None:
        """Take y (rows x up_cols) of the tap that the step waits at. Raises WireError: NOT_FINITE, WRONG_SHAPE."""
        tap = step.next_tap
        if tap is None or not step.awaiting_delta:
            raise ValueError("this step awaits no delta")
        if step.rows and self._one_row is not None:
            self._one_row.take_delta(step, tap, payload)
        else:
            self._take_lanes(step, tap, payload)
        step.taps_done += 1
        step.awaiting_delta = False

    def _keep(self, recipe: Recipe, plan: ExchangePlan, matrices: PlanMatrices) -> None:
        self._plans[recipe, plan] = matrices
        kept_bytes = sum(self.plan_bytes(kept) for _, kept in self._plans)
        while len(self._plans) > _PLANS_KEPT or kept_bytes > _KEPT_PLAN_BYTES:
            (_, oldest), _ = self._plans.popitem(last=False)
            kept_bytes -= self.plan_bytes(oldest)

    @torch.inference_mode()
    def _begin_lanes(self, step: StepState) -> None:
        frame = step.frame
        h_TE = self._decode(frame.payload, frame.dtype, frame.rows, frame.cols)
        y = self._decode(frame.payload, frame.side_dtype, frame.rows, frame.side_cols, frame.main_bytes)
        step.cache.crop(frame.position)
        size = 1 if step.is_rowwise else frame.rows
        for start in range(0, frame.rows, size):
            step.lanes.append(self._lane(step.cache, frame.position + start, h_TE[start : start + size]))
        column = 0
        for tap in step.plan.matrices.free:
            _give(step, tap, y[:, column : column + tap.up_cols])
            column += tap.up_cols

    @torch.inference_mode()
    def _run_lanes(self, steps: list[StepState], first: int, stop: int, all_steps: Sequence[StepState]) -> None:
        residuals = [(lanes, self._run_layers(lanes, first, stop, all_steps)) for lanes in _batches(steps)]
        for lanes, h_TE in residuals:
            for lane, part in zip(lanes, _parts(h_TE, lanes), strict=True):
                lane.h, lane.x, lane.qkv = part, None, None
        for step in steps:
            self._end_lanes(step, stop)

    @torch.inference_mode()
    def _overlap_lanes(self, steps: list[StepState]) -> None:
        layer = self._layers[steps[0].layer]
        for lanes in _batches(steps):
            base = layer.qkv(_join([lane.x for lane in lanes if lane.x is not None]))
            for lane, part in zip(lanes, _parts(base, lanes), strict=True):
                lane.qkv = part

    @torch.inference_mode()
    def _take_lanes(self, step: StepState, tap: TapState, payload: bytes) -> None:
        _give(step, tap, self._decode(payload, step.plan.exchange_dtype, step.frame.rows, tap.up_cols))

    def _decode(self, untrusted: bytes, dtype: Dtype, rows: int, cols: int, offset: int = 0) -> Tensor:
        return decode_tensor(
            untrusted, dtype, rows, cols, offset=offset, to=self.kernels.dtype, device=self.kernels.device
        )

    def _lane(self, cache: KVCache, position: int, h_TE: Tensor) -> Lane:
        rows = h_TE.shape[0]
        masks = make_masks(position, rows, self.config, self.kernels)
        rope = {name: self._rope_rows(table, position, rows) for name, table in self._rope.items()}
        return Lane(h_TE, LaneView(0, rows, cache.views(position, rows), masks), rope)

    def _rope_rows(self, table: RopeTable, position: int, rows: int) -> tuple[Tensor, Tensor]:
        """cos and sin for every head of q, k and v: values do not turn, so theirs are 1 and 0."""
        turning, still = self.config.heads + self.config.kv_heads, self.config.kv_heads
        cos = table.cos_PD[position : position + rows, None].expand(-1, turning, -1)
        sin = table.sin_PD[position : position + rows, None].expand(-1, turning, -1)
        kept = cos.new_ones(rows, still, self.config.head_dim)
        return torch.cat((cos, kept), dim=1), torch.cat((sin, torch.zeros_like(kept)), dim=1)

    def _run_layers(self, lanes: list[Lane], first: int, stop: int, steps: Sequence[StepState]) -> Tensor:
        """Residual stream of `lanes` (rows concatenated) after layers first..stop-1."""
        h_TE = _join([lane.h for lane in lanes])
        views, rope = _side_by_side(lanes)
        xs = [lane.x for lane in lanes if lane.x is not None]
        bases = [lane.qkv for lane in lanes if lane.qkv is not None]
        for index in range(first, stop):
            _stop_if_cancelled(steps)
            layer = self._layers[index]
            if index == first and len(bases) == len(lanes):
                qkv = _join(bases)
            elif index == first and len(xs) == len(lanes):
                qkv = layer.qkv(_join(xs))
            else:
                qkv = layer.qkv(layer.input_norm(h_TE))
            if any(index in lane.deltas for lane in lanes):
                qkv = _add_deltas(qkv, lanes, index)
            h_TE = layer.run(h_TE, qkv, rope[layer.rope_name], views)
        return h_TE

    def _end_lanes(self, step: StepState, stop: int) -> None:
        step.layer = stop
        tap = step.next_tap
        if tap is not None and tap.a is not None:
            norm = self._layers[stop].input_norm
            zs = []
            for lane in step.lanes:
                lane.x = norm(lane.h)
                zs.append(tap.a(lane.x))
            step.reach_tap(encode_tensor(_join(zs), step.plan.exchange_dtype))
            return
        states = b""
        if step.output_rows == 1:
            states = encode_tensor(self._final_norm(step.lanes[-1].h[-1:]), step.plan.state_dtype)
        elif step.output_rows:
            states = encode_tensor(_join([self._final_norm(lane.h) for lane in step.lanes]), step.plan.state_dtype)
        step.finish(states)

    def _recipe_entry(self, recipe: Recipe, version: int) -> RecipeEntry:
        for entry in self.manifest.recipes:
            if entry.recipe is recipe and entry.version == version:
                return entry
        raise WireError(ErrorCode.RECIPE_UNKNOWN, f"{recipe.name} {version}")

    def read_recipe(self, recipe: Recipe, version: int) -> dict[str, Tensor]:
        """A and B of all layers, memory-mapped. The file's hash is checked once, not for every plan that a device asks.

        Any thread. Raises WireError(RECIPE_UNKNOWN), ModelFolderError where the file is another.
        """
        entry = self._recipe_entry(recipe, version)
        if (known := self._recipes.get(entry)) is not None:
            return known
        path = self.folder / entry.file
        if not path.is_file() or file_sha256(path) != entry.sha256:
            raise ModelFolderError(f"{path} is missing or not what the manifest says; prepare the model again")
        with safe_open(path, framework="pt") as file:
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 - safe_open is no mapping
        self._recipes[entry] = tensors
        return tensors


def _stop_if_cancelled(steps: Sequence[StepState]) -> None:
    if any(step.cancel for step in steps):
        raise StepCancelled([step for step in steps if step.cancel])


def _give(step: StepState, tap: TapState, y: Tensor) -> None:
    row = 0
    for lane in step.lanes:
        lane.take(tap, y[row : row + lane.rows])
        row += lane.rows


def _batches(steps: Sequence[StepState]) -> list[list[Lane]]:
    """Lanes that are computed together: all of ordinary steps, each one of ROWWISE steps by itself."""
    together = [step.lanes[0] for step in steps if step.lanes and not step.is_rowwise]
    return ([together] if together else []) + [[lane] for step in steps if step.is_rowwise for lane in step.lanes]


def _side_by_side(lanes: Sequence[Lane]) -> tuple[list[LaneView], dict[str, tuple[Tensor, Tensor]]]:
    """Views and rotary tables of lanes whose rows are concatenated."""
    if len(lanes) == 1:
        return [lanes[0].view], lanes[0].rope
    views: list[LaneView] = []
    start = 0
    for lane in lanes:
        views.append(replace(lane.view, start=start))
        start += lane.rows
    rope = {
        name: (torch.cat([lane.rope[name][0] for lane in lanes]), torch.cat([lane.rope[name][1] for lane in lanes]))
        for name in lanes[0].rope
    }
    return views, rope


def _add_deltas(qkv: Tensor, lanes: Sequence[Lane], index: int) -> Tensor:
    """qkv plus B y of every lane that has a delta for layer `index`. A y of zeros leaves every bit as it was."""
    parts = _parts(qkv, lanes)
    for place, lane in enumerate(lanes):
        for delta, y in lane.deltas.get(index, ()):
            parts[place] = delta.b.add_to(parts[place], y)
    return _join(parts)


def _parts(tensor: Tensor, lanes: Sequence[Lane]) -> list[Tensor]:
    """Each lane's rows of `tensor`."""
    return [tensor] if len(lanes) == 1 else list(tensor.split([lane.rows for lane in lanes]))


def _join(parts: Sequence[Tensor]) -> Tensor:
    return parts[0] if len(parts) == 1 else torch.cat(tuple(parts))
