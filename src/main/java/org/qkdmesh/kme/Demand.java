package org.qkdmesh.kme;

import org.qkdmesh.model.NodeClock;

/** How many link key bytes were asked for in the last minute. Not safe for use by several threads. */
final class Demand {

    private static final int SECONDS = 60;

    private final NodeClock clock;
    private final long[] bytes = new long[SECONDS];
    private long second;

    Demand(NodeClock clock) {
        this.clock = clock;
        this.second = now();
    }

    void add(long asked) {
        forget();
        bytes[(int) Math.floorMod(second, (long) SECONDS)] += asked;
    }

    long lastMinute() {
        forget();
        long sum = 0;
        for (long one : bytes) {
            sum += one;
        }
        return sum;
    }

    private void forget() {
        long now = now();
        for (long passed = Math.max(second + 1, now - SECONDS + 1); passed <= now; passed++) {
            bytes[(int) Math.floorMod(passed, (long) SECONDS)] = 0;
        }
        second = now;
    }

    private long now() {
        return clock.monotonicMillis() / 1000;
    }
}
