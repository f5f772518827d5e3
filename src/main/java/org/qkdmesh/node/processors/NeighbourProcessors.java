package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import java.util.Optional;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.ProblemCodec;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.relay.Notices;
import org.qkdmesh.transport.RequestId;

/** The steps of {@code call-neighbour}: adverts, notices, announcements and questions, each sent once. */
public final class NeighbourProcessors {

    /** {@code NeighbourAnswer}: what came of the call. */
    static final String ANSWER = "neighbourAnswer";

    /**
     * What came of a call.
     *
     * @param status HTTP status; 0 when there was no answer
     */
    record NeighbourAnswer(int status, byte[] body) {

        boolean isOk() {
            return status == 200;
        }

        /** What the neighbour refused with; empty when it did not answer at all, or did not refuse. */
        Optional<HopRefusal> refusal() {
            return status == 0 || isOk() ? Optional.empty() : Optional.of(ProblemCodec.decode(status, body));
        }

        /** The neighbour's epoch, when it refused because another one was meant. */
        Optional<UUID> changedEpoch() {
            return refusal()
                    .filter(refusal -> refusal.reason() == RefusalReason.LINK_EPOCH_CHANGED)
                    .flatMap(HopRefusal::epoch);
        }
    }

    private final NeighbourEndpoints endpoints;

    public NeighbourProcessors(NeighbourEndpoints endpoints) {
        this.endpoints = endpoints;
    }

    public void writeNeighbourCall(Exchange exchange) {
        NodeId neighbour = require(exchange, RouteProperties.NEIGHBOUR, NodeId.class);
        NeighbourCall call = require(exchange, RouteProperties.CALL, NeighbourCall.class);
        Message message = exchange.getMessage();
        message.removeHeaders("*");
        message.setHeader(Exchange.HTTP_METHOD, call.method());
        if (call.contentType() != null) {
            message.setHeader(Exchange.CONTENT_TYPE, call.contentType());
        }
        if (call.hopsLeft() != null) {
            message.setHeader(Notices.HOPS_LEFT_HEADER, call.hopsLeft());
        }
        RequestId.passOn(exchange);
        message.setBody(call.body());
        exchange.removeProperty(ANSWER);
        exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
        exchange.setProperty(RouteProperties.NEIGHBOUR_URI, endpoints.uri(neighbour, call.path()));
    }

    public void readNeighbourAnswer(Exchange exchange) {
        if (exchange.getProperty(Exchange.EXCEPTION_CAUGHT) != null) {
            exchange.setProperty(ANSWER, new NeighbourAnswer(0, new byte[0]));
            return;
        }
        byte[] body = exchange.getMessage().getBody(byte[].class);
        int status = exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        exchange.setProperty(ANSWER, new NeighbourAnswer(status, body == null ? new byte[0] : body));
    }

    static NeighbourAnswer answer(Exchange exchange) {
        return require(exchange, ANSWER, NeighbourAnswer.class);
    }
}
