package org.qkdmesh.store;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.qkdmesh.model.EventLog;

/** What is wrong with the disk of a store, if anything: told by the one thread that uses it, asked by any. */
final class DiskHealth {

    private static final long IDLE = 0;

    /** A disk that takes so long does not do its job. */
    private static final long SLOW_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final EventLog events;
    private volatile Optional<String> failure = Optional.empty();

    /** In nanoseconds; {@link #IDLE} when nobody waits. */
    private volatile long waitingSince = IDLE;

    DiskHealth(EventLog events) {
        this.events = events;
    }

    /** Runs what waits for the disk. */
    void watch(Runnable work) {
        waitingSince = System.nanoTime();
        try {
            work.run();
        } finally {
            waitingSince = IDLE;
        }
    }

    /** Something failed; alarmed when it is the first failure since all was well. */
    void failed(String message) {
        if (failure.isEmpty()) {
            events.alarm("store-failure", message);
        }
        failure = Optional.of(message);
    }

    /** Something was written. */
    void works() {
        if (failure.isPresent()) {
            failure = Optional.empty();
            events.noted("store-recovered", "the key store writes again");
        }
    }

    /** In words; empty when all is well. For any thread. */
    Optional<String> trouble() {
        long since = waitingSince;
        long waited = since == IDLE ? 0 : System.nanoTime() - since;
        return waited > SLOW_NANOS
                ? Optional.of("the disk has not answered for " + TimeUnit.NANOSECONDS.toSeconds(waited) + " s")
                : failure;
    }
}
