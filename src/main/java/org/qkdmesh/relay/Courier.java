package org.qkdmesh.relay;

import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.routing.PathPlanner;
import org.qkdmesh.routing.Topology;

/**
 * Finds the way for letters. Each node hands them on along its own best path, never back, and keeps nothing. Safe for use
 * by several threads.
 */
public final class Courier {

    private final NodeId self;
    private final Supplier<Topology> topology;
    private final PathPlanner planner;

    public Courier(NodeId self, Supplier<Topology> topology, PathPlanner planner) {
        this.self = self;
        this.topology = topology;
        this.planner = planner;
    }

    /** The neighbour that a letter of this node for that one is handed to. */
    Optional<NodeId> firstNode(NodeId to) {
        return nextNode(to, Set.of());
    }

    /**
     * A letter for another node.
     *
     * @param peer who handed it over
     * @param hopsLeft how often it may still be passed on
     */
    Handling passOn(NodeId peer, NodeId to, int hopsLeft) {
        if (hopsLeft < 1) {
            return Handling.refused(RefusalReason.NO_KNOWN_ROUTE, "the letter has been passed on too often");
        }
        return nextNode(to, Set.of(new Edge(self, peer)))
                .<Handling>map(next -> new Handling.PassOn(next, Math.min(hopsLeft, NodePath.MAX_HOPS) - 1))
                .orElseGet(() -> Handling.refused(RefusalReason.NO_KNOWN_ROUTE, "there is no path to " + to));
    }

    private Optional<NodeId> nextNode(NodeId to, Set<Edge> without) {
        return planner.bestPath(topology.get(), self, to, without).map(path -> path.node(1));
    }
}
