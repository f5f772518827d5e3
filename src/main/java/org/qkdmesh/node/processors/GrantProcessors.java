package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import java.util.Optional;
import org.apache.camel.Exchange;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.kme.Grant;
import org.qkdmesh.kme.GrantCodec;
import org.qkdmesh.kme.GrantRequest;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.relay.RelaySignals;

/** The steps of {@code ask-for-link-keys} and {@code grant-link-keys}. */
public final class GrantProcessors {

    private static final String PATH = "/mesh/v1/link-keys/grant";

    /** {@code GrantRequest}: the one that is being sent; none when there is nothing to ask for. */
    private static final String REQUEST = "grantRequest";

    private final NodeId self;
    private final Neighbours neighbours;
    private final RelaySignals signals;

    public GrantProcessors(NodeId self, Neighbours neighbours, RelaySignals signals) {
        this.self = self;
        this.neighbours = neighbours;
        this.signals = signals;
    }

    /** The body is the neighbour. */
    public void writeGrantRequest(Exchange exchange) {
        NodeId neighbour = exchange.getMessage().getBody(NodeId.class);
        Optional<GrantRequest> request =
                neighbours.link(neighbour).flatMap(link -> link.grants().nextRequest());
        if (request.isPresent()) {
            exchange.setProperty(REQUEST, request.get());
            exchange.setProperty(RouteProperties.NEIGHBOUR, neighbour);
            exchange.setProperty(RouteProperties.CALL, NeighbourCall.postJson(PATH, GrantCodec.encode(request.get())));
        }
    }

    public void readGrant(Exchange exchange) {
        GrantRequest request = require(exchange, REQUEST, GrantRequest.class);
        LinkKeys link = neighbours
                .link(require(exchange, RouteProperties.NEIGHBOUR, NodeId.class))
                .orElseThrow();
        NeighbourProcessors.NeighbourAnswer answer = NeighbourProcessors.answer(exchange);
        try {
            if (answer.isOk()) {
                link.grants().granted(request, GrantCodec.decodeAnswer(answer.body()));
                return;
            }
            answer.changedEpoch().ifPresent(link::learnNeighbourEpoch);
        } catch (MalformedMessage e) {
            // As good as no answer; said by the try that it costs.
        }
        link.grants().unanswered(request);
    }

    public void grantLinkKeys(Exchange exchange) {
        NodeId peer = require(exchange, RouteProperties.PEER, NodeId.class);
        byte[] body = exchange.getMessage().getBody(byte[].class);
        GrantRequest request = GrantCodec.decode(body == null ? new byte[0] : body);
        LinkKeys link = neighbours.link(peer).orElseThrow();
        Optional<Grant> grant = link.grants().grant(request);
        if (grant.isPresent()) {
            PeerAnswers.ok(exchange, GrantCodec.encodeAnswer(grant.get()));
            return;
        }
        if (link.neighbourEpoch().filter(request.senderEpoch()::equals).isEmpty()) {
            signals.askEpoch(peer);
        }
        PeerAnswers.refuse(exchange, HopRefusal.epochChanged(link.ownEpoch()).at(new Edge(peer, self)));
    }
}
