"""A limit on recovery, chosen by the person for one backend: measured above it, the next message is not sent.

Light: core asks before every message, so nothing of numpy is imported here. Whoever measures (the panel, or
app/core/recovery_watch.py) tells the guard.
"""

import math
from collections.abc import Hashable
from threading import Lock

from app.domain.errors import SettingsError

_MOST_WAYS = 64


class SendingRefused(SettingsError):
    """The person's own limit forbids sending. is_redacted: though names and numbers are replaced already."""

    is_redacted = False


class RecoveryAboveLimit(SendingRefused):
    """`percent` was measured on the last message that was sent this way, `limit_percent` is the person's."""

    def __init__(self, percent: int, limit_percent: int, *, is_redacted: bool = False) -> None:
        super().__init__(
            f"Not sent: an operator who records could rebuild {percent} % of the words of your last message, and your "
            f"limit for this backend is {limit_percent} %.",
            "Use the built-in backend or your own, or raise the limit in the settings."
            if is_redacted
            else "Replace identifying text before sending, use the built-in backend or your own, or raise the limit in "
            "the settings.",
        )
        self.percent = percent
        self.limit_percent = limit_percent
        self.is_redacted = is_redacted


def refusal(share: float | None, limit_percent: int | None, *, is_redacted: bool = False) -> RecoveryAboveLimit | None:
    """Why nothing may be sent after a message of which `share` (0 to 1) could be rebuilt; None where it may.

    None as a share: nothing was measured yet, so nothing speaks against the first message.
    """
    if share is None or limit_percent is None or 100 * share <= limit_percent:
        return None
    percent = min(100, max(math.floor(100 * share), limit_percent + 1))  # never "80 % is above 80 %"
    return RecoveryAboveLimit(percent, limit_percent, is_redacted=is_redacted)


class NotMeasured(SendingRefused):
    """There is a limit, and how much of the last message could be rebuilt is not known."""

    def __init__(self) -> None:
        super().__init__(
            "Not sent: how much of your last message could be rebuilt could not be measured, and you have set a limit "
            "for this backend.",
            "Remove the limit in the settings, or use the built-in backend or your own.",
        )


class StillMeasuring(SendingRefused):
    """There is a limit, and the last message is being measured: a moment later it is known."""

    def __init__(self) -> None:
        super().__init__(
            "How much of your last message could be rebuilt is still being measured, and you have set a limit.",
            "Send again in a moment.",
        )


class RecoveryGuard:
    """What was measured on one backend, and the person's limit. Any thread.

    `way`: how texts are made ready for sending (None: as they are; else what is replaced). What was measured in one way
    says nothing of another: redaction switched on begins anew; switched off again it finds what was measured before.
    """

    def __init__(self, limit_percent: int | None = None) -> None:
        self._lock = Lock()
        self._limit_percent = limit_percent
        self._shares: dict[Hashable, float | None] = {}  # of the last message sent each way; None: not known

    @property
    def limit_percent(self) -> int | None:
        return self._limit_percent

    def set_limit(self, percent: int | None) -> None:
        """Of another backend, or chosen anew: 0 to 100, or None for no limit."""
        with self._lock:
            self._limit_percent = percent

    def measured(self, share: float | None, way: Hashable = None) -> None:
        """The last message could be rebuilt to this share of its words; None: it could not be measured."""
        with self._lock:
            self._shares.pop(way, None)
            self._shares[way] = share
            while len(self._shares) > _MOST_WAYS:
                del self._shares[next(iter(self._shares))]

    def start_anew(self) -> None:
        """Another backend, or everything is sent differently from now on: what was measured says nothing."""
        with self._lock:
            self._shares.clear()

    def refusal(self, way: Hashable = None) -> SendingRefused | None:
        """Why the next message may not be sent that way; None where it may."""
        with self._lock:
            if self._limit_percent is None or way not in self._shares:
                return None
            share = self._shares[way]
            if share is None:
                return NotMeasured()
            return refusal(share, self._limit_percent, is_redacted=way is not None)

    def check(self, way: Hashable = None) -> None:
        """Raises RecoveryAboveLimit or NotMeasured where the next message may not be sent."""
        refused = self.refusal(way)
        if refused is not None:
            raise refused
