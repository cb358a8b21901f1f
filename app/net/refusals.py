"""What a backend's refusal means, in words for a person: HTTP statuses and WebSocket close codes."""

from app.domain.errors import BackendRefused, ConnectionLost

#  status: (message, advice, whether the same request may succeed later)
_STATUS_WORDS = {
    401: ("The backend did not accept the access token.", "Check the token, or ask the operator for a new one.", False),
    403: ("The backend does not allow this.", "Ask its operator what this access token may do.", False),
    404: ("There is no such Nearhalf service at this address.", "Check the address and the model's name.", False),
    408: ("The backend gave up waiting.", "Try again.", True),
    413: ("The backend refused the request as too large.", "Update the app or the backend.", False),
    426: ("The backend speaks another version of the protocol.", "Update the app or the backend.", False),
    429: ("The backend has no room for more sessions now.", "Wait a little, or close other chats.", True),
    503: ("The backend is busy or starting.", "Wait a little.", True),
}
_CLOSE_WORDS = {
    1000: "The backend ended the connection.",
    1001: "The backend is shutting down.",
    1002: "The backend found a fault in the protocol.",
    1008: "The backend ended the session by its rules.",
    1009: "The backend refused a message as too large.",
    1011: "The backend had a fault of its own.",
    1012: "The backend is restarting.",
    1013: "The backend is too busy.",
}


def refusal_of_status(status: int) -> BackendRefused:
    """What to raise for an HTTP answer that is not the one asked for."""
    if 300 <= status < 400:
        return BackendRefused("The backend points to another address, which is not followed.", "Check its address.")
    message, advice, can_retry = _STATUS_WORDS.get(
        status,
        (f"The backend answered with status {status}.", "Try again; if it stays, ask its operator.", status >= 500),
    )
    return BackendRefused(message, advice, can_retry=can_retry)


def loss_by_close(code: int | None) -> ConnectionLost:
    """What to raise when the peer said goodbye with a WebSocket close code."""
    return ConnectionLost(_CLOSE_WORDS.get(code or 0, "The backend closed the connection."), "The app connects again.")
