package org.qkdmesh.relay;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.routing.EdgeStandings;
import org.qkdmesh.routing.PathPlanner;
import org.qkdmesh.routing.Topology;
import org.qkdmesh.seal.Seal;
import org.qkdmesh.store.StoreFailure;

/**
 * Serves a master's request: the best path to each node first, or several where its keys go as shares, then the next best
 * ones, each attempt with its part of the time that is left. Three steps, called in turn while the request is open: {@link #plan}, {@link #begin}, {@link #decide}. Safe
 * for use by several threads, each with its own request.
 */
public final class RelayKeys {

    /** Of the time that is left, so that as many attempts can be made. */
    private static final int SLICES = 3;

    /** Keys that come later than this came over a path that another one had better take the place of. */
    private static final long SLOW_MILLIS = 1_000;

    private final NodeId self;
    private final Ingress ingress;
    private final Neighbours neighbours;
    private final Supplier<Topology> topology;
    private final RelayLimits limits;
    private final NodeClock clock;
    private final RelaySignals signals;
    private final Sealing sealing;
    private final Function<SaePair, Optional<PairPolicy>> policy;
    private final Ways.Planner ways = new Ways.Planner();
    private final EdgeStandings standings;

    /** @param policy what a pair may have now, of which counts how many ways its keys go */
    public RelayKeys(
            NodeId self,
            Ingress ingress,
            Neighbours neighbours,
            Supplier<Topology> topology,
            RelayLimits limits,
            NodeClock clock,
            RelaySignals signals,
            Sealing sealing,
            Function<SaePair, Optional<PairPolicy>> policy,
            EdgeStandings standings) {
        this.self = self;
        this.ingress = ingress;
        this.neighbours = neighbours;
        this.topology = topology;
        this.limits = limits;
        this.clock = clock;
        this.signals = signals;
        this.sealing = sealing;
        this.policy = policy;
        this.standings = standings;
    }

    /**
     * Opens a request for {@code count} keys of {@code keyBytes} bytes each, the same at all destinations.
     *
     * @param destinations with different nodes, at least one of them another than this
     */
    public RelayRequest open(List<Destination> destinations, int count, int keyBytes) {
        List<Destination> elsewhere = new ArrayList<>();
        Optional<SaeGroup> slavesHere = Optional.empty();
        boolean sealed = false;
        PairPolicy.Paths paths = PairPolicy.Paths.SINGLE;
        for (Destination to : destinations) {
            if (to.node().equals(self)) {
                slavesHere = Optional.of(to.saes());
            } else {
                elsewhere.add(to);
            }
            sealed |= sealing.isWanted(to.saes());
            for (SaePair pair : to.saes().pairs()) {
                paths = paths.or(policy.apply(pair).map(PairPolicy::paths).orElse(PairPolicy.Paths.SINGLE));
            }
        }
        long deadline = clock.monotonicMillis() + limits.requestMillis();
        return new RelayRequest(elsewhere, slavesHere, count, keyBytes, sealed, paths, deadline);
    }

    /** Plans the next attempt, or ends the request when a path is missing or there is not enough time. */
    public void plan(RelayRequest request, PathPlanner planner) {
        Topology now = topology.get();
        List<RelayRequest.Planned> plan = new ArrayList<>();
        int slices = 1;
        long least = 0;
        for (Destination destination : request.destinations()) {
            Function<Set<Edge>, Ways> planning =
                    without -> ways.between(now, self, destination.node(), without, planner, request.policy());
            Ways best = standings.trying(request.excluded(), self, destination.node()).stream()
                    .map(planning)
                    .filter(Ways::areAsWanted)
                    .findFirst()
                    .orElseGet(() -> planning.apply(request.excluded()));
            if (best.paths().isEmpty()) {
                best.tooFew().ifPresentOrElse(request::end, request::end);
                return;
            }
            slices = Math.max(slices, waysLeft(best, request.excluded(), planning));
            for (NodePath path : best.paths()) {
                plan.add(new RelayRequest.Planned(destination, path, best.isFallBack()));
                least = Math.max(least, RelayLimits.leastAttemptMillis(path.hops()));
            }
        }
        long left = request.deadline() - clock.monotonicMillis();
        if (left < least) {
            request.end();
            return;
        }
        request.planned(plan, clock.monotonicMillis() + Math.max(left / slices, least));
    }

    /** How many ways there are still to try, counted up to {@value #SLICES}: those that avoid an edge of the best ones. */
    private static int waysLeft(Ways best, Set<Edge> excluded, Function<Set<Edge>, Ways> planning) {
        List<List<NodePath>> found = new ArrayList<>(List.of(best.paths()));
        for (NodePath path : best.paths()) {
            for (Edge edge : path.edges()) {
                if (found.size() == SLICES) {
                    return SLICES;
                }
                Set<Edge> without = new HashSet<>(excluded);
                without.add(edge);
                List<NodePath> others = planning.apply(without).paths();
                if (!others.isEmpty() && !found.contains(others)) {
                    found.add(others);
                }
            }
        }
        return found.size();
    }

    /**
     * Begins the planned attempt.
     *
     * @return false when a first link is short of keys: it may be tried again, or given up by {@link #giveUp}
     * @throws Refusal when the request can not be served at all
     */
    public boolean begin(RelayRequest request) {
        List<Way> begun = new ArrayList<>();
        for (RelayRequest.Planned planned : request.plan()) {
            Destination destination = planned.to();
            NodePath path = planned.path();
            Optional<LinkKeys> link = neighbours.link(path.node(1));
            if (link.isEmpty()) {
                request.failed(path, shortOfKeys(path.hopFrom(0)));
                return true;
            }
            if (request.neededBytes(path.node(1)) > link.get().outgoing().largestRequestBytes()) {
                request.failed(
                        path,
                        HopRefusal.of(RefusalReason.INSUFFICIENT_KEY_MATERIAL, "more than the link can ever hold")
                                .at(path.hopFrom(0)));
                return true;
            }
            Optional<Seal> seal = Optional.empty();
            if (request.isSealed()) {
                seal = sealing.outgoing().take(destination.node(), request.count());
                if (seal.isEmpty()) {
                    request.failed(path, notAgreed(destination.node()));
                    return true;
                }
            }
            begun.add(new Way(destination.saes(), path, link.get(), seal, planned.fallBack()));
        }
        // What one link gives is lost when another one turns out to be short, so all are looked at before any is used.
        if (begun.size() > 1 && shortLink(request).isPresent()) {
            return false;
        }
        try {
            Optional<Attempt> attempt = ingress.begin(begun, request.slavesHere(), request.count(), request.keyBytes());
            attempt.ifPresent(request::begun);
            return attempt.isPresent();
        } catch (StoreFailure e) {
            request.end(HopRefusal.of(RefusalReason.STORE_UNAVAILABLE, "the key store of this node does not answer"));
            return true;
        }
    }

    /** A node that a secret has to be agreed on with before the planned attempt can begin; empty when there is none. */
    public Optional<NodeId> notAgreed(RelayRequest request) {
        return request.sealedFor().stream()
                .filter(node -> !sealing.outgoing().isAgreed(node))
                .findFirst();
    }

    /** No secret could be agreed on with this node in time: on to the next paths. */
    public void giveUp(RelayRequest request, NodeId egress) {
        request.planned().stream()
                .filter(path -> path.egress().equals(egress))
                .findFirst()
                .ifPresent(path -> request.failed(path, notAgreed(egress)));
    }

    private static HopRefusal notAgreed(NodeId egress) {
        return HopRefusal.of(
                RefusalReason.UNKNOWN_SEAL, "no secret for the keys could be agreed on with node " + egress);
    }

    /** The links that the planned attempt begins with, each once, always in the same order. */
    public List<LinkKeys> firstLinks(RelayRequest request) {
        return request.planned().stream()
                .map(path -> path.node(1))
                .distinct()
                .sorted()
                .flatMap(neighbour -> neighbours.link(neighbour).stream())
                .toList();
    }

    /** A link that the planned attempt begins with and that has too few bytes for it; empty when none is short now. */
    public Optional<LinkKeys> shortLink(RelayRequest request) {
        return firstLinks(request).stream()
                .filter(link -> link.outgoing().availableBytes() < request.neededBytes(link.neighbour()))
                .findFirst();
    }

    /** A first link stayed short of keys: on to the next paths. */
    public void giveUp(RelayRequest request) {
        NodePath path = shortLink(request)
                .flatMap(link -> request.planned().stream()
                        .filter(planned -> planned.node(1).equals(link.neighbour()))
                        .findFirst())
                .orElse(request.planned().get(0));
        signals.linkFailed(path.hopFrom(0));
        request.failed(path, shortOfKeys(path.hopFrom(0)));
    }

    private static HopRefusal shortOfKeys(Edge edge) {
        return HopRefusal.of(RefusalReason.INSUFFICIENT_KEY_MATERIAL, "the link is short of keys")
                .at(edge);
    }

    /** Decides the attempt that is under way by the answers to its messages. */
    public void decide(RelayRequest request) {
        Attempt attempt = request.attempt();
        for (Branch branch : attempt.branches()) {
            forgetUnknownSeal(request, branch);
            neighbours
                    .link(branch.message().to())
                    .ifPresent(link -> LinkFeedback.apply(
                            link, self, branch.message(), branch.sends().outcome()));
        }
        Decision decision = ingress.decide(attempt);
        if (decision instanceof Decision.Given given) {
            attempt.branches().forEach(this::reportArrival);
            request.given(given.keys());
        } else if (decision instanceof Decision.Failed failed) {
            failed.tried().forEach(tried -> {
                reportFailedLink(tried.failure());
                reportFailedPath(request, tried);
            });
            attempt.branches().stream()
                    .filter(RelayKeys::hasUnknownSeal)
                    .map(Branch::egress)
                    .forEach(request::unknownSeal);
            request.failed(failed);
        }
    }

    private void reportArrival(Branch branch) {
        long millis = branch.sends().tookMicros() / 1000;
        if (millis < SLOW_MILLIS) {
            standings.succeeded(branch.path());
        } else {
            standings.failed(branch.path(), false, "keys took " + millis + " ms over it");
        }
    }

    /** A node that gives no answer, or a wrong one, may well do so again. */
    private void reportFailedPath(RelayRequest request, RelayRequest.Tried tried) {
        HopRefusal failure = tried.failure();
        NodePath path = tried.path();
        switch (failure.reason()) {
            case TIMEOUT, UNREACHABLE -> {
                Edge edge = failure.edge().filter(path.edges()::contains).orElse(path.hopFrom(0));
                boolean sent = failure.reason() == RefusalReason.TIMEOUT && !failure.keptNone();
                standings.failed(
                        edge, path, sent, edge.to() + (sent ? " did not answer in time" : " could not be reached"));
            }
            case SEAL_MISMATCH ->
                standings.failed(path, true, "a node of it changed keys, or said that they had arrived");
            case UNKNOWN_SEAL -> {
                if (request.hadUnknownSeal(path.egress())) {
                    standings.failed(
                            path, true, path.egress() + " does not know what it has just agreed on, it was said");
                }
            }
            default -> {
                // Says nothing about the nodes.
            }
        }
    }

    /** Anybody on the path can say so, but only once: what was agreed on since, the egress itself has signed. */
    private void forgetUnknownSeal(RelayRequest request, Branch branch) {
        if (hasUnknownSeal(branch) && !request.hadUnknownSeal(branch.egress())) {
            branch.seal().ifPresent(id -> sealing.outgoing().unknown(branch.egress(), id));
        }
    }

    private static boolean hasUnknownSeal(Branch branch) {
        return branch.sends().outcome() instanceof HopAnswer.Refused refused
                && refused.refusal().reason() == RefusalReason.UNKNOWN_SEAL;
    }

    private void reportFailedLink(HopRefusal refusal) {
        switch (refusal.reason()) {
            case INSUFFICIENT_KEY_MATERIAL, TIMEOUT, UNREACHABLE ->
                refusal.edge().ifPresent(signals::linkFailed);
            default -> {
                // Says nothing about the link.
            }
        }
    }
}
