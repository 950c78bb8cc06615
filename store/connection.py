"""Opening the database: the only place that connects, and the only one that knows apsw's errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw
import sqlite_vec

from .errors import StoreBusy, StoreDamaged, StoreError, StoreForeign, StoreFull, StoreTooNew
from .schema import APPLICATION_ID, MIGRATIONS, VERSION

_SQLITE_MAGIC = b"SQLite format 3\0"
_BUSY_TIMEOUT_MS = 5_000

_WRITER_PRAGMAS = """
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA secure_delete = ON;
PRAGMA foreign_keys = ON;
PRAGMA journal_size_limit = 67108864;
"""


@contextmanager
def designed_errors(path: Path) -> Iterator[None]:
    """Turn apsw's exceptions into the store's own, each with a sentence for people."""
    try:
        yield
    except apsw.BusyError as error:
        raise StoreBusy(f"the index at {path} is in use by another process; try again") from error
    except (apsw.FullError, apsw.IOError, apsw.ReadOnlyError) as error:
        raise StoreFull(
            f"cannot write the index at {path} ({error}); free some space or check the disk, "
            "then run `thimble index`; nothing that was indexed is lost"
        ) from error
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise StoreDamaged(
            f"the index at {path} is damaged ({error}); your documents are untouched: "
            "remove the file and run `thimble index` to build it anew"
        ) from error
    except apsw.Error as error:
        raise StoreError(f"the index at {path} cannot be used: {error}") from error


def open_writer(path: Path) -> apsw.Connection:
    """Open the database for writing, creating or migrating it.

    Raises StoreForeign if another program's file is in its place, and leaves that file alone.
    """
    with designed_errors(path):
        _refuse_foreign(path)
        connection = _connect(path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        for pragma in filter(None, map(str.strip, _WRITER_PRAGMAS.split(";"))):
            connection.execute(pragma).fetchall()
        _migrate(connection, path)
        return connection


def open_reader(path: Path) -> apsw.Connection:
    """Open an existing database for reading. Raises FileNotFoundError if there is none."""
    if not path.exists() or path.stat().st_size == 0:
        raise FileNotFoundError(path)
    with designed_errors(path):
        _refuse_foreign(path)
        # Not SQLITE_OPEN_READONLY: a reader must be able to recover the WAL after a crash.
        connection = _connect(path, apsw.SQLITE_OPEN_READWRITE)
        connection.execute("PRAGMA query_only = ON")
        if int(connection.pragma("application_id")) != APPLICATION_ID:
            raise FileNotFoundError(path)  # created a moment ago, not committed yet
        _check_version(connection, path)
        return connection


@contextmanager
def transaction(connection: apsw.Connection, *, write: bool = True) -> Iterator[None]:
    """Run a block as one transaction: committed at its end, rolled back if it raises."""
    connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _connect(path: Path, flags: int) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=flags)
    connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.enable_load_extension(True)
    connection.load_extension(sqlite_vec.loadable_path())
    connection.enable_load_extension(False)
    return connection


def _refuse_foreign(path: Path) -> None:
    if not path.exists() or path.stat().st_size == 0:
        return
    with path.open("rb") as file:
        header = file.read(100)
    # An index killed before its first commit has no application id yet, only in its WAL.
    application_id = int.from_bytes(header[68:72], "big")
    if not header.startswith(_SQLITE_MAGIC) or application_id not in (0, APPLICATION_ID):
        raise StoreForeign(
            f"{path} is not a thimble index; it was left as it is. Move it away, "
            "or set THIMBLE_HOME to another folder"
        )


def _migrate(connection: apsw.Connection, path: Path) -> None:
    with transaction(connection):
        version = _check_version(connection, path)
        tables = connection.execute("SELECT count(*) FROM sqlite_schema").get
        if version == 0 and tables:
            raise StoreForeign(f"{path} is another program's database; it was left as it is")
        for number, migrate in enumerate(MIGRATIONS[version:], start=version + 1):
            migrate(connection)
            connection.execute(f"PRAGMA user_version = {number}")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def _check_version(connection: apsw.Connection, path: Path) -> int:
    version = int(connection.pragma("user_version"))
    if version > VERSION:
        raise StoreTooNew(
            f"the index at {path} was written by a newer thimble (format {version}, "
            f"this one knows {VERSION}); update thimble"
        )
    return version
