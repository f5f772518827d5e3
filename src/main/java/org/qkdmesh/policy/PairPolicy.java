package org.qkdmesh.policy;

import java.util.Objects;
import java.util.OptionalInt;

/**
 * What a pair of SAEs that may share keys may have. Whatever the node as a whole allows less of holds all the same.
 *
 * @param bounds of single requests, and of the keys that wait
 * @param rates of all requests together
 * @param priority how many times as much of a link that is short of keys as with priority 1, 1 to 100
 * @param seal whether nodes on the way are kept from knowing the keys
 */
public record PairPolicy(Bounds bounds, Rates rates, int priority, Seal seal) {

    /** As much as the node gives. */
    public static final PairPolicy UNLIMITED = new PairPolicy(Bounds.NONE, Rates.NONE, 1, Seal.HYBRID);

    public PairPolicy {
        Objects.requireNonNull(bounds, "bounds");
        Objects.requireNonNull(rates, "rates");
        Objects.requireNonNull(seal, "seal");
        if (priority < 1 || priority > 100) {
            throw new IllegalArgumentException("a priority is 1 to 100");
        }
    }

    /** The same with other bounds. */
    public PairPolicy with(Bounds others) {
        return new PairPolicy(others, rates, priority, seal);
    }

    /** The same with other rates. */
    public PairPolicy with(Rates others) {
        return new PairPolicy(bounds, others, priority, seal);
    }

    /** What the two ends of a path do to keep keys from the nodes between them. */
    public enum Seal {
        /** They mask them with a secret that they agree on by ML-KEM-768 and X25519. */
        HYBRID,
        /** Nothing: the keys rest on quantum keys and on the nodes of the path alone. */
        OFF
    }

    /**
     * @param minSizeBits smallest key, at least 8
     * @param maxSizeBits largest key
     * @param maxPerRequest keys in one request of the master, at least 1
     * @param maxCount keys that may wait for the slave, at least 1
     */
    public record Bounds(int minSizeBits, int maxSizeBits, int maxPerRequest, int maxCount) {

        public static final Bounds NONE = new Bounds(8, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

        public Bounds {
            if (minSizeBits < 8 || minSizeBits > maxSizeBits || maxPerRequest < 1 || maxCount < 1) {
                throw new IllegalArgumentException("8 <= min size <= max size, and at least one key, shall be allowed");
            }
        }

        /** Whether keys may have this size. */
        public boolean allowSize(int bits) {
            return bits >= minSizeBits && bits <= maxSizeBits;
        }
    }

    /**
     * How many keys the master may ask for.
     *
     * @param perSecond in the long run, at least 1
     * @param burst at once after a pause, at least 1; without meaning where there is no rate per second
     * @param perDay from midnight to midnight UTC, at least 1
     */
    public record Rates(OptionalInt perSecond, int burst, OptionalInt perDay) {

        public static final Rates NONE = new Rates(OptionalInt.empty(), 1, OptionalInt.empty());

        public Rates {
            if (perSecond.orElse(1) < 1 || burst < 1 || perDay.orElse(1) < 1) {
                throw new IllegalArgumentException("rates shall be positive");
            }
        }

        public boolean isNone() {
            return perSecond.isEmpty() && perDay.isEmpty();
        }
    }
}
