package org.qkdmesh.transport;

import java.util.concurrent.TimeUnit;
import org.qkdmesh.policy.TokenBucket;

/**
 * How much of one thing a caller may do in a second, and how long he has to wait once he did more. What a second brings may
 * come at once. Not safe for use by several threads.
 */
final class Pace {

    /** Whoever does too much at once is not held up for longer than this for it: he has ten seconds for a request. */
    private static final long LONGEST_PAUSE_MILLIS = 5_000;

    private final int perSecond;
    private final int bytesOfOne;
    private final TokenBucket bucket = new TokenBucket(micros());
    private int bytes;

    /** @param bytesOfOne so many bytes, of one call or of several, count as one of what is counted */
    Pace(int perSecond, int bytesOfOne) {
        this.perSecond = perSecond;
        this.bytesOfOne = bytesOfOne;
    }

    /**
     * Counts so many, and so many bytes.
     *
     * @return false when they did not count, since he has to wait for long enough already
     */
    boolean count(int times, int moreBytes) {
        bytes += moreBytes;
        int inAll = times + bytes / bytesOfOne;
        bytes %= bytesOfOne;
        boolean counts = pauseMillis() < LONGEST_PAUSE_MILLIS;
        if (counts) {
            bucket.take(inAll);
        }
        return counts;
    }

    /** Has not done so many after all. */
    void giveBack(int times) {
        bucket.giveBack(times);
    }

    /** How long until one more may come, milliseconds. */
    long pauseMillis() {
        return TimeUnit.MICROSECONDS.toMillis(bucket.microsUntil(1, perSecond, perSecond, micros()));
    }

    /** Whether nothing of it has to be remembered. */
    boolean isForgettable() {
        return bucket.isFull(perSecond, micros());
    }

    private static long micros() {
        return System.nanoTime() / 1000;
    }
}
