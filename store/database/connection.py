"""Opening the database: the only place that connects, and the only one that knows apsw's errors."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path

import apsw
import sqlite_vec

from ..values.errors import (
    StoreBusy,
    StoreDamaged,
    StoreError,
    StoreForeign,
    StoreFull,
    StoreTooNew,
)
from .lock import WriterLock
from .private import close_to_others, open_private
from .registry import read_copy
from .schema import APPLICATION_ID, MIGRATIONS, VERSION

_SQLITE_MAGIC = b"SQLite format 3\0"
_HEADER_BYTES = 100
_BUSY_TIMEOUT_MS = 5_000
_CHECKSUM_VFS = "cksmvfs"
_CHECKSUM_BYTES = 8
"""At the end of each page, by SQLite's checksum VFS: no flipped bit of the file is believed."""
_LONGEST_LOG_BYTES = 1 << 18
"""Length of the log from which on saved vectors are put in their place."""

_WRITER_PRAGMAS = """
PRAGMA auto_vacuum = INCREMENTAL;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = FULL;
PRAGMA fullfsync = ON;
PRAGMA secure_delete = ON;
PRAGMA foreign_keys = ON;
PRAGMA journal_size_limit = 67108864;
"""
_EXTRAS = Path(str(apsw.__file__)).with_name("sqlite_extra_binaries")


@contextmanager
def designed_errors(path: Path) -> Iterator[None]:
    """Turn apsw's exceptions into the store's own, each with a sentence for people."""
    try:
        yield
    except apsw.BusyError as error:
        raise StoreBusy(f"the index at {path} is in use by another process; try again") from error
    except (apsw.CorruptError, apsw.NotADBError) as error:
        raise damaged(path, str(error)) from error
    except (apsw.FullError, apsw.IOError, apsw.ReadOnlyError) as error:
        if is_checksum_error(error):
            raise damaged(path, "a page does not match its checksum") from error
        raise StoreFull(
            f"cannot write the index at {path} ({error}); free some space or check the disk, "
            "then run `thimble index`; nothing that was indexed is lost"
        ) from error
    except apsw.Error as error:
        raise StoreError(f"the index at {path} cannot be used: {error}") from error


def is_checksum_error(error: apsw.Error) -> bool:
    """Return whether a page of the file does not match its checksum."""
    return getattr(error, "extendedresult", 0) == apsw.SQLITE_IOERR_DATA


def damaged(path: Path, how: str) -> StoreDamaged:
    """Return the error that says that the database itself cannot be believed."""
    return StoreDamaged(f"the index at {path} is damaged ({how})")


def open_writer(path: Path) -> apsw.Connection:
    """Open the database for writing, creating or migrating it.

    Raises StoreForeign if another program's file is in its place, and leaves that file alone.
    """
    with designed_errors(path):
        _refuse_foreign(path)
        os.close(open_private(path))  # SQLite gives the files beside it the same rights
        for beside in ("-wal", "-shm"):
            close_to_others(path.with_name(path.name + beside))
        connection = _connect(path, apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE)
        _add_checksums(connection)
        for pragma in filter(None, map(str.strip, _WRITER_PRAGMAS.split(";"))):
            connection.execute(pragma).fetchall()
        _migrate(connection, path)
        return connection


def open_reader(path: Path) -> apsw.Connection:
    """Open an existing database for reading. Raises FileNotFoundError if there is none.

    One of an older format is migrated first.
    """
    if not path.exists():
        raise FileNotFoundError(path)
    with designed_errors(path):
        _refuse_foreign(path)
        if path.stat().st_size == 0:
            raise FileNotFoundError(path)
        connection = _connect_reader(path)
        connection.execute("PRAGMA query_only = ON")
        if int(connection.pragma("application_id")) != APPLICATION_ID:
            raise FileNotFoundError(path)  # created a moment ago, not committed yet
        if _check_version(connection, path) == VERSION:
            return connection
        connection.close()
    with WriterLock.beside(path), designed_errors(path):
        open_writer(path).close()
    return open_reader(path)


def open_cache(path: Path) -> apsw.Connection:
    """Open the database to save what a search recomputed: waits for nobody and for no disk.

    What is lost when the power fails are vectors that can be recomputed, whole transactions of
    them; the next commit of a writer makes the earlier ones durable as well.
    """
    with designed_errors(path):
        connection = _connect(path, apsw.SQLITE_OPEN_READWRITE, with_vectors=False)
        connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
        connection.set_busy_timeout(0)
        connection.execute("PRAGMA synchronous = NORMAL").fetchall()
        connection.execute("PRAGMA secure_delete = ON").fetchall()
        connection.wal_autocheckpoint(0)
        return connection


def close_cache(connection: apsw.Connection, path: Path) -> None:
    """Close what `open_cache` opened; the log is emptied if it is long and nobody reads it."""
    try:
        if path.with_name(f"{path.name}-wal").stat().st_size > _LONGEST_LOG_BYTES:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    except (apsw.Error, OSError):
        pass  # another search will do it
    finally:
        connection.close()


@contextmanager
def transaction(connection: apsw.Connection, *, write: bool = True) -> Iterator[None]:
    """Run a block as one transaction: committed at its end, rolled back if it raises.

    An error of the disk ends it early, even if the block goes on: then there is nothing to commit.
    """
    connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
    try:
        yield
        if write or connection.in_transaction:
            connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _connect(name: Path | str, flags: int, *, with_vectors: bool = True) -> apsw.Connection:
    _register_checksum_vfs()
    connection = apsw.Connection(str(name), flags=flags, vfs=_CHECKSUM_VFS)
    connection.set_busy_timeout(_BUSY_TIMEOUT_MS)
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    if with_vectors:
        _load_extension(connection, sqlite_vec.loadable_path())
    return connection


def _connect_reader(path: Path) -> apsw.Connection:
    # Not SQLITE_OPEN_READONLY: a reader must be able to recover the WAL after a crash.
    connection = _connect(path, apsw.SQLITE_OPEN_READWRITE)
    # Nor does it put the log in its place when it is done: a search must not wait for that.
    connection.config(apsw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1)
    try:
        connection.pragma("schema_version")
    except (apsw.CantOpenError, apsw.ReadOnlyError):
        log = path.with_name(f"{path.name}-wal")
        if log.exists() and log.stat().st_size:
            raise
        # On a read-only disk there can be no lock and no log, so nobody changes the file.
        connection.close()
        flags = apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI
        return _connect(f"{path.absolute().as_uri()}?immutable=1", flags)
    return connection


@cache
def _register_checksum_vfs() -> None:
    """Make SQLite's checksum VFS known to this process."""
    with closing(apsw.Connection(":memory:")) as connection:
        try:
            _load_extension(connection, str(_EXTRAS / "cksumvfs"))
        except apsw.ExtensionLoadingError as error:
            raise StoreError(
                f"the installation is broken: apsw lacks {_EXTRAS / 'cksumvfs'} ({error}); "
                "install thimble again"
            ) from error


def _load_extension(connection: apsw.Connection, library: str) -> None:
    connection.enable_load_extension(True)
    connection.load_extension(library)
    connection.enable_load_extension(False)


def _add_checksums(connection: apsw.Connection) -> None:
    """Give a new database, or one of the first format, room for checksums in its pages."""
    connection.reserve_bytes(reserve=_CHECKSUM_BYTES)
    if int(connection.pragma("user_version")) == 1:
        connection.execute("PRAGMA journal_mode = DELETE").fetchall()
        connection.execute("VACUUM")


def _refuse_foreign(path: Path) -> None:
    if not path.exists():
        return
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if not header and read_copy(path) is None:
        return  # created a moment ago
    if len(header) < _HEADER_BYTES and _SQLITE_MAGIC.startswith(header[: len(_SQLITE_MAGIC)]):
        raise damaged(path, f"only {len(header)} bytes of it are left")
    # An index killed before its first commit has no application id yet, only in its WAL.
    application_id = int.from_bytes(header[68:72], "big")
    version, reserved = int.from_bytes(header[60:64], "big"), header[20:21]
    if not header.startswith(_SQLITE_MAGIC) or application_id not in (0, APPLICATION_ID):
        raise StoreForeign(
            f"{path} is not a thimble index; it was left as it is. Move it away, "
            "or set THIMBLE_HOME to another folder"
        )
    if version > 1 and reserved != bytes([_CHECKSUM_BYTES]):
        raise damaged(path, "its pages have no checksums")


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
