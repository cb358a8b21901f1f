"""The device's words for the cloud's error codes (DESIGN.md: the server sends codes; the device owns the words)."""

from app.domain.errors import BackendRefused
from app.wire.errors import ErrorCode, RefusedByPeer
from app.wire.frames import MAJOR

_UPDATE_BACKEND = "Ask whoever runs the backend to update it."
_UPDATE_APP = "Update Nearhalf on this computer."
_UPDATE = "Update Nearhalf, or ask whoever runs the backend to update it."
_LATER = "Wait a little and try again, or use another backend."

# code -> (what happened, what to do, whether the same request may succeed later)
_WORDS: dict[ErrorCode, tuple[str, str, bool]] = {
    ErrorCode.VERSION_UNSUPPORTED: (f"The backend does not speak version {MAJOR} of the protocol.", _UPDATE, False),
    ErrorCode.SESSION_EXPIRED: ("The backend ended the session because it was idle or too old.", _LATER, True),
    ErrorCode.SESSIONS_FULL: ("The backend is serving as many chats as it can.", _LATER, True),
    ErrorCode.TOKEN_SESSIONS_FULL: (
        "Your access token already has as many chats open as this backend allows.",
        "Close another window or chat that uses this backend.",
        True,
    ),
    ErrorCode.KV_FULL: ("The backend has no memory left for another chat.", _LATER, True),
    ErrorCode.OUT_OF_POSITIONS: (
        "This backend does not allow chats as long as that.",
        "Start a new chat, or use a backend with a higher limit.",
        False,
    ),
    ErrorCode.MODEL_UNKNOWN: (
        "The model on the backend is not the one this device has the pack for.",
        "Start again, so that the right device pack is fetched.",
        False,
    ),
    ErrorCode.RECIPE_UNKNOWN: (
        "The adapter was trained with matrices A and B that this backend does not have.",
        "Switch the adapter off, or use the backend it was trained with.",
        False,
    ),
    ErrorCode.PLAN_REFUSED: (
        "The adapter's exchange plan does not fit the model on this backend.",
        "Switch the adapter off, or use the backend it was trained with.",
        False,
    ),
    ErrorCode.TOO_SLOW: (
        "The backend gave up waiting for this device.",
        "Check the network; on a slow one choose an adapter with fewer round trips.",
        True,
    ),
    ErrorCode.TUNING_REFUSED: (
        "The backend does not train now: it does not offer that, or has no room left for it.",
        "Wait a little and try again, choose a shorter window, or use another backend.",
        True,
    ),
    ErrorCode.DRAINING: ("The backend is shutting down.", _LATER, True),
    ErrorCode.INTERNAL: ("The backend failed on its own side.", "If it happens again, tell whoever runs it.", True),
}


def refusal_in_words(error: RefusedByPeer) -> BackendRefused:
    """What to tell a person about an ERROR frame, or about a frame of a version that this side does not speak."""
    if error.code is ErrorCode.VERSION_UNSUPPORTED and error.detail:
        is_newer = int(error.detail) > MAJOR
        return BackendRefused(
            f"The backend speaks version {error.detail} of the protocol, and this app version {MAJOR}.",
            _UPDATE_APP if is_newer else _UPDATE_BACKEND,
        )
    message, advice, can_retry = _WORDS.get(
        error.code, (f"The backend refused what this device sent ({error.code.name}).", _UPDATE, False)
    )
    if error.detail:
        message = f"{message[:-1]} (its limit: {error.detail})."
    return BackendRefused(message, advice, can_retry=can_retry)
