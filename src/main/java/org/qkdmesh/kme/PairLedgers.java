package org.qkdmesh.kme;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeClock;

/** The KME pairs of one link, in the order of the configuration. Not safe for use by several threads. */
final class PairLedgers {

    private final Map<KmePair, PairLedger> ledgers = new LinkedHashMap<>();
    private final NodeClock clock;

    PairLedgers(NodeClock clock) {
        this.clock = clock;
    }

    /**
     * From now on these are the pairs.
     *
     * @param remote those of them whose keys only the far end fetches
     */
    void use(Collection<KmePair> pairs, Collection<KmePair> remote) {
        ledgers.keySet().retainAll(pairs);
        pairs.forEach(pair -> of(pair).fetchedHere(!remote.contains(pair)));
    }

    PairLedger of(KmePair pair) {
        return ledgers.computeIfAbsent(pair, unknown -> new PairLedger(pair, clock));
    }

    /** The neighbour can be reached again: that it confirmed nothing while it could not says nothing of now. */
    void neighbourIsBack() {
        ledgers.values().forEach(ledger -> ledger.ofNeighbour.succeeded());
    }

    /** How many own KMEs may be asked for keys now: those that this node fetches from and that don't rest. */
    int ready(long now) {
        return (int)
                ledgers.values().stream().filter(ledger -> ledger.isReady(now)).count();
    }

    /** When the first own KME may be asked for keys; now, where only the far end asks its KMEs. */
    long readyAt(long now) {
        return ledgers.values().stream()
                .filter(PairLedger::isFetchedHere)
                .mapToLong(ledger -> ledger.readyAt(now))
                .min()
                .orElse(now);
    }

    List<LinkState.Pair> states(long now) {
        return ledgers.values().stream().map(ledger -> ledger.state(now)).toList();
    }
}
