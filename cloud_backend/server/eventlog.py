"""Logs as JSON lines on stderr. Only the fields named in ALLOWED are ever written (reference/backend.md section 5).

Nothing else of a log record is kept: no message text, no arguments, no traceback, of ours or of a library, because a
message or an exception's text could quote what a peer sent. A session appears as a hash salted anew by each process.
"""

import hashlib
import json
import logging
import secrets
import sys
import time

ALLOWED = frozenset(
    {
        "event", "session", "code", "limit", "phase", "exception", "duration_s", "positions", "taps", "steps", "rows",
        "model", "engine", "threads", "sessions", "stage", "fraction",
    }
)  # fmt: skip
_SALT = secrets.token_bytes(16)
_logger = logging.getLogger("nearhalf.cloud")


def log_event(event: str, *, level: int = logging.INFO, **fields: str | int | float) -> None:
    """Write one line. Raises ValueError for a field that is not in ALLOWED: a mistake of ours."""
    unknown = fields.keys() - ALLOWED
    if unknown:
        raise ValueError(f"not allowed in a log: {sorted(unknown)}")
    _logger.log(level, event, extra={"nearhalf": {"event": event, **fields}})


def session_label(session: int) -> str:
    """A name for a session that means nothing outside this process's log."""
    return hashlib.blake2s(session.to_bytes(8, "little"), key=_SALT, digest_size=6).hexdigest()


class JsonLines(logging.Formatter):
    """Allowed fields of our own events; of a library's record only who wrote it and the exception's type."""

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, object] = {"time": round(time.time(), 3), "level": record.levelname}
        ours = getattr(record, "nearhalf", None)
        if isinstance(ours, dict):
            fields |= {name: value for name, value in ours.items() if name in ALLOWED}
        else:
            fields |= {"event": "library", "logger": record.name}
            if record.exc_info and record.exc_info[0]:
                fields["exception"] = record.exc_info[0].__name__
        return json.dumps(fields)


def configure_logging() -> None:
    """Send everything through JsonLines to stderr; libraries only from WARNING up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    _logger.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access", "websockets"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).setLevel(logging.WARNING)
