package org.qkdmesh.routing;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.LongSupplier;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

/** Meshes to plan paths in, and all paths of a small one. */
final class Meshes {

    private Meshes() {}

    /** Nodes n0, n1, ..., of whose possible directed links a bit less than half is there. */
    static Topology randomMesh(Random random, int size, LongSupplier stock) {
        Map<Edge, Long> links = new HashMap<>();
        for (int from = 0; from < size; from++) {
            for (int to = 0; to < size; to++) {
                if (from != to && random.nextInt(100) < 45) {
                    links.put(new Edge(node("n" + from), node("n" + to)), stock.getAsLong());
                }
            }
        }
        return mesh(links);
    }

    static Set<Edge> someEdges(Random random, Topology mesh, int number) {
        List<Edge> edges = new ArrayList<>(mesh.edges());
        Set<Edge> some = new HashSet<>();
        for (int i = 0; i < number && !edges.isEmpty(); i++) {
            some.add(edges.get(random.nextInt(edges.size())));
        }
        return some;
    }

    static List<NodePath> allPaths(Topology mesh, NodeId from, NodeId to, Set<Edge> excluded) {
        List<NodePath> found = new ArrayList<>();
        extend(mesh, new ArrayList<>(List.of(from)), to, excluded, found);
        return found;
    }

    private static void extend(Topology mesh, List<NodeId> nodes, NodeId to, Set<Edge> excluded, List<NodePath> found) {
        NodeId last = nodes.get(nodes.size() - 1);
        if (last.equals(to)) {
            found.add(new NodePath(nodes));
            return;
        }
        for (Edge edge : mesh.edges()) {
            if (edge.from().equals(last) && !excluded.contains(edge) && !nodes.contains(edge.to())) {
                nodes.add(edge.to());
                extend(mesh, nodes, to, excluded, found);
                nodes.remove(nodes.size() - 1);
            }
        }
    }

    @SafeVarargs
    static Topology mesh(Map<Edge, Long>... links) {
        Map<Edge, Long> all = new HashMap<>();
        for (Map<Edge, Long> some : links) {
            all.putAll(some);
        }
        return new Topology(node("a"), all, Map.of(), true);
    }

    static Map<Edge, Long> both(String one, String other, long stock) {
        return Map.of(
                new Edge(node(one), node(other)), stock,
                new Edge(node(other), node(one)), stock);
    }

    static NodePath path(String... nodes) {
        return new NodePath(List.of(nodes).stream().map(NodeId::new).toList());
    }

    static NodeId node(String id) {
        return new NodeId(id);
    }
}
