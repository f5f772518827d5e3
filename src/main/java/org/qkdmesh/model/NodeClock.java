package org.qkdmesh.model;

import java.time.Duration;
import java.time.Instant;

/**
 * The time as a node sees it. Deadlines, ages and lives are counted by the monotonic clock; the wall clock serves only
 * what must be compared with other machines or outlive the process.
 */
public interface NodeClock {

    /** How far the clocks of two nodes may be apart, and the life of an advert. */
    Duration MOST_APART = Duration.ofMinutes(5).plusSeconds(100);

    /** Milliseconds since some moment in the past; never goes back while the process runs. */
    long monotonicMillis();

    /** {@link #monotonicMillis} in finer steps where there are any, to measure how long something took. */
    default long monotonicMicros() {
        return monotonicMillis() * 1000;
    }

    /** The wall clock; may be wrong, may jump. */
    Instant wall();

    /** Whether what another node has signed at this time can be of now: clocks may be apart, and it may have come slowly. */
    default boolean isNear(Instant signed) {
        return Duration.between(signed, wall()).abs().compareTo(MOST_APART) <= 0;
    }

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
