package org.qkdmesh.kme;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeClock;

/** The KME pairs of one link, in the order of the configuration. Not safe for use by several threads. */
final class PairLedgers {

    private static final List<Predicate<PairLedger>> ALL = List.of(ledger -> true);

    private final Map<KmePair, PairLedger> ledgers = new LinkedHashMap<>();
    private final NodeClock clock;
    private final boolean combined;
    private int turn;

    /** @param combined whether keys of the pairs are combined with those of others */
    PairLedgers(NodeClock clock, boolean combined) {
        this.clock = clock;
        this.combined = combined;
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
        return ledgers.computeIfAbsent(pair, unknown -> new PairLedger(pair, clock, combined));
    }

    /** The neighbour can be reached again: that it confirmed nothing while it could not says nothing of now. */
    void neighbourIsBack() {
        ledgers.values().forEach(PairLedger::neighbourIsBack);
    }

    /** The far end could not read a message that was made with keys of these pairs. */
    void differed(Set<PairLedger> origins, long now) {
        List<PairLedger> blamed =
                origins.stream().filter(ledger -> ledger.isSuspect(now)).toList();
        if (blamed.isEmpty() && origins.size() > 1) {
            origins.forEach(ledger -> ledger.doubted(now));
            return;
        }
        (blamed.isEmpty() ? origins : blamed).forEach(ledger -> ledger.differed(now));
        ledgers.values().forEach(PairLedger::cleared);
    }

    /**
     * From which pairs to take the keys of one message: the first of these groups that has enough. Pairs that are doubted
     * have a group each, in turn.
     */
    List<Predicate<PairLedger>> mostTrustedFirst(long now) {
        if (areAllTrusted(now)) {
            return ALL;
        }
        List<Predicate<PairLedger>> groups = new ArrayList<>();
        groups.add(ledger -> !ledger.isSuspect(now) && !ledger.isDoubted(now));
        List<PairLedger> doubted = new ArrayList<>(ledgers.values());
        doubted.removeIf(ledger -> !ledger.isDoubted(now));
        if (!doubted.isEmpty()) {
            Collections.rotate(doubted, turn++ % doubted.size());
        }
        doubted.forEach(one -> groups.add(ledger -> ledger == one));
        groups.add(ledger -> !ledger.isSuspect(now));
        groups.addAll(ALL);
        return groups;
    }

    private boolean areAllTrusted(long now) {
        for (PairLedger ledger : ledgers.values()) {
            if (ledger.isSuspect(now) || ledger.isDoubted(now)) {
                return false;
            }
        }
        return true;
    }

    /** Those of which it was just found out that nobody fetches from them. */
    List<PairLedger> newlyUnfetched(long now) {
        return ledgers.values().stream()
                .filter(ledger -> ledger.becomesUnfetched(now))
                .toList();
    }

    /** How many own KMEs may be asked for keys now: those that this node fetches from and that don't rest. */
    int ready(long now) {
        int ready = 0;
        for (PairLedger ledger : ledgers.values()) {
            ready += ledger.isReady(now) ? 1 : 0;
        }
        return ready;
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
