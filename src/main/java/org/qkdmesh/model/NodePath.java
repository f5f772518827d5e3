package org.qkdmesh.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.stream.Collectors;

/** The nodes that a key passes, ingress first and egress last: 2 to {@value #MAX_HOPS} + 1 nodes, none of them twice. */
public record NodePath(List<NodeId> nodes) {

    /** The largest number of hops that a relay may take. */
    public static final int MAX_HOPS = 64;

    /**
     * @throws IllegalArgumentException when there are fewer than two nodes, too many, or one twice
     */
    public NodePath {
        nodes = List.copyOf(nodes);
        if (nodes.size() < 2 || nodes.size() > MAX_HOPS + 1) {
            throw new IllegalArgumentException("a path has 2 to " + (MAX_HOPS + 1) + " nodes, not " + nodes.size());
        }
        if (new HashSet<>(nodes).size() != nodes.size()) {
            throw new IllegalArgumentException("a path passes no node twice");
        }
    }

    public static NodePath of(NodeId... nodes) {
        return new NodePath(List.of(nodes));
    }

    public NodeId ingress() {
        return nodes.get(0);
    }

    public NodeId egress() {
        return nodes.get(nodes.size() - 1);
    }

    public NodeId node(int position) {
        return nodes.get(position);
    }

    public int hops() {
        return nodes.size() - 1;
    }

    /** The hop that starts at {@code position}; the ingress stands at position 0. */
    public Edge hopFrom(int position) {
        return new Edge(nodes.get(position), nodes.get(position + 1));
    }

    public List<Edge> edges() {
        List<Edge> edges = new ArrayList<>(hops());
        for (int i = 0; i < hops(); i++) {
            edges.add(hopFrom(i));
        }
        return edges;
    }

    @Override
    public String toString() {
        return nodes.stream().map(NodeId::text).collect(Collectors.joining(" -> "));
    }
}
