package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.ProblemCodec;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.relay.HopReply;
import org.qkdmesh.relay.Notices;
import org.qkdmesh.relay.Outbox;

/** The steps of {@code notices} and {@code outbox}. */
public final class NoticeProcessors {

    private static final String PATH = "/mesh/v1/notices";
    private static final String JOSE = "application/jose";

    /** {@code Notices.Handling}: what is done with the notice that came in. */
    private static final String HANDLING = "noticeHandling";

    /** {@code Outbox.Parcel}: the notice that is being sent. */
    private static final String PARCEL = "parcel";

    private final Notices notices;
    private final Outbox outbox;

    public NoticeProcessors(Notices notices, Outbox outbox) {
        this.notices = notices;
        this.outbox = outbox;
    }

    public void handleNotice(Exchange exchange) {
        NodeId peer = require(exchange, RouteProperties.PEER, NodeId.class);
        byte[] body = exchange.getMessage().getBody(byte[].class);
        String signed = body == null ? "" : new String(body, StandardCharsets.US_ASCII);
        Notices.Handling handling = notices.receive(peer, signed, hopsLeft(exchange));
        exchange.setProperty(HANDLING, handling);
        if (handling instanceof Notices.Handling.PassOn passOn) {
            exchange.setProperty(RouteProperties.NEIGHBOUR, passOn.neighbour());
            exchange.setProperty(RouteProperties.CALL, new NeighbourCall("POST", PATH, JOSE, body, passOn.hopsLeft()));
        }
    }

    private static int hopsLeft(Exchange exchange) {
        String header = exchange.getMessage().getHeader(Notices.HOPS_LEFT_HEADER, String.class);
        try {
            return header == null ? NodePath.MAX_HOPS : Math.max(0, Integer.parseInt(header));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The own acknowledgement, or whatever came back from further on. */
    public void writeAcknowledgement(Exchange exchange) {
        Notices.Handling handling = require(exchange, HANDLING, Notices.Handling.class);
        if (handling instanceof Notices.Handling.Acknowledged acknowledged) {
            byte[] text = acknowledged.acknowledgement().getBytes(StandardCharsets.US_ASCII);
            PeerAnswers.write(exchange, 200, JOSE, text);
        } else if (handling instanceof Notices.Handling.Refused refused) {
            PeerAnswers.refuse(exchange, refused.refusal());
        } else {
            passAnswerBack(exchange);
        }
    }

    private static void passAnswerBack(Exchange exchange) {
        NeighbourProcessors.NeighbourAnswer answer = NeighbourProcessors.answer(exchange);
        if (answer.isOk()) {
            PeerAnswers.write(exchange, 200, JOSE, answer.body());
            return;
        }
        HopRefusal refusal =
                answer.refusal().orElseGet(() -> HopRefusal.of(RefusalReason.TIMEOUT, "the next node did not answer"));
        PeerAnswers.write(exchange, new HopReply(503, ProblemCodec.encode(refusal, 503), Optional.of(refusal)));
    }

    public void listNotices(Exchange exchange) {
        exchange.getMessage().setBody(outbox.due());
    }

    public void writeNotice(Exchange exchange) {
        Outbox.Parcel parcel = exchange.getMessage().getBody(Outbox.Parcel.class);
        byte[] body = parcel.signedNotice().getBytes(StandardCharsets.US_ASCII);
        exchange.setProperty(PARCEL, parcel);
        exchange.setProperty(RouteProperties.NEIGHBOUR, parcel.neighbour());
        exchange.setProperty(RouteProperties.CALL, new NeighbourCall("POST", PATH, JOSE, body, NodePath.MAX_HOPS));
    }

    public void readAcknowledgement(Exchange exchange) {
        NeighbourProcessors.NeighbourAnswer answer = NeighbourProcessors.answer(exchange);
        Optional<String> acknowledgement =
                answer.isOk() ? Optional.of(new String(answer.body(), StandardCharsets.US_ASCII)) : Optional.empty();
        outbox.answered(require(exchange, PARCEL, Outbox.Parcel.class), acknowledgement);
    }
}
