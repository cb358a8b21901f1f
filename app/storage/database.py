"""The encrypted database: one connection under one lock, used from any thread. Knows SQLCipher and files, no chats.

Pages, write-ahead log and journals are encrypted by SQLCipher (AES-256, HMAC-SHA512 a page) with a raw 32-byte key, so
opening costs no password hashing. A transaction is on the disk when `writing` ends; where it cannot be, nothing of it
is kept and the error is a StorageError in words.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlcipher3 import dbapi2 as sqlcipher

from app.domain.errors import StorageError, StoreDamaged
from app.storage.schema import APPLICATION_ID, SCHEMA, Schema

Connection = sqlcipher.Connection

_BUSY_TIMEOUT_S = 5.0
_PAGE_BYTES = 8192  # a quarter less time to read a long chat than 4096; a commit of one message is as fast
_CACHE_KIB = 16 * 1024
_WAL_PAGES = 500  # 4 MiB, as SQLite's own 1,000 of 4 KiB
_WAL_LIMIT_BYTES = 16 * 2**20
_OWNER_ONLY = 0o600
DAMAGED_ADVICE = "Restore a backup, or start with an empty history: the damaged file is kept either way."


class Database:
    """history.db, while it is open. `open` and `close` may alternate; in between every use raises StorageError."""

    def __init__(self, path: Path, schema: Schema = SCHEMA) -> None:
        self.path = path
        self._schema = schema
        self._lock = threading.RLock()
        self._connection: Connection | None = None
        self._is_durable = True

    @property
    def is_open(self) -> bool:
        return self._connection is not None

    def open(self, key: bytes) -> bool:
        """Open, or make a new one; the schema must be this version's already (migration.py). True where it is new.

        Raises StoreDamaged, StorageError.
        """
        with self._lock, in_words(self.path):
            _make_private(self.path)
            connection = connect(self.path, key)
            try:
                is_new = self._prepare(connection)
            except BaseException:
                connection.close()
                raise
            self._connection, self._is_durable = connection, True
            return is_new

    def close(self) -> None:
        """Write the log back into the file and close. What cannot be written back stays in it, for the next start."""
        with self._lock:
            if self._connection is not None:
                with suppress(sqlcipher.Error):
                    self._connection.close()
                self._connection = None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The connection, for SELECTs. Raises StorageError, also for what fails inside."""
        with self._lock, in_words(self.path):
            yield self._open_connection()

    @contextmanager
    def writing(self, *, is_durable: bool = True) -> Iterator[Connection]:
        """One transaction: all of it is kept, or, where anything raises, nothing.

        is_durable: it outlives a power cut; otherwise a crash of the app only, until the next durable one.
        """
        with self._lock, in_words(self.path):
            connection = self._open_connection()
            if is_durable != self._is_durable:
                connection.execute(f"PRAGMA synchronous = {'FULL' if is_durable else 'NORMAL'}")
                self._is_durable = is_durable
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                with suppress(sqlcipher.Error):  # SQLite rolls some back itself
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                raise

    def copy_to(self, target: Path, key: bytes) -> None:
        """A consistent copy with the same key, while others read and write. StorageError; then there is no `target`."""
        with in_words(target):
            copy_database(self.path, target, key)

    def empty_what_was_freed(self) -> None:
        """Give free pages back, and cut the log, so that what was deleted is in no old page of either."""
        with self.reading() as connection:
            connection.execute("PRAGMA incremental_vacuum").fetchall()
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _open_connection(self) -> Connection:
        if self._connection is None:
            raise StorageError("The history is locked.", "Unlock it first.")
        return self._connection

    def _prepare(self, connection: Connection) -> bool:
        """Check the key and the version; make the tables of a new database."""
        version = int(_value(connection, "PRAGMA user_version"))
        is_new = version == 0 and not _value(connection, "SELECT count(*) FROM sqlite_master")
        if is_new:
            connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
        elif version > self._schema.version:
            raise newer_schema(self.path)
        elif version != self._schema.version:
            raise StoreDamaged(f"The history {self.path} has no tables that this Nearhalf knows.", DAMAGED_ADVICE)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit = {_WAL_LIMIT_BYTES}")
        if is_new:
            connection.execute("BEGIN IMMEDIATE")
            for statement in self._schema.create:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
            connection.execute(f"PRAGMA user_version = {self._schema.version}")
            connection.execute("COMMIT")
        return is_new


def connect(path: Path, key: bytes) -> Connection:
    """A connection that decrypts. A wrong key shows at the first read only. Raises sqlcipher.Error."""
    connection = sqlcipher.connect(
        path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        connection.execute("PRAGMA cipher_log_level = NONE")  # it would write to stderr
        connection.execute(f"PRAGMA cipher_default_page_size = {_PAGE_BYTES}")  # a copy gets it too
        connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA fullfsync = ON")  # macOS: fsync alone leaves data in the disk's cache
    except BaseException:
        connection.close()
        raise
    return connection


def copy_database(source: Path, target: Path, key: bytes) -> None:
    """VACUUM INTO through a second connection, which reads one state of it, however long. Raises sqlcipher.Error.

    `target` (0600) must not be there; it is removed again where the copy fails.
    """
    _make_private(target)
    connection = connect(source, key)
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    finally:
        connection.close()


def check_database(path: Path, key: bytes, tables: tuple[str, ...]) -> dict[str, int]:
    """Rows by table, after every page's HMAC, SQLite's own rules and the references held. Raises StoreDamaged."""
    with in_words(path):
        connection = connect(path, key)
        try:
            wrong = connection.execute("PRAGMA cipher_integrity_check").fetchall()
            wrong = wrong or [row for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok"]
            if wrong or connection.execute("PRAGMA foreign_key_check").fetchall():
                raise StoreDamaged(f"The history {path} is damaged.", DAMAGED_ADVICE)
            return count_rows(connection, tables)
        finally:
            connection.close()


def count_rows(connection: Connection, tables: tuple[str, ...]) -> dict[str, int]:
    return {table: int(_value(connection, f"SELECT count(*) FROM {table}")) for table in tables}  # noqa: S608 - our own names


def newer_schema(path: Path) -> StorageError:
    return StorageError(
        f"The history {path} was written by a newer Nearhalf.", "Start that version; nothing was changed."
    )


def _value(connection: Connection, statement: str) -> int:
    row = connection.execute(statement).fetchone()
    return int(row[0])


def _make_private(path: Path) -> None:
    """SQLite gives a log the permissions of its database, and a new database those of the umask."""
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _OWNER_ONLY))


@contextmanager
def in_words(path: Path) -> Iterator[None]:
    """SQLite's errors as StorageErrors that a person can act on. Statements and values are in none of them."""
    try:
        yield
    except sqlcipher.Error as error:
        raise _storage_error(path, error) from error
    except OSError as error:
        raise StorageError(
            f"The history {path} cannot be used: {error.strerror or error}.", "Check the folder and its permissions."
        ) from error


def _storage_error(path: Path, error: sqlcipher.Error) -> StorageError:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the low byte; above it stand details
    if code in (sqlcipher.SQLITE_NOTADB, sqlcipher.SQLITE_CORRUPT):
        return StoreDamaged(f"The history {path} is damaged.", DAMAGED_ADVICE)
    if code in (sqlcipher.SQLITE_FULL, sqlcipher.SQLITE_IOERR):
        what = "The disk is full" if code == sqlcipher.SQLITE_FULL else "The disk did not take the data"
        return StorageError(
            f"{what}: the last change could not be stored in {path}. All before it is safe.",
            "Make room on the disk, then try again.",
        )
    if code in (sqlcipher.SQLITE_READONLY, sqlcipher.SQLITE_CANTOPEN, sqlcipher.SQLITE_PERM):
        return StorageError(
            f"The history {path} cannot be written: the file or its folder is read-only. All in it is safe.",
            "Make the folder writable, or name another one in the environment variable NEARHALF_HOME.",
        )
    if code in (sqlcipher.SQLITE_BUSY, sqlcipher.SQLITE_LOCKED):
        return StorageError(f"Another program uses the history {path}.", "Close the other Nearhalf, then try again.")
    return StorageError(f"The history {path} refused a change ({type(error).__name__} {code}). All before it is safe.")
