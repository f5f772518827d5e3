package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import org.apache.camel.Exchange;
import org.qkdmesh.discovery.Discovery;
import org.qkdmesh.discovery.ExchangeCodec;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.kme.Neighbours;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;

/** The steps of {@code advertise} and {@code receive-adverts}. */
public final class DiscoveryProcessors {

    private static final String PATH = "/mesh/v1/adverts";

    private final Discovery discovery;
    private final Neighbours neighbours;

    public DiscoveryProcessors(Discovery discovery, Neighbours neighbours) {
        this.discovery = discovery;
        this.neighbours = neighbours;
    }

    /** Leaves the neighbours that an exchange is due with. */
    public void refreshOwnAdvert(Exchange exchange) {
        exchange.getMessage().setBody(discovery.tick());
    }

    public void writeAdverts(Exchange exchange) {
        NodeId neighbour = exchange.getMessage().getBody(NodeId.class);
        exchange.setProperty(RouteProperties.NEIGHBOUR, neighbour);
        exchange.setProperty(
                RouteProperties.CALL, NeighbourCall.postJson(PATH, ExchangeCodec.encode(discovery.request(neighbour))));
    }

    public void readAdverts(Exchange exchange) {
        NodeId neighbour = require(exchange, RouteProperties.NEIGHBOUR, NodeId.class);
        NeighbourProcessors.NeighbourAnswer answer = NeighbourProcessors.answer(exchange);
        try {
            if (answer.isOk()) {
                if (discovery.answered(neighbour, ExchangeCodec.decode(answer.body()))) {
                    neighbours.link(neighbour).ifPresent(LinkKeys::neighbourIsBack);
                }
                return;
            }
        } catch (MalformedMessage e) {
            // An answer that can not be read is as good as none.
        }
        discovery.failed(neighbour);
    }

    public void exchangeAdverts(Exchange exchange) {
        NodeId peer = require(exchange, RouteProperties.PEER, NodeId.class);
        if (!discovery.mayCall(peer)) {
            throw Refusal.unavailable("adverts are exchanged a few times a second");
        }
        byte[] body = exchange.getMessage().getBody(byte[].class);
        org.qkdmesh.discovery.Exchange request = ExchangeCodec.decode(body == null ? new byte[0] : body);
        PeerAnswers.ok(exchange, ExchangeCodec.encode(discovery.received(peer, request)));
    }
}
