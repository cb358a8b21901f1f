import json
import logging

import pytest

from cloud_backend.server.eventlog import JsonLines, log_event, session_label


def test_only_allowed_fields_can_be_logged() -> None:
    with pytest.raises(ValueError, match="payload"):
        log_event("oops", payload="activations")


def test_line_is_json_with_the_fields_given(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="nearhalf.cloud")
    log_event("session_ended", code="TOO_SLOW", steps=3)
    line = json.loads(JsonLines().format(caplog.records[0]))
    assert {key: line[key] for key in ("event", "code", "steps", "level")} == {
        "event": "session_ended",
        "code": "TOO_SLOW",
        "steps": 3,
        "level": "INFO",
    }


def test_library_record_keeps_only_its_origin_and_the_exceptions_type() -> None:
    try:
        raise ValueError("secret prompt")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("uvicorn.error", logging.ERROR, "x.py", 1, "failed on %s", ("secret path",), info)
    text = JsonLines().format(record)
    assert "secret" not in text
    assert json.loads(text)["exception"] == "ValueError"
    assert json.loads(text)["logger"] == "uvicorn.error"


def test_session_appears_as_a_salted_hash() -> None:
    assert session_label(5) == session_label(5)
    assert session_label(5) != session_label(6)
    assert len(session_label(2**64 - 1)) == 12
