package org.qkdmesh.discovery;

import java.util.Optional;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;

/**
 * Checks what can be checked of an advert by itself: signature, signer, form, time of issue. Counts what it refuses.
 * Safe for use by several threads, since this is the expensive part and needs no lock.
 */
public final class AdvertReader {

    /** An advert that is its node's own word; not yet known is whether it is new. */
    public record Genuine(Advert advert, TimedAdvert sent) {

        static Genuine newer(Genuine one, Genuine other) {
            return one.advert.sequence() >= other.advert.sequence() ? one : other;
        }
    }

    /** The id of the flow that adverts come in by. */
    static final String DOOR = "receive-adverts";

    private final NodeVerifier verifier;
    private final NodeClock clock;
    private final EventLog events;

    public AdvertReader(NodeVerifier verifier, NodeClock clock, EventLog events) {
        this.verifier = verifier;
        this.clock = clock;
        this.events = events;
    }

    /** Empty when it is refused, which is counted with the reason. */
    public Optional<Genuine> read(TimedAdvert sent) {
        try {
            NodeVerifier.Signed signed = verifier.verify(AdvertCodec.TYPE, sent.jws());
            Advert advert = AdvertCodec.decode(signed.payload());
            if (!signed.signer().equals(advert.node())) {
                return refused("foreign");
            }
            if (sent.lifeMs() == 0 || !clock.isNear(advert.issuedAt())) {
                return refused("too_old");
            }
            return Optional.of(new Genuine(advert, sent));
        } catch (NodeVerifier.InvalidSignature e) {
            return refused("unsigned");
        } catch (MalformedMessage e) {
            return refused("malformed");
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

    private Optional<Genuine> refused(String reason) {
        events.refused(DOOR, reason);
        return Optional.empty();
    }
}
