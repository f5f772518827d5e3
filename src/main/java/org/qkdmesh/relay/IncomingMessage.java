package org.qkdmesh.relay;

import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;

/**
 * A relay message as it came in.
 *
 * @param peer the neighbour that sent it, by its certificate
 * @param body the bytes as received, which the tag covers
 * @param deadline monotonic milliseconds
 */
record IncomingMessage(NodeId peer, ExtKeyContainer container, byte[] body, byte[] tag, long deadline) {

    /** The hop that it came over. */
    Edge hop() {
        return container.hop().path().hopFrom(container.hop().position() - 1);
    }

    boolean isAtEgress() {
        return container.hop().hopsToGo() == 1;
    }
}
