package org.qkdmesh.node.management;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.ops.Health;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.relay.Ways;
import org.qkdmesh.routing.PathPlanner;
import org.qkdmesh.routing.Topology;
import org.qkdmesh.sae.PairStatus;

/** The node at a glance: what is wrong, its links, and what its SAEs can have. */
public final class StatusView {

    /** So many pairs of SAEs are shown, those without a path first. */
    private static final int MOST_PAIRS = 100;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    private final NodeId self;
    private final Set<SaeId> saes;
    private final PairPolicies policies;
    private final Supplier<Topology> topology;
    private final PairStatus pairStatus;
    private final LinksView links;
    private final Health health;
    private final Drain drain;
    private final NodeClock clock;
    private final long startedAt;
    private final Ways.Planner ways = new Ways.Planner();

    private record Pair(SaePair saes, NodeId slaveNode, Ways ways) {

        boolean isCut(NodeId self) {
            return ways.paths().isEmpty() && !slaveNode.equals(self);
        }
    }

    private record Question(NodeId slaveNode, PairPolicy.Paths policy) {}

    /** @param startedAt when the node was started, by the monotonic clock, milliseconds */
    public StatusView(
            NodeId self,
            Set<SaeId> saes,
            PairPolicies policies,
            Supplier<Topology> topology,
            PairStatus pairStatus,
            LinksView links,
            Health health,
            Drain drain,
            NodeClock clock,
            long startedAt) {
        this.self = self;
        this.saes = saes;
        this.policies = policies;
        this.topology = topology;
        this.pairStatus = pairStatus;
        this.links = links;
        this.health = health;
        this.drain = drain;
        this.clock = clock;
        this.startedAt = startedAt;
    }

    /** @param planner whose paths are shown */
    public ObjectNode document(PathPlanner planner) {
        Topology now = topology.get();
        Health.Report report = health.report();
        String version = StatusView.class.getPackage().getImplementationVersion();
        ObjectNode root = JSON.objectNode()
                .put("node", self.text())
                .put("version", version == null ? "unknown" : version)
                .put("uptime_seconds", (clock.monotonicMillis() - startedAt) / 1000)
                .put("ready", report.ready())
                .put("draining", drain.isDraining());
        ArrayNode trouble = root.putArray("trouble");
        report.troubles()
                .forEach(found -> trouble.addObject().put("what", found.name()).put("why", found.reason()));
        root.putObject("network")
                .put("nodes_reached", now.reached().size())
                .put("saes", now.homes().size());
        root.set("links", links.links());
        List<Pair> pairs = pairs(now, planner);
        root.put("pairs_total", pairs.size());
        ArrayNode shown = root.putArray("pairs");
        pairs.stream().limit(MOST_PAIRS).forEach(pair -> shown.add(pair(pair, planner)));
        return root;
    }

    /** The pairs that masters of this node may ask for, those without a path first. */
    private List<Pair> pairs(Topology now, PathPlanner planner) {
        Map<Question, Ways> found = new HashMap<>();
        List<Pair> pairs = new ArrayList<>();
        for (SaeId master : saes) {
            now.homes().forEach((slave, home) -> {
                SaePair pair = new SaePair(master, slave);
                if (!slave.equals(master) && policies.allow(pair)) {
                    pairs.add(new Pair(
                            pair,
                            home,
                            found.computeIfAbsent(
                                    new Question(home, policies.paths(pair)), asked -> ways(now, planner, asked))));
                }
            });
        }
        pairs.sort(Comparator.comparing((Pair pair) -> !pair.isCut(self))
                .thenComparing(pair -> pair.saes().toString()));
        return pairs;
    }

    private Ways ways(Topology now, PathPlanner planner, Question asked) {
        return asked.slaveNode().equals(self)
                ? new Ways(List.of(), Optional.empty())
                : ways.between(now, self, asked.slaveNode(), Set.of(), planner, asked.policy());
    }

    private ObjectNode pair(Pair pair, PathPlanner planner) {
        ObjectNode entry = JSON.objectNode()
                .put("from", pair.saes().master().text())
                .put("to", pair.saes().slave().text())
                .put("slave_node", pair.slaveNode().text());
        List<NodePath> paths = pair.ways().paths();
        if (pair.slaveNode().equals(self)) {
            entry.putArray("path").add(self.text());
        } else {
            entry.set("path", paths.isEmpty() ? null : PathsView.nodes(paths.get(0)));
        }
        ArrayNode all = entry.put("paths", policies.paths(pair.saes()).choice().text())
                .put("ways_needed", pair.ways().needed())
                .put("ways_now", pair.ways().there())
                .putArray("ways");
        paths.forEach(path -> all.add(PathsView.nodes(path)));
        boolean seen = paths.size() == 1 && paths.get(0).hops() > 1 && !policies.seal(pair.saes());
        return entry.put("transit_nodes_see_keys", seen)
                .put(
                        "keys_now",
                        pairStatus.of(pair.saes(), pair.slaveNode(), planner).storedKeyCount());
    }
}
