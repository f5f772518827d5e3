package org.qkdmesh.kme;

/** How long to keep away from something that failed: longer with each failure in a row. Not safe for several threads. */
final class BackOff {

    private static final long FIRST_MILLIS = 250;

    private final long longestMillis;
    private long pauseMillis;
    private long until;

    /** @param longestMillis so long at most, whatever the number of failures */
    BackOff(long longestMillis) {
        this.longestMillis = longestMillis;
    }

    void failed(long now) {
        pauseMillis = Math.min(longestMillis, Math.max(FIRST_MILLIS, 2 * pauseMillis));
        until = now + pauseMillis;
    }

    void succeeded() {
        pauseMillis = 0;
    }

    boolean rests(long now) {
        return endsAt(now) > now;
    }

    /** When it may be tried again; now, unless it rests. */
    long endsAt(long now) {
        return pauseMillis > 0 ? Math.max(now, until) : now;
    }
}
