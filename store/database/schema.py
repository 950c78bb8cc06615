"""The schema, as the history of how it came to be. Migrations only ever get appended.

Chunks have no rows. A file's rowid is the id of its first chunk; its chunks have the ids that
follow. Ids only grow, so everything kept by chunk id (codes, postings) is appended in order,
and a replaced or removed file leaves a tombstone until compaction renumbers.
"""

from __future__ import annotations

from collections.abc import Callable

import apsw

APPLICATION_ID = 0x74686D62  # "thmb"
DERIVED_TABLES = (
    "format",
    "file",
    "extracted",
    "skipped",
    "tombstone",
    "codes",
    "edges",
    "segment",
    "postings",
)
"""Made from documents and a model, as the hubs are; may be dropped and made anew.

Parents stand before their children: a table copied whole may skip what looks for orphans later."""


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


def _m002_small_index(connection: apsw.Connection) -> None:
    # Codes and packed blobs are others: what was made from documents is made anew.
    for table in ("file", "skipped", "tombstone", "codes"):
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    connection.execute("""
    DELETE FROM meta WHERE key = 'index_model';
    UPDATE meta SET value = 1 WHERE key = 'next_chunk';
    UPDATE meta SET value = value + 1 WHERE key = 'generation';
    INSERT INTO meta VALUES ('text_bytes', 0), ('next_unlinked', 1);

    DROP TABLE hub;
    CREATE VIRTUAL TABLE hub USING vec0 (
        chunk INTEGER PRIMARY KEY,
        embedding INT8[192] distance_metric=cosine,
        chunk_size=64                   -- vec0 allocates rows by so many
    );

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

    CREATE TABLE edges (
        block INTEGER PRIMARY KEY,      -- newer chunk id // BLOCK_CHUNKS
        data BLOB NOT NULL
    );

    CREATE TABLE cache (
        chunk INTEGER PRIMARY KEY,
        used INTEGER NOT NULL,          -- value of cache_asked when it was
        vector BLOB NOT NULL
    );

    -- The size of the indexed files, which bounds the cache, without reading all rows.
    CREATE TRIGGER file_added AFTER INSERT ON file BEGIN
        UPDATE meta SET value = value + new.size WHERE key = 'text_bytes';
    END;
    CREATE TRIGGER file_removed AFTER DELETE ON file BEGIN
        UPDATE meta SET value = value - old.size WHERE key = 'text_bytes';
    END;
    CREATE TRIGGER file_resized AFTER UPDATE OF size ON file BEGIN
        UPDATE meta SET value = value + new.size - old.size WHERE key = 'text_bytes';
    END;
    """)


def _m003_smaller_layouts(connection: apsw.Connection) -> None:
    # The lists of chunks and headings are packed another way: all is made anew from documents.
    made = ("file", "skipped", "tombstone", "codes", "edges", "segment", "postings", "cache", "hub")
    for table in made:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    connection.execute("""
    DELETE FROM meta WHERE key = 'index_model';
    UPDATE meta SET value = 1 WHERE key IN ('next_chunk', 'next_unlinked');
    UPDATE meta SET value = value + 1 WHERE key = 'generation';
    """)


def _m004_extracted_text(connection: apsw.Connection) -> None:
    connection.execute("""
    ALTER TABLE file ADD COLUMN extract INTEGER;    -- NULL if the file itself is the text
    ALTER TABLE file ADD COLUMN places BLOB;        -- pages and the like of the extract

    CREATE TABLE extracted (
        id INTEGER PRIMARY KEY,         -- extract << 24 | number of the block
        data BLOB NOT NULL
    );
    CREATE TRIGGER extract_removed AFTER DELETE ON file WHEN old.extract IS NOT NULL BEGIN
        DELETE FROM extracted WHERE id >= old.extract << 24 AND id < (old.extract + 1) << 24;
    END;
    """)


def _m005_roots(connection: apsw.Connection) -> None:
    connection.execute("""
    ALTER TABLE folder ADD COLUMN root TEXT NOT NULL DEFAULT '';    -- its identity when last seen
    ALTER TABLE folder ADD COLUMN missing INTEGER NOT NULL DEFAULT 0;   -- files gone, but kept
    ALTER TABLE folder ADD COLUMN missing_since REAL;               -- seconds since the epoch
    """)


def _m006_larger_blocks(connection: apsw.Connection) -> None:
    # Codes and edges are grouped in larger blocks: all is made anew from documents.
    made = ("file", "skipped", "tombstone", "codes", "edges", "segment", "postings", "cache", "hub")
    for table in made:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608
    connection.execute("""
    DELETE FROM meta WHERE key = 'index_model';
    UPDATE meta SET value = 1 WHERE key IN ('next_chunk', 'next_unlinked');
    UPDATE meta SET value = value + 1 WHERE key = 'generation';

    CREATE TABLE format (               -- few pairs of names, that every file would repeat
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        encoding TEXT NOT NULL,
        UNIQUE (kind, encoding)
    );
    ALTER TABLE file DROP COLUMN kind;
    ALTER TABLE file DROP COLUMN encoding;
    ALTER TABLE file ADD COLUMN format INTEGER REFERENCES format DEFERRABLE INITIALLY DEFERRED;
    """)


def _m007_finer_cache(connection: apsw.Connection) -> None:
    # Vectors are kept at ten bits a dimension instead of eight; searches make them anew.
    connection.execute("DELETE FROM cache; UPDATE meta SET value = 0 WHERE key = 'cache_rows'")


def _m008_length_of_codes(connection: apsw.Connection) -> None:
    # Until now all codes had 24 bytes.
    connection.execute("INSERT INTO meta VALUES ('code_bytes', 24)")


MIGRATIONS: tuple[Callable[[apsw.Connection], None], ...] = (
    _m001_create_tables,
    _m002_small_index,
    _m003_smaller_layouts,
    _m004_extracted_text,
    _m005_roots,
    _m006_larger_blocks,
    _m007_finer_cache,
    _m008_length_of_codes,
)
VERSION = len(MIGRATIONS)
