package org.qkdmesh.relay;

import java.util.Objects;
import java.util.Optional;
import org.qkdmesh.etsi020.AckCodec;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.MalformedMessage;
import org.qkdmesh.etsi020.ProblemCodec;
import org.qkdmesh.etsi020.RefusalReason;

/** What came of sending a hop message. */
public sealed interface HopAnswer {

    /** In base64, characters. */
    int LONGEST_CONFIRMATION = 24;

    /**
     * The egress has the keys on its disk.
     *
     * @param confirmation what came as the egress's own word for it; only the ingress can tell whether it is
     */
    record Relayed(Optional<String> confirmation) implements HopAnswer {
        public Relayed() {
            this(Optional.empty());
        }
    }

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

    /**
     * Reads an HTTP answer to this message.
     *
     * @param confirmation the header of that name; null if there is none
     */
    static HopAnswer read(HopMessage message, int status, byte[] body, String confirmation) {
        if (status != 200) {
            return new Refused(ProblemCodec.decode(status, body));
        }
        try {
            return AckCodec.saysRelayed(body, message.keyIds(), message.saes())
                    ? new Relayed(
                            Optional.ofNullable(confirmation).filter(text -> text.length() <= LONGEST_CONFIRMATION))
                    : new Unknown("the acknowledgement does not name these keys as relayed");
        } catch (MalformedMessage e) {
            return new Unknown("the acknowledgement can not be read: " + e.getMessage());
        }
    }

    /** Why no keys came to the egress, of any answer but {@link Relayed}. */
    default RefusalReason reason() {
        if (this instanceof Refused refused) {
            return refused.refusal().reason();
        }
        return this instanceof NotSent ? RefusalReason.UNREACHABLE : RefusalReason.TIMEOUT;
    }

    /** Whether after this answer certainly no node keeps anything of the message. */
    default boolean keptNone() {
        return this instanceof NotSent
                || this instanceof Refused refused && refused.refusal().keptNone();
    }
}
