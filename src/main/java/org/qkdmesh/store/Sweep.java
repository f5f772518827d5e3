package org.qkdmesh.store;

import java.util.concurrent.TimeUnit;
import org.qkdmesh.model.EventLog;

/**
 * Removes what is past its expiry, in small steps. Between two steps the store is left to others for as long as a step took,
 * so that they hardly notice a million keys that go. To be run again and again, by one thread at a time.
 */
public final class Sweep {

    /** So few that who waits for the store meanwhile does not notice. */
    static final int ROWS_AT_ONCE = 500;

    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final NodeStore store;
    private final EventLog events;

    public Sweep(NodeStore store, EventLog events) {
        this.store = store;
        this.events = events;
    }

    /**
     * Returns when nothing is left to remove, or after a second.
     *
     * @throws StoreFailure when the store does not answer
     */
    public void run() {
        long begun = System.nanoTime();
        boolean isMore = true;
        while (isMore && System.nanoTime() - begun < MOST_NANOS) {
            long stepBegun = System.nanoTime();
            Removed removed = store.transact(DurableStep.STORE_SWEPT, tx -> tx.removeExpired(ROWS_AT_ONCE));
            events.keys(EventLog.KeyEvent.EXPIRED, removed.keys());
            isMore = removed.rows() == ROWS_AT_ONCE && leaveToOthers(System.nanoTime() - stepBegun);
        }
    }

    /** False when this thread is to end. */
    private static boolean leaveToOthers(long nanos) {
        try {
            TimeUnit.NANOSECONDS.sleep(Math.min(nanos, MOST_NANOS));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
