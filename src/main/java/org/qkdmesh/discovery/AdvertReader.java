package org.qkdmesh.discovery;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;

/**
 * Checks what can be checked of an advert by itself: signature, signer, form, time of issue. Counts what it refuses,
 * against the neighbour that handed it over and should have refused it itself. Safe for use by several threads, since
 * this is the expensive part and needs no lock.
 */
public final class AdvertReader {

    /** What an advert says that nobody has verified yet; nothing, if it can not be read. */
    public record Claim(Optional<Advert> said, TimedAdvert sent) {

        /** 0 if nothing is said. */
        long sequence() {
            return said.map(Advert::sequence).orElse(0L);
        }

        boolean isOf(NodeId node) {
            return said.map(Advert::node).filter(node::equals).isPresent();
        }
    }

    /** An advert that is its node's own word; not yet known is whether it is new. */
    public record Genuine(Advert advert, TimedAdvert sent) {

        static Genuine newer(Genuine one, Genuine other) {
            return one.advert.sequence() >= other.advert.sequence() ? one : other;
        }
    }

    /** The id of the flow that adverts come in by. */
    static final String DOOR = "receive-adverts";

    /** A neighbour that hands over more than so many in one exchange that nobody can have signed so hands over no more. */
    private static final int MOST_FORGED = 8;

    private final NodeVerifier verifier;
    private final NodeClock clock;
    private final EventLog events;

    public AdvertReader(NodeVerifier verifier, NodeClock clock, EventLog events) {
        this.verifier = verifier;
        this.clock = clock;
        this.events = events;
    }

    /**
     * Reads, without verifying anything, what adverts say. What is too old is left out and counted.
     *
     * @param from the neighbour that hands them over
     */
    public List<Claim> claims(NodeId from, Collection<TimedAdvert> sent) {
        List<Claim> claims = new ArrayList<>();
        for (TimedAdvert advert : sent) {
            Optional<Advert> said = unverified(advert.jws());
            if (said.isPresent() && isTooOld(said.get(), advert)) {
                events.refused(DOOR, "too_old", from.text());
            } else {
                claims.add(new Claim(said, advert));
            }
        }
        return claims;
    }

    private Optional<Advert> unverified(String jws) {
        try {
            return Optional.of(AdvertCodec.decode(verifier.unverified(jws)));
        } catch (NodeVerifier.InvalidSignature | MalformedMessage e) {
            return Optional.empty();
        }
    }

    private boolean isTooOld(Advert advert, TimedAdvert sent) {
        return sent.lifeMs() == 0 || !clock.isNear(advert.issuedAt());
    }

    /**
     * Verifies what adverts say; what is refused is counted with the reason.
     *
     * @param from the neighbour that hands them over
     * @param claims of {@link #claims}, so that none is too old
     * @return the newest of each node
     */
    public Collection<Genuine> verify(NodeId from, Collection<Claim> claims) {
        Map<NodeId, Genuine> newest = new TreeMap<>();
        int forged = 0;
        for (Claim claim : claims) {
            try {
                Genuine one = verify(claim);
                newest.merge(one.advert().node(), one, Genuine::newer);
            } catch (Refused e) {
                events.refused(DOOR, e.reason, from.text());
                if (++forged >= MOST_FORGED) {
                    break;
                }
            }
        }
        return newest.values();
    }

    private Genuine verify(Claim claim) {
        NodeId signer = signer(claim.sent().jws());
        Advert advert = claim.said().orElseThrow(() -> new Refused("malformed"));
        if (!signer.equals(advert.node())) {
            throw new Refused("foreign");
        }
        return new Genuine(advert, claim.sent());
    }

    private NodeId signer(String jws) {
        try {
            return verifier.verify(AdvertCodec.TYPE, jws).signer();
        } catch (NodeVerifier.InvalidSignature e) {
            throw new Refused("unsigned");
        }
    }

    /**
     * Reads, of an advert of any time that somebody shows a node as the node's own, the sequence.
     *
     * @return 0 when the node has not signed it
     */
    long sequenceSignedBy(NodeId node, String jws) {
        try {
            NodeVerifier.Signed signed = verifier.verify(AdvertCodec.TYPE, jws);
            Advert advert = AdvertCodec.decode(signed.payload());
            return signed.signer().equals(node) && advert.node().equals(node) ? advert.sequence() : 0;
        } catch (NodeVerifier.InvalidSignature | MalformedMessage e) {
            return 0;
        }
    }

    private static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1L;

        private final String reason;

        Refused(String reason) {
            super(reason, null, false, false);
            this.reason = reason;
        }
    }
}
