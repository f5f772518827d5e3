package org.qkdmesh.store;

import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;

/** A transaction as statements; its savepoint is the writer's business. Used by the writer's thread alone. */
final class SqliteTransaction implements StoreTransaction {

    private final Database database;
    private final StoredKeys keys;
    private final AuditTable audit;
    private final UseTable use;
    private final RowCounts counts;
    private final long now;
    private boolean over;
    private boolean wrote;
    private boolean swept;

    SqliteTransaction(Database database, StoredKeys keys, AuditTable audit, UseTable use, long now) {
        this.database = database;
        this.keys = keys;
        this.audit = audit;
        this.use = use;
        this.counts = new RowCounts(database);
        this.now = now;
    }

    /** From now on every use throws. */
    void end() {
        over = true;
    }

    /** What it wrote is rolled back. */
    void rolledBack() {
        wrote = false;
        swept = false;
    }

    boolean hasWritten() {
        return wrote;
    }

    /** Whether expired rows were removed. */
    boolean hasSwept() {
        return swept;
    }

    private void reading() {
        if (over) {
            throw new IllegalStateException("this transaction is over");
        }
    }

    private void writing() {
        reading();
        wrote = true;
    }

    private int update(String sql, Object... arguments) {
        writing();
        return database.update(sql, arguments);
    }

    private <T> List<T> all(String sql, Database.RowReader<T> reader, Object... arguments) {
        reading();
        return database.all(sql, reader, arguments);
    }

    private <T> Optional<T> first(String sql, Database.RowReader<T> reader, Object... arguments) {
        reading();
        return database.first(sql, reader, arguments);
    }

    private int count(String sql, Object... arguments) {
        reading();
        return (int) database.number(sql, arguments);
    }

    @Override
    public long now() {
        return now;
    }

    @Override
    public Optional<StoredKey> key(KeyId id, SaeId slave) {
        reading();
        return keys.get(id, slave, now);
    }

    @Override
    public Optional<StoredKey> fetchedKey(KeyId id, SaeId slave) {
        reading();
        return keys.fetched(id, slave, now);
    }

    @Override
    public Optional<KeyOwners> keyOwners(KeyId id) {
        reading();
        return keys.owners(id, now);
    }

    @Override
    public boolean hasKey(KeyId id) {
        reading();
        return keys.has(id, now);
    }

    @Override
    public void putKey(StoredKey key) {
        writing();
        keys.put(key, now);
    }

    @Override
    public void keepFetched(KeyId id, SaeId slave, long until) {
        writing();
        keys.keepFetched(id, slave, until);
    }

    @Override
    public void removeKey(KeyId id, SaeId slave) {
        writing();
        keys.remove(id, slave);
    }

    @Override
    public void removeKey(KeyId id) {
        writing();
        keys.remove(id);
    }

    @Override
    public Optional<IncompleteKey> incompleteKey(KeyId id) {
        reading();
        return keys.incomplete(id, now);
    }

    @Override
    public void putIncompleteKey(IncompleteKey key) {
        writing();
        keys.put(key);
    }

    @Override
    public boolean removeIncompleteKey(NodeId ingress, KeyId id) {
        writing();
        return keys.removeIncomplete(ingress, id);
    }

    @Override
    public List<WaitingKey> removeIncompleteKeys(int limit) {
        writing();
        return removeIncomplete(Long.MAX_VALUE, limit);
    }

    @Override
    public int countKeys(SaePair pair) {
        reading();
        return keys.count(pair, now);
    }

    @Override
    public boolean hasRoom(SaePair pair, int more, int most) {
        reading();
        return keys.hasRoom(pair, more, most, now);
    }

    @Override
    public int countKeys() {
        reading();
        return keys.count(now);
    }

    @Override
    public List<WaitingKey> waitingKeys(int limit) {
        reading();
        return keys.waiting(now, limit);
    }

    @Override
    public int removeKeysStoredBefore(long age) {
        writing();
        return keys.removeStoredBefore(age);
    }

    @Override
    public int dropKeysStoredBefore(long age) {
        writing();
        return StoredKeys.drop(database, age);
    }

    @Override
    public Optional<KeyRecord> record(KeyId id, SaeId slave) {
        return first(
                "SELECT master, egress, expires_at FROM record WHERE id = ? AND slave = ? AND expires_at > ?",
                row -> new KeyRecord(
                        id, pair(row.getString(1), slave.text()), new NodeId(row.getString(2)), row.getLong(3)),
                UuidBytes.of(id),
                slave.text(),
                now);
    }

    @Override
    public void putRecord(KeyRecord record) {
        update(
                "INSERT INTO record (id, master, slave, egress, expires_at) VALUES (?, ?, ?, ?, ?)"
                        + " ON CONFLICT (id, slave) DO UPDATE SET"
                        + " master = excluded.master, egress = excluded.egress, expires_at = excluded.expires_at",
                UuidBytes.of(record.id()),
                record.pair().master().text(),
                record.pair().slave().text(),
                record.egress().text(),
                record.expiresAt());
    }

    @Override
    public void removeRecord(KeyId id, SaeId slave) {
        update("DELETE FROM record WHERE id = ? AND slave = ?", UuidBytes.of(id), slave.text());
    }

    @Override
    public int countRecords() {
        return count("SELECT (SELECT count(*) FROM record) - (SELECT count(*) FROM record WHERE expires_at <= ?)", now);
    }

    private static final String INTENT =
            "SELECT relay_id, master, slave, egress, key_ids, made_at, expires_at FROM intent WHERE expires_at > ?";

    private static final Database.RowReader<Intent> INTENT_READER = row -> new Intent(
            UuidBytes.uuid(row.getBytes(1)),
            pair(row.getString(2), row.getString(3)),
            new NodeId(row.getString(4)),
            UuidBytes.keyIds(row.getBytes(5)),
            row.getLong(6),
            row.getLong(7));

    @Override
    public Optional<Intent> intent(UUID relayId) {
        return first(INTENT + " AND relay_id = ?", INTENT_READER, now, UuidBytes.of(relayId));
    }

    @Override
    public void putIntent(Intent intent) {
        update(
                "INSERT OR REPLACE INTO intent (relay_id, master, slave, egress, key_ids, made_at, expires_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?)",
                UuidBytes.of(intent.relayId()),
                intent.pair().master().text(),
                intent.pair().slave().text(),
                intent.egress().text(),
                UuidBytes.of(intent.keyIds()),
                intent.madeAt(),
                intent.expiresAt());
    }

    @Override
    public void removeIntent(UUID relayId) {
        update("DELETE FROM intent WHERE relay_id = ?", UuidBytes.of(relayId));
    }

    @Override
    public List<Intent> intents() {
        return all(INTENT + " ORDER BY place", INTENT_READER, now);
    }

    @Override
    public void putNotice(OutboxNotice notice) {
        update(
                "INSERT OR REPLACE INTO notice (id, type, node, master, slave, key_ids, made_at, expires_at)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                UuidBytes.of(notice.id()),
                notice.type().name(),
                notice.to().text(),
                notice.pair().master().text(),
                notice.pair().slave().text(),
                UuidBytes.of(notice.keyIds()),
                notice.madeAt(),
                notice.expiresAt());
    }

    @Override
    public void removeNotice(UUID id) {
        update("DELETE FROM notice WHERE id = ?", UuidBytes.of(id));
    }

    @Override
    public boolean hasNotice(UUID id) {
        return first("SELECT 1 FROM notice WHERE id = ? AND expires_at > ?", row -> 1, UuidBytes.of(id), now)
                .isPresent();
    }

    @Override
    public List<NodeId> nodesOwed() {
        return all(
                "SELECT DISTINCT node FROM notice WHERE expires_at > ? ORDER BY node",
                row -> new NodeId(row.getString(1)),
                now);
    }

    @Override
    public List<OutboxNotice> notices(NodeId to, NoticeType type, int limit) {
        return all(
                "SELECT id, master, slave, key_ids, made_at, expires_at FROM notice"
                        + " WHERE node = ? AND type = ? AND expires_at > ? ORDER BY place LIMIT ?",
                row -> new OutboxNotice(
                        UuidBytes.uuid(row.getBytes(1)),
                        type,
                        to,
                        pair(row.getString(2), row.getString(3)),
                        UuidBytes.keyIds(row.getBytes(4)),
                        row.getLong(5),
                        row.getLong(6)),
                to.text(),
                type.name(),
                now,
                limit);
    }

    @Override
    public OptionalLong oldestNotice() {
        return first(
                        "SELECT min(made_at) FROM notice WHERE expires_at > ? HAVING count(*) > 0",
                        row -> OptionalLong.of(row.getLong(1)),
                        now)
                .orElseGet(OptionalLong::empty);
    }

    @Override
    public int countNotices(NodeId to) {
        return count("SELECT count(*) FROM notice WHERE node = ? AND expires_at > ?", to.text(), now);
    }

    @Override
    public void putTombstone(NodeId origin, KeyId id, long expiresAt) {
        update(
                "INSERT OR REPLACE INTO tombstone (origin, id, expires_at) VALUES (?, ?, ?)",
                origin.text(),
                UuidBytes.of(id),
                expiresAt);
    }

    @Override
    public boolean hasTombstone(NodeId origin, KeyId id) {
        return first(
                        "SELECT 1 FROM tombstone WHERE origin = ? AND id = ? AND expires_at > ?",
                        row -> 1,
                        origin.text(),
                        UuidBytes.of(id),
                        now)
                .isPresent();
    }

    @Override
    public int countTombstones(NodeId origin) {
        return count("SELECT count(*) FROM tombstone WHERE origin = ? AND expires_at > ?", origin.text(), now);
    }

    @Override
    public void putHome(SaeHome home) {
        update(
                "INSERT OR REPLACE INTO home (sae, node, heard_at) VALUES (?, ?, ?)",
                home.sae().text(),
                home.node().text(),
                home.heardAt());
    }

    @Override
    public void removeHome(SaeId sae) {
        update("DELETE FROM home WHERE sae = ?", sae.text());
    }

    @Override
    public List<SaeHome> homes() {
        return all(
                "SELECT sae, node, heard_at FROM home ORDER BY sae",
                row -> new SaeHome(new SaeId(row.getString(1)), new NodeId(row.getString(2)), row.getLong(3)));
    }

    @Override
    public Optional<Sequence> sequence(NodeId node) {
        return first(
                "SELECT number, heard_at, jws FROM sequence WHERE node = ?",
                row -> new Sequence(node, row.getLong(1), row.getLong(2), row.getString(3)),
                node.text());
    }

    @Override
    public void putSequence(Sequence sequence) {
        update(
                "INSERT OR REPLACE INTO sequence (node, number, heard_at, jws) VALUES (?, ?, ?, ?)",
                sequence.node().text(),
                sequence.number(),
                sequence.heardAt(),
                sequence.jws());
    }

    @Override
    public List<Sequence> sequences() {
        return all(
                "SELECT node, number, heard_at, jws FROM sequence ORDER BY node",
                row -> new Sequence(new NodeId(row.getString(1)), row.getLong(2), row.getLong(3), row.getString(4)));
    }

    @Override
    public void removeSequence(NodeId node) {
        update("DELETE FROM sequence WHERE node = ?", node.text());
    }

    @Override
    public void addUse(PairUse more) {
        writing();
        use.add(more);
    }

    @Override
    public List<DayUse> uses(LocalDate from, LocalDate to, int limit) {
        reading();
        return use.between(from, to, limit);
    }

    @Override
    public long keysGivenToday(SaePair pair) {
        reading();
        return use.givenToday(pair);
    }

    @Override
    public void audit(AuditEvent event) {
        reading();
        if (audit.isKept()) {
            writing();
            audit.put(event);
        }
    }

    @Override
    public List<AuditRow> auditRows(int limit) {
        reading();
        return audit.rows(limit);
    }

    @Override
    public AuditExport auditExport() {
        reading();
        return audit.export();
    }

    @Override
    public void auditExported(AuditExport export) {
        writing();
        audit.exported(export);
    }

    @Override
    public List<Tally> tallies() {
        reading();
        return counts.tallies();
    }

    @Override
    public Removed removeExpired(int limit) {
        writing();
        swept = true;
        int left = limit - removeDropped(limit);
        List<WaitingKey> waiting = keys.removeExpired(now, left);
        GoneKeys.audit(this, AuditEvent.What.EXPIRED, waiting);
        left -= waiting.size();
        left -= keys.removeFetchedExpired(now, left);
        left -= removeNeverComplete(left);
        left -= removeExpired("record", "id, slave", left);
        left -= removeExpired("intent", "place", left);
        left -= removeExpired("notice", "place", left);
        left -= removeExpired("tombstone", "origin, id", left);
        left -= use.removeOld(left);
        counts.removeUnused();
        return new Removed(waiting.size(), limit - left - waiting.size());
    }

    private int removeNeverComplete(int limit) {
        List<WaitingKey> removed = removeIncomplete(now, limit);
        GoneKeys.audit(this, AuditEvent.What.EXPIRED, removed);
        return removed.size();
    }

    /** Late shares can not begin them anew. */
    private List<WaitingKey> removeIncomplete(long completeBy, int limit) {
        List<WaitingKey> removed = keys.removeIncomplete(completeBy, limit);
        removed.forEach(key -> putTombstone(key.ingress(), key.id(), key.expiresAt()));
        return removed;
    }

    private int removeDropped(int limit) {
        if (!keys.hasDropped()) {
            return 0;
        }
        List<WaitingKey> waiting = keys.removeDropped(limit);
        GoneKeys.audit(this, AuditEvent.What.DROPPED, waiting);
        int removed = waiting.size() + keys.removeOthersDropped(limit - waiting.size());
        if (removed < limit) {
            keys.forgetDropped();
        }
        return removed;
    }

    private int removeExpired(String table, String key, int limit) {
        return update(
                "DELETE FROM " + table + " WHERE (" + key + ") IN (SELECT " + key + " FROM " + table
                        + " WHERE expires_at <= ? LIMIT ?)",
                now,
                limit);
    }

    private static SaePair pair(String master, String slave) {
        return new SaePair(new SaeId(master), new SaeId(slave));
    }
}
