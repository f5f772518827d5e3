package org.qkdmesh.node.processors;

import java.util.Map;
import org.apache.camel.Exchange;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.identity.CertificateIdentity;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.ops.Conduct;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.transport.Answers;
import org.qkdmesh.transport.Caller;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who may call the doors between nodes, and what a failure there becomes. */
public final class PeerProcessors {

    private static final Logger LOG = LoggerFactory.getLogger(PeerProcessors.class);

    private final Map<NodeId, String> pins;
    private final EventLog events;
    private final Conduct conduct;

    /**
     * @param pins the configured neighbours, each with its certificate's fingerprint, or an empty text where none is pinned
     * @param conduct tells whom not to listen to
     */
    public PeerProcessors(Map<NodeId, String> pins, EventLog events, Conduct conduct) {
        this.pins = Map.copyOf(pins);
        this.events = events;
        this.conduct = conduct;
    }

    /** Leaves the neighbour, or refuses: neighbours only, by the node URI of their certificate, over TLS 1.3 only. */
    public void identifyNeighbour(Exchange exchange) {
        Caller caller = Caller.of(exchange);
        if (caller.identity().role() != CertificateIdentity.Role.NODE) {
            throw Refusal.unauthorized("only neighbouring nodes may call this");
        }
        NodeId peer = new NodeId(caller.identity().id());
        String pin = pins.get(peer);
        if (pin == null || !pin.isEmpty() && !pin.equals(caller.fingerprint())) {
            throw Refusal.unauthorized("only neighbouring nodes may call this");
        }
        if (!caller.isTls13()) {
            throw Refusal.unauthorized("nodes talk to each other over TLS 1.3 only");
        }
        admit(exchange, peer);
        exchange.setProperty(RouteProperties.PEER, peer);
    }

    /** Who was refused too much is not even read for a moment, so that it keeps nobody from the others' requests. */
    private void admit(Exchange exchange, NodeId peer) {
        if (conduct.isShutOut(String.valueOf(exchange.getFromRouteId()), peer.text())) {
            Answers.refusedUnread(exchange);
            throw Refusal.unavailable("too many requests of this node were refused a moment ago");
        }
    }

    /** Any failure becomes a problem of the standard; what went wrong inside stays in the log. */
    public void writePeerError(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        HopRefusal refusal = refusalFor(exchange, failure);
        events.refused(
                String.valueOf(exchange.getFromRouteId()), refusal.reason().wireName(), Caller.nameOf(exchange));
        PeerAnswers.refuse(exchange, refusal);
    }

    private static HopRefusal refusalFor(Exchange exchange, Throwable failure) {
        if (failure instanceof MalformedMessage malformed) {
            return HopRefusal.of(RefusalReason.INVALID, malformed.getMessage());
        }
        if (failure instanceof Refusal refusal) {
            RefusalReason reason =
                    switch (refusal.status()) {
                        case UNAUTHORIZED -> RefusalReason.UNAUTHORIZED;
                        case UNAVAILABLE, TOO_MANY_REQUESTS, TIMEOUT -> RefusalReason.BUSY;
                        default -> RefusalReason.INVALID;
                    };
            return HopRefusal.of(reason, refusal.getMessage());
        }
        if (failure instanceof StoreFailure) {
            // An alarm tells the operator; neighbours call every second.
            LOG.warn("route {} failed: {}", exchange.getFromRouteId(), failure.getMessage());
        } else {
            LOG.error("route {} failed", exchange.getFromRouteId(), failure);
        }
        return HopRefusal.of(RefusalReason.STORE_UNAVAILABLE, "this node could not serve the request")
                .withKeptNone(false);
    }

    /** Background work that failed is tried again when its timer comes round; a line says that it failed. */
    public void noteBackgroundFailure(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        LOG.warn("route {} failed: {}", exchange.getFromRouteId(), String.valueOf(failure));
        LOG.debug("route {} failed", exchange.getFromRouteId(), failure);
    }
}
