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

    private record Pair(SaePair saes, NodeId slaveNode, Optional<NodePath> path) {

        boolean isCut(NodeId self) {
            return path.isEmpty() && !slaveNode.equals(self);
        }
    }

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
        Map<NodeId, Optional<NodePath>> paths = new HashMap<>();
        List<Pair> pairs = new ArrayList<>();
        for (SaeId master : saes) {
            now.homes().forEach((slave, home) -> {
                if (!slave.equals(master) && policies.allow(new SaePair(master, slave))) {
                    Optional<NodePath> path = home.equals(self)
                            ? Optional.empty()
                            : paths.computeIfAbsent(home, node -> planner.bestPath(now, self, node, Set.of()));
                    pairs.add(new Pair(new SaePair(master, slave), home, path));
                }
            });
        }
        pairs.sort(Comparator.comparing((Pair pair) -> !pair.isCut(self))
                .thenComparing(pair -> pair.saes().toString()));
        return pairs;
    }

    private ObjectNode pair(Pair pair, PathPlanner planner) {
        ObjectNode entry = JSON.objectNode()
                .put("from", pair.saes().master().text())
                .put("to", pair.saes().slave().text())
                .put("slave_node", pair.slaveNode().text());
        if (pair.slaveNode().equals(self)) {
            entry.putArray("path").add(self.text());
        } else {
            entry.set("path", pair.path().map(PathsView::nodes).orElse(null));
        }
        boolean seen = pair.path().filter(path -> path.hops() > 1).isPresent() && !policies.seal(pair.saes());
        return entry.put("transit_nodes_see_keys", seen)
                .put(
                        "keys_now",
                        pairStatus.of(pair.saes(), pair.slaveNode(), planner).storedKeyCount());
    }
}
