package org.qkdmesh.routing;

import java.util.List;
import java.util.function.LongUnaryOperator;
import org.jgrapht.Graph;
import org.jgrapht.graph.AsUnmodifiableGraph;
import org.jgrapht.graph.SimpleDirectedWeightedGraph;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;

/**
 * One topology as a graph that nobody can change, and the last one that was asked for, so that it is built once per
 * snapshot and not once per request. Safe for use by several threads.
 */
final class MeshGraph {

    private record Built(Topology topology, Graph<NodeId, Edge> graph) {}

    private final LongUnaryOperator costOfStock;
    private volatile Built last;

    /** @param costOfStock what a link with so many bytes of link keys costs: a whole number above 0, so that sums are exact */
    MeshGraph(LongUnaryOperator costOfStock) {
        this.costOfStock = costOfStock;
        this.last = build(Topology.empty(new NodeId("none")));
    }

    Graph<NodeId, Edge> of(Topology topology) {
        Built current = last;
        if (current.topology != topology) {
            current = build(topology);
            last = current;
        }
        return current.graph;
    }

    private Built build(Topology topology) {
        // Edges are given to it. With their class, each graph would look for a constructor that an edge does not have.
        Graph<NodeId, Edge> graph = new SimpleDirectedWeightedGraph<>(null, null);
        // Sorted, since the order of an immutable map differs from one run of the process to the next.
        List<Edge> edges = topology.edges().stream().sorted(Edge.BY_IDS).toList();
        for (Edge edge : edges) {
            graph.addVertex(edge.from());
            graph.addVertex(edge.to());
            graph.addEdge(edge.from(), edge.to(), edge);
            graph.setEdgeWeight(edge, costOfStock.applyAsLong(topology.links().get(edge)));
        }
        // The graph makes these views when they are first asked for; asked now, it is never written to by readers.
        for (NodeId node : graph.vertexSet()) {
            graph.outgoingEdgesOf(node);
            graph.incomingEdgesOf(node);
        }
        return new Built(topology, new AsUnmodifiableGraph<>(graph));
    }
}
