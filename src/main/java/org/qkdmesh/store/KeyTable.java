package org.qkdmesh.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;

/**
 * A table of sealed keys, a row for each slave. A row whose seal does not open is never returned: it is removed and
 * alarmed, whatever becomes of the transaction that came across it. The tables' triggers count the rows; see
 * {@link RowCounts}.
 */
final class KeyTable {

    /** Between the slaves that share a key. */
    static final String SEPARATOR = " ";

    /** The age from which on keys count; 0 unless some are dropped that are still to be removed. */
    static final String DROPPED_BEFORE = "(SELECT coalesce(max(stored_before), 0) FROM dropped)";

    private static final String UNOPENED = "id, master, slave, ingress, expires_at";
    private static final String RETURNING = " RETURNING " + UNOPENED;

    /** What is found at the age that is asked for. */
    static final String LIVES = " expires_at > ? AND stored_at >= " + DROPPED_BEFORE;

    private final String table;
    private final Database database;
    private final DataKeys dataKeys;
    private final EventLog events;
    private final String select;
    private final String selectOwners;
    private final String selectUnopened;
    private final String deleteCopy;
    private final String deleteAll;
    private final String deleteOld;
    private final String deleteDropped;
    private final String countAll;
    private final String countGone;
    private final List<Copy> unreadable = new ArrayList<>();

    KeyTable(String table, Database database, DataKeys dataKeys, EventLog events) {
        this.table = table;
        this.database = database;
        this.dataKeys = dataKeys;
        this.events = events;
        select = "SELECT slave, master, slaves, ingress, data_key, sealed, stored_at, expires_at FROM " + table
                + " WHERE id = ? AND slave = ? AND" + LIVES;
        selectOwners = "SELECT slave, master, slaves, ingress FROM " + table + " WHERE id = ? AND" + LIVES;
        selectUnopened = "SELECT " + UNOPENED + " FROM " + table + " WHERE" + LIVES + " LIMIT ?";
        deleteCopy = "DELETE FROM " + table + " WHERE id = ? AND slave = ?";
        deleteAll = "DELETE FROM " + table + " WHERE id = ?";
        deleteOld = "DELETE FROM " + table + " WHERE stored_at < ?";
        deleteDropped = "DELETE FROM " + table + " WHERE (id, slave) IN (SELECT id, slave FROM " + table
                + " WHERE stored_at < " + DROPPED_BEFORE + " LIMIT ?)" + RETURNING;
        countAll = "SELECT count(*) FROM " + table + " WHERE" + LIVES;
        countGone = "SELECT count(*) FROM " + table + " WHERE master = ? AND slave = ? AND NOT (" + LIVES + ")";
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
        Optional<Row> found = database.first(select, Row::read, copy.id(), copy.slave(), now);
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Row row = found.get();
        String master = row.owners().saes().master().text();
        Optional<SecretBytes> key = dataKeys.open(table, row.dataKey(), row.sealed(), copy.id(), master, copy.slave());
        if (key.isEmpty()) {
            events.alarm("unreadable-key", "the seal of a stored key does not open; the key is removed");
            unreadable.add(copy);
            remove(copy);
        }
        return key.map(secret -> row.with(id, secret));
    }

    Optional<KeyOwners> owners(KeyId id, long now) {
        return database.first(selectOwners, KeyTable::readOwners, UuidBytes.of(id), now);
    }

    void remove(KeyId id, SaeId slave) {
        remove(new Copy(UuidBytes.of(id), slave.text()));
    }

    void remove(KeyId id) {
        database.update(deleteAll, UuidBytes.of(id));
    }

    private void remove(Copy copy) {
        database.update(deleteCopy, copy.id(), copy.slave());
    }

    List<WaitingKey> unopened(long now, int limit) {
        return database.all(selectUnopened, KeyTable::readUnopened, now, limit);
    }

    private static WaitingKey readUnopened(ResultSet row) throws SQLException {
        return new WaitingKey(
                UuidBytes.keyId(row.getBytes(1)),
                new SaePair(new SaeId(row.getString(2)), new SaeId(row.getString(3))),
                new NodeId(row.getString(4)),
                row.getLong(5));
    }

    int count(long now) {
        return (int) database.number(countAll, now);
    }

    /** How many rows of this pair are not found any more; takes the longer the more the pair has. */
    int countGone(SaePair pair, long now) {
        return (int)
                database.number(countGone, pair.master().text(), pair.slave().text(), now);
    }

    int removeStoredBefore(long age) {
        return database.update(deleteOld, age);
    }

    List<WaitingKey> removeDropped(int limit) {
        return database.all(deleteDropped, KeyTable::readUnopened, limit);
    }

    List<WaitingKey> removeExpired(long now, int limit) {
        return removeWhere("expires_at <= ?", now, limit);
    }

    /** Removes some of the rows for which the condition, with this age in it, holds. */
    List<WaitingKey> removeWhere(String condition, long age, int limit) {
        return database.all(
                "DELETE FROM " + table + " WHERE (id, slave) IN (SELECT id, slave FROM " + table + " WHERE " + condition
                        + " LIMIT ?)" + RETURNING,
                KeyTable::readUnopened,
                age,
                limit);
    }

    /** The transaction is over and keeps what it did, or nothing of it counts. */
    void forgetUnreadable() {
        unreadable.clear();
    }

    /** The transaction was rolled back. What it could not read is removed all the same. */
    void rolledBack() {
        unreadable.forEach(this::remove);
        unreadable.clear();
    }
}
