package org.qkdmesh.store;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.qkdmesh.model.AuditEvent;

/** Audit events that are not in their files yet, and how far the files are. Used by the writer's thread alone. */
final class AuditTable {

    /**
     * Whether a store keeps an audit, and how much of it was lost. Safe for use by several threads.
     */
    static final class Keeping {

        private volatile int most;
        private volatile boolean required;
        private volatile BooleanSupplier failing = () -> false;
        private final AtomicLong lost = new AtomicLong();

        /**
         * @param rows how many may wait to be written to files; 0 when no audit is kept
         * @param isRequired whether keys stay where they are when the files can not tell of it
         * @param failingNow whether the files can not be written
         */
        void most(int rows, boolean isRequired, BooleanSupplier failingNow) {
            required = isRequired;
            failing = failingNow;
            most = rows;
        }

        /** How many events there was no room for. */
        long lost() {
            return lost.get();
        }
    }

    /** The numbers go on from the last row, or from the last one that was there. */
    private static final String INSERT = "INSERT INTO audit (number, at, event, key_ids)"
            + " SELECT next, ?, ?, ? FROM (SELECT number AS gone,"
            + " max(number, (SELECT coalesce(max(number), 0) FROM audit)) + 1 AS next FROM audit_export)"
            + " WHERE next - gone <= ?";

    private final Database database;
    private final Keeping keeping;
    private final StoreAge age;

    AuditTable(Database database, Keeping keeping, StoreAge age) {
        this.database = database;
        this.keeping = keeping;
        this.age = age;
    }

    boolean isKept() {
        return keeping.most > 0;
    }

    /** @throws StoreFailure when keys would move of which the files can not tell, and must */
    void put(AuditEvent event) {
        boolean needsItsLine = keeping.required && event.what().movesKeys();
        if (needsItsLine && keeping.failing.getAsBoolean()) {
            throw new StoreFailure("the audit log can not be written, and is required", true, null);
        }
        int put = database.update(
                INSERT, age.wallMillis(), AuditRow.json(event), UuidBytes.of(event.keyIds()), keeping.most);
        if (put == 0 && needsItsLine) {
            throw new StoreFailure("too many events wait for the audit log, and it is required", true, null);
        }
        if (put == 0) {
            keeping.lost.incrementAndGet();
        }
    }

    List<AuditRow> rows(int limit) {
        return database.all(
                "SELECT number, at, event, key_ids FROM audit ORDER BY number LIMIT ?",
                row -> new AuditRow(
                        row.getLong(1), row.getLong(2), row.getString(3), UuidBytes.keyIds(row.getBytes(4))),
                limit);
    }

    AuditExport export() {
        return database.first(
                        "SELECT number, line, hash FROM audit_export",
                        row -> new AuditExport(row.getLong(1), row.getLong(2), row.getString(3)))
                .orElse(AuditExport.NONE);
    }

    void exported(AuditExport export) {
        database.update("DELETE FROM audit WHERE number <= ?", export.number());
        database.update(
                "UPDATE audit_export SET number = ?, line = ?, hash = ?",
                export.number(),
                export.line(),
                export.hash());
    }
}
