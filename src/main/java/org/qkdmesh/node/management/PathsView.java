package org.qkdmesh.node.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.routing.DisjointPaths;
import org.qkdmesh.routing.EdgeStandings;
import org.qkdmesh.routing.PathPlanner;
import org.qkdmesh.routing.RankedPaths;
import org.qkdmesh.routing.Topology;

/** Which paths keys between two SAEs would take, in which order, and why. */
public final class PathsView {

    private static final int MOST_PATHS = 5;
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final NodeId self;
    private final Supplier<Topology> topology;
    private final EdgeStandings standings;
    private final ToLongFunction<NodeId> ownStock;
    private final PairPolicies policies;
    private final DisjointPaths disjointPaths = new DisjointPaths();

    /** @param ownStock bytes that this node has for messages to a neighbour, which it knows better than its advert */
    public PathsView(
            NodeId self,
            Supplier<Topology> topology,
            EdgeStandings standings,
            ToLongFunction<NodeId> ownStock,
            PairPolicies policies) {
        this.self = self;
        this.topology = topology;
        this.standings = standings;
        this.ownStock = ownStock;
        this.policies = policies;
    }

    /**
     * @param egress the node of the slave
     * @param plannerName as routes name it
     */
    public ObjectNode document(SaePair pair, NodeId egress, String plannerName, PathPlanner planner) {
        ObjectNode root = JSON.objectNode()
                .put("node", self.text())
                .put("from", pair.master().text())
                .put("to", pair.slave().text())
                .put("slave_node", egress.text())
                .put("planner", plannerName)
                .put("policy", policies.paths(pair).choice().text())
                .put("shares", policies.paths(pair).shares());
        ArrayNode paths = root.putArray("paths");
        ArrayNode disjoint = root.putArray("disjoint");
        List<EdgeStandings.Avoided> avoided = standings.avoided();
        ArrayNode leftOut = root.putArray("avoided");
        avoided.forEach(one -> leftOut.addObject()
                .put("from", one.edge().from().text())
                .put("to", one.edge().to().text())
                .put("failures", one.failures())
                .put("seconds_left", (one.millisLeft() + 999) / 1000));
        if (egress.equals(self)) {
            return root.put("note", "both SAEs are at this node: keys are made here, nothing is relayed");
        }
        Topology now = topology.get();
        List<RankedPaths.Ranked> ranked =
                new RankedPaths(standings.around(planner), now).between(self, egress, MOST_PATHS);
        ranked.forEach(one -> paths.add(path(now, planner, one)));
        withoutNodeInCommon(now, egress).forEach(path -> disjoint.add(nodes(path)));
        Set<Edge> edges = avoided.stream().map(EdgeStandings.Avoided::edge).collect(Collectors.toSet());
        return root.put("note", ranked.isEmpty() ? noWay(now, egress) : why(now, planner, ranked, edges));
    }

    /** The link without a node between, where there is one, and the ways around it. */
    private List<NodePath> withoutNodeInCommon(Topology now, NodeId egress) {
        Edge direct = new Edge(self, egress);
        Stream<NodePath> link = now.links().containsKey(direct) ? Stream.of(NodePath.of(self, egress)) : Stream.empty();
        return Stream.concat(
                        link, disjointPaths.between(now, self, egress, Set.of(direct), MOST_PATHS).paths().stream())
                .limit(MOST_PATHS)
                .toList();
    }

    private ObjectNode path(Topology now, PathPlanner planner, RankedPaths.Ranked ranked) {
        ObjectNode entry = JSON.objectNode();
        entry.set("nodes", nodes(ranked.path()));
        ArrayNode merits = entry.putArray("merits");
        planner.merits(now, ranked.path())
                .forEach(merit -> merits.addObject().put("name", merit.name()).put("value", merit.value()));
        ArrayNode links = entry.putArray("links");
        for (Edge edge : ranked.path().edges()) {
            long bytes = edge.from().equals(self)
                    ? ownStock.applyAsLong(edge.to())
                    : now.links().getOrDefault(edge, 0L);
            links.addObject()
                    .put("from", edge.from().text())
                    .put("to", edge.to().text())
                    .put("stock_bits", 8 * bytes);
        }
        ArrayNode without = entry.putArray("without");
        ranked.without().stream().map(Edge::toString).sorted().forEach(without::add);
        return entry;
    }

    static ArrayNode nodes(NodePath path) {
        ArrayNode nodes = JSON.arrayNode();
        path.nodes().forEach(node -> nodes.add(node.text()));
        return nodes;
    }

    private static String why(Topology now, PathPlanner planner, List<RankedPaths.Ranked> ranked, Set<Edge> avoided) {
        if (ranked.size() == 1) {
            return "it is the only path";
        }
        if (isAvoided(ranked.get(1).path(), avoided) && !isAvoided(ranked.get(0).path(), avoided)) {
            return "the first goes around links that are left out for a while, since keys did not arrive over them";
        }
        List<PathPlanner.Merit> first = planner.merits(now, ranked.get(0).path());
        List<PathPlanner.Merit> second = planner.merits(now, ranked.get(1).path());
        for (int i = 0; i < Math.min(first.size(), second.size()); i++) {
            if (!first.get(i).equals(second.get(i))) {
                return "the first wins by its " + first.get(i).name() + ": "
                        + first.get(i).value() + " against " + second.get(i).value();
            }
        }
        return first.isEmpty()
                ? "the first is the planner's choice, which it does not explain"
                : "the first two are equal in all that the planner compares; the node ids decide";
    }

    private static boolean isAvoided(NodePath path, Set<Edge> avoided) {
        return path.edges().stream().anyMatch(avoided::contains);
    }

    private String noWay(Topology now, NodeId egress) {
        Set<String> reached = new TreeSet<>();
        now.reached().stream().filter(node -> !node.equals(self)).forEach(node -> reached.add(node.text()));
        return "no path leads to " + egress + " now: "
                + (reached.isEmpty()
                        ? "no neighbour can be reached"
                        : "only " + String.join(", ", reached) + " can be reached");
    }
}
