package org.qkdmesh.store;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NoticeType;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;

/** Works on the tables themselves and keeps, of each table that it writes to, what was there before. */
final class MemoryTransaction implements StoreTransaction {

    private static final String BEFORE = "before";
    private static final String EXPORT = "export";

    private final MemoryTables tables;
    private final long now;
    private final long wallMillis;
    private final int mostAuditRows;
    private final boolean auditRequired;
    private final BooleanSupplier auditFailing;
    private final Map<Map<?, ?>, Runnable> undo = new IdentityHashMap<>(4);
    private boolean swept;
    private boolean over;

    /** @param mostAuditRows 0 when no audit is kept */
    MemoryTransaction(
            MemoryTables tables,
            long now,
            long wallMillis,
            int mostAuditRows,
            boolean auditRequired,
            BooleanSupplier auditFailing) {
        this.tables = tables;
        this.now = now;
        this.wallMillis = wallMillis;
        this.mostAuditRows = mostAuditRows;
        this.auditRequired = auditRequired;
        this.auditFailing = auditFailing;
    }

    /** Keeps what was written, or puts back what was there; from now on every use throws. */
    void end(boolean keep) {
        over = true;
        if (!keep) {
            undo.values().forEach(Runnable::run);
        }
    }

    boolean hasWritten() {
        return !undo.isEmpty();
    }

    boolean hasSwept() {
        return swept;
    }

    private <K, V> Map<K, V> reading(Map<K, V> table) {
        if (over) {
            throw new IllegalStateException("this transaction is over");
        }
        return table;
    }

    private <K, V> Map<K, V> writing(Map<K, V> table) {
        reading(table);
        if (!undo.containsKey(table)) {
            Map<K, V> before = MemoryTables.copy(table);
            undo.put(table, () -> MemoryTables.replace(table, before));
        }
        return table;
    }

    /** Puts at the end, as a new row, also when there was one of this key. */
    private <K, V> void put(Map<K, V> table, K key, V row) {
        writing(table).remove(key);
        table.put(key, row);
    }

    private <K, V> Optional<V> get(Map<K, V> table, K key, Predicate<V> unexpired) {
        return Optional.ofNullable(reading(table).get(key)).filter(unexpired);
    }

    private <V> int count(Map<?, V> table, Predicate<V> condition) {
        int count = 0;
        for (V row : reading(table).values()) {
            if (condition.test(row)) {
                count++;
            }
        }
        return count;
    }

    private <V> int removeIf(Map<?, V> table, Predicate<V> condition, int limit) {
        int before = table.size();
        Iterator<V> rows = writing(table).values().iterator();
        while (rows.hasNext() && before - table.size() < limit) {
            if (condition.test(rows.next())) {
                rows.remove();
            }
        }
        return before - table.size();
    }

    private boolean lives(StoredKey key) {
        return key.expiresAt() > now && !isDropped(key);
    }

    private boolean isDropped(StoredKey key) {
        return !tables.dropped.isEmpty() && key.storedAt() < tables.dropped.get(BEFORE);
    }

    private boolean lives(KeyRecord record) {
        return record.expiresAt() > now;
    }

    private boolean lives(Intent intent) {
        return intent.expiresAt() > now;
    }

    private boolean lives(OutboxNotice notice) {
        return notice.expiresAt() > now;
    }

    private static StoredKey copy(StoredKey key) {
        SecretBytes bytes = key.bytes().slice(0, key.bytes().lengthBytes());
        return new StoredKey(key.id(), key.saes(), key.ingress(), bytes, key.storedAt(), key.expiresAt());
    }

    @Override
    public long now() {
        return now;
    }

    /** The copies of a key that has not expired; all of them do at once. */
    private Map<SaeId, StoredKey> copies(KeyId id) {
        Map<SaeId, StoredKey> copies = reading(tables.keys).getOrDefault(id, Map.of());
        return copies.values().stream().allMatch(this::lives) ? copies : Map.of();
    }

    @Override
    public Optional<StoredKey> key(KeyId id, SaeId slave) {
        return Optional.ofNullable(copies(id).get(slave)).map(MemoryTransaction::copy);
    }

    @Override
    public Optional<StoredKey> fetchedKey(KeyId id, SaeId slave) {
        return get(tables.fetched, new MemoryTables.Copy(id, slave), this::lives)
                .map(MemoryTransaction::copy);
    }

    @Override
    public Optional<KeyOwners> keyOwners(KeyId id) {
        return copies(id).values().stream()
                .findFirst()
                .or(() -> fetched(id))
                .map(key -> new KeyOwners(key.ingress(), key.saes()));
    }

    private Optional<StoredKey> fetched(KeyId id) {
        return reading(tables.fetched).values().stream()
                .filter(key -> key.id().equals(id) && lives(key))
                .findFirst();
    }

    @Override
    public boolean hasKey(KeyId id) {
        return !copies(id).isEmpty() || fetched(id).isPresent();
    }

    @Override
    public void putKey(StoredKey key) {
        if (hasKey(key.id())) {
            throw new IllegalStateException("a key of this id is stored already");
        }
        removeKey(key.id());
        StoredKey stored = copy(key);
        Map<SaeId, StoredKey> copies = new LinkedHashMap<>();
        key.saes().slaves().forEach(slave -> copies.put(slave, stored));
        put(tables.keys, key.id(), copies);
    }

    @Override
    public void keepFetched(KeyId id, SaeId slave, long until) {
        StoredKey key = tables.keys.get(id).get(slave);
        long expiresAt = Math.min(until, key.expiresAt());
        put(
                tables.fetched,
                new MemoryTables.Copy(id, slave),
                new StoredKey(id, key.saes(), key.ingress(), key.bytes(), key.storedAt(), expiresAt));
        removeKey(id, slave);
    }

    @Override
    public void removeKey(KeyId id, SaeId slave) {
        Map<SaeId, StoredKey> copies = new LinkedHashMap<>(reading(tables.keys).getOrDefault(id, Map.of()));
        copies.remove(slave);
        if (copies.isEmpty()) {
            writing(tables.keys).remove(id);
        } else {
            writing(tables.keys).put(id, copies);
        }
    }

    @Override
    public void removeKey(KeyId id) {
        writing(tables.keys).remove(id);
        if (fetchedOf(id)) {
            writing(tables.fetched).keySet().removeIf(copy -> copy.id().equals(id));
        }
    }

    /** Whether there is a copy that a slave has had, expired or not. */
    private boolean fetchedOf(KeyId id) {
        return reading(tables.fetched).keySet().stream()
                .anyMatch(copy -> copy.id().equals(id));
    }

    @Override
    public Optional<IncompleteKey> incompleteKey(KeyId id) {
        Optional<IncompleteKey> found =
                Optional.ofNullable(reading(tables.incomplete).get(id));
        if (found.filter(key -> !lives(key.soFar())).isPresent()) {
            throw new StoreFailure("what has come of a key can not be read any more", true, null);
        }
        return found.map(MemoryTransaction::copy);
    }

    private static IncompleteKey copy(IncompleteKey key) {
        return new IncompleteKey(copy(key.soFar()), key.set(), key.shares(), key.taken(), key.completeBy());
    }

    @Override
    public void putIncompleteKey(IncompleteKey key) {
        put(tables.incomplete, key.soFar().id(), copy(key));
    }

    @Override
    public boolean removeIncompleteKey(NodeId ingress, KeyId id) {
        IncompleteKey known = reading(tables.incomplete).get(id);
        boolean its = known != null && known.soFar().ingress().equals(ingress);
        if (its) {
            writing(tables.incomplete).remove(id);
        }
        return its;
    }

    /** As so many slaves would have them. */
    private Stream<WaitingKey> copiesOfIncomplete(Predicate<IncompleteKey> condition) {
        return reading(tables.incomplete).values().stream()
                .filter(condition)
                .flatMap(key -> key.soFar().saes().slaves().stream().map(slave -> waiting(slave, key.soFar())));
    }

    private int removeIncomplete(Predicate<IncompleteKey> condition) {
        int removed = (int) copiesOfIncomplete(condition).count();
        if (removed > 0) {
            writing(tables.incomplete).values().removeIf(condition);
        }
        return removed;
    }

    @Override
    public List<WaitingKey> removeIncompleteKeys(int limit) {
        return removeForGood(key -> true);
    }

    private int removeNeverComplete() {
        List<WaitingKey> removed = removeForGood(key -> key.completeBy() <= now);
        GoneKeys.audit(this, AuditEvent.What.EXPIRED, removed);
        return removed.size();
    }

    /** All at once: no test has as many as may be removed. */
    private List<WaitingKey> removeForGood(Predicate<IncompleteKey> condition) {
        List<WaitingKey> removed = copiesOfIncomplete(condition).toList();
        removed.forEach(key -> putTombstone(key.ingress(), key.id(), key.expiresAt()));
        writing(tables.incomplete).values().removeIf(condition);
        return removed;
    }

    @Override
    public int countKeys(SaePair pair) {
        int waiting = count(tables.keys, copies -> {
            StoredKey key = copies.get(pair.slave());
            return key != null && lives(key) && key.saes().master().equals(pair.master());
        });
        int incomplete = (int) copiesOfIncomplete(key -> lives(key.soFar()))
                .filter(key -> key.pair().equals(pair))
                .count();
        return waiting
                + incomplete
                + (int) reading(tables.fetched).entrySet().stream()
                        .filter(copy -> copy.getKey().slave().equals(pair.slave()))
                        .filter(copy -> copy.getValue().saes().master().equals(pair.master()))
                        .filter(copy -> lives(copy.getValue()))
                        .count();
    }

    @Override
    public boolean hasRoom(SaePair pair, int more, int most) {
        return countKeys(pair) + more <= most;
    }

    @Override
    public int countKeys() {
        return countCopies(this::lives) + count(tables.fetched, this::lives);
    }

    private int countCopies(Predicate<StoredKey> condition) {
        int count = 0;
        for (Map<SaeId, StoredKey> copies : reading(tables.keys).values()) {
            count += (int) copies.values().stream().filter(condition).count();
        }
        return count;
    }

    private int removeKeys(Predicate<StoredKey> condition) {
        int removed = countCopies(condition);
        writing(tables.keys).values().removeIf(copies -> copies.values().stream()
                .anyMatch(condition));
        return removed;
    }

    /** Most stores have none. */
    private int removeFetched(Predicate<StoredKey> condition, int limit) {
        return reading(tables.fetched).isEmpty() ? 0 : removeIf(tables.fetched, condition, limit);
    }

    private List<WaitingKey> removeCopies(Predicate<StoredKey> condition, int limit) {
        List<WaitingKey> found = new ArrayList<>();
        writing(tables.keys)
                .forEach((id, copies) -> copies.forEach((slave, key) -> {
                    if (condition.test(key) && found.size() < limit) {
                        found.add(waiting(slave, key));
                    }
                }));
        found.forEach(key -> removeKey(key.id(), key.pair().slave()));
        return found;
    }

    private int removeDropped(int limit) {
        if (tables.dropped.isEmpty()) {
            return 0;
        }
        List<WaitingKey> waiting = removeCopies(this::isDropped, limit);
        GoneKeys.audit(this, AuditEvent.What.DROPPED, waiting);
        int removed = waiting.size()
                + removeFetched(this::isDropped, limit - waiting.size())
                + removeIncomplete(key -> isDropped(key.soFar()));
        if (removed < limit) {
            writing(tables.dropped).clear();
        }
        return removed;
    }

    @Override
    public List<WaitingKey> waitingKeys(int limit) {
        return reading(tables.keys).values().stream()
                .flatMap(copies -> copies.entrySet().stream())
                .filter(copy -> lives(copy.getValue()))
                .limit(limit)
                .map(copy -> waiting(copy.getKey(), copy.getValue()))
                .toList();
    }

    private static WaitingKey waiting(SaeId slave, StoredKey key) {
        SaePair pair = new SaePair(key.saes().master(), slave);
        return new WaitingKey(key.id(), pair, key.ingress(), key.expiresAt());
    }

    @Override
    public int removeKeysStoredBefore(long age) {
        return removeKeys(key -> key.storedAt() < age)
                + removeFetched(key -> key.storedAt() < age, Integer.MAX_VALUE)
                + removeIncomplete(key -> key.soFar().storedAt() < age);
    }

    @Override
    public int dropKeysStoredBefore(long age) {
        writing(tables.dropped).merge(BEFORE, age, Math::max);
        return countCopies(key -> true) + tables.fetched.size();
    }

    @Override
    public Optional<KeyRecord> record(KeyId id, SaeId slave) {
        return get(tables.records, new MemoryTables.Copy(id, slave), this::lives);
    }

    @Override
    public void putRecord(KeyRecord record) {
        put(tables.records, new MemoryTables.Copy(record.id(), record.pair().slave()), record);
    }

    @Override
    public void removeRecord(KeyId id, SaeId slave) {
        writing(tables.records).remove(new MemoryTables.Copy(id, slave));
    }

    @Override
    public int countRecords() {
        return count(tables.records, this::lives);
    }

    @Override
    public Optional<Intent> intent(UUID relayId) {
        return get(tables.intents, relayId, this::lives);
    }

    @Override
    public void putIntent(Intent intent) {
        put(tables.intents, intent.relayId(), intent);
    }

    @Override
    public void removeIntent(UUID relayId) {
        writing(tables.intents).remove(relayId);
    }

    @Override
    public List<Intent> intents() {
        return reading(tables.intents).values().stream().filter(this::lives).toList();
    }

    @Override
    public void putNotice(OutboxNotice notice) {
        put(tables.notices, notice.id(), notice);
    }

    @Override
    public void removeNotice(UUID id) {
        writing(tables.notices).remove(id);
    }

    @Override
    public boolean hasNotice(UUID id) {
        return get(tables.notices, id, this::lives).isPresent();
    }

    @Override
    public List<NodeId> nodesOwed() {
        if (reading(tables.notices).isEmpty()) {
            return List.of();
        }
        return tables.notices.values().stream()
                .filter(this::lives)
                .map(OutboxNotice::to)
                .distinct()
                .sorted()
                .toList();
    }

    @Override
    public List<OutboxNotice> notices(NodeId to, NoticeType type, int limit) {
        return reading(tables.notices).values().stream()
                .filter(notice -> lives(notice) && notice.to().equals(to) && notice.type() == type)
                .limit(limit)
                .toList();
    }

    @Override
    public OptionalLong oldestNotice() {
        return reading(tables.notices).values().stream()
                .filter(this::lives)
                .mapToLong(OutboxNotice::madeAt)
                .min();
    }

    @Override
    public int countNotices(NodeId to) {
        return count(tables.notices, notice -> lives(notice) && notice.to().equals(to));
    }

    @Override
    public void putTombstone(NodeId origin, KeyId id, long expiresAt) {
        put(tables.tombstones, new MemoryTables.Tombstone(origin, id), expiresAt);
    }

    @Override
    public boolean hasTombstone(NodeId origin, KeyId id) {
        return get(tables.tombstones, new MemoryTables.Tombstone(origin, id), expiresAt -> expiresAt > now)
                .isPresent();
    }

    @Override
    public int countTombstones(NodeId origin) {
        return (int) reading(tables.tombstones).entrySet().stream()
                .filter(row -> row.getValue() > now && row.getKey().origin().equals(origin))
                .count();
    }

    @Override
    public void putHome(SaeHome home) {
        put(tables.homes, home.sae(), home);
    }

    @Override
    public void removeHome(SaeId sae) {
        writing(tables.homes).remove(sae);
    }

    @Override
    public List<SaeHome> homes() {
        return List.copyOf(reading(tables.homes).values());
    }

    @Override
    public Optional<Sequence> sequence(NodeId node) {
        return get(tables.sequences, node, row -> true);
    }

    @Override
    public void putSequence(Sequence sequence) {
        put(tables.sequences, sequence.node(), sequence);
    }

    @Override
    public List<Sequence> sequences() {
        return List.copyOf(reading(tables.sequences).values());
    }

    @Override
    public void removeSequence(NodeId node) {
        writing(tables.sequences).remove(node);
    }

    @Override
    public List<Tally> tallies() {
        List<Tally> rows = new ArrayList<>();
        reading(tables.keys).values().stream()
                .flatMap(copies -> copies.entrySet().stream())
                .map(copy -> new SaePair(copy.getValue().saes().master(), copy.getKey()))
                .forEach(pair -> rows.add(new Tally(Tally.Kind.WAITING, Optional.empty(), Optional.of(pair), 1, 1)));
        tables.fetched.forEach((copy, key) -> rows.add(new Tally(
                Tally.Kind.FETCHED,
                Optional.empty(),
                Optional.of(new SaePair(key.saes().master(), copy.slave())),
                1,
                1)));
        copiesOfIncomplete(key -> true)
                .forEach(key ->
                        rows.add(new Tally(Tally.Kind.INCOMPLETE, Optional.empty(), Optional.of(key.pair()), 1, 1)));
        tables.records
                .values()
                .forEach(record -> rows.add(
                        new Tally(Tally.Kind.RECORD, Optional.of(record.egress()), Optional.of(record.pair()), 1, 1)));
        tables.intents
                .values()
                .forEach(intent -> rows.add(new Tally(
                        Tally.Kind.INTENT,
                        Optional.of(intent.egress()),
                        Optional.of(intent.pair()),
                        1,
                        intent.keyIds().size())));
        tables.notices
                .values()
                .forEach(notice -> rows.add(new Tally(
                        Tally.Kind.valueOf(notice.type().name()),
                        Optional.of(notice.to()),
                        Optional.of(notice.pair()),
                        1,
                        notice.keyIds().size())));
        tables.tombstones.forEach((tombstone, expiresAt) -> {
            rows.add(new Tally(Tally.Kind.TOMBSTONE, Optional.of(tombstone.origin()), Optional.empty(), 1, 1));
        });
        Map<List<Object>, Tally> sums = new LinkedHashMap<>();
        rows.forEach(row -> sums.merge(
                List.of(row.kind(), row.node(), row.pair()),
                row,
                (a, b) -> new Tally(a.kind(), a.node(), a.pair(), a.rows() + b.rows(), a.keys() + b.keys())));
        return List.copyOf(sums.values());
    }

    private LocalDate today() {
        return LocalDate.ofEpochDay(UseTable.epochDay(wallMillis));
    }

    @Override
    public void addUse(PairUse more) {
        SaePair pair = more.pair();
        PairUse none = new PairUse(pair, more.direction(), 0, 0, 0, 0);
        writing(tables.uses)
                .merge(
                        new MemoryTables.Use(today(), pair.master(), pair.slave(), more.direction()),
                        none.plus(more),
                        (before, added) -> before.plus(more));
    }

    @Override
    public List<DayUse> uses(LocalDate from, LocalDate to, int limit) {
        return reading(tables.uses).entrySet().stream()
                .map(row -> new DayUse(row.getKey().day(), row.getValue()))
                .filter(row -> !row.day().isBefore(from) && !row.day().isAfter(to))
                .limit(limit)
                .toList();
    }

    @Override
    public long keysGivenToday(SaePair pair) {
        PairUse use = reading(tables.uses)
                .get(new MemoryTables.Use(today(), pair.master(), pair.slave(), PairUse.Direction.GIVEN));
        return use == null ? 0 : use.keys();
    }

    private int removeOldUses(int limit) {
        LocalDate oldest = today().minusDays(PairUse.DAYS_KEPT);
        List<MemoryTables.Use> old = reading(tables.uses).keySet().stream()
                .filter(row -> row.day().isBefore(oldest))
                .limit(limit)
                .toList();
        old.forEach(row -> writing(tables.uses).remove(row));
        return old.size();
    }

    @Override
    public void audit(AuditEvent event) {
        boolean needsItsLine = auditRequired && event.what().movesKeys();
        if (needsItsLine && auditFailing.getAsBoolean()) {
            throw new StoreFailure("the audit log can not be written, and is required", true, null);
        }
        long exported = auditExport().number();
        long next = tables.audit.keySet().stream().reduce(exported, Math::max) + 1;
        if (next - exported <= mostAuditRows) {
            writing(tables.audit).put(next, new AuditRow(next, wallMillis, AuditRow.json(event), event.keyIds()));
        } else if (needsItsLine && mostAuditRows > 0) {
            throw new StoreFailure("too many events wait for the audit log, and it is required", true, null);
        }
    }

    @Override
    public List<AuditRow> auditRows(int limit) {
        return reading(tables.audit).values().stream().limit(limit).toList();
    }

    @Override
    public AuditExport auditExport() {
        return reading(tables.auditExport).getOrDefault(EXPORT, AuditExport.NONE);
    }

    @Override
    public void auditExported(AuditExport export) {
        writing(tables.audit).keySet().removeIf(number -> number <= export.number());
        writing(tables.auditExport).put(EXPORT, export);
    }

    @Override
    public Removed removeExpired(int limit) {
        swept = true;
        int left = limit - removeDropped(limit);
        List<WaitingKey> waiting = removeCopies(key -> !lives(key), left);
        GoneKeys.audit(this, AuditEvent.What.EXPIRED, waiting);
        left -= waiting.size();
        left -= removeFetched(key -> !lives(key), left);
        left -= removeNeverComplete();
        left -= removeIf(tables.records, record -> !lives(record), left);
        left -= removeIf(tables.intents, intent -> !lives(intent), left);
        left -= removeIf(tables.notices, notice -> !lives(notice), left);
        left -= removeIf(tables.tombstones, expiresAt -> expiresAt <= now, left);
        left -= removeOldUses(left);
        return new Removed(waiting.size(), limit - left - waiting.size());
    }
}
