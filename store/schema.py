"""The schema, as the history of how it came to be. Migrations only ever get appended.

Chunks have no rows. A file's rowid is the id of its first chunk; its chunks have the ids that
follow. Ids only grow, so everything kept by chunk id (codes, postings) is appended in order,
and a replaced or removed file leaves a tombstone until compaction renumbers.
"""

from __future__ import annotations

from collections.abc import Callable

import apsw

APPLICATION_ID = 0x74686D62  # "thmb"


def _m001_create_tables(connection: apsw.Connection) -> None:
    connection.execute("""
    CREATE TABLE meta (
        key TEXT PRIMARY KEY,
        value NOT NULL
    ) WITHOUT ROWID;

    CREATE TABLE folder (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL UNIQUE,
        path BLOB NOT NULL UNIQUE,
        include TEXT NOT NULL,          -- JSON list of globs
        exclude TEXT NOT NULL,
        online INTEGER NOT NULL DEFAULT 1
    );

    CREATE TABLE directory (
        id INTEGER PRIMARY KEY,
        folder INTEGER NOT NULL REFERENCES folder ON DELETE CASCADE,
        path BLOB NOT NULL,             -- relative to the folder, empty for the folder itself
        UNIQUE (folder, path)
    );

    CREATE TABLE file (
        first_chunk INTEGER PRIMARY KEY,
        directory INTEGER NOT NULL REFERENCES directory,
        name BLOB NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        change INTEGER NOT NULL,
        digest BLOB NOT NULL,
        kind TEXT NOT NULL,
        encoding TEXT NOT NULL,
        spans BLOB NOT NULL,
        outline BLOB NOT NULL,
        chunks INTEGER NOT NULL
    );
    CREATE INDEX file_directory ON file (directory);

    CREATE TABLE skipped (
        directory INTEGER NOT NULL REFERENCES directory,
        name BLOB NOT NULL,
        size INTEGER NOT NULL,
        mtime_ns INTEGER NOT NULL,
        change INTEGER NOT NULL,
        reason TEXT NOT NULL,
        failed INTEGER NOT NULL,
        PRIMARY KEY (directory, name)
    ) WITHOUT ROWID;

    CREATE TABLE tombstone (
        first_chunk INTEGER PRIMARY KEY,
        chunks INTEGER NOT NULL
    );

    CREATE TABLE codes (
        block INTEGER PRIMARY KEY,      -- chunk id // BLOCK_CHUNKS
        data BLOB NOT NULL
    );

    CREATE TABLE segment (
        id INTEGER PRIMARY KEY,
        first_chunk INTEGER NOT NULL,
        end_chunk INTEGER NOT NULL,
        postings INTEGER NOT NULL
    );

    CREATE TABLE postings (
        id INTEGER PRIMARY KEY,         -- segment << 32 | first term key of the block
        data BLOB NOT NULL
    );

    CREATE VIRTUAL TABLE hub USING vec0 (
        chunk INTEGER PRIMARY KEY,
        embedding INT8[96] distance_metric=cosine,
        chunk_size=64                   -- vec0 allocates rows by so many
    );

    INSERT INTO meta VALUES ('generation', 0), ('next_chunk', 1);
    """)


def _m002_small_words(connection: apsw.Connection) -> None:
    """Words in raw and packed segments; the next `thimble index` makes everything anew."""
    for table in ("file", "skipped", "tombstone", "codes", "hub"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    connection.execute("""
    UPDATE meta SET value = 1 WHERE key = 'next_chunk';
    DROP TABLE segment;
    DROP TABLE postings;

    CREATE TABLE segment (
        id INTEGER PRIMARY KEY,
        first_chunk INTEGER NOT NULL,
        end_chunk INTEGER NOT NULL,
        postings INTEGER NOT NULL,
        blocks BLOB NOT NULL            -- chunk ids in each block; empty while raw
    );

    CREATE TABLE postings (
        id INTEGER PRIMARY KEY,         -- segment << 32 | first term key of the block, or
                                        -- segment << 32 | 1 << 24 + first fingerprint
        data BLOB NOT NULL
    );
    """)


MIGRATIONS: tuple[Callable[[apsw.Connection], None], ...] = (
    _m001_create_tables,
    _m002_small_words,
)
VERSION = len(MIGRATIONS)
