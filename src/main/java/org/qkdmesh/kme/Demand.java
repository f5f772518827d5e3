package org.qkdmesh.kme;

import org.qkdmesh.model.NodeClock;

/**
 * How much of a stock is asked for, and so how much should be in it. The high mark follows what was taken in the last
 * minute and what is missing now; refilling begins below the low mark, half of that, and ends at the high one. Not safe
 * for use by several threads.
 */
final class Demand {

    private static final int MINUTE = 60;

    /** A request that found too little comes back soon or not at all. */
    private static final int LATELY = 5;

    private final LinkKeyLimits limits;
    private final NodeClock clock;
    private final long[] taken = new long[MINUTE];
    private final long[] missed = new long[MINUTE];
    private long second;
    private long awaited;
    private boolean refilling;

    Demand(LinkKeyLimits limits, NodeClock clock) {
        this.limits = limits;
        this.clock = clock;
        this.second = now();
    }

    void taken(int bytes) {
        moveOn();
        taken[slot(second)] += bytes;
    }

    /** So many bytes were asked for and were not there. */
    void missed(int bytes) {
        moveOn();
        missed[slot(second)] += bytes;
    }

    /** Somebody waits for so many bytes, or, with a negative number, does so no longer. */
    void awaited(int bytes) {
        awaited += bytes;
    }

    /** How many bytes should be added to the {@code present} ones. */
    long wanted(long present) {
        moveOn();
        long lacking = Math.max(awaited, sum(missed, LATELY));
        long high = Math.min(limits.capacityBytes(), Math.max(limits.floorBytes(), sum(taken, MINUTE) + lacking));
        long low = Math.min(high, Math.max((high + 1) / 2, lacking));
        if (present < low) {
            refilling = true;
        } else if (present >= high) {
            refilling = false;
        }
        return refilling ? high - present : 0;
    }

    private long sum(long[] perSecond, int seconds) {
        long sum = 0;
        for (int back = 0; back < seconds; back++) {
            sum += perSecond[slot(second - back)];
        }
        return sum;
    }

    private void moveOn() {
        long now = now();
        for (long passed = Math.max(second + 1, now - MINUTE + 1); passed <= now; passed++) {
            taken[slot(passed)] = 0;
            missed[slot(passed)] = 0;
        }
        second = now;
    }

    private static int slot(long second) {
        return (int) Math.floorMod(second, (long) MINUTE);
    }

    private long now() {
        return Math.floorDiv(clock.monotonicMillis(), 1000L);
    }
}
