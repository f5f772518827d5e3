-- Keys of which not all shares have come: as in stored_key, but what is sealed is the XOR of those that came. Share_set names
-- the shares that belong together, shares says how many there are, and taken has a bit for each that came.
CREATE TABLE incomplete_key (
    id          BLOB    NOT NULL,
    slave       TEXT    NOT NULL,
    master      TEXT    NOT NULL,
    slaves      TEXT    NOT NULL,
    ingress     TEXT    NOT NULL,
    data_key    INTEGER NOT NULL,
    sealed      BLOB    NOT NULL,
    stored_at   INTEGER NOT NULL,
    expires_at  INTEGER NOT NULL,
    share_set   BLOB    NOT NULL,
    shares      INTEGER NOT NULL,
    taken       INTEGER NOT NULL,
    complete_by INTEGER NOT NULL,
    PRIMARY KEY (id, slave)
) STRICT, WITHOUT ROWID;
CREATE INDEX incomplete_key_by_end ON incomplete_key (complete_by);

CREATE TRIGGER incomplete_key_added AFTER INSERT ON incomplete_key BEGIN
    INSERT INTO row_count VALUES ('INCOMPLETE', new.master, new.slave, '', new.data_key, 1)
        ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER incomplete_key_removed AFTER DELETE ON incomplete_key BEGIN
    UPDATE row_count SET rows = rows - 1
        WHERE (kind, master, slave, node, data_key) = ('INCOMPLETE', old.master, old.slave, '', old.data_key);
END;
