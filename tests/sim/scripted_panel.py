"""A PanelSource over a real gate and ledger, filled with frames as a reply sends them; attacks that play a script."""

import json
from collections.abc import Callable, Sequence, Set
from dataclasses import replace
from pathlib import Path

import numpy as np

from app.core.panel_source import AttackInfo, GateState, MessagePlace, MessageTokens, Recovered, SendingLimit, Tell
from app.core.tuning_ledgers import JobLedger, began_at
from app.domain.clearance import Clearance, Purpose
from app.domain.ids import NO_MESSAGE, ChatId, MessageId, new_message_id
from app.privacy.gate import PrivacyGate
from app.privacy.ledger import Ledger
from app.wire.frames import Dtype, Flags, Frame, Kind
from app.wire.messages import Open, Opened, Recipe
from app.wire.plan import ExchangePlan, grouped
from tests.sim.scripted_conversations import ScriptedConversations

HOST = "127.0.0.1:8123"
HIDDEN, RANK, LAYERS = 64, 8, 12
PLAN = grouped(LAYERS, 4, RANK)  # taps at 0 (free), 4 and 8
GET = f"GET /v1/session HTTP/1.1\r\nHost: {HOST}\r\nAuthorization: Bearer s3cret\r\nUpgrade: websocket\r\n\r\n"


class RecordedSource:
    """Implements PanelSource. `open_session` and `record_reply` put entries into the ledger, through the gate."""

    def __init__(self, folder: Path, conversations: ScriptedConversations | None = None, plan: ExchangePlan = PLAN):
        self.gate = PrivacyGate(Ledger(folder / "ledger.nhl"))
        self.gate.allow(HOST)
        self.conversations = conversations
        self.plan = plan
        self.notes = ""
        self.jobs: list[JobLedger] = []
        self.state = GateState()
        self.limit: SendingLimit | None = None
        self.recovered: dict[str, Recovered] = {}
        self.asked: list[tuple[MessageId, tuple[str, ...]]] = []
        self.tokens: dict[MessageId, MessageTokens] = {}
        self._connection = 0
        self._random = np.random.default_rng(0)
        self._step = 0

    # PanelSource

    @property
    def ledger_path(self) -> Path:
        return self.gate.ledger_path

    def job_ledgers(self) -> Sequence[JobLedger]:
        return self.jobs

    def gate_state(self) -> GateState:
        return self.state

    def end_key_log(self) -> None:
        self.state = replace(self.state, key_log="")

    def first_kept(self) -> int | None:
        return self.gate.first_kept()

    def content(self, entry: int) -> bytes | None:
        return self.gate.content(entry)

    def place_of(self, message: MessageId) -> MessagePlace | None:
        if self.conversations is None:
            return None
        chat = self.conversations.chat_of(message)
        return MessagePlace(chat, self.conversations.chat(chat).title) if chat is not None else None

    def messages_of(self, chat: ChatId) -> Set[MessageId]:
        assert self.conversations is not None
        return {message.id for message in self.conversations.whole(chat).messages}

    def redacts(self, chat: ChatId) -> bool | None:
        assert self.conversations is not None
        return bool(self.conversations.chat(chat).options.redacts)

    def sending_limit(self, chat: ChatId | None) -> SendingLimit | None:
        return self.limit

    def limit_recovery(self, percent: int | None) -> None:
        assert self.limit is not None
        self.limit = SendingLimit(percent)

    def tokens_of(self, message: MessageId) -> MessageTokens | None:
        return self.tokens.get(message)

    def attacks(self) -> Sequence[AttackInfo]:
        return (
            AttackInfo("embeddings", "Looking embeddings up", is_quick=True),
            AttackInfo("head", "Reading the last layer"),
        )

    def recover(self, message: MessageId, attacks: Sequence[str], tell: Tell) -> Sequence[Recovered]:
        self.asked.append((message, tuple(attacks)))
        return [self.recovered[name] for name in attacks if name in self.recovered]

    def read_notes(self) -> str:
        return self.notes

    def save_notes(self, text: str) -> None:
        json.loads(text)
        self.notes = text

    # What is recorded

    def open_session(self) -> None:
        self._connection = self.gate.next_connection(HOST)
        upgrade = self._clearance(Purpose.UPGRADE)
        self.gate.clear(GET.encode(), GET.encode(), upgrade)
        answer = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n"
        self.gate.received(answer, answer, upgrade)
        asked = Open(bytes(32), bytes(32), Recipe.SVD, 1, 512, Dtype.BF16, Dtype.FP16, self.plan)
        self._up(Frame(Kind.OPEN, 1, payload=asked.encode()), Purpose.SESSION, NO_MESSAGE)
        self._down(Frame(Kind.OPENED, 1, payload=Opened(512, 256, 60, 20).encode()), Purpose.SESSION, NO_MESSAGE)

    def record_reply(self, message: MessageId, prompt: int = 12, tokens: int = 5, start: int = 0) -> None:
        """A prompt of some positions in one step, then a step for each token but the last."""
        self._send_step(message, start, prompt)
        for place in range(tokens - 1):
            self._send_step(message, start + prompt + place, 1)

    def record_training(self, message: MessageId, rows: int = 8) -> None:
        """One training step of a plan whose only tap is free."""
        at = {"session": 1, "step": self._step, "position": 0, "rows": rows, "cols": HIDDEN, "dtype": Dtype.BF16}
        for kind, flags in (
            (Kind.STEP, Flags.WANT_ALL | Flags.TRAIN),
            (Kind.STATE, Flags(0)),
            (Kind.GRADIENT, Flags(0)),
        ):
            frame = Frame(kind, **at, flags=flags, payload=self._numbers(Dtype.BF16, rows, HIDDEN))
            (self._down if kind is Kind.STATE else self._up)(frame, Purpose.TUNE, message)
        self._step += 1

    def close(self) -> None:
        self.gate.close()

    def _send_step(self, message: MessageId, position: int, rows: int) -> None:
        at = {"session": 1, "step": self._step, "position": position, "rows": rows}
        free = self.plan.free_cols
        payload = self._numbers(Dtype.BF16, rows, HIDDEN) + self._numbers(Dtype.FP16, rows, free)
        side = Dtype.FP16 if free else Dtype.NONE
        step = Frame(
            Kind.STEP, **at, cols=HIDDEN, dtype=Dtype.BF16, side_cols=free, side_dtype=side, flags=Flags.WANT_LAST
        )
        step.payload = payload
        self._up(step, Purpose.GENERATE, message)
        for tap in self.plan.exchanged_taps:
            z = Frame(Kind.TAP, **at, tap=tap.layer, cols=tap.r_down, dtype=Dtype.FP16)
            z.payload = self._numbers(Dtype.FP16, rows, tap.r_down)
            self._down(z, Purpose.GENERATE, message)
            y = Frame(Kind.DELTA, **at, tap=tap.layer, cols=tap.up_cols, dtype=Dtype.FP16)
            y.payload = self._numbers(Dtype.FP16, rows, tap.up_cols)
            self._up(y, Purpose.GENERATE, message)
        state = Frame(Kind.STATE, **{**at, "rows": 1}, cols=HIDDEN, dtype=Dtype.BF16)
        state.payload = self._numbers(Dtype.BF16, 1, HIDDEN)
        self._down(state, Purpose.GENERATE, message)
        self._step += 1

    def _up(self, frame: Frame, purpose: Purpose, message: MessageId) -> None:
        self.gate.clear_message(frame.encode(), self._clearance(purpose, message))

    def _down(self, frame: Frame, purpose: Purpose, message: MessageId) -> None:
        content = frame.encode()
        head = b"\x82" + (b"\x7e" + len(content).to_bytes(2, "big") if len(content) > 125 else bytes([len(content)]))
        self.gate.received(head + content, content, self._clearance(purpose, message))

    def _clearance(self, purpose: Purpose, message: MessageId = NO_MESSAGE) -> Clearance:
        return Clearance(self._connection, HOST, purpose, message)

    def _numbers(self, dtype: Dtype, rows: int, cols: int) -> bytes:
        values = self._random.standard_normal((rows, cols)).astype(np.float32)
        if dtype is Dtype.BF16:
            return (values.view(np.uint32) >> 16).astype("<u2").tobytes()
        return values.astype("<f2").tobytes()


def job_ledger(folder: Path, ends: list[Callable[[], object]], job: str = "20261123-140512-a1b2c3") -> JobLedger:
    """The ledger of a fine-tuning that has done two steps, in `folder`. Call `ends` when done."""
    place = folder / job
    place.mkdir()
    source = RecordedSource(place)
    ends.append(source.close)
    source.open_session()
    message = new_message_id()
    source.record_training(message)
    source.record_training(message)
    return JobLedger(source.ledger_path, job, "0123", began_at(job))
