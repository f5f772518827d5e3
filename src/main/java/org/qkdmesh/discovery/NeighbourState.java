package org.qkdmesh.discovery;

import java.util.Objects;
import java.util.OptionalLong;
import org.qkdmesh.model.NodeId;

/**
 * What exchanges with a neighbour say of the link to it.
 *
 * @param up whether exchanges succeed; a link that is not up takes no relays
 * @param silentMillis since the last answer, 0 to some 5 000 while all is well; empty before the first one of this run
 */
public record NeighbourState(NodeId id, boolean up, OptionalLong silentMillis) {

    public NeighbourState {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(silentMillis, "silentMillis");
    }
}
