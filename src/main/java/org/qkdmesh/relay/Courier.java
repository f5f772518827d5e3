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

    /**
     * How many hops more than its path a letter may take. It needs more where nodes disagree about the links, and then it
     * might go round for ever: better that its sender tries again once they agree.
     */
    private static final int DETOUR = 4;

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
        return path(to, Set.of()).map(path -> path.node(1));
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
        return path(to, Set.of(new Edge(self, peer)))
                .<Handling>map(path -> new Handling.PassOn(path.node(1), Math.min(hopsLeft, path.hops() + DETOUR) - 1))
                .orElseGet(() -> Handling.refused(RefusalReason.NO_KNOWN_ROUTE, "there is no path to " + to));
    }

    private Optional<NodePath> path(NodeId to, Set<Edge> without) {
        return planner.bestPath(topology.get(), self, to, without);
    }
}
