package org.qkdmesh.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jgrapht.Graph;
import org.jgrapht.alg.interfaces.ShortestPathAlgorithm.SingleSourcePaths;
import org.jgrapht.alg.shortestpath.DijkstraShortestPath;
import org.jgrapht.graph.EdgeReversedGraph;
import org.jgrapht.graph.MaskSubgraph;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

/**
 * The path with the fewest hops; among those the one whose poorest link has the most stock; among those the one whose
 * node ids come first. So the same snapshot and the same question give the same path on every node.
 */
public final class ShortestPath implements PathPlanner {

    private final MeshGraph graphs = new MeshGraph();

    @Override
    public Optional<NodePath> bestPath(Topology topology, NodeId from, NodeId to, Set<Edge> excluded) {
        Graph<NodeId, Edge> mesh = graphs.of(topology);
        if (from.equals(to) || !mesh.containsVertex(from) || !mesh.containsVertex(to)) {
            return Optional.empty();
        }
        Graph<NodeId, Edge> usable = new MaskSubgraph<>(mesh, node -> false, excluded::contains);
        SingleSourcePaths<NodeId, Edge> distances =
                new DijkstraShortestPath<>(new EdgeReversedGraph<>(usable), NodePath.MAX_HOPS).getPaths(to);
        if (Double.isInfinite(distances.getWeight(from))) {
            return Optional.empty();
        }
        return Optional.of(new Search(topology.links(), usable, distances).widestPath(from, to));
    }

    /** Chooses among the paths of fewest hops: each step brings the target one hop nearer. */
    private record Search(
            Map<Edge, Long> stock,
            Graph<NodeId, Edge> usable,
            SingleSourcePaths<NodeId, Edge> distances,
            Map<NodeId, Long> widths) {

        Search(Map<Edge, Long> stock, Graph<NodeId, Edge> usable, SingleSourcePaths<NodeId, Edge> distances) {
            this(stock, usable, distances, new HashMap<>());
        }

        NodePath widestPath(NodeId from, NodeId to) {
            long width = width(from);
            List<NodeId> nodes = new ArrayList<>(List.of(from));
            NodeId at = from;
            while (!at.equals(to)) {
                at = stepsFrom(at).stream()
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
                known = stepsFrom(node).stream()
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

        private List<Edge> stepsFrom(NodeId node) {
            double next = distances.getWeight(node) - 1;
            return usable.outgoingEdgesOf(node).stream()
                    .filter(edge -> distances.getWeight(edge.to()) == next)
                    .toList();
        }
    }
}
