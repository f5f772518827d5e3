package org.qkdmesh.policy;

import java.util.Locale;
import java.util.Objects;
import java.util.OptionalInt;

/**
 * What a pair of SAEs that may share keys may have. Whatever the node as a whole allows less of holds all the same.
 *
 * @param bounds of single requests, and of the keys that wait
 * @param rates of all requests together
 * @param priority how many times as much of a link that is short of keys as with priority 1, 1 to 100
 * @param seal whether nodes on the way are kept from knowing the keys
 * @param paths how many ways the keys go
 */
public record PairPolicy(Bounds bounds, Rates rates, int priority, Seal seal, Paths paths) {

    /** As much as the node gives. */
    public static final PairPolicy UNLIMITED = new PairPolicy(Bounds.NONE, Rates.NONE, 1, Seal.HYBRID, Paths.SINGLE);

    public PairPolicy {
        Objects.requireNonNull(bounds, "bounds");
        Objects.requireNonNull(rates, "rates");
        Objects.requireNonNull(seal, "seal");
        Objects.requireNonNull(paths, "paths");
        if (priority < 1 || priority > 100) {
            throw new IllegalArgumentException("a priority is 1 to 100");
        }
    }

    /** The same with other bounds. */
    public PairPolicy with(Bounds others) {
        return new PairPolicy(others, rates, priority, seal, paths);
    }

    /** The same with other rates. */
    public PairPolicy with(Rates others) {
        return new PairPolicy(bounds, others, priority, seal, paths);
    }

    /** The same over other paths. */
    public PairPolicy with(Paths others) {
        return new PairPolicy(bounds, rates, priority, seal, others);
    }

    /** What the two ends of a path do to keep keys from the nodes between them. */
    public enum Seal {
        /** They mask them with a secret that they agree on by ML-KEM-768 and X25519. */
        HYBRID,
        /** Nothing: the keys rest on quantum keys and on the nodes of the path alone. */
        OFF
    }

    /**
     * How keys come to the slave's node.
     *
     * @param choice what they go over
     * @param shares in how many a key is split where it is, {@value #FEWEST} to {@value #MOST}
     */
    public record Paths(Choice choice, int shares) {

        public static final int FEWEST = 2;
        public static final int MOST = 8;

        /** As a whole. */
        public static final Paths SINGLE = new Paths(Choice.SINGLE, FEWEST);

        /** From the one that asks for least to the one that asks for most. */
        public enum Choice {
            /** One path, which the planner finds. */
            SINGLE,
            /** Paths without a node in common where there are enough, else one. */
            PREFER_DISJOINT,
            /** A key is the XOR of shares, which go over paths without a node in common; or it does not go at all. */
            DISJOINT;

            /** As in {@code prefer_disjoint}. */
            public String text() {
                return name().toLowerCase(Locale.ROOT);
            }
        }

        public Paths {
            Objects.requireNonNull(choice, "choice");
            if (shares < FEWEST || shares > MOST) {
                throw new IllegalArgumentException("a key is split in " + FEWEST + " to " + MOST + " shares");
            }
        }

        public boolean isSingle() {
            return choice == Choice.SINGLE;
        }

        /** What does for both, where they get the same keys. */
        public Paths or(Paths other) {
            if (isSingle() || other.isSingle()) {
                return isSingle() ? other : this;
            }
            return new Paths(
                    choice.compareTo(other.choice) < 0 ? other.choice : choice, Math.max(shares, other.shares));
        }
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
