package org.qkdmesh.relay;

import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.routing.EdgeStandings;
import org.qkdmesh.routing.PathPlanner;
import org.qkdmesh.routing.Topology;

/**
 * Finds the way for letters. Each node hands them on along its own best path, never back, and keeps nothing. A letter of
 * this node that was not answered goes another way the next time, as long as there is one. Safe for use by several
 * threads.
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
    private final EdgeStandings standings;

    /** By the other end: the links of the ways that letters went and were not answered. */
    private final Map<NodeId, Set<Edge>> unanswered = new ConcurrentHashMap<>();

    public Courier(NodeId self, Supplier<Topology> topology, PathPlanner planner, EdgeStandings standings) {
        this.self = self;
        this.topology = topology;
        this.planner = planner;
        this.standings = standings;
    }

    /** The way that a letter of this node for that one goes, as far as this node decides: {@link #answered} ends it. */
    Optional<NodePath> way(NodeId to) {
        Optional<NodePath> another = path(to, unanswered.getOrDefault(to, Set.of()));
        if (another.isEmpty() && unanswered.remove(to) != null) {
            return path(to, Set.of());
        }
        return another;
    }

    /** Whether the other end has answered a letter that went this way. */
    void answered(NodePath way, boolean answered) {
        if (answered) {
            unanswered.remove(way.egress());
        } else {
            unanswered.merge(way.egress(), Set.copyOf(way.edges()), (some, others) -> {
                Set<Edge> all = new HashSet<>(some);
                all.addAll(others);
                return Set.copyOf(all);
            });
        }
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
        // Not around what has failed this node alone: the more nodes agree on the way, the less it winds.
        return planner.bestPath(topology.get(), self, to, Set.of(new Edge(self, peer)))
                .<Handling>map(path -> new Handling.PassOn(path.node(1), Math.min(hopsLeft, path.hops() + DETOUR) - 1))
                .orElseGet(() -> Handling.refused(RefusalReason.NO_KNOWN_ROUTE, "there is no path to " + to));
    }

    private Optional<NodePath> path(NodeId to, Set<Edge> without) {
        return standings.around(planner).bestPath(topology.get(), self, to, without);
    }
}
