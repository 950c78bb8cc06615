-- The tables of the measurement database (decisions 0004 and 0009).
-- All times are UTC, seconds since 1970. Levels in metres TAW.

CREATE TABLE station (
    code        TEXT PRIMARY KEY,          -- K1, M2, R3, V4, Z5, H6
    name        TEXT NOT NULL,
    river       TEXT NOT NULL,
    zero_m      REAL NOT NULL,             -- of the staff gauge, last levelling
    orange_m    REAL
);

CREATE TABLE level (
    station     TEXT NOT NULL REFERENCES station(code),
    time        INTEGER NOT NULL,
    raw         REAL,                      -- as it came in; see the trigger
    value       REAL,                      -- may be corrected
    flag        TEXT NOT NULL DEFAULT 'G' CHECK (flag IN ('G', 'S', 'E', 'M')),
    PRIMARY KEY (station, time)
) WITHOUT ROWID;

CREATE TABLE changes (
    station     TEXT NOT NULL,
    time        INTEGER NOT NULL,
    who         TEXT NOT NULL,
    why         TEXT NOT NULL CHECK (length(why) > 12),   -- "fix" is not a sentence
    old_value   REAL,
    new_value   REAL,
    at          INTEGER NOT NULL DEFAULT (unixepoch())
);

CREATE TRIGGER raw_is_written_once
BEFORE UPDATE OF raw ON level
WHEN OLD.raw IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'raw values are never overwritten (decision 0009)');
END;
