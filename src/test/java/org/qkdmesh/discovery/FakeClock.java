package org.qkdmesh.discovery;

import java.time.Instant;
import org.qkdmesh.model.NodeClock;

/** Time that passes when a test says so; the wall clock may be wrong. */
final class FakeClock implements NodeClock {

    private long millis = 1_000_000;
    private Instant wallAtZero = Instant.ofEpochSecond(1_700_000_000);

    void advance(long more) {
        millis += more;
    }

    void setWall(Instant now) {
        wallAtZero = now.minusMillis(millis);
    }

    @Override
    public long monotonicMillis() {
        return millis;
    }

    @Override
    public Instant wall() {
        return wallAtZero.plusMillis(millis);
    }
}
