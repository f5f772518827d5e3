package org.qkdmesh.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;

/**
 * The table of sealed keys, a row for each slave. A row whose seal does not open is never returned: it is removed and
 * alarmed, whatever becomes of the transaction that came across it.
 */
final class StoredKeys {

    private static final String INSERT = "INSERT INTO stored_key"
            + " (id, slave, master, slaves, ingress, data_key, sealed, stored_at, expires_at)"
            + " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9";

    private static final String INSERT_FIRST = INSERT + " WHERE NOT EXISTS (SELECT 1 FROM stored_key WHERE id = ?1)";

    private static final String SEPARATOR = " ";

    private final Database database;
    private final DataKeys dataKeys;
    private final EventLog events;
    private final KeyCounts counts;
    private final List<Copy> unreadable = new ArrayList<>();

    StoredKeys(Database database, DataKeys dataKeys, EventLog events) {
        this.database = database;
        this.dataKeys = dataKeys;
        this.events = events;
        this.counts = new KeyCounts(database);
    }

    /** Names a row. */
    private record Copy(byte[] id, String slave) {}

    private record Row(KeyOwners owners, long dataKey, byte[] sealed, long storedAt, long expiresAt) {

        static Row read(ResultSet row) throws SQLException {
            return new Row(readOwners(row), row.getLong(5), row.getBytes(6), row.getLong(7), row.getLong(8));
        }

        StoredKey with(KeyId id, SecretBytes key) {
            return new StoredKey(id, owners.saes(), owners.ingress(), key, storedAt, expiresAt);
        }
    }

    private static KeyOwners readOwners(ResultSet row) throws SQLException {
        String slave = row.getString(1);
        String slaves = row.getString(3);
        List<SaeId> all = Arrays.stream((slaves.isEmpty() ? slave : slaves).split(SEPARATOR))
                .map(SaeId::new)
                .toList();
        return new KeyOwners(new NodeId(row.getString(4)), new SaeGroup(new SaeId(row.getString(2)), all));
    }

    Optional<StoredKey> get(KeyId id, SaeId slave, long now) {
        Copy copy = new Copy(UuidBytes.of(id), slave.text());
        Optional<Row> found = database.first(
                "SELECT slave, master, slaves, ingress, data_key, sealed, stored_at, expires_at FROM stored_key"
                        + " WHERE id = ? AND slave = ? AND expires_at > ?",
                Row::read,
                copy.id(),
                copy.slave(),
                now);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Row row = found.get();
        String master = row.owners().saes().master().text();
        Optional<SecretBytes> key = dataKeys.open(row.dataKey(), row.sealed(), copy.id(), master, copy.slave());
        if (key.isEmpty()) {
            events.alarm("unreadable-key", "the seal of a stored key does not open; the key is removed");
            unreadable.add(copy);
            remove(copy);
        }
        return key.map(secret -> row.with(id, secret));
    }

    Optional<KeyOwners> owners(KeyId id, long now) {
        return database.first(
                "SELECT slave, master, slaves, ingress FROM stored_key WHERE id = ? AND expires_at > ?",
                StoredKeys::readOwners,
                UuidBytes.of(id),
                now);
    }

    boolean has(KeyId id, long now) {
        return database.first(
                        "SELECT 1 FROM stored_key WHERE id = ? AND expires_at > ?", row -> 1, UuidBytes.of(id), now)
                .isPresent();
    }

    void put(StoredKey key, long now) {
        List<SaeId> slaves = key.saes().slaves();
        String all = slaves.size() == 1 ? "" : slaves.stream().map(SaeId::text).collect(Collectors.joining(SEPARATOR));
        if (insert(INSERT_FIRST, key, slaves.get(0), all) == 0) {
            if (has(key.id(), now)) {
                throw new IllegalStateException("a key of this id is stored already");
            }
            remove(key.id());
            insert(INSERT, key, slaves.get(0), all);
        }
        for (SaeId slave : slaves.subList(1, slaves.size())) {
            insert(INSERT, key, slave, all);
        }
        slaves.forEach(
                slave -> counts.added(new KeyCounts.Pair(key.saes().master().text(), slave.text())));
    }

    private int insert(String sql, StoredKey key, SaeId slave, String slaves) {
        byte[] id = UuidBytes.of(key.id());
        String master = key.saes().master().text();
        return database.update(
                sql,
                id,
                slave.text(),
                master,
                slaves,
                key.ingress().text(),
                dataKeys.current(),
                dataKeys.seal(key.bytes(), id, master, slave.text()),
                key.storedAt(),
                key.expiresAt());
    }

    void remove(KeyId id, SaeId slave) {
        remove(new Copy(UuidBytes.of(id), slave.text()));
    }

    void remove(KeyId id) {
        database.all(
                        "DELETE FROM stored_key WHERE id = ? RETURNING master, slave",
                        KeyCounts.Pair::read,
                        UuidBytes.of(id))
                .forEach(counts::removed);
    }

    private void remove(Copy copy) {
        database.first(
                        "DELETE FROM stored_key WHERE id = ? AND slave = ? RETURNING master, slave",
                        KeyCounts.Pair::read,
                        copy.id(),
                        copy.slave())
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
        return forgetCountsIfAny(database.update("DELETE FROM stored_key WHERE stored_at < ?", age));
    }

    int removeExpired(long now) {
        return forgetCountsIfAny(database.update("DELETE FROM stored_key WHERE expires_at <= ?", now));
    }

    /** A sweep that removes nothing must not have a million rows counted anew. */
    private int forgetCountsIfAny(int removed) {
        if (removed > 0) {
            counts.forget();
        }
        return removed;
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
