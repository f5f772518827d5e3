-- Several slaves may share a key: one sealed copy for each, and one record. Slaves names all of this node that share the
-- key, in one text with spaces between; it is empty where there is one only.
CREATE TABLE several_stored_key (
    id         BLOB    NOT NULL,
    slave      TEXT    NOT NULL,
    master     TEXT    NOT NULL,
    slaves     TEXT    NOT NULL,
    ingress    TEXT    NOT NULL,
    data_key   INTEGER NOT NULL,
    sealed     BLOB    NOT NULL,
    stored_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (id, slave)
) STRICT, WITHOUT ROWID;
INSERT INTO several_stored_key
    SELECT id, slave, master, '', ingress, data_key, sealed, stored_at, expires_at FROM stored_key;
DROP TABLE stored_key;
ALTER TABLE several_stored_key RENAME TO stored_key;
CREATE INDEX stored_key_by_pair ON stored_key (master, slave, expires_at);
CREATE INDEX stored_key_by_expiry ON stored_key (expires_at);

CREATE TABLE several_record (
    id         BLOB    NOT NULL,
    slave      TEXT    NOT NULL,
    master     TEXT    NOT NULL,
    egress     TEXT    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (id, slave)
) STRICT, WITHOUT ROWID;
INSERT INTO several_record SELECT id, slave, master, egress, expires_at FROM record;
DROP TABLE record;
ALTER TABLE several_record RENAME TO record;
CREATE INDEX record_by_expiry ON record (expires_at);
