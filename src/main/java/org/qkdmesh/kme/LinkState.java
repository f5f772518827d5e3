package org.qkdmesh.kme;

import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeId;

/**
 * A link as it is at one moment: how much key there is, how fast it goes and comes. In bits, as on every 014 API; no
 * key, no key id. Rates are means over the last 60 seconds; in the first minute of a link the time before counts as still.
 *
 * @param neighbourEpoch empty until the neighbour has answered once since this node's start; nothing can be sent before
 * @param combined whether a message takes as much from every pair, and works only while all of them give keys
 * @param missedBitsPerSecond what messages asked for and did not find; who comes back counts again
 * @param unconfirmedBits fetched at the own KMEs and not yet confirmed by the neighbour; not part of the stock
 * @param given link keys that this node granted to the neighbour since the start
 * @param taken link keys that the neighbour granted to this node since the start
 * @param pairs in the order of the configuration
 */
public record LinkState(
        NodeId neighbour,
        Optional<UUID> neighbourEpoch,
        boolean combined,
        double missedBitsPerSecond,
        long unconfirmedBits,
        Grants given,
        Grants taken,
        List<Pair> pairs) {

    /** How many grants there were, those with no key in them left out, and how many bits. */
    public record Grants(long count, long bits) {

        Grants plus(Grants other) {
            return new Grants(count + other.count, bits + other.bits);
        }
    }

    /**
     * One direction.
     *
     * @param stockBits what messages can still use
     * @param demandBitsPerSecond what messages used
     * @param refillBitsPerSecond what came from the KMEs, confirmed by both ends
     * @param secondsUntilEmpty 0 when there is nothing, positive infinity when at least as much comes as goes
     */
    public record Direction(
            long stockBits, double demandBitsPerSecond, double refillBitsPerSecond, double secondsUntilEmpty) {

        Direction(long stockBits, double demandBitsPerSecond, double refillBitsPerSecond) {
            this(
                    stockBits,
                    demandBitsPerSecond,
                    refillBitsPerSecond,
                    secondsUntilEmpty(stockBits, demandBitsPerSecond - refillBitsPerSecond));
        }

        private static double secondsUntilEmpty(long stockBits, double drain) {
            if (stockBits <= 0) {
                return 0;
            }
            return drain > 0 ? stockBits / drain : Double.POSITIVE_INFINITY;
        }

        /** The one that has least need not be the first that is empty. */
        Direction poorest(Direction other) {
            return new Direction(
                    Math.min(stockBits, other.stockBits),
                    Math.max(demandBitsPerSecond, other.demandBitsPerSecond),
                    Math.min(refillBitsPerSecond, other.refillBitsPerSecond),
                    Math.min(secondsUntilEmpty, other.secondsUntilEmpty));
        }

        Direction plus(Direction other) {
            return new Direction(
                    stockBits + other.stockBits,
                    demandBitsPerSecond + other.demandBitsPerSecond,
                    refillBitsPerSecond + other.refillBitsPerSecond);
        }
    }

    /**
     * One KME pair, that is, one quantum link.
     *
     * @param kmes the own KME and the one at the neighbour
     * @param ours for messages that this node sends
     * @param theirs for messages that the neighbour sends; as far as this node holds their keys
     * @param trouble why the own KME gives no usable keys; empty when it is well
     * @param kme what the own KME last said of its limits and keys; empty when it was not asked yet
     */
    public record Pair(
            KmePair kmes, Direction ours, Direction theirs, Optional<String> trouble, Optional<KmeClient.Status> kme) {}

    public LinkState {
        pairs = List.copyOf(pairs);
    }

    /** What all pairs together give to messages that this node sends: the sum, or, where they are combined, the least. */
    public Direction ours() {
        return together(Pair::ours);
    }

    /** The same for messages that the neighbour sends. */
    public Direction theirs() {
        return together(Pair::theirs);
    }

    private Direction together(Function<Pair, Direction> direction) {
        return pairs.stream()
                .map(direction)
                .reduce(combined ? Direction::poorest : Direction::plus)
                .orElse(new Direction(0, 0, 0));
    }
}
