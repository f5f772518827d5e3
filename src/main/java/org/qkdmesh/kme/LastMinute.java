package org.qkdmesh.kme;

import org.qkdmesh.model.NodeClock;

/** How much there was of something in the last minute, second by second. Not safe for use by several threads. */
final class LastMinute {

    static final int SECONDS = 60;

    private final NodeClock clock;
    private final long[] perSecond = new long[SECONDS];
    private long second;

    LastMinute(NodeClock clock) {
        this.clock = clock;
        this.second = now();
    }

    void add(long amount) {
        moveOn();
        perSecond[slot(second)] += amount;
    }

    /** @param seconds 1 to {@value #SECONDS}; the one that has just begun counts as a whole one */
    long sum(int seconds) {
        moveOn();
        long sum = 0;
        int at = slot(second);
        for (int back = 0; back < seconds; back++) {
            sum += perSecond[at];
            at = at == 0 ? SECONDS - 1 : at - 1;
        }
        return sum;
    }

    private void moveOn() {
        long now = now();
        for (long passed = Math.max(second + 1, now - SECONDS + 1); passed <= now; passed++) {
            perSecond[slot(passed)] = 0;
        }
        second = now;
    }

    private static int slot(long second) {
        return (int) Math.floorMod(second, (long) SECONDS);
    }

    private long now() {
        return Math.floorDiv(clock.monotonicMillis(), 1000L);
    }
}
