package org.qkdmesh.sae;

import java.util.Set;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.qkdmesh.crypto.OneTimeMac;
import org.qkdmesh.crypto.PairSecret;
import org.qkdmesh.etsi014.KeyLimits;
import org.qkdmesh.etsi014.StatusDocument;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.relay.Ways;
import org.qkdmesh.routing.PathPlanner;
import org.qkdmesh.routing.Topology;
import org.qkdmesh.store.NodeStore;
import org.qkdmesh.store.StoreFailure;

/**
 * Says what a master can get for a slave. The number of keys is a lower bound: as of the last adverts, if nobody else
 * draws from the same links, and as if each key were relayed alone. Safe for use by several threads.
 */
public final class PairStatus {

    private final NodeId self;
    private final PairLimits limits;
    private final KeyRates rates;
    private final Supplier<Topology> topology;
    private final ToLongFunction<NodeId> ownStock;
    private final NodeStore store;
    private final Ways.Planner ways = new Ways.Planner();

    /**
     * @param ownStock link key bytes that this node has for a neighbour now
     * @param store where keys between two SAEs of this node wait
     */
    public PairStatus(
            NodeId self,
            PairLimits limits,
            KeyRates rates,
            Supplier<Topology> topology,
            ToLongFunction<NodeId> ownStock,
            NodeStore store) {
        this.self = self;
        this.limits = limits;
        this.rates = rates;
        this.topology = topology;
        this.ownStock = ownStock;
        this.store = store;
    }

    /** @param egress the node of the slave; with no path to it, or too few, there are 0 keys to be had now */
    public StatusDocument of(SaePair pair, NodeId egress, PathPlanner planner) {
        KeyLimits its = limits.of(pair);
        long deliverable = egress.equals(self) ? roomFor(pair, its) : relayable(pair, egress, planner, its);
        return StatusDocument.of(
                its,
                self.text(),
                egress.text(),
                pair.master().text(),
                pair.slave().text(),
                Math.min(deliverable, rates.left(limits.policies(), pair)));
    }

    private long relayable(SaePair pair, NodeId egress, PathPlanner planner, KeyLimits its) {
        Topology now = topology.get();
        Ways found = ways.between(
                now, self, egress, Set.of(), planner, limits.policies().paths(pair));
        int authenticator = limits.policies().seal(pair) ? PairSecret.AUTHENTICATOR_BYTES : 0;
        long keyCost = its.defaultSizeBits() / 8 + authenticator + OneTimeMac.KEY_BYTES;
        return found.paths().stream()
                .flatMap(path -> path.edges().stream())
                .mapToLong(edge -> stock(now, edge) / keyCost)
                .min()
                .orElse(0);
    }

    private long stock(Topology now, Edge edge) {
        return edge.from().equals(self)
                ? ownStock.applyAsLong(edge.to())
                : now.links().get(edge);
    }

    /** Keys between two SAEs of this node cost nothing, but only so many may wait. */
    private long roomFor(SaePair pair, KeyLimits its) {
        try {
            return (long) its.maxCount() - store.transact(tx -> tx.countKeys(pair));
        } catch (StoreFailure e) {
            return 0;
        }
    }
}
