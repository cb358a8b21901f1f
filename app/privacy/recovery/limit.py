"""A limit on recovery, chosen by the person for one backend: measured above it, the next message is not sent.

Light: core asks before every message, so nothing of numpy is imported here. Whoever measures (the panel, or
app/core/recovery_watch.py) tells the guard.
"""

import math
from threading import Lock

from app.domain.errors import SettingsError


class RecoveryAboveLimit(SettingsError):
    """The person's own limit forbids sending. `percent` was measured on the last message, `limit_percent` is theirs."""

    def __init__(self, percent: int, limit_percent: int) -> None:
        super().__init__(
            f"Not sent: an operator who records could rebuild {percent} % of the words of your last message, and your "
            f"limit for this backend is {limit_percent} %.",
            "Replace identifying text before sending, use the built-in backend or your own, or raise the limit in the "
            "settings.",
        )
        self.percent = percent
        self.limit_percent = limit_percent


def refusal(share: float | None, limit_percent: int | None) -> RecoveryAboveLimit | None:
    """Why nothing may be sent after a message of which `share` (0 to 1) could be rebuilt; None where it may.

    None as a share: nothing was measured yet, so nothing speaks against the first message.
    """
    if share is None or limit_percent is None or 100 * share <= limit_percent:
        return None
    percent = min(100, max(math.floor(100 * share), limit_percent + 1))  # never "80 % is above 80 %"
    return RecoveryAboveLimit(percent, limit_percent)


class NotMeasured(SettingsError):
    """There is a limit, and how much of the last message could be rebuilt is not known."""

    def __init__(self) -> None:
        super().__init__(
            "Not sent: how much of your last message could be rebuilt could not be measured, and you have set a limit "
            "for this backend.",
            "Remove the limit in the settings, or use the built-in backend or your own.",
        )


class RecoveryGuard:
    """The share measured on the last message of one backend, and the person's limit. Any thread."""

    def __init__(self, limit_percent: int | None = None) -> None:
        self._lock = Lock()
        self._limit_percent = limit_percent
        self._share: float | None = None
        self._is_unknown = False

    @property
    def limit_percent(self) -> int | None:
        return self._limit_percent

    def set_limit(self, percent: int | None) -> None:
        """Of another backend, or chosen anew: 0 to 100, or None for no limit."""
        with self._lock:
            self._limit_percent = percent

    def measured(self, share: float | None) -> None:
        """The last message could be rebuilt to this share of its words; None: it could not be measured."""
        with self._lock:
            self._share, self._is_unknown = share, share is None

    def start_anew(self) -> None:
        """Another backend, or what is sent has changed (redaction switched on): the last measurement says nothing."""
        with self._lock:
            self._share, self._is_unknown = None, False

    def check(self) -> None:
        """Raises RecoveryAboveLimit or NotMeasured where the next message may not be sent."""
        with self._lock:
            is_unknown = self._is_unknown and self._limit_percent is not None
            refused = NotMeasured() if is_unknown else refusal(self._share, self._limit_percent)
        if refused is not None:
            raise refused
