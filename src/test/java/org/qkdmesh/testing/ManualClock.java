package org.qkdmesh.testing;

import java.time.Duration;
import java.time.Instant;
import org.qkdmesh.model.NodeClock;

/** A clock that moves only when it is told to. Safe for use by several threads. */
public final class ManualClock implements NodeClock {

    private long monotonicMillis = 5_000_000;
    private Instant wall = Instant.parse("2026-01-01T00:00:00Z");

    /** Time passes, for both clocks. */
    public synchronized void advance(Duration time) {
        monotonicMillis += time.toMillis();
        wall = wall.plus(time);
    }

    /** Somebody sets the wall clock, forward or back. */
    public synchronized void shiftWall(Duration by) {
        wall = wall.plus(by);
    }

    @Override
    public synchronized long monotonicMillis() {
        return monotonicMillis;
    }

    @Override
    public synchronized Instant wall() {
        return wall;
    }
}
