-- Ids are UUIDs of 16 bytes, times are the store's age in milliseconds unless named otherwise.

CREATE TABLE meta (
    name  TEXT NOT NULL PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The age of the store when it was saved, and the wall clock (milliseconds since 1970) at that moment.
CREATE TABLE store_age (
    one  INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    age  INTEGER NOT NULL,
    wall INTEGER NOT NULL
) STRICT;

-- Keys that seal stored keys, themselves sealed under the key-encryption key. Ids are never used again.
CREATE TABLE data_key (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    wrapped BLOB NOT NULL
) STRICT;

CREATE TABLE stored_key (
    id         BLOB    NOT NULL PRIMARY KEY,
    master     TEXT    NOT NULL,
    slave      TEXT    NOT NULL,
    ingress    TEXT    NOT NULL,
    data_key   INTEGER NOT NULL,
    sealed     BLOB    NOT NULL,
    stored_at  INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX stored_key_by_pair ON stored_key (master, slave, expires_at);
CREATE INDEX stored_key_by_expiry ON stored_key (expires_at);

CREATE TABLE record (
    id         BLOB    NOT NULL PRIMARY KEY,
    master     TEXT    NOT NULL,
    slave      TEXT    NOT NULL,
    egress     TEXT    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX record_by_expiry ON record (expires_at);

-- The place keeps the order in which intents and notices were put.
CREATE TABLE intent (
    place      INTEGER PRIMARY KEY,
    relay_id   BLOB    NOT NULL UNIQUE,
    master     TEXT    NOT NULL,
    slave      TEXT    NOT NULL,
    egress     TEXT    NOT NULL,
    key_ids    BLOB    NOT NULL,
    made_at    INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE notice (
    place      INTEGER PRIMARY KEY,
    id         BLOB    NOT NULL UNIQUE,
    type       TEXT    NOT NULL,
    node       TEXT    NOT NULL,
    master     TEXT    NOT NULL,
    slave      TEXT    NOT NULL,
    key_ids    BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX notice_by_node ON notice (node, expires_at);

CREATE TABLE tombstone (
    origin     TEXT    NOT NULL,
    id         BLOB    NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (origin, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tombstone_by_expiry ON tombstone (origin, expires_at);

CREATE TABLE home (
    sae      TEXT    NOT NULL PRIMARY KEY,
    node     TEXT    NOT NULL,
    heard_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sequence (
    node     TEXT    NOT NULL PRIMARY KEY,
    number   INTEGER NOT NULL,
    heard_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
