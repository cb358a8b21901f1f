"""The ledger's numbers in words: directions, purposes, kinds of frames, number formats, times. DESIGN.md section 6."""

from datetime import datetime

from PySide6.QtCore import QCoreApplication

from app.domain.clearance import Direction, Purpose
from app.ui.words import locale, number
from app.wire.frames import Dtype, Kind

translate = QCoreApplication.translate
NOTHING = "–"


def direction_words(direction: int) -> str:
    return translate("privacy", "Sent") if direction == Direction.UP else translate("privacy", "Received")


def arrow(direction: int) -> str:
    return "↑" if direction == Direction.UP else "↓"


def purpose_words(purpose: int) -> str:
    known: dict[int, str] = {
        Purpose.LIST_MODELS: translate("privacy", "List of models"),
        Purpose.DEVICE_PACK: translate("privacy", "Model's files"),
        Purpose.HEALTH: translate("privacy", "Is it there?"),
        Purpose.UPGRADE: translate("privacy", "Opening the channel"),
        Purpose.SESSION: translate("privacy", "Session"),
        Purpose.GENERATE: translate("privacy", "Reply"),
        Purpose.REPLAY: translate("privacy", "Sent again"),
        Purpose.MEASURE: translate("privacy", "Measuring"),
        Purpose.KEEPALIVE: translate("privacy", "Keeping it open"),
        Purpose.CLOSE: translate("privacy", "Closing"),
        Purpose.UPDATE_CHECK: translate("privacy", "Update check"),
        Purpose.TUNE: translate("privacy", "Fine-tuning"),
        Purpose.RECIPE: translate("privacy", "Matrices A and B"),
    }
    return known.get(purpose, str(purpose))


def kind_words(kind: int) -> str:
    """What a frame is, short enough for a column."""
    return {
        0: translate("privacy", "No frame"),
        Kind.OPEN: translate("privacy", "Open a session"),
        Kind.STEP: translate("privacy", "Step"),
        Kind.DELTA: translate("privacy", "Delta"),
        Kind.OPENED: translate("privacy", "Session is open"),
        Kind.TAP: translate("privacy", "Tap"),
        Kind.STATE: translate("privacy", "State"),
        Kind.ERROR: translate("privacy", "Refusal"),
        Kind.GRADIENT: translate("privacy", "Gradient"),
        Kind.DELTA_GRADIENT: translate("privacy", "Gradient of the delta"),
        Kind.TAP_GRADIENT: translate("privacy", "Gradient of the tap"),
        Kind.STEP_GRADIENT: translate("privacy", "Gradient of the step"),
    }.get(kind, str(kind))


def tensor_words(kind: int) -> str:
    """What numbers a frame carries."""
    known: dict[int, str] = {
        Kind.STEP: translate("privacy", "Embeddings"),
        Kind.DELTA: translate("privacy", "y = M·z"),
        Kind.TAP: translate("privacy", "z = A·x"),
        Kind.STATE: translate("privacy", "Hidden state"),
        Kind.GRADIENT: translate("privacy", "∂loss/∂h"),
        Kind.DELTA_GRADIENT: translate("privacy", "∂loss/∂y"),
        Kind.TAP_GRADIENT: translate("privacy", "∂loss/∂z"),
        Kind.STEP_GRADIENT: translate("privacy", "∂loss/∂y"),
    }
    return known.get(kind, "")


def kind_explained(kind: int) -> str:
    """What a frame does and what it tells whoever reads it, in whole sentences."""
    return {
        0: translate("privacy", "These bytes are no frame of a session: a request, its answer, or a sign of life."),
        Kind.OPEN: translate(
            "privacy", "Asks for a session: which model, how many positions, and at which layers numbers are exchanged."
        ),
        Kind.STEP: translate(
            "privacy",
            "The embeddings of new tokens: one row of numbers for each. Whoever has the public model can look up the "
            "token that belongs to a row.",
        ),
        Kind.DELTA: translate(
            "privacy",
            "What your adapter adds at this layer. Pairs of this and the tap before it are enough to copy the adapter.",
        ),
        Kind.OPENED: translate("privacy", "The backend has opened the session, with these limits."),
        Kind.TAP: translate(
            "privacy", "A layer's input, made shorter by a public matrix, for your adapter on this computer."
        ),
        Kind.STATE: translate(
            "privacy",
            "The last layer's result. This computer chooses the next token from it; whoever has the public model can "
            "do that too.",
        ),
        Kind.ERROR: translate("privacy", "The backend ends the session, with a code for the reason."),
        Kind.GRADIENT: translate(
            "privacy",
            "Fine-tuning: in which direction the last layer's result should change. Whoever has the public model can "
            "read from it which tokens stood in the text.",
        ),
        Kind.DELTA_GRADIENT: translate(
            "privacy", "Fine-tuning: in which direction the adapter's answer at this layer should change."
        ),
        Kind.TAP_GRADIENT: translate(
            "privacy",
            "Fine-tuning: the same, taken back through your adapter. Pairs of this and the gradient before it are "
            "enough to copy the adapter.",
        ),
        Kind.STEP_GRADIENT: translate(
            "privacy", "Fine-tuning: in which direction the adapter's answers sent with the step should change."
        ),
    }.get(kind, translate("privacy", "A kind of frame that this version does not know."))


def dtype_words(dtype: int) -> str:
    return Dtype(dtype).name.lower() if dtype in set(Dtype) and dtype else NOTHING


def time_words(time_ns: int) -> str:
    """14:05:09.123, by this computer's clock."""
    moment = datetime.fromtimestamp(time_ns / 1e9).astimezone()
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"


def moment_words(time_ns: int) -> str:
    """The same with its day."""
    moment = datetime.fromtimestamp(time_ns / 1e9).astimezone()
    return f"{moment:%Y-%m-%d} {time_words(time_ns)}"


def span_words(span_ns: int) -> str:
    """A short time: 840 µs, 12.3 ms, 4.1 s."""
    if span_ns < 1_000_000:
        return translate("privacy", "{count} µs").format(count=number(span_ns // 1000))
    if span_ns < 1_000_000_000:
        return translate("privacy", "{count} ms").format(
            count=locale().toString(span_ns / 1e6, "f", 1 if span_ns < 100_000_000 else 0)
        )
    return translate("privacy", "{count} s").format(count=locale().toString(span_ns / 1e9, "f", 1))


def share_words(share: float) -> str:
    """100 %, 97.6 %: never rounded up to all, nor down to nothing."""
    percent = share * 100
    if 0 < percent < 0.1 or 99.9 < percent < 100:
        percent = 0.1 if percent < 1 else 99.9
    digits = 0 if percent in (0, 100) else 1
    return translate("privacy", "{share} %").format(share=locale().toString(percent, "f", digits))
