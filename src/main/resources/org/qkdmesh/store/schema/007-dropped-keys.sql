-- Keys that were stored before this age are not found any more, since the disk is an old copy. Sweeps remove them, and then
-- this row.
CREATE TABLE dropped (
    one           INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    stored_before INTEGER NOT NULL
) STRICT;
