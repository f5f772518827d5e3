-- Audit events that are not in their files yet. At is the wall clock, milliseconds since 1970; event is a JSON object, without
-- the ids of keys.
CREATE TABLE audit (
    number  INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    event   TEXT    NOT NULL,
    key_ids BLOB    NOT NULL
) STRICT;

-- How far the files are: the last event, the last line, and the hash of that line.
CREATE TABLE audit_export (
    one    INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL,
    line   INTEGER NOT NULL,
    hash   TEXT    NOT NULL
) STRICT;
INSERT INTO audit_export VALUES (1, 0, 0, '');
