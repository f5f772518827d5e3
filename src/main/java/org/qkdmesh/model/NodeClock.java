package org.qkdmesh.model;

import java.time.Instant;

/**
 * The time as a node sees it. Deadlines, ages and lives are counted by the monotonic clock; the wall clock serves only
 * what must be compared with other machines or outlive the process.
 */
public interface NodeClock {

    /** Milliseconds since some moment in the past; never goes back while the process runs. */
    long monotonicMillis();

    /** {@link #monotonicMillis} in finer steps where there are any, to measure how long something took. */
    default long monotonicMicros() {
        return monotonicMillis() * 1000;
    }

    /** The wall clock; may be wrong, may jump. */
    Instant wall();

    static NodeClock system() {
        return new NodeClock() {
            @Override
            public long monotonicMillis() {
                return System.nanoTime() / 1_000_000;
            }

            @Override
            public long monotonicMicros() {
                return System.nanoTime() / 1000;
            }

            @Override
            public Instant wall() {
                return Instant.now();
            }
        };
    }
}
