package org.qkdmesh.routing;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

/**
 * The paths that a relay would go through, best first: the planner's choice, and then what it would choose if a link of
 * those before failed. The planner itself compares them, so that this holds for any planner.
 */
public final class RankedPaths {

    /**
     * A path, and why it is not the one before.
     *
     * @param without links that were excluded to find it; empty for the best one
     */
    public record Ranked(NodePath path, Set<Edge> without) {

        public Ranked {
            without = Set.copyOf(without);
        }
    }

    private final PathPlanner planner;
    private final Topology topology;

    public RankedPaths(PathPlanner planner, Topology topology) {
        this.planner = planner;
        this.topology = topology;
    }

    /** At most so many paths; none when there is no way. */
    public List<Ranked> between(NodeId from, NodeId to, int most) {
        List<Ranked> ranked = new ArrayList<>();
        Map<NodePath, Ranked> found = new LinkedHashMap<>();
        planner.bestPath(topology, from, to, Set.of()).ifPresent(best -> ranked.add(new Ranked(best, Set.of())));
        for (int last = 0; last < ranked.size() && ranked.size() < most; last++) {
            Ranked before = ranked.get(last);
            for (Edge edge : before.path().edges()) {
                Set<Edge> without = new HashSet<>(before.without());
                without.add(edge);
                planner.bestPath(topology, from, to, without)
                        .ifPresent(path -> found.putIfAbsent(path, new Ranked(path, without)));
            }
            ranked.forEach(known -> found.remove(known.path()));
            found.values().stream()
                    .reduce((a, b) -> isPreferred(b.path(), a.path()) ? b : a)
                    .ifPresent(ranked::add);
        }
        return ranked;
    }

    /** Whether the planner takes the one path where there are only the links of both. */
    private boolean isPreferred(NodePath one, NodePath other) {
        Set<Edge> unused = new HashSet<>(topology.edges());
        one.edges().forEach(unused::remove);
        other.edges().forEach(unused::remove);
        Optional<NodePath> best = planner.bestPath(topology, one.node(0), one.egress(), unused);
        return best.filter(one::equals).isPresent();
    }
}
