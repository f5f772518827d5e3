package org.qkdmesh.store;

import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.qkdmesh.crypto.Sealer;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Threads;

/**
 * The store of a node in one SQLite file. One thread writes; what waits for it is committed together, so that many
 * requests share one wait for the disk. Stored keys lie sealed; see {@link DataKeys}.
 *
 * <p>A caller waits at most ten seconds; a disk that takes longer gives a {@link StoreFailure}.
 */
public final class SqliteStore implements NodeStore {

    /**
     * How much is too much.
     *
     * @param patienceMillis how long a caller waits for its transaction
     * @param maxSeals how many seals wear a data key out
     * @param heldLogBytes how large the log may become while somebody reads the file; it must not take the disk
     */
    record Limits(long patienceMillis, long maxSeals, long heldLogBytes) {}

    private static final Limits LIMITS = new Limits(10_000, Sealer.MAX_SEALS, 256L << 20);

    private static final int MAX_BATCH = 256;

    /** How soon files that did not open are tried again while somebody waits to hear what became of his commit. */
    private static final long REOPENING_MILLIS = 100;

    /** How much longer those wait whose work takes the whole file, or waits for such a one. */
    private static final int LONG_PATIENCE = 12;

    private final DataDirectory directory;
    private final NodeClock clock;
    private final StoreAge age;
    private final long patienceMillis;
    private final Writer writer;
    private final AuditTable.Keeping audit;
    private final Thread thread;

    /** As long as the number of threads that wait; nobody has more than one transaction in it. */
    private final BlockingQueue<Work<?>> queue = new LinkedBlockingQueue<>();

    private final Work<Void> lastWork = new Work<>(transaction -> null);
    private boolean closed;

    /** Of whoever reads the file that is held. */
    private final Semaphore reading = new Semaphore(1);

    private SqliteStore(
            DataDirectory directory,
            NodeClock clock,
            StoreAge age,
            Writer writer,
            AuditTable.Keeping audit,
            long patienceMillis) {
        this.audit = audit;
        this.directory = directory;
        this.clock = clock;
        this.age = age;
        this.patienceMillis = patienceMillis;
        this.writer = writer;
        this.thread = new Thread(this::write, "store");
        this.thread.setDaemon(true);
    }

    /**
     * Opens the store of this node in this directory, or begins a new one there, and takes it for this process alone. A
     * {@link #backUp backup} becomes a store again, without the keys that waited in it and without attempts that were
     * not decided: the store that it comes from went on.
     *
     * @throws StoreFailure when it cannot be had: another node's, in use by another process, written by a newer program,
     *     its key-encryption key missing, another's or readable by others, the disk not writable; the message says which
     *     file, and what to do
     */
    public static SqliteStore open(Path dataDirectory, NodeId owner, NodeClock clock, EventLog events) {
        return open(dataDirectory, Optional.of(owner), clock, events, LIMITS);
    }

    /** As {@link #open(Path, NodeId, NodeClock, EventLog)}, whoever's store it is; one that is a backup stays one. */
    public static SqliteStore open(Path dataDirectory, NodeClock clock, EventLog events) {
        return open(dataDirectory, Optional.empty(), clock, events, LIMITS);
    }

    static SqliteStore open(
            Path dataDirectory, Optional<NodeId> owner, NodeClock clock, EventLog events, Limits limits) {
        DataDirectory directory = DataDirectory.prepare(dataDirectory);
        StoreBackup.refuseLogOfAnother(directory.database());
        Database database = Database.open(directory.database());
        try {
            StoreOpening.Begun begun =
                    new StoreOpening(directory, database, clock, events, limits.maxSeals()).run(owner);
            StoreAge age = begun.age();
            AuditTable.Keeping audit = new AuditTable.Keeping();
            Writer writer = new Writer(
                    begun.opened(),
                    () -> StoreOpening.again(directory, clock, events, limits.maxSeals(), age),
                    age,
                    audit,
                    events,
                    limits.heldLogBytes());
            SqliteStore store = new SqliteStore(directory, clock, age, writer, audit, limits.patienceMillis());
            store.thread.start();
            return store;
        } catch (RuntimeException e) {
            database.closeAfter(e);
            throw e;
        }
    }

    /**
     * Keeps an audit from now on; before, what transactions tell it is forgotten. Somebody has to write it to files.
     *
     * @param rows how many events may wait for that; further ones are lost
     * @param required whether transactions that give keys, or take some in, fail when the files can not be written, or
     *     their event would be lost
     * @param failing whether the files can not be written now; asked in each of them
     */
    public void keepAudit(int rows, boolean required, BooleanSupplier failing) {
        audit.most(rows, required, failing);
    }

    /** How many audit events were lost since the start. */
    public long lostAuditEvents() {
        return audit.lost();
    }

    @Override
    public <T> T transact(Function<StoreTransaction, T> function) {
        return await(new Work<>(function), patienceMillis);
    }

    @Override
    public <T> T destroyKeys(Function<StoreTransaction, T> last) {
        return await(Work.alone(last, Writer::destroyKeys), longPatience());
    }

    /**
     * Changes the key-encryption key: draws a new one, wraps every data key with it, and overwrites the former, which
     * opens nothing of this store any more, but still the backups from before. A crash at any moment leaves the store
     * with one of the two. Others wait for some milliseconds meanwhile.
     *
     * @return how many data keys were wrapped anew
     * @throws StoreFailure when that can not be done; the message says which of the two holds
     */
    public int changeKek() {
        return changeKek(step -> {});
    }

    /** @param reached told of each step right after it, by the thread that writes */
    int changeKek(Consumer<DurableStep> reached) {
        return await(Work.alone((writer, work) -> writer.changeKek(work, reached)), longPatience());
    }

    /**
     * Looks at everything in the store, as it is at one moment, while others go on: every row is read, every seal opened.
     *
     * @throws StoreFailure when it could not be read to its end
     */
    public StoreInspection inspect() {
        return onHeldFile(store -> StoreInspection.of(store.database(), store.dataKeys()));
    }

    /**
     * Writes the store, as it is at one moment, into a file that is not there yet, while others go on. The file has mode
     * 0600 and is marked as a backup; the key-encryption key is not in it.
     *
     * @return its size in bytes
     * @throws FileAlreadyExistsException when it is there
     * @throws StoreFailure when that can not be done; no file is left then
     */
    public long backUp(Path file) throws FileAlreadyExistsException {
        try (StoreBackup backup = StoreBackup.begin(file.toAbsolutePath())) {
            onHeldFile(store -> backup.copy(store.database()));
            return backup.finish(clock.wall());
        }
    }

    /** Reads the file while the writer changes nothing but its log. */
    <T> T onHeldFile(Function<HeldStore, T> work) {
        if (!reading.tryAcquire()) {
            throw new StoreFailure(
                    "another check or backup of the key store runs: wait until it has ended", true, null);
        }
        try {
            HeldStore held = hold();
            T result = null;
            StoreFailure failure = null;
            try (held) {
                result = work.apply(held);
            } catch (StoreFailure e) {
                failure = e;
            }
            if (!await(Work.alone(Writer::release), longPatience())) {
                throw new StoreFailure(
                        "too much has changed in the key store while it was read: try again", true, failure);
            }
            if (failure != null) {
                throw failure;
            }
            return result;
        } finally {
            reading.release();
        }
    }

    private HeldStore hold() {
        try {
            return await(Work.alone((writer, work) -> writer.hold(directory, work)), longPatience());
        } catch (StoreFailure e) {
            // It may be held when nobody waits for that any more.
            enqueue(Work.alone(Writer::release));
            throw e;
        }
    }

    private long longPatience() {
        return LONG_PATIENCE * patienceMillis;
    }

    private <T> T await(Work<T> work, long patience) {
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException("a transaction inside a transaction");
        }
        enqueue(work);
        try {
            return work.await(patience);
        } catch (TimeoutException e) {
            boolean notBegun = work.take();
            queue.remove(work);
            throw new StoreFailure("the key store did not answer in time", notBegun, e);
        }
    }

    private synchronized void enqueue(Work<?> work) {
        if (closed) {
            throw new StoreFailure("the key store is closed", true, null);
        }
        queue.add(work);
    }

    /** How many transactions wait. */
    int queueLength() {
        return queue.size();
    }

    private void write() {
        List<Work<?>> batch = new ArrayList<>(MAX_BATCH);
        boolean last = false;
        while (!last) {
            batch.add(next());
            queue.drainTo(batch, MAX_BATCH - 1);
            last = batch.contains(lastWork);
            List<Work<?>> alone = new ArrayList<>(batch);
            alone.removeIf(work -> !work.runsAlone());
            batch.removeIf(Work::runsAlone);
            writer.run(batch);
            alone.forEach(writer::runAlone);
            batch.clear();
        }
    }

    private Work<?> next() {
        while (true) {
            try {
                if (!writer.isUnsettled()) {
                    return queue.take();
                }
                Work<?> work = queue.poll(REOPENING_MILLIS, TimeUnit.MILLISECONDS);
                if (work != null) {
                    return work;
                }
                writer.tryToSettle();
            } catch (InterruptedException e) {
                // Nobody has a reason to interrupt this thread; only close() ends it.
            }
        }
    }

    @Override
    public Optional<String> trouble() {
        return writer.trouble();
    }

    @Override
    public long age() {
        return age.now();
    }

    @Override
    public long openedAt() {
        return age.openedAt();
    }

    /** Ends what was begun, then lets the file go. What comes later gets a {@link StoreFailure}. */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            queue.add(lastWork);
        }
        Threads.awaitEnd(thread);
        writer.close();
    }
}
