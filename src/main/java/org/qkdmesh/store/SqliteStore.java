package org.qkdmesh.store;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.qkdmesh.crypto.Sealer;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;

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
     */
    record Limits(long patienceMillis, long maxSeals) {}

    private static final Limits LIMITS = new Limits(10_000, Sealer.MAX_SEALS);

    private static final int MAX_BATCH = 256;

    /** How soon files that did not open are tried again while somebody waits to hear what became of his commit. */
    private static final long REOPENING_MILLIS = 100;

    /** How much longer a caller waits while the whole file is written anew. */
    private static final int DESTROY_PATIENCE = 12;

    private final StoreAge age;
    private final long patienceMillis;
    private final Writer writer;
    private final Thread thread;

    /** As long as the number of threads that wait; nobody has more than one transaction in it. */
    private final BlockingQueue<Work<?>> queue = new LinkedBlockingQueue<>();

    private final Work<Void> lastWork = new Work<>(transaction -> null);
    private boolean closed;

    private SqliteStore(StoreAge age, Writer writer, long patienceMillis) {
        this.age = age;
        this.patienceMillis = patienceMillis;
        this.writer = writer;
        this.thread = new Thread(this::write, "store");
        this.thread.setDaemon(true);
    }

    /**
     * Opens the store in this directory, or begins a new one there, and takes it for this process alone.
     *
     * @throws StoreFailure when it cannot be had: in use by another process, written by a newer program, its
     *     key-encryption key missing, another's or readable by others, the disk not writable; the message says which file
     */
    public static SqliteStore open(Path dataDirectory, NodeClock clock, EventLog events) {
        return open(dataDirectory, clock, events, LIMITS);
    }

    static SqliteStore open(Path dataDirectory, NodeClock clock, EventLog events, Limits limits) {
        DataDirectory directory = DataDirectory.prepare(dataDirectory);
        Database database = Database.open(directory.database());
        try {
            StoreOpening.Opened opened = new StoreOpening(directory, database, clock, events, limits.maxSeals()).run();
            StoreAge age = opened.age();
            Writer writer = new Writer(
                    new StoreOpening.Reopened(database, opened.dataKeys()),
                    () -> StoreOpening.again(directory, clock, events, limits.maxSeals(), age),
                    age,
                    events);
            SqliteStore store = new SqliteStore(age, writer, limits.patienceMillis());
            store.thread.start();
            return store;
        } catch (RuntimeException e) {
            database.closeAfter(e);
            throw e;
        }
    }

    @Override
    public <T> T transact(Function<StoreTransaction, T> function) {
        return await(new Work<>(function), patienceMillis);
    }

    @Override
    public <T> T destroyKeys(Function<StoreTransaction, T> last) {
        return await(Work.destroyingDataKeys(last), DESTROY_PATIENCE * patienceMillis);
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
            List<Work<?>> destroying =
                    batch.stream().filter(Work::destroysDataKeys).toList();
            batch.removeAll(destroying);
            writer.run(batch);
            destroying.forEach(writer::runAndDestroyDataKeys);
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
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        writer.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
