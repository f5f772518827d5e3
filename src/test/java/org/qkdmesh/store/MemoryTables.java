package org.qkdmesh.store;

import java.time.LocalDate;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

/** What a {@link MemoryStore} has on its disk. The rows are immutable; key bytes in them are never closed. */
final class MemoryTables {

    /** A key id that the origin voided. */
    record Tombstone(NodeId origin, KeyId id) {}

    /** A key as one of its slaves has it. */
    record Copy(KeyId id, SaeId slave) {}

    /** Of each key the copies of the slaves that it still waits for: maps that are replaced, never changed. */
    final Map<KeyId, Map<SaeId, StoredKey>> keys = new LinkedHashMap<>();

    /** The copies that slaves have had and may ask for again. */
    final Map<Copy, StoredKey> fetched = new LinkedHashMap<>();

    /** Keys of which not all shares have come. */
    final Map<KeyId, IncompleteKey> incomplete = new LinkedHashMap<>();

    final Map<Copy, KeyRecord> records = new LinkedHashMap<>();
    /** The key of a row of what was used. */
    record Use(LocalDate day, SaeId master, SaeId slave, PairUse.Direction direction) implements Comparable<Use> {

        private static final Comparator<Use> ORDER = Comparator.comparing(Use::day)
                .thenComparing(Use::master)
                .thenComparing(Use::slave)
                .thenComparing(use -> use.direction().name());

        @Override
        public int compareTo(Use other) {
            return ORDER.compare(this, other);
        }
    }

    final Map<UUID, Intent> intents = new LinkedHashMap<>();
    final Map<UUID, OutboxNotice> notices = new LinkedHashMap<>();
    final Map<Tombstone, Long> tombstones = new LinkedHashMap<>();
    final Map<SaeId, SaeHome> homes = new TreeMap<>();
    final Map<NodeId, Sequence> sequences = new TreeMap<>();

    /** One row at most: keys that were stored before that age are not found any more. */
    final Map<String, Long> dropped = new LinkedHashMap<>(1);

    /** Audit events by their numbers. */
    final Map<Long, AuditRow> audit = new LinkedHashMap<>();

    /** What pairs used, in the order of days, pairs and directions. */
    final Map<Use, PairUse> uses = new TreeMap<>();

    /** One row at most. */
    final Map<String, AuditExport> auditExport = new LinkedHashMap<>(1);

    private long savedAge;
    private long savedWall;

    void saveAge(long age, long wall) {
        savedAge = age;
        savedWall = wall;
    }

    long savedAge() {
        return savedAge;
    }

    long savedWall() {
        return savedWall;
    }

    MemoryTables copy() {
        MemoryTables copy = new MemoryTables();
        copy.replaceBy(this);
        return copy;
    }

    void replaceBy(MemoryTables other) {
        replace(keys, other.keys);
        replace(fetched, other.fetched);
        replace(incomplete, other.incomplete);
        replace(records, other.records);
        replace(intents, other.intents);
        replace(notices, other.notices);
        replace(tombstones, other.tombstones);
        replace(homes, other.homes);
        replace(sequences, other.sequences);
        replace(dropped, other.dropped);
        replace(audit, other.audit);
        replace(auditExport, other.auditExport);
        replace(uses, other.uses);
        saveAge(other.savedAge, other.savedWall);
    }

    static <K, V> Map<K, V> copy(Map<K, V> table) {
        return new LinkedHashMap<>(table);
    }

    static <K, V> void replace(Map<K, V> table, Map<K, V> by) {
        table.clear();
        table.putAll(by);
    }
}
