package org.qkdmesh.kme;

import org.qkdmesh.model.NodeClock;

/**
 * How much of a stock is asked for, and so how much should be in it. The high mark follows what was taken in the last
 * minute and what is missing now; refilling begins below the low mark, half of that, and ends at the high one. Not safe
 * for use by several threads.
 */
final class Demand {

    /** A request that found too little comes back soon or not at all. */
    private static final int LATELY = 5;

    private final LinkKeyLimits limits;
    private final LastMinute taken;
    private final LastMinute missed;
    private long awaited;
    private boolean refilling;

    Demand(LinkKeyLimits limits, NodeClock clock) {
        this.limits = limits;
        this.taken = new LastMinute(clock);
        this.missed = new LastMinute(clock);
    }

    void taken(int bytes) {
        taken.add(bytes);
    }

    /** So many bytes were asked for and were not there. */
    void missed(int bytes) {
        missed.add(bytes);
    }

    /** Somebody waits for so many bytes, or, with a negative number, does so no longer. */
    void awaited(int bytes) {
        awaited += bytes;
    }

    /** How many bytes should be added to the {@code present} ones. */
    long wanted(long present) {
        long lacking = Math.max(awaited, missed.sum(LATELY));
        long high = Math.min(
                limits.capacityBytes(), Math.max(limits.floorBytes(), taken.sum(LastMinute.SECONDS) + lacking));
        long low = Math.min(high, Math.max((high + 1) / 2, lacking));
        if (present < low) {
            refilling = true;
        } else if (present >= high) {
            refilling = false;
        }
        return refilling ? high - present : 0;
    }

    /** Bytes that were asked for in the last minute and were not there. */
    long missedLastMinute() {
        return missed.sum(LastMinute.SECONDS);
    }
}
