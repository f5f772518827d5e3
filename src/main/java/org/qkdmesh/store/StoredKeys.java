package org.qkdmesh.store;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;

/**
 * The keys of a store: those that wait for their slaves, those that their slaves have had and may ask for again, and those of
 * which not all shares have come.
 */
final class StoredKeys {

    static final String WAITING = "stored_key";
    static final String FETCHED = "fetched_key";
    static final String INCOMPLETE = "incomplete_key";

    /** The tables whose rows have a sealed key. */
    static final List<String> TABLES = List.of(WAITING, FETCHED, INCOMPLETE);

    private static final String INSERT = "INSERT INTO " + WAITING
            + " (id, slave, master, slaves, ingress, data_key, sealed, stored_at, expires_at)"
            + " SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9";

    private static final String INSERT_FIRST = INSERT
            + " WHERE NOT EXISTS (SELECT 1 FROM " + WAITING + " WHERE id = ?1)"
            + " AND NOT EXISTS (SELECT 1 FROM " + FETCHED + " WHERE id = ?1)";

    private static final String HAS = "SELECT 1 FROM (SELECT id, expires_at, stored_at FROM " + WAITING
            + " WHERE id = ?1 UNION ALL SELECT id, expires_at, stored_at FROM " + FETCHED + " WHERE id = ?1)"
            + " WHERE" + KeyTable.LIVES.replace("?", "?2");

    private static final String INSERT_INCOMPLETE = "INSERT INTO " + INCOMPLETE
            + " (id, slave, master, slaves, ingress, data_key, sealed, stored_at, expires_at,"
            + " share_set, shares, taken, complete_by)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

    private static final String DROP = "INSERT INTO dropped (one, stored_before) VALUES (1, ?)"
            + " ON CONFLICT DO UPDATE SET stored_before = max(stored_before, excluded.stored_before)";

    private static final String MOVE = "INSERT INTO " + FETCHED
            + " SELECT id, slave, master, slaves, ingress, data_key, sealed, stored_at, min(expires_at, ?)"
            + " FROM " + WAITING + " WHERE id = ? AND slave = ?";

    private final Database database;
    private final DataKeys dataKeys;
    private final KeyTable waiting;
    private final KeyTable fetched;
    private final KeyTable incomplete;
    private final RowCounts counts;

    StoredKeys(Database database, DataKeys dataKeys, EventLog events) {
        this.database = database;
        this.dataKeys = dataKeys;
        this.waiting = new KeyTable(WAITING, database, dataKeys, events);
        this.fetched = new KeyTable(FETCHED, database, dataKeys, events);
        this.incomplete = new KeyTable(INCOMPLETE, database, dataKeys, events);
        this.counts = new RowCounts(database);
    }

    Optional<StoredKey> get(KeyId id, SaeId slave, long now) {
        return waiting.get(id, slave, now);
    }

    Optional<StoredKey> fetched(KeyId id, SaeId slave, long now) {
        return fetched.get(id, slave, now);
    }

    Optional<KeyOwners> owners(KeyId id, long now) {
        return waiting.owners(id, now).or(() -> fetched.owners(id, now));
    }

    boolean has(KeyId id, long now) {
        return database.first(HAS, row -> 1, UuidBytes.of(id), now).isPresent();
    }

    void put(StoredKey key, long now) {
        List<SaeId> slaves = key.saes().slaves();
        String all = all(slaves);
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
    }

    /** As it stands in a row. */
    private static String all(List<SaeId> slaves) {
        return slaves.size() == 1
                ? ""
                : slaves.stream().map(SaeId::text).collect(Collectors.joining(KeyTable.SEPARATOR));
    }

    private int insert(String sql, StoredKey key, SaeId slave, String slaves) {
        return database.update(sql, row(WAITING, key, slave, slaves).toArray());
    }

    private List<Object> row(String table, StoredKey key, SaeId slave, String slaves) {
        byte[] id = UuidBytes.of(key.id());
        String master = key.saes().master().text();
        return List.of(
                id,
                slave.text(),
                master,
                slaves,
                key.ingress().text(),
                dataKeys.current(),
                dataKeys.seal(table, key.bytes(), id, master, slave.text()),
                key.storedAt(),
                key.expiresAt());
    }

    private record Shares(SaeId slave, UUID set, int shares, int taken, long completeBy) {

        static Shares read(ResultSet row) throws SQLException {
            return new Shares(
                    new SaeId(row.getString(1)),
                    UuidBytes.uuid(row.getBytes(2)),
                    row.getInt(3),
                    row.getInt(4),
                    row.getLong(5));
        }
    }

    Optional<IncompleteKey> incomplete(KeyId id, long now) {
        return database.first(
                        "SELECT slave, share_set, shares, taken, complete_by FROM " + INCOMPLETE
                                + " WHERE id = ? LIMIT 1",
                        Shares::read,
                        UuidBytes.of(id))
                .map(shares -> new IncompleteKey(
                        incomplete
                                .get(id, shares.slave(), now)
                                .orElseThrow(() -> new StoreFailure(
                                        "what has come of a key can not be read any more", true, null)),
                        shares.set(),
                        shares.shares(),
                        shares.taken(),
                        shares.completeBy()));
    }

    void put(IncompleteKey key) {
        StoredKey soFar = key.soFar();
        incomplete.remove(soFar.id());
        for (SaeId slave : soFar.saes().slaves()) {
            List<Object> row = new ArrayList<>(
                    row(INCOMPLETE, soFar, slave, all(soFar.saes().slaves())));
            row.addAll(List.of(UuidBytes.of(key.set()), key.shares(), key.taken(), key.completeBy()));
            database.update(INSERT_INCOMPLETE, row.toArray());
        }
    }

    boolean removeIncomplete(NodeId ingress, KeyId id) {
        return database.update(
                        "DELETE FROM " + INCOMPLETE + " WHERE id = ? AND ingress = ?", UuidBytes.of(id), ingress.text())
                > 0;
    }

    /** Removes some of those that had to be complete by this age; gives them with the age until which they would be kept. */
    List<WaitingKey> removeIncomplete(long completeBy, int limit) {
        return incomplete.removeWhere("complete_by <= ?", completeBy, limit);
    }

    /** The sealed bytes stay as they are: the seal is bound to the id and the pair, which stay the same. */
    void keepFetched(KeyId id, SaeId slave, long until) {
        database.update(MOVE, until, UuidBytes.of(id), slave.text());
        waiting.remove(id, slave);
    }

    void remove(KeyId id, SaeId slave) {
        waiting.remove(id, slave);
    }

    void remove(KeyId id) {
        waiting.remove(id);
        fetched.remove(id);
    }

    List<WaitingKey> waiting(long now, int limit) {
        return waiting.unopened(now, limit);
    }

    int count(SaePair pair, long now) {
        return counts.keys(pair)
                - waiting.countGone(pair, now)
                - fetched.countGone(pair, now)
                - incomplete.countGone(pair, now);
    }

    /** Counts what is not found any more only where it matters. */
    boolean hasRoom(SaePair pair, int more, int most, long now) {
        return counts.keys(pair) + more <= most || count(pair, now) + more <= most;
    }

    int count(long now) {
        return waiting.count(now) + fetched.count(now);
    }

    int removeStoredBefore(long age) {
        return waiting.removeStoredBefore(age) + fetched.removeStoredBefore(age) + incomplete.removeStoredBefore(age);
    }

    /**
     * Has keys that were stored before this age found no more, in the caller's transaction. {@link #removeDropped} removes
     * them.
     *
     * @return how many rows there are, whatever their age
     */
    static int drop(Database database, long age) {
        database.update(DROP, age);
        return new RowCounts(database).keys();
    }

    boolean hasDropped() {
        return database.number("SELECT count(*) FROM dropped") > 0;
    }

    /** Removes some of the dropped keys; gives those that waited. */
    List<WaitingKey> removeDropped(int limit) {
        return waiting.removeDropped(limit);
    }

    /** As {@link #removeDropped}, of the others. */
    int removeOthersDropped(int limit) {
        int removed = fetched.removeDropped(limit).size();
        return removed + incomplete.removeDropped(limit - removed).size();
    }

    /** Nothing that was dropped is left. */
    void forgetDropped() {
        database.update("DELETE FROM dropped");
    }

    /** Removes some of those that are past their expiry; gives those that waited. */
    List<WaitingKey> removeExpired(long now, int limit) {
        return waiting.removeExpired(now, limit);
    }

    int removeFetchedExpired(long now, int limit) {
        return fetched.removeExpired(now, limit).size();
    }

    /** The transaction is over and keeps what it did, or nothing of it counts. */
    void forgetUnreadable() {
        waiting.forgetUnreadable();
        fetched.forgetUnreadable();
        incomplete.forgetUnreadable();
    }

    /** The transaction was rolled back. What it could not read is removed all the same. */
    void rolledBack() {
        waiting.rolledBack();
        fetched.rolledBack();
        incomplete.rolledBack();
    }
}
