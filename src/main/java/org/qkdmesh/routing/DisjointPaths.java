package org.qkdmesh.routing;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jgrapht.Graph;
import org.jgrapht.alg.flow.mincost.CapacityScalingMinimumCostFlow;
import org.jgrapht.alg.flow.mincost.MinimumCostFlowProblem.MinimumCostFlowProblemImpl;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleDirectedWeightedGraph;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

/**
 * Finds paths of which no two have a node in common but their ends, so that no node between sees what goes over more than
 * one of them. Together they cost least, by the costs of {@link MostKeys#linkCost}: they are all needed at once, so that one
 * starving link would hold up all. What was found is remembered while the topology stays. Safe for use by several threads.
 *
 * <p>It is a flow of least cost (Ahuja, Magnanti and Orlin, Network Flows, chapter 9: successive shortest paths, which for
 * two paths is Suurballe's algorithm) through a graph in which each node is two, one that messages come in at and one that
 * they leave from, with an edge between them that takes one unit.
 */
public final class DisjointPaths {

    /** The largest number of paths that may be asked for. */
    public static final int MOST = 64;

    /** Dearer than any set of paths: 1024 nodes and a link of 65000 out of each; cheap enough for the library's sums. */
    private static final double COST_OF_NONE = 1e8;

    /**
     * What was found.
     *
     * @param wanted how many paths were asked for
     * @param paths as many as there are, at most {@code wanted}, the cheapest first; or the link from the one end to the
     *     other alone
     */
    public record Found(int wanted, List<NodePath> paths) {

        public Found {
            paths = List.copyOf(paths);
        }

        /**
         * Whether no node between the ends sees what goes over all of them: there are as many as were wanted, or there is a
         * link without a node between, which suffices alone.
         */
        public boolean suffices() {
            return paths.size() >= wanted || paths.stream().anyMatch(path -> path.hops() == 1);
        }
    }

    private record Question(NodeId from, NodeId to, Set<Edge> excluded, int wanted) {}

    private final Remembered<Question, Found> found = new Remembered<>();

    /** A node as messages come in at it or as they leave from it. */
    private record Side(NodeId node, boolean leaving) {}

    /**
     * Paths of more than {@link NodePath#MAX_HOPS} hops are left out, so that in a mesh of such distances fewer may be found
     * than there are.
     *
     * @param excluded directed edges that must not be used
     * @param wanted 1 to {@value #MOST}
     * @throws IllegalArgumentException when {@code wanted} is outside of this
     */
    public Found between(Topology topology, NodeId from, NodeId to, Set<Edge> excluded, int wanted) {
        if (wanted < 1 || wanted > MOST) {
            throw new IllegalArgumentException("1 to " + MOST + " paths can be asked for, not " + wanted);
        }
        return found.answer(
                topology, new Question(from, to, Set.copyOf(excluded), wanted), question -> find(topology, question));
    }

    private static Found find(Topology topology, Question asked) {
        NodeId from = asked.from();
        NodeId to = asked.to();
        int wanted = asked.wanted();
        if (from.equals(to)) {
            return new Found(wanted, List.of());
        }
        Edge direct = new Edge(from, to);
        if (topology.links().containsKey(direct) && !asked.excluded().contains(direct)) {
            return new Found(wanted, List.of(NodePath.of(from, to)));
        }
        return new Found(wanted, new Search(topology, from, to, asked.excluded()).cheapest(wanted));
    }

    private static final class Search {

        private final Topology topology;
        private final NodeId from;
        private final NodeId to;
        private final Graph<Side, DefaultWeightedEdge> sides =
                new SimpleDirectedWeightedGraph<>(DefaultWeightedEdge.class);

        Search(Topology topology, NodeId from, NodeId to, Set<Edge> excluded) {
            this.topology = topology;
            this.from = from;
            this.to = to;
            sides.addVertex(start());
            sides.addVertex(end());
            topology.edges().stream()
                    .filter(edge -> !excluded.contains(edge))
                    // Sorted, so that of sets that cost the same each process finds the same one.
                    .sorted(Edge.BY_IDS)
                    .forEach(this::add);
        }

        private Side start() {
            return new Side(from, true);
        }

        private Side end() {
            return new Side(to, false);
        }

        private void add(Edge edge) {
            if (edge.to().equals(from) || edge.from().equals(to)) {
                return;
            }
            split(edge.from());
            split(edge.to());
            connect(new Side(edge.from(), true), new Side(edge.to(), false), cost(edge));
        }

        private void split(NodeId node) {
            if (!node.equals(from) && !node.equals(to)) {
                Side entering = new Side(node, false);
                Side leaving = new Side(node, true);
                sides.addVertex(leaving);
                if (sides.addVertex(entering)) {
                    connect(entering, leaving, 0);
                }
            }
        }

        private DefaultWeightedEdge connect(Side one, Side other, double cost) {
            DefaultWeightedEdge edge = sides.addEdge(one, other);
            sides.setEdgeWeight(edge, cost);
            return edge;
        }

        private long cost(Edge edge) {
            return MostKeys.linkCost(topology.links().get(edge));
        }

        List<NodePath> cheapest(int wanted) {
            // Takes what no path is found for, so that there always is a flow.
            DefaultWeightedEdge none = connect(start(), end(), COST_OF_NONE);
            Set<DefaultWeightedEdge> used = flow(wanted, none);
            return sides.outgoingEdgesOf(start()).stream()
                    .filter(edge -> edge != none && used.contains(edge))
                    .map(edge -> follow(edge, used))
                    .filter(nodes -> nodes.size() - 1 <= NodePath.MAX_HOPS)
                    .map(NodePath::new)
                    .sorted(Comparator.comparingLong(this::total).thenComparing(NodePath::toString))
                    .toList();
        }

        private Set<DefaultWeightedEdge> flow(int wanted, DefaultWeightedEdge none) {
            var problem = new MinimumCostFlowProblemImpl<>(
                    sides,
                    side -> side.equals(start()) ? wanted : side.equals(end()) ? -wanted : 0,
                    edge -> edge == none ? wanted : 1);
            Set<DefaultWeightedEdge> used = new HashSet<>();
            new CapacityScalingMinimumCostFlow<Side, DefaultWeightedEdge>(1)
                    .getMinimumCostFlow(problem)
                    .getFlowMap()
                    .forEach((edge, units) -> {
                        if (units > 0) {
                            used.add(edge);
                        }
                    });
            return used;
        }

        private List<NodeId> follow(DefaultWeightedEdge first, Set<DefaultWeightedEdge> used) {
            List<NodeId> nodes = new ArrayList<>(List.of(from));
            Side at = sides.getEdgeTarget(first);
            nodes.add(at.node());
            while (!at.equals(end())) {
                at = sides.outgoingEdgesOf(new Side(at.node(), true)).stream()
                        .filter(used::contains)
                        .map(sides::getEdgeTarget)
                        .findAny()
                        .orElseThrow();
                nodes.add(at.node());
            }
            return nodes;
        }

        private long total(NodePath path) {
            return path.edges().stream().mapToLong(this::cost).sum();
        }
    }
}
