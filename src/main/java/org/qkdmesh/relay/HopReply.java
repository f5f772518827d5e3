package org.qkdmesh.relay;

import java.util.Optional;
import org.qkdmesh.etsi020.AckCodec;
import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.ProblemCodec;

/**
 * This node's answer to a neighbour's relay message.
 *
 * @param status HTTP status
 * @param refusal why it was refused; empty when it was relayed
 */
public record HopReply(int status, byte[] body, Optional<HopRefusal> refusal) {

    static HopReply relayed(ExtKeyContainer container) {
        return new HopReply(200, AckCodec.relayed(container.keyIds(), container.saes()), Optional.empty());
    }

    /** This node itself refuses. */
    public static HopReply refused(HopRefusal refusal) {
        int status = refusal.reason().status();
        return new HopReply(status, ProblemCodec.encode(refusal, status), Optional.of(refusal));
    }

    /** Passes up what came back from further on: always temporary for the caller, who may try another path. */
    static HopReply passedUp(HopRefusal refusal) {
        return new HopReply(503, ProblemCodec.encode(refusal, 503), Optional.of(refusal));
    }
}
