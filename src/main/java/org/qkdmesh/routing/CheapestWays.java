package org.qkdmesh.routing;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jgrapht.Graph;
import org.jgrapht.alg.interfaces.ShortestPathAlgorithm.SingleSourcePaths;
import org.jgrapht.alg.shortestpath.DijkstraShortestPath;
import org.jgrapht.graph.EdgeReversedGraph;
import org.jgrapht.graph.MaskSubgraph;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;

/**
 * All the cheapest ways to one node, by Dijkstra's algorithm from that node backwards. There may be several of one cost:
 * {@link #stepsFrom} gives the choice at each node, and every choice leads to the target at that cost.
 */
record CheapestWays(Graph<NodeId, Edge> usable, SingleSourcePaths<NodeId, Edge> costs) {

    /**
     * @param mesh with costs above 0 as weights
     * @param excluded edges that must not be used
     * @param atMost the highest cost of a way
     * @return empty when no way leads from the one node to the other
     */
    static Optional<CheapestWays> between(
            Graph<NodeId, Edge> mesh, NodeId from, NodeId to, Set<Edge> excluded, double atMost) {
        if (from.equals(to) || !mesh.containsVertex(from) || !mesh.containsVertex(to)) {
            return Optional.empty();
        }
        Graph<NodeId, Edge> usable =
                excluded.isEmpty() ? mesh : new MaskSubgraph<>(mesh, node -> false, excluded::contains);
        SingleSourcePaths<NodeId, Edge> costs =
                new DijkstraShortestPath<>(new EdgeReversedGraph<>(usable), atMost).getPaths(to);
        return Double.isInfinite(costs.getWeight(from))
                ? Optional.empty()
                : Optional.of(new CheapestWays(usable, costs));
    }

    /** The links out of this node that a cheapest way may take; none at the target. */
    List<Edge> stepsFrom(NodeId node) {
        double cost = costs.getWeight(node);
        return usable.outgoingEdgesOf(node).stream()
                .filter(edge -> costs.getWeight(edge.to()) + usable.getEdgeWeight(edge) == cost)
                .toList();
    }
}
