package org.qkdmesh.policy;

/**
 * A token bucket, kept as the tokens that are missing from a full one, so that another rate or size can be used with it at
 * any time. A full bucket serves whoever asks for more than it holds, and is paid off before it serves again: so the rate
 * holds in the long run, and no request is too large for ever. Not safe for use by several threads.
 */
public final class TokenBucket {

    private static final double MICROS = 1_000_000;

    private double missing;
    private long at;

    /** @param now by a clock that never goes back, microseconds */
    public TokenBucket(long now) {
        this.at = now;
    }

    /**
     * How long until so many tokens may be taken, microseconds; 0 when they may be taken now.
     *
     * @param tokens at least 1
     * @param perSecond how many come in, until the bucket is full
     * @param size of a full bucket
     */
    public long microsUntil(int tokens, int perSecond, int size, long now) {
        refill(perSecond, now);
        double tooMany = missing + Math.min(tokens, size) - size;
        return tooMany <= 0 ? 0 : (long) Math.ceil(tooMany * MICROS / perSecond);
    }

    /** How many may be taken now so that none has to be paid off. */
    public int left(int perSecond, int size, long now) {
        refill(perSecond, now);
        return (int) Math.max(0, Math.floor(size - missing));
    }

    /** Takes tokens, whether they are there or not. */
    public void take(int tokens) {
        missing += tokens;
    }

    /** Takes tokens if they are there now. */
    public boolean tryTake(int tokens, int perSecond, int size, long now) {
        boolean there = microsUntil(tokens, perSecond, size, now) == 0;
        if (there) {
            take(tokens);
        }
        return there;
    }

    /** They were not used after all. */
    public void giveBack(int tokens) {
        missing = Math.max(0, missing - tokens);
    }

    /** Whether it is as good as a new one. */
    public boolean isFull(int perSecond, long now) {
        refill(perSecond, now);
        return missing == 0;
    }

    private void refill(int perSecond, long now) {
        missing = Math.max(0, missing - (now - at) / MICROS * perSecond);
        at = now;
    }
}
