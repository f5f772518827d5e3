-- Copies of keys that their slave has had, kept so that it may ask again: as in stored_key, to be erased at their expiry.
CREATE TABLE fetched_key (
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
CREATE INDEX fetched_key_by_pair ON fetched_key (master, slave, expires_at);
CREATE INDEX fetched_key_by_expiry ON fetched_key (expires_at);

-- How many rows the large tables have, expired ones included: counting a million takes longer than anything else that is
-- done here. Node is the egress of records, and empty for keys; data_key is what keys are sealed under, and 0 for records.
CREATE TABLE row_count (
    kind     TEXT    NOT NULL,
    master   TEXT    NOT NULL,
    slave    TEXT    NOT NULL,
    node     TEXT    NOT NULL,
    data_key INTEGER NOT NULL,
    rows     INTEGER NOT NULL,
    PRIMARY KEY (kind, master, slave, node, data_key)
) STRICT, WITHOUT ROWID;
INSERT INTO row_count
    SELECT 'WAITING', master, slave, '', data_key, count(*) FROM stored_key GROUP BY master, slave, data_key;
INSERT INTO row_count
    SELECT 'RECORD', master, slave, egress, 0, count(*) FROM record GROUP BY master, slave, egress;

CREATE TRIGGER stored_key_added AFTER INSERT ON stored_key BEGIN
    INSERT INTO row_count VALUES ('WAITING', new.master, new.slave, '', new.data_key, 1)
        ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER stored_key_removed AFTER DELETE ON stored_key BEGIN
    UPDATE row_count SET rows = rows - 1
        WHERE (kind, master, slave, node, data_key) = ('WAITING', old.master, old.slave, '', old.data_key);
END;

CREATE TRIGGER fetched_key_added AFTER INSERT ON fetched_key BEGIN
    INSERT INTO row_count VALUES ('FETCHED', new.master, new.slave, '', new.data_key, 1)
        ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER fetched_key_removed AFTER DELETE ON fetched_key BEGIN
    UPDATE row_count SET rows = rows - 1
        WHERE (kind, master, slave, node, data_key) = ('FETCHED', old.master, old.slave, '', old.data_key);
END;

CREATE TRIGGER record_added AFTER INSERT ON record BEGIN
    INSERT INTO row_count VALUES ('RECORD', new.master, new.slave, new.egress, 0, 1)
        ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
CREATE TRIGGER record_removed AFTER DELETE ON record BEGIN
    UPDATE row_count SET rows = rows - 1
        WHERE (kind, master, slave, node, data_key) = ('RECORD', old.master, old.slave, old.egress, 0);
END;
CREATE TRIGGER record_replaced AFTER UPDATE OF master, egress ON record BEGIN
    UPDATE row_count SET rows = rows - 1
        WHERE (kind, master, slave, node, data_key) = ('RECORD', old.master, old.slave, old.egress, 0);
    INSERT INTO row_count VALUES ('RECORD', new.master, new.slave, new.egress, 0, 1)
        ON CONFLICT DO UPDATE SET rows = rows + 1;
END;
