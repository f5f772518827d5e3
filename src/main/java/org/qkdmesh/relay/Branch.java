package org.qkdmesh.relay;

import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

/**
 * What an attempt sends to one node where slaves are.
 *
 * @param message of the first hop
 * @param sends the answers to it so far
 */
public record Branch(NodePath path, HopMessage message, HopSends sends) {

    NodeId egress() {
        return path.egress();
    }
}
