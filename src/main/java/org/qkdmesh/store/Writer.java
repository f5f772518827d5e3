package org.qkdmesh.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.qkdmesh.crypto.Sealer;
import org.qkdmesh.model.EventLog;

/**
 * Runs batches of transactions: each in a savepoint of its own, so that its exception undoes nothing else, and all under
 * one commit, so that they share the wait for the disk. Used by one thread.
 *
 * <p>After a read, write or sync that the system failed, nothing more is done on that connection: the kernel may have
 * marked pages as written that are not, and a second sync would say that all is well. The files are closed, opened again
 * before the next batch, and read again. What the failed commit left in the log counts then, whole or not at all, and all
 * that counts is written to the disk once more before anybody is served. Each batch leaves its number in the files, so
 * that they tell then whether it counts, and its callers wait for that. As long as the files do not open, every other
 * transaction fails, and nothing of it is on the disk.
 */
final class Writer {

    /** Batches whose commit failed, and what their callers are to hear if it does not count. */
    private record Unsettled(List<Work<?>> works, long number, String message, Throwable cause) {}

    private final Supplier<StoreOpening.Opened> again;
    private Database database;
    private StoredKeys keys;
    private AuditTable audit;
    private UseTable use;
    private DataKeys dataKeys;
    private StoreKek kek;
    private boolean closed;

    /** Whether the file is held for somebody who reads it. */
    private boolean held;

    private long lastBatch;
    private Optional<Unsettled> unsettled = Optional.empty();
    private final StoreAge age;
    private final AuditTable.Keeping auditKeeping;
    private final EventLog events;
    private final long heldLogBytes;
    private final DiskHealth health;

    /**
     * @param again opens the files once more, after they were closed because of a failure
     * @param heldLogBytes how large the log may become while the file is held
     */
    Writer(
            StoreOpening.Opened opened,
            Supplier<StoreOpening.Opened> again,
            StoreAge age,
            AuditTable.Keeping auditKeeping,
            EventLog events,
            long heldLogBytes) {
        this.again = again;
        this.age = age;
        this.auditKeeping = auditKeeping;
        this.events = events;
        this.heldLogBytes = heldLogBytes;
        this.health = new DiskHealth(events);
        use(opened);
    }

    private void use(StoreOpening.Opened opened) {
        database = opened.database();
        dataKeys = opened.dataKeys();
        kek = opened.kek();
        held = false;
        keys = new StoredKeys(database, dataKeys, events);
        audit = new AuditTable(database, auditKeeping, age);
        use = new UseTable(database, age);
        lastBatch = database.number("SELECT coalesce(max(number), 0) FROM last_batch");
        closed = false;
    }

    private void reopenIfClosed() {
        if (closed) {
            reopen();
        }
        settle();
    }

    /** Files that open and can not be used are let go: they would be held, and never open again. */
    private void reopen() {
        StoreOpening.Opened opened = again.get();
        try {
            use(opened);
        } catch (RuntimeException e) {
            opened.database().closeAfter(e);
            throw e;
        }
    }

    /** Tells those whose commit failed what the files, which are open again, say about it. */
    private void settle() {
        if (unsettled.isEmpty()) {
            return;
        }
        Unsettled batch = unsettled.get();
        boolean counts = database.number("SELECT count(*) FROM last_batch WHERE number = ?", batch.number()) == 1;
        unsettled = Optional.empty();
        batch.works().forEach(counts ? Work::release : work -> work.fail(batch.message(), true, batch.cause()));
    }

    /** Lets the files go. To be called when nothing runs any more. */
    void close() {
        unsettled.ifPresent(batch -> batch.works().forEach(work -> work.fail(batch.message(), false, batch.cause())));
        if (!closed) {
            closed = true;
            database.close();
        }
    }

    /** For any thread. */
    Optional<String> trouble() {
        return health.trouble();
    }

    void run(List<Work<?>> batch) {
        health.watch(() -> runBatch(batch));
    }

    private void runBatch(List<Work<?>> batch) {
        List<Work<?>> taken = batch.stream().filter(Work::take).toList();
        if (taken.isEmpty()) {
            return;
        }
        List<SqliteTransaction> done = new ArrayList<>(taken.size());
        long now = age.now();
        boolean saved;
        boolean written;
        long start = System.nanoTime();
        try {
            reopenIfClosed();
            renewWornDataKey();
            database.begin();
            for (Work<?> work : taken) {
                done.add(runInSavepoint(work, now));
            }
            written = done.stream().anyMatch(SqliteTransaction::hasWritten);
            saved = saveAgeIfDue(done, written, now);
            if (written) {
                numberThisBatch();
            }
        } catch (RuntimeException | Error e) {
            undo(taken, "the key store could not write", true, e);
            return;
        }
        try {
            database.commit();
        } catch (RuntimeException | Error e) {
            findOut(taken, e);
            return;
        }
        if (saved) {
            age.saved(now);
        }
        if (written) {
            events.committed(System.nanoTime() - start);
        }
        taken.forEach(Work::release);
        if (held && database.logBytes() > heldLogBytes) {
            letFileGo();
        }
        health.works();
        if (dataKeys.hasOld() && done.stream().anyMatch(SqliteTransaction::hasSwept)) {
            removeUnusedDataKeys();
        }
    }

    /** Runs what can not share a commit. */
    void runAlone(Work<?> work) {
        health.watch(() -> {
            if (work.take()) {
                work.runAlone(this);
            }
        });
    }

    /**
     * Runs one transaction, and in it makes every data key but a new one go; then destroys the key-encryption key as well,
     * and overwrites what is left of removed rows in the file and in its log.
     */
    void destroyKeys(Work<?> work) {
        DataKeys.Fresh fresh;
        try {
            reopenIfClosed();
            database.begin();
            runInSavepoint(work, age.now());
            if (work.hasThrown()) {
                database.rollback();
                work.release();
                return;
            }
            fresh = dataKeys.write();
            dataKeys.removeAllBut(fresh);
            database.commit();
        } catch (RuntimeException | Error e) {
            undo(List.of(work), "the key store could not destroy its keys", false, e);
            return;
        }
        dataKeys.use(fresh);
        dataKeys.forgetRemoved();
        Optional<StoreFailure> kekStays = destroyKek();
        try {
            letFileGo();
            database.overwriteWhatWasRemoved();
            kekStays.ifPresentOrElse(
                    e -> work.fail(
                            "the keys are removed, but the key-encryption key is not: " + e.getMessage(), true, e),
                    work::release);
        } catch (RuntimeException | Error e) {
            undo(
                    List.of(work),
                    "the keys are removed, but what is left of them on the disk could not be overwritten",
                    true,
                    e);
        }
    }

    private Optional<StoreFailure> destroyKek() {
        Work<Integer> change = Work.alone((writer, work) -> {});
        changeKek(change, step -> {});
        try {
            change.await(0);
            return Optional.empty();
        } catch (StoreFailure e) {
            return Optional.of(e);
        } catch (TimeoutException e) {
            return Optional.of(new StoreFailure("the key store does not open again", false, e));
        }
    }

    /**
     * Wraps every data key with a new key-encryption key, which takes the place of the former.
     *
     * @param reached told of each step right after it
     */
    void changeKek(Work<Integer> work, Consumer<DurableStep> reached) {
        Sealer next;
        try {
            reopenIfClosed();
            if (kek.isUnsettled()) {
                letFileGo();
                kek.settle();
            }
            next = kek.drawNext();
            reached.accept(DurableStep.KEK_DRAWN);
        } catch (RuntimeException | Error e) {
            work.fail("the key-encryption key stays as it is: " + e.getMessage(), true, e);
            return;
        }
        try {
            database.begin();
            work.gives(dataKeys.wrapAnew(next));
            kek.recognise(next);
            numberThisBatch();
        } catch (RuntimeException | Error e) {
            undo(List.of(work), "the key-encryption key could not be changed", true, e);
            return;
        }
        try {
            database.commit();
        } catch (RuntimeException | Error e) {
            findOut(List.of(work), e);
            return;
        }
        dataKeys.wrapWith(next);
        reached.accept(DurableStep.KEK_WRAPPED);
        try {
            kek.finish(reached);
            work.release();
        } catch (StoreFailure e) {
            work.fail(
                    "the key-encryption key is changed, but the former one is still there: " + e.getMessage(), true, e);
        }
    }

    /** Holds the file as it is, and opens it once more for somebody who reads it meanwhile. */
    void hold(DataDirectory directory, Work<HeldStore> work) {
        try {
            reopenIfClosed();
            database.holdFile();
            held = true;
            work.gives(HeldStore.open(directory));
            work.release();
        } catch (RuntimeException | Error e) {
            giveUp();
            letFileGo();
            work.fail("the key store can not be read now: " + e.getMessage(), true, e);
        }
    }

    /** Ends {@link #hold}; gives whether the file stayed as it was all the time. */
    void release(Work<Boolean> work) {
        work.gives(held);
        letFileGo();
        work.release();
    }

    /** What somebody reads from the file meanwhile is no good any more. */
    private void letFileGo() {
        if (!held) {
            return;
        }
        held = false;
        if (closed) {
            return;
        }
        try {
            database.releaseFile();
            // What has gathered there would stay as long as the node runs.
            database.emptyLog();
        } catch (StoreFailure e) {
            giveUp();
        }
    }

    private void numberThisBatch() {
        lastBatch++;
        database.update("INSERT OR REPLACE INTO last_batch (one, number) VALUES (1, ?)", lastBatch);
    }

    private SqliteTransaction runInSavepoint(Work<?> work, long now) {
        SqliteTransaction transaction = new SqliteTransaction(database, keys, audit, use, now);
        database.savepoint();
        work.run(transaction);
        transaction.end();
        if (database.hasFailed()) {
            work.refuse();
        }
        if (work.hasThrown()) {
            database.rollbackToSavepoint();
            keys.rolledBack();
            transaction.rolledBack();
        } else {
            database.releaseSavepoint();
            keys.forgetUnreadable();
        }
        return transaction;
    }

    private void undo(List<Work<?>> taken, String what, boolean outcomeKnown, Throwable cause) {
        giveUp();
        letFileGo();
        String message = tellOfFailure(what, cause);
        taken.forEach(work -> work.fail(message, outcomeKnown, cause));
    }

    /** Asks the files what became of this commit: now, or as soon as they open again. */
    private void findOut(List<Work<?>> taken, Throwable cause) {
        giveUp();
        letFileGo();
        String message = tellOfFailure("the key store could not commit", cause);
        unsettled = Optional.of(new Unsettled(taken, lastBatch, message, cause));
        tryToSettle();
    }

    /** Whether somebody waits to hear what became of his commit. */
    boolean isUnsettled() {
        return unsettled.isPresent();
    }

    /** Opens the files, if that is possible, and tells those who wait. */
    void tryToSettle() {
        try {
            reopenIfClosed();
        } catch (RuntimeException e) {
            // Whatever it is, the thread that writes has to go on.
            giveUp();
        }
    }

    private String tellOfFailure(String what, Throwable cause) {
        String message = what + ": " + cause.getMessage();
        health.failed(message);
        return message;
    }

    private void giveUp() {
        if (closed) {
            return;
        }
        database.rollback();
        keys.forgetUnreadable();
        if (database.isDoubtful()) {
            closed = true;
            held = false;
            try {
                database.close();
            } catch (StoreFailure e) {
                // The files tell at their next opening what became of them.
            }
        }
    }

    private boolean saveAgeIfDue(List<SqliteTransaction> done, boolean written, long now) {
        boolean swept = done.stream().anyMatch(SqliteTransaction::hasSwept);
        if (swept || written && age.isSavingDue(now)) {
            saveAge(database, age, now);
            return true;
        }
        return false;
    }

    static void saveAge(Database database, StoreAge age, long now) {
        database.update("INSERT OR REPLACE INTO store_age (one, age, wall) VALUES (1, ?, ?)", now, age.wallMillis());
    }

    private void renewWornDataKey() {
        if (dataKeys.isWorn()) {
            database.begin();
            DataKeys.Fresh fresh = dataKeys.write();
            database.commit();
            dataKeys.use(fresh);
        }
    }

    private void removeUnusedDataKeys() {
        try {
            database.begin();
            dataKeys.removeUnused();
            database.commit();
            dataKeys.forgetRemoved();
        } catch (StoreFailure e) {
            // They are harmless where they are; the next sweep tries again.
            giveUp();
        }
    }
}
