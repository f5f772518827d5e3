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
 * @param confirmation of sealed keys, by their egress
 */
public record HopReply(int status, byte[] body, Optional<HopRefusal> refusal, Optional<String> confirmation) {

    /** The header that the confirmation travels in. */
    public static final String CONFIRMATION_HEADER = "QKD-Seal";

    static HopReply relayed(ExtKeyContainer container, Optional<String> confirmation) {
        return new HopReply(
                200, AckCodec.relayed(container.keyIds(), container.saes()), Optional.empty(), confirmation);
    }

    /** This node itself refuses. */
    public static HopReply refused(HopRefusal refusal) {
        int status = refusal.reason().status();
        return new HopReply(status, ProblemCodec.encode(refusal, status), Optional.of(refusal), Optional.empty());
    }

    /** Passes up what came back from further on: always temporary for the caller, who may try another path. */
    public static HopReply passedUp(HopRefusal refusal) {
        return new HopReply(503, ProblemCodec.encode(refusal, 503), Optional.of(refusal), Optional.empty());
    }
}
