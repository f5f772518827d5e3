package org.qkdmesh.doctor;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Optional;
import org.qkdmesh.model.NodeId;

/**
 * Whether the node that is looked at runs now, by what answers at its management port.
 *
 * @param health what it says of itself; empty when nothing answers
 * @param runs whether it is this node that answers
 */
record NodeState(Optional<ManagementPort.Answer> health, boolean runs) {

    static NodeState ask(ManagementPort port, NodeId id) {
        Optional<ManagementPort.Answer> health = port.read("/observe/health");
        boolean runs = health.map(ManagementPort.Answer::json)
                .map(json -> json.path("node").asText().equals(id.text()))
                .orElse(false);
        return new NodeState(health, runs);
    }

    /** What it says of itself; missing when it does not run. */
    JsonNode said() {
        return health.map(ManagementPort.Answer::json).orElse(MissingNode.getInstance());
    }
}
