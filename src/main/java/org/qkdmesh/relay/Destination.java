package org.qkdmesh.relay;

import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SaePair;

/** A node that keys are to come to, and their master with those of their slaves that are attached there. */
public record Destination(NodeId node, SaeGroup saes) {

    public static Destination of(NodeId node, SaePair pair) {
        return new Destination(node, SaeGroup.of(pair));
    }
}
