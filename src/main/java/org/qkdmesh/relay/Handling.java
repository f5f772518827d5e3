package org.qkdmesh.relay;

import java.util.Optional;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeId;

/** What to do with a letter that came in: what one node says to another, over the nodes between them. */
public sealed interface Handling {

    /** It was for this node, and is done: answer with this signed text. */
    record Answered(String text) implements Handling {}

    /** It is for another node: hand it to this neighbour and pass its answer back. */
    record PassOn(NodeId neighbour, int hopsLeft) implements Handling {}

    /**
     * It is not taken.
     *
     * @param word that it is counted by
     * @param signer of the letter, where what is wrong with it can be his doing
     */
    record Refused(HopRefusal refusal, String word, Optional<NodeId> signer) implements Handling {}

    static Handling refused(RefusalReason reason, String message) {
        return new Refused(HopRefusal.of(reason, message), reason.wireName(), Optional.empty());
    }

    /** A letter that its signer should not have written, or somebody else should not have sent again. */
    static Handling declined(NodeId signer, String message) {
        return new Refused(HopRefusal.of(RefusalReason.INVALID, message), "declined", Optional.of(signer));
    }

    /**
     * The same, counted under this door if it is a refusal.
     *
     * @param peer who handed the letter over, and had to see first that it is signed as it should be. What its signer should
     *     not have written he may have sent again, so both are told of: neither can be shut out for what the other does
     */
    default Handling counted(EventLog events, String door, NodeId peer) {
        if (this instanceof Refused refused) {
            String who = refused.signer()
                    .filter(signer -> !signer.equals(peer))
                    .map(signer -> peer + " with a letter of " + signer)
                    .orElse(peer.text());
            events.refused(door, refused.word(), who);
        }
        return this;
    }
}
