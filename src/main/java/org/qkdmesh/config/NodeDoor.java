package org.qkdmesh.config;

import java.nio.file.Path;
import java.util.List;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

/**
 * What a command has to know of a node in order to talk to it while it runs.
 *
 * @param management where the node serves health, metrics and management
 * @param data the node's own directory, which holds the token for changes
 * @param saes the SAEs attached to it
 */
public record NodeDoor(NodeId id, BindAddress management, Path data, List<SaeId> saes) {

    public NodeDoor {
        saes = List.copyOf(saes);
    }
}
