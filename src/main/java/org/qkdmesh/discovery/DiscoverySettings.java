package org.qkdmesh.discovery;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

/**
 * What discovery takes from the node's configuration.
 *
 * @param neighbours the configured ones, whether or not they can be reached; at most {@value Advert#MAX_LINKS}
 * @param saes those attached to this node; at most {@value Advert#MAX_SAES}
 * @param pins the nodes that some SAEs belong to whatever adverts say
 * @param limits those of the start; they stay as they are when a running node is configured anew
 */
public record DiscoverySettings(
        NodeId self, List<NodeId> neighbours, List<SaeId> saes, Map<SaeId, NodeId> pins, DiscoveryLimits limits) {

    public DiscoverySettings(NodeId self, List<NodeId> neighbours, List<SaeId> saes, Map<SaeId, NodeId> pins) {
        this(self, neighbours, saes, pins, DiscoveryLimits.DEFAULT);
    }

    /**
     * @throws IllegalArgumentException when there are too many, one is there twice, or a neighbour is the node itself
     */
    public DiscoverySettings {
        neighbours = List.copyOf(neighbours);
        saes = List.copyOf(saes);
        pins = Map.copyOf(pins);
        if (neighbours.size() > Advert.MAX_LINKS || saes.size() > Advert.MAX_SAES) {
            throw new IllegalArgumentException(
                    "a node has at most " + Advert.MAX_LINKS + " neighbours and " + Advert.MAX_SAES + " SAEs");
        }
        if (neighbours.contains(self)) {
            throw new IllegalArgumentException("a node is no neighbour of its own");
        }
        if (Set.copyOf(neighbours).size() != neighbours.size()
                || Set.copyOf(saes).size() != saes.size()) {
            throw new IllegalArgumentException("a neighbour or SAE is there twice");
        }
    }
}
