package org.qkdmesh.model;

import java.util.Comparator;
import java.util.Objects;

/** A link in one direction: from the node that sends to its neighbour that receives. */
public record Edge(NodeId from, NodeId to) {

    public static final Comparator<Edge> BY_IDS =
            Comparator.comparing(Edge::from).thenComparing(Edge::to);

    public Edge {
        Objects.requireNonNull(from, "from");
        Objects.requireNonNull(to, "to");
    }

    @Override
    public String toString() {
        return from + " -> " + to;
    }
}
