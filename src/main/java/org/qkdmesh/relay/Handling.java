package org.qkdmesh.relay;

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

    record Refused(HopRefusal refusal) implements Handling {}

    static Handling refused(RefusalReason reason, String message) {
        return new Refused(HopRefusal.of(reason, message));
    }

    /** The same, counted under this door if it is a refusal. */
    default Handling counted(EventLog events, String door) {
        if (this instanceof Refused refused) {
            events.refused(door, refused.refusal().reason().wireName());
        }
        return this;
    }
}
