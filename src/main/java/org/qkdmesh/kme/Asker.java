package org.qkdmesh.kme;

import java.util.Optional;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

/**
 * For whom bytes of a link are asked: a master of this node, or one whose keys a neighbour hands on. Of the latter only the
 * neighbour is certain, so that no neighbour can ask in the place of others.
 *
 * @param neighbour whose message it is; empty for this node's own
 * @param master empty where nobody knows whether there is an SAE of that name; all of those of a neighbour are one
 */
public record Asker(Optional<NodeId> neighbour, Optional<SaeId> master) {

    public static Asker here(SaeId master) {
        return new Asker(Optional.empty(), Optional.of(master));
    }

    public static Asker behind(NodeId neighbour, Optional<SaeId> master) {
        return new Asker(Optional.of(neighbour), master);
    }
}
