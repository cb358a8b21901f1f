"""A cloud in memory that speaks the real wire, for tests of app/core. Its "model" is a hash of everything in its cache,
the number of rows each position was computed with included: a replay that repeats steps otherwise is found out. With
layers of the device's own, what these remember is hashed in too."""

import hashlib
import struct
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.backend import ModelInfo, RecipeInfo
from app.domain.clearance import Purpose
from app.domain.errors import ConnectionLost
from app.domain.ids import MessageId
from app.domain.sampling import SamplingSettings
from app.wire.errors import ErrorCode, WireError
from app.wire.frames import Dtype, Flags, Frame, Kind, decode
from app.wire.limits import Limits
from app.wire.messages import Open, Opened, Recipe
from app.wire.plan import ExchangePlan, Tap
from app.wire.state import CloudConnection, SessionShape

HIDDEN = 4
VOCABULARY = 97
END = 0
MODEL = ModelInfo(
    "sim", "sim", 3, HIDDEN, VOCABULARY, 400, 16, "00" * 32, "11" * 32, 1, "fp32", (RecipeInfo("svd", 1, "22" * 32, 8),)
)


@dataclass
class SimulatedCloud:
    """Sessions over any number of channels, with faults to order. `log` holds (purpose, kind, position, rows)."""

    cut_before_answer: set[int] = field(default_factory=set)  # exchange numbers, over all channels
    refuse_open: list[ErrorCode] = field(default_factory=list)
    unreachable: int = 0  # this many connects fail
    on_exchange: Callable[[int], None] = lambda number: None
    exchanges: int = 0
    connects: int = 0
    log: list[tuple[Purpose, Kind, int, int]] = field(default_factory=list)
    totals_of: dict[MessageId, "Totals"] = field(default_factory=dict)

    def open_channel(self, is_cancelled: Callable[[], bool] = lambda: False) -> "SimulatedChannel":
        return SimulatedChannel(self)

    def totals(self, message: MessageId) -> "Totals":
        return replace(self.totals_of.get(message, Totals()))


@dataclass
class Totals:
    frames_up: int = 0
    frames_down: int = 0
    bytes_up: int = 0
    bytes_down: int = 0


class SimulatedChannel:
    """Implements app.core.ports.Channel."""

    def __init__(self, cloud: SimulatedCloud) -> None:
        self.cloud = cloud
        self.connection = CloudConnection(Limits(max_rows=16))
        self.cache: list[tuple[int, ...]] = []  # (token, what the near half remembered, rows it was computed with)
        self.plan = ExchangePlan()
        self.step: Frame | None = None
        self.is_cut = threading.Event()

    def connect(self) -> None:
        self.cloud.connects += 1
        if self.cloud.unreachable:
            self.cloud.unreachable -= 1
            raise ConnectionLost("The backend cannot be reached.")

    def exchange(self, data: bytes, purpose: Purpose, message: MessageId, timeout_s: float) -> bytes:
        number = self.cloud.exchanges
        self.cloud.exchanges += 1
        self.cloud.on_exchange(number)
        if number in self.cloud.cut_before_answer:
            self.is_cut.set()
        if self.is_cut.is_set():
            raise ConnectionLost("The connection was cut.")
        sent = decode(data, Limits())
        self.cloud.log.append((purpose, sent.kind, sent.position, sent.rows))
        totals = self.cloud.totals_of.setdefault(message, Totals())
        totals.frames_up += 1
        totals.frames_down += 1
        totals.bytes_up += len(data)
        try:
            answer = self._answer(data)
        except WireError as error:
            answer = self.connection.error(error.code)
        totals.bytes_down += len(answer)
        return answer

    def _answer(self, data: bytes) -> bytes:
        frame = self.connection.receive(data)
        if frame.kind is Kind.OPEN:
            if self.cloud.refuse_open:
                return self.connection.error(self.cloud.refuse_open.pop(0))
            asked = Open.decode(frame.payload)
            self.plan = asked.plan
            shape = SessionShape(HIDDEN, asked.plan, asked.state_dtype, asked.exchange_dtype, asked.positions, 16)
            return self.connection.opened(7, shape, Opened(asked.positions, 16, 600, 30))
        if frame.kind is Kind.STEP:
            self.step = frame
            self.next_tap = 0
        step = self.step
        assert step is not None
        taps = self.plan.exchanged_taps
        if frame.kind is Kind.DELTA:
            self.next_tap += 1
        if self.next_tap < len(taps):
            return self.connection.tap(bytes(4 * step.rows * taps[self.next_tap].r_down))
        width = HIDDEN + self.plan.free_cols
        values = struct.unpack(f"<{step.rows * HIDDEN}f", step.payload[: step.rows * HIDDEN * 4])
        assert len(step.payload) == step.rows * width * 4
        height = 1 if step.flags & Flags.ROWWISE else step.rows
        starts = range(0, step.rows * HIDDEN, HIDDEN)
        self.cache[step.position :] = [(int(values[at]), int(values[at + 1]), height) for at in starts]
        wanted = 1 if step.flags & Flags.WANT_LAST else 0
        digest = hashlib.sha256(repr(self.cache).encode()).digest()
        state = struct.pack("<4f", *(byte / 7 for byte in digest[:HIDDEN]))
        return self.connection.state(state * wanted, wanted)

    def keep_alive(self) -> None:
        if self.is_cut.is_set():
            raise ConnectionLost("The connection was cut.")

    def abort(self) -> None:
        self.is_cut.set()

    def close(self) -> None:
        self.is_cut.set()


class SimulatedNear:
    """Implements app.core.ports.NearHalf for the simulated cloud: the next token is read off the state's bytes.

    device_layers: with layers of its own, whose "state" is a hash of all in their cache.
    """

    def __init__(self, plan: ExchangePlan | None = None, end_after: int = 12, device_layers: int = 0) -> None:
        self.hidden_size = HIDDEN
        self.plan = plan or ExchangePlan()
        self.recipe = Recipe.SVD
        self.recipe_version = 1
        self.recipe_hash = bytes(32)
        self.state_dtype = Dtype.FP32
        self.exchange_dtype = Dtype.FP32
        self._end_after = end_after
        self._device_layers = device_layers

    def new_cache(self) -> "SimulatedCache | None":
        return SimulatedCache(self) if self._device_layers else None

    def step_payload(
        self, tokens: Sequence[int], *, rowwise: bool, position: int = 0, cache: object | None = None
    ) -> bytes:
        remembered = [0] * len(tokens)
        if self._device_layers:
            assert isinstance(cache, SimulatedCache) and cache.owner is self, "another half's"
            assert position <= len(cache.rows), "a position before it was never computed"
            del cache.rows[position:]
            for row, token in enumerate(tokens):
                cache.rows.append((token, 1 if rowwise else len(tokens)))
                digest = hashlib.sha256(repr((self._device_layers, cache.rows)).encode()).digest()
                remembered[row] = int.from_bytes(digest[:3])  # fits a float
        embeddings = b"".join(struct.pack("<4f", *pair, 0, 0) for pair in zip(tokens, remembered, strict=True))
        return embeddings + bytes(4 * len(tokens) * self.plan.free_cols)

    def delta_payload(self, tap: Tap, z: bytes, rows: int, *, rowwise: bool) -> bytes:
        return bytes(4 * rows * tap.up_cols)

    def sampler(self, settings: SamplingSettings, chosen: int = 0) -> list[int]:
        return [0]

    def next_token(self, state: bytes, sampler: list[int], context: Sequence[int]) -> int:
        sampler[0] += 1
        if sampler[0] > self._end_after:
            return END
        return 1 + (state[0] * state[5] + sum(context[-9:]) + len(context)) % (VOCABULARY - 1)


@dataclass
class SimulatedCache:
    """rows: (token, rows it was computed with)."""

    owner: SimulatedNear
    rows: list[tuple[int, int]] = field(default_factory=list)


class SimulatedTokens:
    """Implements app.core.ports.Tokens: a token is a code point modulo the vocabulary."""

    eos_ids = frozenset({END})

    def encode_chat(
        self,
        messages: Sequence[tuple[str, str]],
        *,
        add_generation_prompt: bool,
        replies: Mapping[int, Sequence[int]] = {},
    ) -> list[int]:
        tokens: list[int] = []
        for place, (_, text) in enumerate(messages):
            tokens += [*(replies[place] if place in replies else self.encode(text)), 1]
        return tokens

    def encode(self, text: str) -> list[int]:
        return [1 + ord(character) % (VOCABULARY - 1) for character in text]

    def decode(self, tokens: Sequence[int]) -> str:
        return "".join(f"<{token}>" for token in tokens)

    def reply_decoder(self) -> "SimulatedDecoder":
        return SimulatedDecoder()


class SimulatedDecoder:
    def add(self, token: int) -> str:
        return f"<{token}>"

    def finish(self) -> str:
        return ""
