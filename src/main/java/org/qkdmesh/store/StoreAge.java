package org.qkdmesh.store;

import org.qkdmesh.model.NodeClock;

/**
 * How old the store is, in milliseconds: by the monotonic clock while it is open, by the wall clock over down-time. What
 * was saved last counts with the interval in which nothing more was saved, so that the age never goes back, even when
 * the wall clock did. Safe for use by several threads.
 */
final class StoreAge {

    /** A commit saves the age when the last saving is so long ago. */
    static final long SAVE_EVERY_MILLIS = 1000;

    private final NodeClock clock;
    private final long openedAt;
    private final long monotonicAtOpening;
    private volatile long saved;

    private StoreAge(NodeClock clock, long openedAt) {
        this.clock = clock;
        this.openedAt = openedAt;
        this.monotonicAtOpening = clock.monotonicMillis();
        this.saved = openedAt;
    }

    static StoreAge ofNewStore(NodeClock clock) {
        return new StoreAge(clock, 0);
    }

    /**
     * The age of a store that is opened again; to be saved at once.
     *
     * @param savedAge what was saved last
     * @param savedWall the wall clock then, milliseconds since 1970
     */
    static StoreAge reopened(NodeClock clock, long savedAge, long savedWall) {
        long downTime = clock.wall().toEpochMilli() - savedWall;
        return new StoreAge(clock, savedAge + Math.max(SAVE_EVERY_MILLIS, downTime));
    }

    long openedAt() {
        return openedAt;
    }

    long now() {
        return openedAt + (clock.monotonicMillis() - monotonicAtOpening);
    }

    boolean isSavingDue(long now) {
        return now - saved >= SAVE_EVERY_MILLIS;
    }

    /** The age {@code now} was saved, and is committed. */
    void saved(long now) {
        saved = now;
    }

    long wallMillis() {
        return clock.wall().toEpochMilli();
    }
}
