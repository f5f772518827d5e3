package org.qkdmesh.node.management;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.qkdmesh.model.NearestName;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.routing.Topology;

/**
 * The pair of SAEs that an operator asks about.
 *
 * @param slaveNode the node that the slave belongs to
 */
public record Asked(SaePair pair, NodeId slaveNode) {

    private static final int MOST_NAMES = 20;

    /** Finds the pair that is meant. */
    public static final class Reader {

        private final NodeId self;
        private final Set<SaeId> saes;
        private final PairPolicies policies;
        private final Supplier<Topology> topology;

        /**
         * @param saes of this node
         * @param policies what the configuration allows each pair
         */
        public Reader(NodeId self, Set<SaeId> saes, PairPolicies policies, Supplier<Topology> topology) {
            this.self = self;
            this.saes = saes;
            this.policies = policies;
            this.topology = topology;
        }

        /**
         * @param from the master, null when it was not said
         * @param to the slave, null when it was not said
         * @throws Refusal 400 that says what is wrong, with the nearest right name
         */
        public Asked read(String from, String to) {
            Topology now = topology.get();
            SaeId master = sae("from", from);
            SaeId slave = sae("to", to);
            if (!saes.contains(master)) {
                String home =
                        now.home(master).map(node -> ", it belongs to " + node).orElse("");
                throw Refusal.badRequest(
                        "from: " + master + " is not an SAE of " + self + home + nearest(master, saes));
            }
            if (slave.equals(master)) {
                throw Refusal.badRequest("to: another SAE than from");
            }
            Optional<NodeId> home = saes.contains(slave) ? Optional.of(self) : now.home(slave);
            if (home.isEmpty()) {
                throw Refusal.badRequest("to: " + self + " has not heard of an SAE " + slave
                        + nearest(slave, now.homes().keySet()));
            }
            SaePair pair = new SaePair(master, slave);
            if (!policies.allow(pair)) {
                throw Refusal.badRequest("the configuration of " + self + " does not allow " + master + " keys for "
                        + slave + " (pairs)");
            }
            return new Asked(pair, home.get());
        }

        private static SaeId sae(String name, String text) {
            if (text == null || text.isEmpty()) {
                throw Refusal.badRequest(name + ": the id of an SAE is missing");
            }
            try {
                return new SaeId(text);
            } catch (IllegalArgumentException e) {
                throw Refusal.badRequest(name + ": " + e.getMessage());
            }
        }

        private static String nearest(SaeId wrong, Collection<SaeId> known) {
            Set<String> names = known.stream().map(SaeId::text).collect(Collectors.toCollection(TreeSet::new));
            return NearestName.of(wrong.text(), names)
                    .map(name -> "; did you mean " + name + "?")
                    .orElseGet(() -> names.isEmpty() || names.size() > MOST_NAMES
                            ? ""
                            : "; there are " + String.join(", ", names));
        }
    }
}
