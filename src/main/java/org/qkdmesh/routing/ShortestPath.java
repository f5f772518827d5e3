package org.qkdmesh.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qkdmesh.model.Amounts;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

/**
 * The path with the fewest hops; among those the one whose poorest link has the most stock; among those the one whose
 * node ids come first. So the same snapshot and the same question give the same path on every node.
 */
public final class ShortestPath implements PathPlanner {

    private final MeshGraph graphs = new MeshGraph(stock -> 1);

    @Override
    public Optional<NodePath> bestPath(Topology topology, NodeId from, NodeId to, Set<Edge> excluded) {
        return CheapestWays.between(graphs.of(topology), from, to, excluded, NodePath.MAX_HOPS)
                .map(ways -> new Search(topology.links(), ways).widestPath(from, to));
    }

    @Override
    public List<Merit> merits(Topology topology, NodePath path) {
        long poorest = path.edges().stream()
                .mapToLong(edge -> topology.links().getOrDefault(edge, 0L))
                .min()
                .orElse(0);
        return List.of(
                new Merit("hops", String.valueOf(path.hops())),
                new Merit("stock of its poorest link", Amounts.bits(8 * poorest)));
    }

    /** Chooses among the paths of fewest hops: each step brings the target one hop nearer. */
    private record Search(Map<Edge, Long> stock, CheapestWays ways, Map<NodeId, Long> widths) {

        Search(Map<Edge, Long> stock, CheapestWays ways) {
            this(stock, ways, new HashMap<>());
        }

        NodePath widestPath(NodeId from, NodeId to) {
            long width = width(from);
            List<NodeId> nodes = new ArrayList<>(List.of(from));
            NodeId at = from;
            while (!at.equals(to)) {
                at = ways.stepsFrom(at).stream()
                        .filter(edge -> widthOver(edge) >= width)
                        .map(Edge::to)
                        .min(Comparator.naturalOrder())
                        .orElseThrow();
                nodes.add(at);
            }
            return new NodePath(nodes);
        }

        /** The stock of the poorest link on the best of the shortest paths from this node; recursion ends at 64 hops. */
        private long width(NodeId node) {
            Long known = widths.get(node);
            if (known == null) {
                known = ways.stepsFrom(node).stream()
                        .mapToLong(this::widthOver)
                        .max()
                        .orElse(Long.MAX_VALUE);
                widths.put(node, known);
            }
            return known;
        }

        private long widthOver(Edge edge) {
            return Math.min(stock.get(edge), width(edge.to()));
        }
    }
}
