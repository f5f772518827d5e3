package org.qkdmesh.relay;

import java.util.Optional;
import org.qkdmesh.policy.PairPolicy;

/**
 * The numbers of the relay.
 *
 * @param requestMillis time for a whole request of a master, over all paths
 * @param slots relay messages of neighbours that are worked on at once
 * @param maxKeysPerPair keys that may wait at this egress for the slave of one SAE pair
 * @param keyLifeSeconds life of a session key, from the master's answer on
 * @param fetchWindowMillis a key is given to its master only while at least so much of its life is left
 * @param redeliveryMillis how long a slave that was given a key may ask for it again; 0 for not at all
 * @param maxNoticesPerNode notices that this node may owe to one other node
 * @param maxTombstonesPerNode voided ids without a key that this node remembers for one origin
 * @param maxResults answers to relay messages that are remembered for repeats
 */
public record RelayLimits(
        long requestMillis,
        int slots,
        int maxKeysPerPair,
        long keyLifeSeconds,
        long fetchWindowMillis,
        long redeliveryMillis,
        int maxNoticesPerNode,
        int maxTombstonesPerNode,
        int maxResults) {

    /** How much longer than its life a key is kept at the egress, so that it is never the first to forget. */
    public static final long GRACE_SECONDS = 600;

    /** What a hop keeps back of its time left, so that its own answer still gets through in time. */
    public static final long HOP_MARGIN_MILLIS = 25;

    /** How much longer than a request lasts the shares of a key that have come wait for the others. */
    public static final long SHARES_GRACE_MILLIS = 30_000;

    /** How long the answer to a relay message is remembered for repeats. */
    public static final long RESULT_MILLIS = 60_000;

    /** An attempt with less time than this is not worth starting; see {@link #leastAttemptMillis}. */
    private static final long LEAST_ATTEMPT_MILLIS = 300;

    private static final long LEAST_MILLIS_PER_HOP = 50;

    public RelayLimits {
        if (requestMillis < LEAST_ATTEMPT_MILLIS
                || slots < 1
                || maxKeysPerPair < 1
                || keyLifeSeconds < 1
                || fetchWindowMillis < 0
                || fetchWindowMillis >= keyLifeSeconds * 1000
                || redeliveryMillis < 0
                || maxResults < 1) {
            throw new IllegalArgumentException(
                    "the relay's limits shall be positive, and the fetch window shorter than a key's life");
        }
    }

    public static RelayLimits defaults() {
        return new RelayLimits(5_000, 64, 10_000, 3_600, 60_000, 0, 10_000, 100_000, 262_144);
    }

    /** How many keys may wait here for the slave of a pair with this policy. */
    public int maxKeys(Optional<PairPolicy> policy) {
        return policy.map(pair -> Math.min(maxKeysPerPair, pair.bounds().maxCount()))
                .orElse(maxKeysPerPair);
    }

    /** How long a key that is relayed with that life is kept at its egress, milliseconds. */
    public long keptMillis() {
        return (keyLifeSeconds + GRACE_SECONDS) * 1000;
    }

    /** How long the first share of a key waits at most until the last one is there, milliseconds. */
    public long shareSetMillis() {
        return requestMillis + SHARES_GRACE_MILLIS;
    }

    /** Until when a key may be given to its master whose life began at this age of the store, milliseconds. */
    public long giveUntil(long begunAt) {
        return begunAt + keyLifeSeconds * 1000 - fetchWindowMillis;
    }

    /** The least time for an attempt over a path of so many hops, milliseconds. */
    public static long leastAttemptMillis(int hops) {
        return Math.max(LEAST_ATTEMPT_MILLIS, LEAST_MILLIS_PER_HOP * hops);
    }
}
