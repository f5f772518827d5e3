package org.qkdmesh.relay;

import java.util.Optional;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.seal.IncomingSeals;
import org.qkdmesh.seal.OutgoingSeals;
import org.qkdmesh.seal.SealCodec;
import org.qkdmesh.seal.SealOffer;

/**
 * Brings offers of secrets from the nodes of masters to the nodes of their slaves, and the answers back. Safe for use by
 * several threads.
 */
public final class SealLetters {

    private static final String DOOR = "seals";

    /** A letter of this node and the way that it goes. */
    public record Outgoing(OutgoingSeals.Letter letter, NodePath way) {

        /** Whom to hand it to. */
        public NodeId neighbour() {
            return way.node(1);
        }
    }

    private final NodeId self;
    private final OutgoingSeals outgoing;
    private final IncomingSeals incoming;
    private final NodeVerifier verifier;
    private final Courier courier;
    private final EventLog events;

    public SealLetters(
            NodeId self,
            OutgoingSeals outgoing,
            IncomingSeals incoming,
            NodeVerifier verifier,
            Courier courier,
            EventLog events) {
        this.self = self;
        this.outgoing = outgoing;
        this.incoming = incoming;
        this.verifier = verifier;
        this.courier = courier;
        this.events = events;
    }

    /** An offer for that node, if one is due and there is a way: {@link #answered} ends it. */
    public Optional<Outgoing> offer(NodeId egress) {
        Optional<NodePath> way = courier.way(egress);
        return way.flatMap(path -> outgoing.offer(egress).map(letter -> new Outgoing(letter, path)));
    }

    /** @param answer the signed answer, if one came */
    public void answered(Outgoing offer, Optional<String> answer) {
        boolean agreed = outgoing.answered(offer.letter(), answer);
        events.sealOffered(agreed);
        courier.answered(offer.way(), agreed);
        if (!agreed && answer.isPresent()) {
            events.refused(DOOR, RefusalReason.INVALID.wireName());
        }
    }

    /**
     * Takes an offer.
     *
     * @param peer the neighbour that handed it over
     * @param hopsLeft how often it may still be passed on
     */
    public Handling receive(NodeId peer, String signedOffer, int hopsLeft) {
        return handle(peer, signedOffer, hopsLeft).counted(events, DOOR, peer);
    }

    private Handling handle(NodeId peer, String signedOffer, int hopsLeft) {
        try {
            NodeVerifier.Signed signed = verifier.verify(SealOffer.STATEMENT, signedOffer);
            SealOffer offer = SealCodec.decodeOffer(signed.payload());
            if (!offer.from().equals(signed.signer())) {
                return Handling.refused(RefusalReason.UNAUTHORIZED, "from: another node has signed this offer");
            }
            return offer.to().equals(self) ? accept(offer, signedOffer) : courier.passOn(peer, offer.to(), hopsLeft);
        } catch (NodeVerifier.Unreadable | MalformedMessage e) {
            return Handling.refused(RefusalReason.INVALID, e.getMessage());
        } catch (NodeVerifier.InvalidSignature e) {
            return Handling.refused(RefusalReason.UNAUTHORIZED, e.getMessage());
        }
    }

    private Handling accept(SealOffer offer, String signedOffer) {
        try {
            return new Handling.Answered(incoming.accept(offer, signedOffer));
        } catch (IncomingSeals.Declined e) {
            return Handling.declined(offer.from(), e.getMessage());
        }
    }
}
