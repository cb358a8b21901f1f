"""The recorded frames of a reply or of a session, decoded: what an operator who records has in hand, and no more.

Made from what the gate kept in memory (or from an export that holds frames). Contents come oldest first; the window may
have been cut anywhere, so nothing is taken for granted: bytes that are no frame are counted and left out.

Of fine-tuning the steps are taken: each window of notes is a text of its own. Its exchanges and states are not, for M
changes from step to step; whoever records can do with them what the attacks do with a chat's.
Legend: N positions, D hidden size.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from app.domain.clearance import Purpose
from app.domain.ids import NO_MESSAGE, MessageId
from app.privacy.recovery.tensors import Floats, decode_rows
from app.wire.errors import WireError
from app.wire.frames import Flags, Frame, Kind, decode
from app.wire.limits import Limits
from app.wire.messages import Open
from app.wire.plan import Tap

_LIMITS = Limits(max_rows=65_536)
_MOST_ROWS = 1024  # of a step that a device sends: what is beyond was made up, and would cost memory to run
_PURPOSES = frozenset({Purpose.SESSION, Purpose.GENERATE, Purpose.REPLAY, Purpose.TUNE})
_WANTS = Flags.WANT_LAST | Flags.WANT_ALL


class Content(Protocol):
    """One recorded content (app/privacy/kept.py's KeptContent is one)."""

    @property
    def purpose(self) -> Purpose: ...
    @property
    def message(self) -> MessageId: ...
    @property
    def content(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class SentStep:
    """A STEP, and what is known of its session: None where the frame that opened it is no longer there.

    passage: of fine-tuning, from 1 on, which of the texts that one message holds; 0: a chat's.
    before: the step whose rows stand before this one's in the session's cache (those that were not overwritten), of
    whatever message. is_whole: with those, every position of the cache up to its last is known.
    """

    frame: Frame
    opened: Open | None
    message: MessageId
    passage: int = 0
    before: "SentStep | None" = field(default=None, compare=False, repr=False)
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class Exchange:
    """A TAP and the DELTA that answered it."""

    tap: Frame
    delta: Frame
    opened: Open | None
    message: MessageId


@dataclass(frozen=True, slots=True)
class FinalStates:
    """A STATE, and the STEP that it ends."""

    frame: Frame
    step: Frame
    message: MessageId


@dataclass(frozen=True, slots=True)
class Text:
    """Embeddings of one message's positions, in their order. Those from `reply_at` on were the reply's own tokens."""

    message: MessageId
    positions: tuple[int, ...]
    rows: Floats
    reply_at: int

    @property
    def is_whole(self) -> bool:
        """Whether no position in between is missing."""
        return len(self.positions) == self.positions[-1] - self.positions[0] + 1

    @property
    def prompt_rows(self) -> int:
        """How many of the rows stand before the reply."""
        return sum(position < self.reply_at for position in self.positions)


@dataclass(slots=True)
class Recording:
    """What was recorded, by kind, oldest first. `unreadable`: contents that were no whole frame."""

    steps: list[SentStep] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    states: list[FinalStates] = field(default_factory=list)
    unreadable: int = 0

    @classmethod
    def of(cls, contents: Iterable[Content], message: MessageId | None = None) -> "Recording":
        """Decode `contents`; of one message alone where it is named (that is, of the reply that was being made)."""
        reader = _Reader()
        for content in contents:
            if content.purpose in _PURPOSES:
                wanted = message is None or content.message == message
                is_tuning = content.purpose is Purpose.TUNE
                reader.take(content.content, content.message, is_wanted=wanted, is_tuning=is_tuning)
        return reader.recording

    @property
    def is_empty(self) -> bool:
        return not (self.steps or self.exchanges or self.states)

    @property
    def opened(self) -> Open | None:
        """How the latest session was opened, where that is known."""
        return next((step.opened for step in reversed(self.steps) if step.opened is not None), None)

    @property
    def messages(self) -> Sequence[MessageId]:
        return tuple(dict.fromkeys(step.message for step in self.steps))

    def texts(self) -> list[Text]:
        """The embeddings of each message, or of each window of notes. A position that was sent twice (rolled back, sent
        again) counts as it was sent last; where a session was opened anew within a message, its positions are the same
        text's."""
        places = dict.fromkeys((step.message, step.passage) for step in self.steps)
        return [self._text(message, passage) for message, passage in places]

    def _text(self, message: MessageId, passage: int) -> Text:
        rows: dict[int, Floats] = {}
        reply_at: int | None = None
        for step in self.steps:
            if (step.message, step.passage) != (message, passage):
                continue
            frame = step.frame
            embeddings_RD = decode_rows(frame.payload, frame.rows, frame.cols, frame.dtype)
            for row in range(frame.rows):
                rows[frame.position + row] = embeddings_RD[row]
            if reply_at is None and frame.flags & _WANTS:
                reply_at = frame.position + frame.rows
        positions = tuple(sorted(rows))
        end = positions[-1] + 1 if positions else 0
        rows_ND = np.stack([rows[position] for position in positions]) if positions else np.zeros((0, 0), np.float32)
        return Text(message, positions, rows_ND, end if reply_at is None else reply_at)


class _Reader:
    """Pairs what belongs together: OPEN with OPENED, TAP with DELTA, STEP with STATE."""

    def __init__(self) -> None:
        self.recording = Recording()
        self._opening: list[Open | None] = []
        self._opened: dict[int, Open | None] = {}
        self._steps: dict[int, Frame] = {}  # by session: the step under way
        self._taps: dict[tuple[int, int], Frame] = {}  # by session and tap
        self._caches: dict[int, list[SentStep]] = {}  # by session: the steps whose rows its cache holds
        self._passages = 0

    def take(self, untrusted: bytes, message: MessageId, *, is_wanted: bool, is_tuning: bool) -> None:
        try:
            frame = decode(untrusted, _LIMITS)
            opening = Open.decode(frame.payload) if frame.kind is Kind.OPEN else None
        except WireError:
            self.recording.unreadable += 1
            return
        if frame.kind is Kind.OPEN:
            self._opening.append(opening)
        elif frame.kind is Kind.OPENED:
            self._opened[frame.session] = self._opening.pop(0) if self._opening else None
        elif is_tuning:
            if is_wanted and message != NO_MESSAGE:
                self._take_window(frame, message)
        elif frame.kind is Kind.STEP and frame.rows:
            step = self._placed(frame, message)
            if is_wanted and message != NO_MESSAGE:
                self._steps[frame.session] = frame
                self.recording.steps.append(step)
        elif is_wanted and message != NO_MESSAGE:
            self._take(frame, message)

    def _placed(self, frame: Frame, message: MessageId) -> SentStep:
        """A chat's step. Its position rolls the cache back: steps from there on are overwritten."""
        cache = self._caches.setdefault(frame.session, [])
        while cache and cache[-1].frame.position >= frame.position:
            cache.pop()
        opened, before = self._opened.get(frame.session), cache[-1] if cache else None
        is_whole = frame.position == 0
        if before is not None:
            is_whole = before.is_whole and frame.position <= before.frame.position + before.frame.rows
        is_whole &= frame.rows <= _MOST_ROWS
        step = SentStep(frame, opened if _fits(frame, opened) else None, message, before=before, is_whole=is_whole)
        cache.append(step)
        return step

    def _take_window(self, frame: Frame, message: MessageId) -> None:
        """Position 0 begins another text; of what begins in the middle its beginning is no longer kept."""
        if frame.kind is Kind.STEP and frame.rows:
            self._passages += frame.position == 0 or not self._passages
            opened = self._opened.get(frame.session)
            opened = opened if _fits(frame, opened) else None
            self.recording.steps.append(SentStep(frame, opened, message, self._passages))

    def _take(self, frame: Frame, message: MessageId) -> None:
        session, recording = frame.session, self.recording
        opened = self._opened.get(session)
        if frame.kind is Kind.TAP:
            self._taps[session, frame.tap] = frame
        elif frame.kind is Kind.DELTA:
            tap = self._taps.pop((session, frame.tap), None)
            if tap is not None and (tap.step, tap.position, tap.rows) == (frame.step, frame.position, frame.rows):
                recording.exchanges.append(Exchange(tap, frame, opened, message))
        elif frame.kind is Kind.STATE and frame.rows:
            step = self._steps.get(session)
            if step is not None and step.step == frame.step and frame.rows in (1, step.rows):
                recording.states.append(FinalStates(frame, step, message))


def tap_of(opened: Open | None, layer: int, r_down: int, up_cols: int) -> Tap | None:
    """The plan's tap at `layer`, where the session's plan is known and has one of these widths."""
    taps = opened.plan.taps if opened is not None else ()
    return next((tap for tap in taps if (tap.layer, tap.r_down, tap.up_cols) == (layer, r_down, up_cols)), None)


def _fits(step: Frame, opened: Open | None) -> bool:
    """Whether a step can be one of that session: where sessions were opened side by side, they may be mixed up."""
    return opened is not None and (step.dtype, step.side_cols) == (opened.state_dtype, opened.plan.free_cols)
