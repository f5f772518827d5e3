package org.qkdmesh.sae;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.qkdmesh.etsi014.KeyRequest;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.policy.PairPolicies;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.relay.Destination;
import org.qkdmesh.routing.Topology;

/**
 * Who may call the API, and for whom. Whoever is not allowed learns nothing about the other SAE. Safe for use by several
 * threads; reads the network as it is known and never waits.
 */
public final class SaeRules {

    private static final String ADDITIONAL = "additional_slave_SAE_IDs";

    /** The word for a pair that is not written under {@code pairs}. */
    public static final String PAIR_NOT_ALLOWED = "pair_not_allowed";

    private final NodeId self;
    private final Set<SaeId> attached;
    private final PairPolicies policies;
    private final Supplier<Topology> topology;

    /**
     * @param attached the SAEs of this node
     * @param policies what the configuration allows each pair
     */
    public SaeRules(NodeId self, Set<SaeId> attached, PairPolicies policies, Supplier<Topology> topology) {
        this.self = self;
        this.attached = Set.copyOf(attached);
        this.policies = policies;
        this.topology = topology;
    }

    /** What the configuration allows each pair. */
    public PairPolicies policies() {
        return policies;
    }

    /**
     * The pair of a call to {@code status} or {@code enc_keys}.
     *
     * @param caller whom the certificate names; null when it names no SAE
     * @param slave as it stands in the path, percent-decoded
     * @throws Refusal 401 or 400
     */
    public SaePair calledByMaster(SaeId caller, String slave) {
        requireAttached(caller);
        return checked(new SaePair(caller, other(caller, slave, "slave_SAE_ID")));
    }

    /**
     * The pair of a call to {@code dec_keys}.
     *
     * @param caller whom the certificate names; null when it names no SAE
     * @param master as it stands in the path, percent-decoded
     * @throws Refusal 401 or 400
     */
    public SaePair calledBySlave(SaeId caller, String master) {
        requireAttached(caller);
        return checked(new SaePair(other(caller, master, "master_SAE_ID"), caller));
    }

    /**
     * The node that the slave is attached to, which may be this one.
     *
     * @throws Refusal 400 when the slave was never heard of, 503 when it may exist all the same
     */
    public NodeId homeOfSlave(SaePair pair) {
        return home(pair.slave(), "slave_SAE_ID");
    }

    /**
     * Where the keys of a well-formed request have to come to: the node of the slave in the path first, which may be this
     * one, and each node once, with all slaves that are attached to it.
     *
     * @throws Refusal 400 for what this version does not do, for an additional slave that is the master or the slave in
     *     the path, or that was never heard of or may not have so many keys or such ones; 401 when one may not share keys with the master; 503 when one may only not
     *     have been heard of yet
     */
    public List<Destination> destinations(SaePair pair, KeyRequest request) {
        request.requireExtensionsAmong(Set.of());
        NodeId home = homeOfSlave(pair);
        if (request.additionalSlaves().isEmpty()) {
            return List.of(Destination.of(home, pair));
        }
        Map<NodeId, List<SaeId>> slaves = new LinkedHashMap<>();
        slaves.computeIfAbsent(home, node -> new ArrayList<>()).add(pair.slave());
        for (SaeId slave : request.additionalSlaves()) {
            requireFurther(pair, slave, request);
            slaves.computeIfAbsent(home(slave, ADDITIONAL), node -> new ArrayList<>())
                    .add(slave);
        }
        return slaves.entrySet().stream()
                .map(node -> new Destination(node.getKey(), new SaeGroup(pair.master(), node.getValue())))
                .toList();
    }

    private void requireFurther(SaePair pair, SaeId slave, KeyRequest request) {
        if (slave.equals(pair.slave())) {
            throw Refusal.badRequest(ADDITIONAL + " shall name other SAEs than slave_SAE_ID");
        }
        if (slave.equals(pair.master())) {
            throw Refusal.badRequest(ADDITIONAL + " shall name other SAEs than the caller");
        }
        SaePair further = checked(new SaePair(pair.master(), slave));
        PairPolicy.Bounds bounds = policies.of(further).orElseThrow().bounds();
        if (!bounds.allowSize(request.sizeBits())) {
            throw Refusal.badRequest("size shall be " + bounds.minSizeBits() + " to " + bounds.maxSizeBits()
                    + " where the keys are for " + slave + " too");
        }
        if (request.number() > bounds.maxPerRequest()) {
            throw Refusal.badRequest(
                    "number shall be 1 to " + bounds.maxPerRequest() + " where the keys are for " + slave + " too");
        }
    }

    /** Whether both SAEs are attached here or known in the network. */
    public boolean isKnown(SaePair pair) {
        Topology now = topology.get();
        return Stream.of(pair.master(), pair.slave())
                .allMatch(sae -> attached.contains(sae) || now.home(sae).isPresent());
    }

    private NodeId home(SaeId slave, String member) {
        if (attached.contains(slave)) {
            return self;
        }
        Topology now = topology.get();
        Optional<NodeId> home = now.home(slave);
        if (home.isEmpty() && !now.complete()) {
            throw Refusal.unavailable(
                    "the slave SAE is not known here, and there may be more SAEs than this node keeps");
        }
        if (home.isEmpty() && now.compared()) {
            throw Refusal.badRequest(member + " names an SAE that is not known in this network");
        }
        return home.orElseThrow(
                () -> Refusal.unavailable("the slave SAE is not known yet, this node is still learning the network"));
    }

    private void requireAttached(SaeId caller) {
        if (caller == null || !attached.contains(caller)) {
            throw Refusal.unauthorized("the caller is not an SAE of this node");
        }
    }

    private SaePair checked(SaePair pair) {
        if (!policies.allow(pair)) {
            throw Refusal.unauthorized("this pair of SAEs is not allowed to share keys")
                    .countedAs(PAIR_NOT_ALLOWED)
                    .about(pair);
        }
        return pair;
    }

    private static SaeId other(SaeId caller, String text, String member) {
        if (text == null || text.isBlank()) {
            throw Refusal.badRequest(member + " shall not be blank");
        }
        if (text.equals(caller.text())) {
            throw Refusal.badRequest(member + " shall name another SAE than the caller");
        }
        try {
            return new SaeId(text);
        } catch (IllegalArgumentException e) {
            throw Refusal.badRequest(member + ": " + e.getMessage());
        }
    }
}
