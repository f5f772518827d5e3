package org.qkdmesh.relay;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
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
import org.qkdmesh.model.SaePair;
import org.qkdmesh.routing.PathPlanner;
import org.qkdmesh.routing.Topology;
import org.qkdmesh.store.StoreFailure;

/**
 * Serves a master's request: the best path first, then the next best ones, each attempt with its share of the time that
 * is left. Three steps, called in turn while the request is open: {@link #plan}, {@link #begin}, {@link #decide}. Safe
 * for use by several threads, each with its own request.
 */
public final class RelayKeys {

    private static final int SHARES = 3;

    private final NodeId self;
    private final Ingress ingress;
    private final Neighbours neighbours;
    private final Supplier<Topology> topology;
    private final RelayLimits limits;
    private final NodeClock clock;
    private final RelaySignals signals;

    public RelayKeys(
            NodeId self,
            Ingress ingress,
            Neighbours neighbours,
            Supplier<Topology> topology,
            RelayLimits limits,
            NodeClock clock,
            RelaySignals signals) {
        this.self = self;
        this.ingress = ingress;
        this.neighbours = neighbours;
        this.topology = topology;
        this.limits = limits;
        this.clock = clock;
        this.signals = signals;
    }

    /** Opens a request for {@code count} keys of {@code keyBytes} bytes each. */
    public RelayRequest open(SaePair pair, NodeId egress, int count, int keyBytes) {
        return new RelayRequest(pair, egress, count, keyBytes, clock.monotonicMillis() + limits.requestMillis());
    }

    /** Plans the next attempt, or ends the request when there is no path or not enough time. */
    public void plan(RelayRequest request, PathPlanner planner) {
        Topology now = topology.get();
        Optional<NodePath> path = planner.bestPath(now, self, request.egress(), request.excluded());
        if (path.isEmpty()) {
            request.end();
            return;
        }
        long left = request.deadline() - clock.monotonicMillis();
        long budget = left / pathsLeft(now, planner, request, path.get());
        long least = RelayLimits.leastAttemptMillis(path.get().hops());
        if (left < least) {
            request.end();
            return;
        }
        request.planned(path.get(), clock.monotonicMillis() + Math.max(budget, least));
    }

    /** How many paths there are still to try, counted up to {@value #SHARES}: those that avoid an edge of the best one. */
    private int pathsLeft(Topology now, PathPlanner planner, RelayRequest request, NodePath best) {
        Set<NodePath> paths = new HashSet<>(Set.of(best));
        for (Edge edge : best.edges()) {
            if (paths.size() >= SHARES) {
                break;
            }
            Set<Edge> without = new HashSet<>(request.excluded());
            without.add(edge);
            planner.bestPath(now, self, request.egress(), without).ifPresent(paths::add);
        }
        return Math.min(SHARES, paths.size());
    }

    /**
     * Begins the planned attempt.
     *
     * @return false when the first link is short of keys: it may be tried again, or given up by {@link #giveUp}
     * @throws Refusal when the request can not be served at all
     */
    public boolean begin(RelayRequest request) {
        NodePath path = request.path().orElseThrow();
        Optional<LinkKeys> link = neighbours.link(path.node(1));
        if (link.isEmpty()) {
            request.failed(shortOfKeys(path.hopFrom(0)));
            return true;
        }
        if (request.neededBytes() > link.get().largestRequestBytes()) {
            request.failed(HopRefusal.of(RefusalReason.INSUFFICIENT_KEY_MATERIAL, "more than the link can ever hold")
                    .at(path.hopFrom(0)));
            return true;
        }
        try {
            Optional<Attempt> attempt = ingress.begin(
                    request.pair(), path, request.count(), request.keyBytes(), link.get(), request.attemptDeadline());
            attempt.ifPresent(request::begun);
            return attempt.isPresent();
        } catch (StoreFailure e) {
            request.end(HopRefusal.of(RefusalReason.STORE_UNAVAILABLE, "the key store of this node does not answer"));
            return true;
        }
    }

    /** The first link stayed short of keys: on to the next path. */
    public void giveUp(RelayRequest request) {
        Edge first = request.path().orElseThrow().hopFrom(0);
        signals.linkFailed(first);
        request.failed(shortOfKeys(first));
    }

    private static HopRefusal shortOfKeys(Edge edge) {
        return HopRefusal.of(RefusalReason.INSUFFICIENT_KEY_MATERIAL, "the link is short of keys")
                .at(edge);
    }

    /** Decides the attempt that is under way by the answers to its message. */
    public void decide(RelayRequest request) {
        HopAnswer outcome = request.sends().outcome();
        Attempt attempt = request.attempt();
        neighbours
                .link(attempt.message().to())
                .ifPresent(link -> LinkFeedback.apply(link, self, attempt.message(), outcome));
        Decision decision = ingress.decide(attempt, outcome);
        if (decision instanceof Decision.Given given) {
            request.given(given.keys());
        } else if (decision instanceof Decision.Failed failed) {
            request.failed(failed.refusal());
            reportFailedLink(failed.refusal());
        }
    }

    private void reportFailedLink(HopRefusal refusal) {
        switch (refusal.reason()) {
            case INSUFFICIENT_KEY_MATERIAL, TIMEOUT -> refusal.edge().ifPresent(signals::linkFailed);
            default -> {
                // Says nothing about the link.
            }
        }
    }
}
