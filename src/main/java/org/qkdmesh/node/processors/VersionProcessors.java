package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.camel.Exchange;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.etsi020.VersionCodec;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;

/** The steps of {@code versions} and {@code learn-epoch}, and the doors that this version keeps shut. */
public final class VersionProcessors {

    /** A question of which nothing was heard for so long is asked again. */
    private static final long GIVEN_UP_MILLIS = 10_000;

    private final NodeId self;
    private final Supplier<UUID> epoch;
    private final VersionCodec codec;
    private final Neighbours neighbours;
    private final NodeClock clock;
    private final EventLog events;

    /** Since when neighbours are being asked, monotonic milliseconds. */
    private final Map<NodeId, Long> asked = new HashMap<>();

    public VersionProcessors(
            NodeId self,
            Supplier<UUID> epoch,
            VersionCodec codec,
            Neighbours neighbours,
            NodeClock clock,
            EventLog events) {
        this.self = self;
        this.epoch = epoch;
        this.codec = codec;
        this.neighbours = neighbours;
        this.clock = clock;
        this.events = events;
    }

    public void writeVersions(Exchange exchange) {
        Optional<UUID> known = neighbours
                .link(require(exchange, RouteProperties.PEER, NodeId.class))
                .flatMap(LinkKeys::neighbourEpoch);
        PeerAnswers.ok(exchange, codec.encode(new VersionCodec.Peer(self, epoch.get(), known)));
    }

    /**
     * The body is the neighbour to ask. One that hangs is asked once at a time, however often its epoch is wanted: else
     * questions to it would hold up those to all others.
     */
    public void askVersions(Exchange exchange) {
        NodeId neighbour = exchange.getMessage().getBody(NodeId.class);
        if (beginToAsk(neighbour)) {
            exchange.setProperty(RouteProperties.NEIGHBOUR, neighbour);
            exchange.setProperty(RouteProperties.CALL, NeighbourCall.get("/kmapi/versions"));
        }
    }

    private synchronized boolean beginToAsk(NodeId neighbour) {
        long now = clock.monotonicMillis();
        Long since = asked.get(neighbour);
        if (since != null && now - since < GIVEN_UP_MILLIS) {
            return false;
        }
        asked.put(neighbour, now);
        return true;
    }

    private synchronized void ended(NodeId neighbour) {
        asked.remove(neighbour);
    }

    public void readVersions(Exchange exchange) {
        NodeId neighbour = require(exchange, RouteProperties.NEIGHBOUR, NodeId.class);
        ended(neighbour);
        NeighbourProcessors.NeighbourAnswer answer = NeighbourProcessors.answer(exchange);
        if (!answer.isOk()) {
            return;
        }
        try {
            VersionCodec.Peer peer = codec.decode(answer.body());
            if (!peer.node().equals(neighbour)) {
                events.alarm("wrong-node", neighbour + " calls itself " + peer.node());
                return;
            }
            neighbours.link(neighbour).orElseThrow().learnNeighbourEpoch(peer.epoch());
        } catch (MalformedMessage e) {
            events.alarm("cannot-relay-with", neighbour + ": " + e.getMessage());
        }
    }

    public void refuseAsynchronous(Exchange exchange) {
        NodeId peer = require(exchange, RouteProperties.PEER, NodeId.class);
        events.refused(String.valueOf(exchange.getFromRouteId()), RefusalReason.NOT_OFFERED.wireName(), peer.text());
        PeerAnswers.refuse(
                exchange, HopRefusal.of(RefusalReason.NOT_OFFERED, "this node speaks the synchronous mode only"));
    }
}
