package org.qkdmesh.relay;

import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.kme.LinkKeys;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.NodeId;

/** What a neighbour's refusal says about the link keys that its sender owns. */
public final class LinkFeedback {

    private LinkFeedback() {}

    /** Acts on the answer of the neighbour itself; what a node further on refused is none of this link's concern. */
    public static void apply(LinkKeys link, NodeId self, HopMessage message, HopAnswer answer) {
        if (!(answer instanceof HopAnswer.Refused refused)) {
            return;
        }
        HopRefusal refusal = refused.refusal();
        if (!refusal.edge().map(new Edge(self, message.to())::equals).orElse(false)) {
            return;
        }
        switch (refusal.reason()) {
            case LINK_EPOCH_CHANGED -> refusal.epoch().ifPresent(link::learnNeighbourEpoch);
            case UNKNOWN_LINK_KEY -> refusal.keyId().ifPresent(link.outgoing()::drop);
            case TAG_MISMATCH ->
                link.outgoing()
                        .differed(message.ranges().stream()
                                .map(KeyRange::keyId)
                                .distinct()
                                .toList());
            default -> {
                // Says nothing about the keys.
            }
        }
    }
}
