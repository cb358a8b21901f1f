"""From an older schema to this version's: on a copy, checked, then exchanged. The old file stays beside the new one.

At every moment history.db is whole, old or new: the old file first gets its second name, then the finished copy is
moved over the first. A crash leaves at worst a copy, which the next start throws away and makes again.
"""

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from app.domain.errors import StorageError
from app.storage.database import (
    Connection,
    check_database,
    connect,
    copy_database,
    count_rows,
    in_words,
    newer_schema,
)
from app.storage.schema import SCHEMA, Schema

KEPT_DAYS = 30


def migrate(path: Path, key: bytes, schema: Schema = SCHEMA) -> str:
    """Bring `path` to `schema`. Returns what a person should know, or "". StorageError: `path` is as it was.

    Nothing else may have the database open.
    """
    with in_words(path):
        version = _version(path, key) if path.exists() else 0
    if version in (0, schema.version):
        return ""
    if version > schema.version:
        raise newer_schema(path)
    copy = path.with_name(f"{path.stem}.migrating{path.suffix}")
    kept = path.with_name(f"{path.stem}.schema-{version}{path.suffix}")
    try:
        copy.unlink(missing_ok=True)
        _write_back(path, key)
        _migrate_copy(path, copy, key, version, schema)
        _give_second_name(path, kept)
        copy.replace(path)
    except sqlcipher.Error as error:
        raise _failed(path, "it could not be copied or changed") from error
    except OSError as error:
        raise _failed(path, error.strerror or str(error)) from error
    finally:
        with suppress(OSError):
            copy.unlink(missing_ok=True)
    return f"The history was brought to this version; as it was before, it is kept for {KEPT_DAYS} days as {kept.name}."


def drop_old_schemas(path: Path, now_s: float | None = None) -> None:
    """Remove what migrations kept, after KEPT_DAYS: what is deleted in the history must not live on in it."""
    limit_s = (time.time() if now_s is None else now_s) - KEPT_DAYS * 86_400
    for kept in path.parent.glob(f"{path.stem}.schema-*{path.suffix}"):
        with suppress(OSError):
            if kept.stat().st_mtime < limit_s:
                kept.unlink()


def _migrate_copy(path: Path, copy: Path, key: bytes, version: int, schema: Schema) -> None:
    copy_database(path, copy, key)
    connection = connect(copy, key)
    try:
        before = count_rows(connection, schema.counted)
        for step in range(version, schema.version):
            _take_step(connection, schema.steps[step], step + 1)
    finally:
        connection.close()
    if check_database(copy, key, schema.counted) != before:
        raise _failed(path, "the copy has not as many rows as the original")
    with copy.open("rb+") as file:
        os.fsync(file.fileno())


def _take_step(connection: Connection, statements: tuple[str, ...], to_version: int) -> None:
    connection.execute("PRAGMA foreign_keys = OFF")  # SQLite's own recipe for changing a table; checked afterwards
    connection.execute("BEGIN IMMEDIATE")
    for statement in statements:
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {to_version}")
    connection.execute("COMMIT")


def _version(path: Path, key: bytes) -> int:
    connection = connect(path, key)
    try:
        return int(connection.execute("PRAGMA user_version").fetchone()[0])
    finally:
        connection.close()


def _write_back(path: Path, key: bytes) -> None:
    """The log into the file, which alone is the whole history then."""
    connection = connect(path, key)
    try:
        busy = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    finally:
        connection.close()
    if busy:
        raise _failed(path, "another program uses it")


def _give_second_name(path: Path, kept: Path) -> None:
    kept.unlink(missing_ok=True)  # of an earlier try that did not get to its end
    try:
        os.link(path, kept)
    except OSError:  # a file system without links
        shutil.copy2(path, kept)
    os.utime(kept)  # KEPT_DAYS count from here
    kept.chmod(0o600)


def _failed(path: Path, reason: str) -> StorageError:
    return StorageError(
        f"The history could not be brought to this version: {reason}. It is as it was, in {path}.",
        "Make room on the disk for a second copy of it and start again, or start the version from before.",
    )
