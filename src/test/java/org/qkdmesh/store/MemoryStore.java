package org.qkdmesh.store;

import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NoticeType;

/**
 * A store in memory for one thread and virtual time. It holds what was committed and nothing else: a {@link CrashPoint}
 * may end the process before a commit (the transaction is lost) or after it (it stays, but the caller never learns),
 * {@link #reopen} starts the next run, and {@link #snapshot} and {@link #restore} put an old copy of the disk back.
 */
public final class MemoryStore implements NodeStore {

    /** Called around every commit. What it throws reaches the caller of {@link #transact}. */
    @FunctionalInterface
    public interface CrashPoint {
        void reached(Moment moment);
    }

    /** Where a crash, or a commit that fails, finds the transaction. */
    public enum Moment {
        /** Nothing of it is on disk yet; if the crash point throws, nothing ever is. */
        BEFORE_COMMIT,
        /** All of it is on disk. */
        AFTER_COMMIT
    }

    /** What the disk held at some moment. */
    public static final class Snapshot {
        private final MemoryTables tables;

        private Snapshot(MemoryTables tables) {
            this.tables = tables;
        }
    }

    private final MemoryTables tables;
    private final StoreAge age;
    private final NodeClock clock;
    private CrashPoint crashPoint = moment -> {};
    private MemoryTransaction atHand;
    private boolean closed;
    private int mostAuditRows;
    private boolean auditRequired;
    private BooleanSupplier auditFailing = () -> false;

    /** An empty store. */
    public MemoryStore(NodeClock clock) {
        this(new MemoryTables(), StoreAge.ofNewStore(clock), clock);
    }

    private MemoryStore(MemoryTables tables, StoreAge age, NodeClock clock) {
        this.tables = tables;
        this.age = age;
        this.clock = clock;
        saveAge(age.openedAt());
    }

    /**
     * The next run of the node on the same disk: its age goes on over the down-time, what was there stays. This object,
     * which stands for the process before, can no longer be used.
     */
    public MemoryStore reopen(NodeClock clockOfNextRun) {
        closed = true;
        StoreAge next = StoreAge.reopened(clockOfNextRun, tables.savedAge(), tables.savedWall());
        return new MemoryStore(tables, next, clockOfNextRun);
    }

    /** Everything that is owed to anybody, of any store. */
    public static List<OutboxNotice> allNotices(StoreTransaction tx) {
        return tx.nodesOwed().stream()
                .flatMap(node -> Arrays.stream(NoticeType.values())
                        .flatMap(type -> tx.notices(node, type, Integer.MAX_VALUE).stream()))
                .toList();
    }

    public void setCrashPoint(CrashPoint crashPoint) {
        this.crashPoint = crashPoint;
    }

    /** As {@link SqliteStore#keepAudit}. */
    public void keepAudit(int rows, boolean required, BooleanSupplier failing) {
        mostAuditRows = rows;
        auditRequired = required;
        auditFailing = failing;
    }

    /** For a crash point: whether the transaction at hand changes anything, so that it is a durable step. */
    public boolean isWriting() {
        return atHand != null && atHand.hasWritten();
    }

    public Snapshot snapshot() {
        return new Snapshot(tables.copy());
    }

    /** Puts an old copy of the disk in the place of this one; to be followed by {@link #reopen}. */
    public void restore(Snapshot snapshot) {
        tables.replaceBy(snapshot.tables);
    }

    @Override
    public <T> T transact(Function<StoreTransaction, T> work) {
        if (closed) {
            throw new StoreFailure("the store is closed", true, null);
        }
        if (atHand != null) {
            throw new IllegalStateException("a transaction inside a transaction");
        }
        long now = age.now();
        MemoryTransaction transaction = new MemoryTransaction(
                tables, now, clock.wall().toEpochMilli(), mostAuditRows, auditRequired, auditFailing);
        atHand = transaction;
        boolean committed = false;
        try {
            T result = work.apply(transaction);
            crashPoint.reached(Moment.BEFORE_COMMIT);
            committed = true;
            if (transaction.hasSwept() || transaction.hasWritten() && age.isSavingDue(now)) {
                saveAge(now);
            }
            crashPoint.reached(Moment.AFTER_COMMIT);
            return result;
        } finally {
            transaction.end(committed);
            atHand = null;
        }
    }

    @Override
    public <T> T destroyKeys(Function<StoreTransaction, T> last) {
        return transact(tx -> {
            T result = last.apply(tx);
            tx.removeKeysStoredBefore(Long.MAX_VALUE);
            return result;
        });
    }

    private void saveAge(long now) {
        tables.saveAge(now, clock.wall().toEpochMilli());
        age.saved(now);
    }

    @Override
    public long age() {
        return age.now();
    }

    @Override
    public long openedAt() {
        return age.openedAt();
    }

    @Override
    public void close() {
        closed = true;
    }
}
