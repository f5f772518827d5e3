-- What pairs of SAEs used on a day, counted since 1970-01-01 in UTC. Direction is GIVEN at the master's node, FETCHED at the slave's.
CREATE TABLE pair_use (
    day       INTEGER NOT NULL,
    master    TEXT    NOT NULL,
    slave     TEXT    NOT NULL,
    direction TEXT    NOT NULL,
    requests  INTEGER NOT NULL,
    keys      INTEGER NOT NULL,
    bits      INTEGER NOT NULL,
    refusals  INTEGER NOT NULL,
    PRIMARY KEY (day, master, slave, direction)
) STRICT, WITHOUT ROWID;
