package org.qkdmesh.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

/**
 * Goes around links that are short of keys: the path of the lowest cost, where a link costs more the less is in stock
 * ({@link #linkCost}); among those the one whose node ids come first. Where the cheapest path has more than
 * {@link NodePath#MAX_HOPS} hops, it gives the shortest one.
 */
public final class MostKeys implements PathPlanner {

    /** What a link costs whatever it has: a hop is a hop. */
    private static final long HOP = 1000;

    /** 16 kbit, which an idle link is kept at: a link with so much costs as much as two hops that cost nothing more. */
    private static final long MODEST_BYTES = 2048;

    /** No link costs more than this many hops, even if it is empty: keys may have come since the last advert. */
    private static final long MOST_HOPS = 65;

    private final MeshGraph graphs = new MeshGraph(MostKeys::linkCost);
    private final ShortestPath shortest = new ShortestPath();

    /**
     * The cost of a link, in thousandths of a hop: 1000 + 1000 * 16 kbit / stock, at most 65000. So a link with 1 Mbit costs
     * about one hop, one with 16 kbit two, one with 4 kbit five, an empty one 65.
     *
     * @param stockBytes link key bytes that its sender has, at least 0
     */
    public static long linkCost(long stockBytes) {
        return Math.min(MOST_HOPS * HOP, HOP + HOP * MODEST_BYTES / Math.max(1, stockBytes));
    }

    @Override
    public Optional<NodePath> bestPath(Topology topology, NodeId from, NodeId to, Set<Edge> excluded) {
        return CheapestWays.between(graphs.of(topology), from, to, excluded, Double.POSITIVE_INFINITY)
                .map(ways -> firstByIds(ways, from, to))
                .flatMap(nodes -> nodes.size() - 1 <= NodePath.MAX_HOPS
                        ? Optional.of(new NodePath(nodes))
                        : shortest.bestPath(topology, from, to, excluded));
    }

    @Override
    public List<Merit> merits(Topology topology, NodePath path) {
        long cost = path.edges().stream()
                .mapToLong(edge -> linkCost(topology.links().getOrDefault(edge, 0L)))
                .sum();
        return List.of(new Merit("cost in hops", String.format(Locale.ROOT, "%.2f", cost / (double) HOP)));
    }

    private static List<NodeId> firstByIds(CheapestWays ways, NodeId from, NodeId to) {
        List<NodeId> nodes = new ArrayList<>(List.of(from));
        NodeId at = from;
        while (!at.equals(to)) {
            at = ways.stepsFrom(at).stream()
                    .map(Edge::to)
                    .min(Comparator.naturalOrder())
                    .orElseThrow();
            nodes.add(at);
        }
        return nodes;
    }
}
