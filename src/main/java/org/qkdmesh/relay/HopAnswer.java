package org.qkdmesh.relay;

import java.util.Objects;
import org.qkdmesh.etsi020.AckCodec;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.ProblemCodec;

/** What came of sending a hop message. */
public sealed interface HopAnswer {

    /** The egress has the keys on its disk. */
    record Relayed() implements HopAnswer {}

    /** The neighbour, or a node further on, refused. */
    record Refused(HopRefusal refusal) implements HopAnswer {
        public Refused {
            Objects.requireNonNull(refusal, "refusal");
        }
    }

    /** Nothing of the message reached the neighbour. */
    record NotSent(String why) implements HopAnswer {}

    /** The message may have reached the neighbour, but no usable answer came: the keys may be anywhere. */
    record Unknown(String why) implements HopAnswer {}

    /** Reads an HTTP answer to this message. */
    static HopAnswer read(HopMessage message, int status, byte[] body) {
        if (status != 200) {
            return new Refused(ProblemCodec.decode(status, body));
        }
        try {
            return AckCodec.saysRelayed(body, message.keyIds(), message.saes())
                    ? new Relayed()
                    : new Unknown("the acknowledgement does not name these keys as relayed");
        } catch (MalformedMessage e) {
            return new Unknown("the acknowledgement can not be read: " + e.getMessage());
        }
    }

    /** Whether after this answer certainly no node keeps anything of the message. */
    default boolean keptNone() {
        return this instanceof NotSent
                || this instanceof Refused refused && refused.refusal().keptNone();
    }
}
