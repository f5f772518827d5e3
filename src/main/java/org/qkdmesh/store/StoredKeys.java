package org.qkdmesh.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;

/**
 * The table of sealed keys. A row whose seal does not open is never returned: it is removed and alarmed, whatever
 * becomes of the transaction that came across it.
 */
final class StoredKeys {

    private static final String INSERT = "INSERT INTO stored_key"
            + " (id, master, slave, ingress, data_key, sealed, stored_at, expires_at)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING";

    private final Database database;
    private final DataKeys dataKeys;
    private final EventLog events;
    private final KeyCounts counts;
    private final List<byte[]> unreadable = new ArrayList<>();

    StoredKeys(Database database, DataKeys dataKeys, EventLog events) {
        this.database = database;
        this.dataKeys = dataKeys;
        this.events = events;
        this.counts = new KeyCounts(database);
    }

    private record Row(
            String master, String slave, String ingress, long dataKey, byte[] sealed, long storedAt, long expiresAt) {

        static Row read(ResultSet row) throws SQLException {
            return new Row(
                    row.getString(1),
                    row.getString(2),
                    row.getString(3),
                    row.getLong(4),
                    row.getBytes(5),
                    row.getLong(6),
                    row.getLong(7));
        }

        StoredKey with(KeyId id, SecretBytes key) {
            SaePair pair = new SaePair(new SaeId(master), new SaeId(slave));
            return new StoredKey(id, pair, new NodeId(ingress), key, storedAt, expiresAt);
        }
    }

    Optional<StoredKey> get(KeyId id, long now) {
        byte[] idBytes = UuidBytes.of(id);
        Optional<Row> found = database.first(
                "SELECT master, slave, ingress, data_key, sealed, stored_at, expires_at FROM stored_key"
                        + " WHERE id = ? AND expires_at > ?",
                Row::read,
                idBytes,
                now);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Row row = found.get();
        Optional<SecretBytes> key = dataKeys.open(row.dataKey(), row.sealed(), idBytes, row.master(), row.slave());
        if (key.isEmpty()) {
            events.alarm("unreadable-key", "the seal of a stored key does not open; the key is removed");
            unreadable.add(idBytes);
            remove(idBytes);
        }
        return key.map(secret -> row.with(id, secret));
    }

    boolean has(KeyId id, long now) {
        return database.first(
                        "SELECT 1 FROM stored_key WHERE id = ? AND expires_at > ?", row -> 1, UuidBytes.of(id), now)
                .isPresent();
    }

    void put(StoredKey key, long now) {
        byte[] id = UuidBytes.of(key.id());
        String master = key.pair().master().text();
        String slave = key.pair().slave().text();
        byte[] sealed = dataKeys.seal(key.bytes(), id, master, slave);
        Object[] row = {
            id, master, slave, key.ingress().text(), dataKeys.current(), sealed, key.storedAt(), key.expiresAt()
        };
        if (database.update(INSERT, row) == 0) {
            if (has(key.id(), now)) {
                throw new IllegalStateException("a key of this id is stored already");
            }
            remove(id);
            database.update(INSERT, row);
        }
        counts.added(new KeyCounts.Pair(master, slave));
    }

    void remove(KeyId id) {
        remove(UuidBytes.of(id));
    }

    private void remove(byte[] id) {
        database.first("DELETE FROM stored_key WHERE id = ? RETURNING master, slave", KeyCounts.Pair::read, id)
                .ifPresent(counts::removed);
    }

    List<WaitingKey> waiting(long now, int limit) {
        return database.all(
                "SELECT id, master, slave, ingress, expires_at FROM stored_key WHERE expires_at > ? LIMIT ?",
                row -> new WaitingKey(
                        UuidBytes.keyId(row.getBytes(1)),
                        new SaePair(new SaeId(row.getString(2)), new SaeId(row.getString(3))),
                        new NodeId(row.getString(4)),
                        row.getLong(5)),
                now,
                limit);
    }

    int count(SaePair pair, long now) {
        String master = pair.master().text();
        String slave = pair.slave().text();
        long expired = database.number(
                "SELECT count(*) FROM stored_key WHERE master = ? AND slave = ? AND expires_at <= ?",
                master,
                slave,
                now);
        return counts.of(new KeyCounts.Pair(master, slave)) - (int) expired;
    }

    int count(long now) {
        return (int) database.number(
                "SELECT (SELECT count(*) FROM stored_key)"
                        + " - (SELECT count(*) FROM stored_key WHERE expires_at <= ?)",
                now);
    }

    int removeStoredBefore(long age) {
        counts.forget();
        return database.update("DELETE FROM stored_key WHERE stored_at < ?", age);
    }

    int removeExpired(long now) {
        counts.forget();
        return database.update("DELETE FROM stored_key WHERE expires_at <= ?", now);
    }

    /** The transaction is over and keeps what it did. */
    void kept() {
        unreadable.clear();
    }

    /**
     * The transaction was rolled back. What it could not read is removed all the same.
     *
     * @param wrote whether it may have changed rows
     */
    void rolledBack(boolean wrote) {
        if (wrote || !unreadable.isEmpty()) {
            counts.forget();
        }
        unreadable.forEach(this::remove);
        unreadable.clear();
    }

    /** The whole batch was rolled back. */
    void lost() {
        counts.forget();
        unreadable.clear();
    }
}
