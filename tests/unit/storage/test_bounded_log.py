"""A log that cannot fill the disk."""

from pathlib import Path

from app.storage.bounded_log import BoundedLog


def test_the_newest_words_are_kept_and_the_size_is_bounded(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    log = BoundedLog(path, limit_bytes=100)
    for number in range(50):
        log.write(f"line {number:03}\n".encode())
    assert path.read_text().endswith("line 049\n")
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.log", "a.log.1"]
    assert all(file.stat().st_size <= 100 for file in tmp_path.iterdir())
    kept = (tmp_path / "a.log.1").read_text() + path.read_text()
    assert kept == "".join(f"line {number:03}\n" for number in range(50 - kept.count("\n"), 50))


def test_one_write_longer_than_the_limit_keeps_its_end(tmp_path: Path) -> None:
    log = BoundedLog(tmp_path / "a.log", limit_bytes=10)
    log.write(b"0123456789abcdef")
    assert (tmp_path / "a.log").read_bytes() == b"6789abcdef"


def test_a_log_that_cannot_be_written_raises_nothing(tmp_path: Path) -> None:
    BoundedLog(tmp_path / "no" / "folder" / "a.log").write(b"x")
