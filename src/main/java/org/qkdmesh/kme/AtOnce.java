package org.qkdmesh.kme;

/**
 * How many keys a KME really gives in one request, where that is fewer than its status says. After a failure half as many
 * are tried, after a success twice as many; when just that fails, the number before is kept to for half a minute: a KME that
 * was short of keys for a moment fails in the same way. Not safe for use by several threads.
 */
final class AtOnce {

    private static final long BELIEVED_MILLIS = 30_000;

    private int next = Integer.MAX_VALUE;
    private int lastGiven;
    private int limit = Integer.MAX_VALUE;
    private long limitUntil;
    private int told;

    /** How many to ask for, at least 1, of the {@code wanted} ones. */
    int of(int wanted, long now) {
        if (now >= limitUntil) {
            limit = Integer.MAX_VALUE;
        }
        return Math.max(1, Math.min(wanted, Math.min(next, limit)));
    }

    /** So many at once were not given; true when that shows a limit that it didn't show the last time. */
    boolean failed(int number, long now) {
        if (number <= 1) {
            return false;
        }
        boolean shows = lastGiven > 0 && number > lastGiven && number <= 2 * lastGiven;
        if (shows) {
            limit = lastGiven;
            limitUntil = now + BELIEVED_MILLIS;
        }
        next = number / 2;
        boolean isNew = shows && told != limit;
        if (isNew) {
            told = limit;
        }
        return isNew;
    }

    void succeeded(int number) {
        lastGiven = number;
        if (number >= next) {
            next = (int) Math.min(Integer.MAX_VALUE, 2L * number);
        }
    }

    /** Known by {@link #failed}. */
    int limit() {
        return limit;
    }
}
