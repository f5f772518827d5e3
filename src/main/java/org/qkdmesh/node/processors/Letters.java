package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.relay.Handling;
import org.qkdmesh.relay.HopReply;
import org.qkdmesh.relay.Notices;

/** What the routes for signed letters between the ends of a path have in common: one kind of letter for each door. */
final class Letters {

    /** Takes a letter that came in. */
    interface Door {
        Handling receive(NodeId peer, String letter, int hopsLeft);
    }

    private static final String JOSE = "application/jose";

    /** {@code Handling}: what is done with the letter that came in. */
    private static final String HANDLING = "letterHandling";

    private Letters() {}

    /** Leaves the call to the next node when the letter has to be passed on. */
    static void receive(Exchange exchange, String path, Door door) {
        NodeId peer = require(exchange, RouteProperties.PEER, NodeId.class);
        byte[] body = exchange.getMessage().getBody(byte[].class);
        String letter = body == null ? "" : new String(body, StandardCharsets.US_ASCII);
        Handling handling = door.receive(peer, letter, hopsLeft(exchange));
        exchange.setProperty(HANDLING, handling);
        if (handling instanceof Handling.PassOn passOn) {
            exchange.setProperty(RouteProperties.NEIGHBOUR, passOn.neighbour());
            exchange.setProperty(RouteProperties.CALL, new NeighbourCall("POST", path, JOSE, body, passOn.hopsLeft()));
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

    /** The own answer, or whatever came back from further on. */
    static void writeAnswer(Exchange exchange) {
        Handling handling = require(exchange, HANDLING, Handling.class);
        if (handling instanceof Handling.Answered answered) {
            PeerAnswers.write(exchange, 200, JOSE, answered.text().getBytes(StandardCharsets.US_ASCII));
        } else if (handling instanceof Handling.Refused refused) {
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
        PeerAnswers.write(exchange, HopReply.passedUp(refusal));
    }

    /** A letter of this node, to be handed to that neighbour. */
    static void send(Exchange exchange, String path, NodeId neighbour, String letter) {
        byte[] body = letter.getBytes(StandardCharsets.US_ASCII);
        exchange.setProperty(RouteProperties.NEIGHBOUR, neighbour);
        exchange.setProperty(RouteProperties.CALL, new NeighbourCall("POST", path, JOSE, body, NodePath.MAX_HOPS));
    }

    /** What the other end answered; empty when no answer of it came. */
    static Optional<String> answer(Exchange exchange) {
        NeighbourProcessors.NeighbourAnswer answer = NeighbourProcessors.answer(exchange);
        return answer.isOk() ? Optional.of(new String(answer.body(), StandardCharsets.US_ASCII)) : Optional.empty();
    }
}
