package org.qkdmesh.sae;

import java.util.HashMap;
import java.util.Map;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.PairUse;
import org.qkdmesh.store.StoreFailure;

/**
 * Counts the requests of pairs of SAEs that were refused, in memory, so that a flood of them costs the disk nothing;
 * {@link #save} puts them to what the pairs used. What was not saved is lost with the process. Safe for use by several
 * threads.
 */
public final class PairRefusals {

    /** Refusals of further pairs are not counted until these are saved. */
    private static final int MOST_PAIRS = 10_000;

    private record Side(SaePair pair, PairUse.Direction direction) {}

    private final NodeStore store;
    private final Map<Side, Long> refusals = new HashMap<>();

    public PairRefusals(NodeStore store) {
        this.store = store;
    }

    /** @param pair SAEs that are known, else callers could make up any number of them */
    public synchronized void refused(SaePair pair, PairUse.Direction direction) {
        Side side = new Side(pair, direction);
        if (refusals.size() < MOST_PAIRS || refusals.containsKey(side)) {
            refusals.merge(side, 1L, Long::sum);
        }
    }

    /** @throws StoreFailure when that could not be written; then they are saved the next time */
    public void save() {
        Map<Side, Long> unsaved = takeAll();
        if (unsaved.isEmpty()) {
            return;
        }
        try {
            store.transact(tx -> {
                unsaved.forEach((side, count) -> tx.addUse(new PairUse(side.pair, side.direction, 0, 0, 0, count)));
                return null;
            });
        } catch (StoreFailure e) {
            putBack(unsaved);
            throw e;
        }
    }

    private synchronized Map<Side, Long> takeAll() {
        Map<Side, Long> all = Map.copyOf(refusals);
        refusals.clear();
        return all;
    }

    private synchronized void putBack(Map<Side, Long> unsaved) {
        unsaved.forEach((side, count) -> refusals.merge(side, count, Long::sum));
    }
}
