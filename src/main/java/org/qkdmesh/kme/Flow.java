package org.qkdmesh.kme;

import org.qkdmesh.model.NodeClock;

/** The bytes of one direction of one KME pair: how many there are, came and were used. Not safe for several threads. */
final class Flow {

    private final LastMinute came;
    private final LastMinute used;
    private long presentBytes;
    private boolean everCame;

    Flow(NodeClock clock) {
        came = new LastMinute(clock);
        used = new LastMinute(clock);
    }

    void came(int bytes) {
        presentBytes += bytes;
        came.add(bytes);
        everCame = true;
    }

    boolean everCame() {
        return everCame;
    }

    void used(int bytes) {
        presentBytes -= bytes;
        used.add(bytes);
    }

    /** So many went without being used. */
    void erased(int bytes) {
        presentBytes -= bytes;
    }

    LinkState.Direction state() {
        return new LinkState.Direction(8 * presentBytes, bitsPerSecond(used), bitsPerSecond(came));
    }

    private static double bitsPerSecond(LastMinute bytes) {
        return 8.0 * bytes.sum(LastMinute.SECONDS) / LastMinute.SECONDS;
    }
}
