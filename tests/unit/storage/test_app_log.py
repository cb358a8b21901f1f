"""The log holds no content, whoever writes to it and however."""

import logging
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest

from app.storage import app_log
from app.storage.app_log import last_lines, start_logging

NEEDLE = "the heron Quillfeather sleeps"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """The root logger as a fresh process has it."""
    root = logging.getLogger()
    handlers, level, httpx = root.handlers[:], root.level, logging.getLogger("httpx").level
    root.handlers[:] = []
    start_logging(tmp_path)
    yield tmp_path
    for handler in set(root.handlers) - set(handlers):
        handler.close()
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("httpx").setLevel(httpx)


def written(folder: Path) -> str:
    return (folder / app_log.NAME).read_text(encoding="utf-8")


def test_what_our_own_code_says_can_be_read(folder: Path) -> None:
    logging.getLogger("app.core.session").info("connection lost, attempt %d, after %.1f s", 3, 1.5)
    logging.getLogger("app.ui.job").info("%s: %s", "nearhalf-open", "StorageError")
    assert "INFO app.core.session: connection lost, attempt 3, after 1.5 s\n" in written(folder)
    assert "INFO app.ui.job: nearhalf-open: StorageError\n" in written(folder)


@pytest.mark.allow_warning_logs
def test_words_that_are_filled_in_are_not_kept(folder: Path) -> None:
    log = logging.getLogger("app.core.somewhere")
    log.warning("it was %s", NEEDLE)
    log.warning("it was %r", NEEDLE)
    log.warning("there is no chat called '%s'" % NEEDLE)  # noqa: UP031
    log.warning("it was %s", {"text": NEEDLE})
    log.warning("it was %s", ValueError(NEEDLE))
    log.warning("it was %(text)s", {"text": NEEDLE})
    text = written(folder)
    assert text.count("\n") == 6
    assert not any(word in text for word in NEEDLE.split()[1:])


@pytest.mark.allow_warning_logs
def test_of_an_exception_only_kind_and_places_are_kept(folder: Path) -> None:
    try:
        raise ValueError(NEEDLE) from KeyError(NEEDLE)
    except ValueError:
        logging.getLogger("app.ui.somewhere").exception("it failed")
    assert "app.ui.somewhere: it failed: ValueError\n" in written(folder)
    assert "in test_of_an_exception_only_kind_and_places_are_kept" in written(folder)
    assert "caused by KeyError" in written(folder)
    assert "heron" not in written(folder)


@pytest.mark.allow_warning_logs
def test_a_librarys_words_are_not_kept(folder: Path) -> None:
    logging.getLogger("somelibrary.tokenization").warning("cannot encode: %s" % NEEDLE)  # noqa: UP031
    assert "somelibrary.tokenization: (a library's message)" in written(folder)
    assert "heron" not in written(folder)


def test_the_log_cannot_fill_the_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (handler,) = (one for one in logging.getLogger().handlers if isinstance(one, RotatingFileHandler))
    assert (handler.maxBytes, handler.backupCount) == (app_log.LIMIT_BYTES, 1)
    monkeypatch.setattr(handler, "maxBytes", 2_000)
    for number in range(200):
        logging.getLogger("app").info("line %d", number)
    files = sorted(path.name for path in folder.iterdir())
    assert files == [app_log.NAME, f"{app_log.NAME}.1"]
    assert all(path.stat().st_size <= 2_000 for path in folder.iterdir())


def test_the_last_lines_are_read_however_long_the_log_is(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    assert last_lines(path, 3) == []
    path.write_bytes(b"".join(b"line %d\n" % number for number in range(1000)) + b"\xff\n")
    assert last_lines(path, 3) == ["line 998", "line 999", "\ufffd"]
    assert last_lines(path, 1000, limit_bytes=15) == ["line 999", "\ufffd"]


def test_a_record_whose_values_do_not_fit_is_no_reason_to_fail() -> None:
    record = logging.LogRecord("app.core", logging.INFO, __file__, 1, "%s and %s", (NEEDLE,), None)
    assert app_log.ContentFreeFormatter().format(record).endswith(f"INFO app.core: {app_log.LIBRARY}")
