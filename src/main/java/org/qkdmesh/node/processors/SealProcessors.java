package org.qkdmesh.node.processors;

import static org.qkdmesh.node.processors.RouteProperties.require;

import java.util.Optional;
import org.apache.camel.Exchange;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.relay.SealLetters;

/** The steps of {@code seals} and {@code agree-seals}: secrets between the two ends of a path. */
public final class SealProcessors {

    private static final String PATH = "/mesh/v1/seals";

    /** {@code SealLetters.Outgoing}: the offer that is being sent. */
    private static final String OFFER = "sealOffer";

    private final SealLetters letters;

    public SealProcessors(SealLetters letters) {
        this.letters = letters;
    }

    public void handleSealOffer(Exchange exchange) {
        Letters.receive(exchange, PATH, letters::receive);
    }

    public void writeSealAnswer(Exchange exchange) {
        Letters.writeAnswer(exchange);
    }

    /** The body is the node to agree with. Leaves no call when none is due, or when there is no way to it now. */
    public void writeSealOffer(Exchange exchange) {
        Optional<SealLetters.Outgoing> offer =
                letters.offer(exchange.getMessage().getBody(NodeId.class));
        offer.ifPresent(outgoing -> {
            exchange.setProperty(OFFER, outgoing);
            Letters.send(exchange, PATH, outgoing.neighbour(), outgoing.letter().text());
        });
    }

    public void readSealAnswer(Exchange exchange) {
        letters.answered(require(exchange, OFFER, SealLetters.Outgoing.class), Letters.answer(exchange));
    }
}
