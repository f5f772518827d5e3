package org.qkdmesh.kme;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.qkdmesh.model.NodeId;

/** The links of this node, by neighbour; fixed while it runs. */
public record Neighbours(Map<NodeId, LinkKeys> links) {

    public Neighbours {
        links = Map.copyOf(links);
    }

    public Optional<LinkKeys> link(NodeId neighbour) {
        return Optional.ofNullable(links.get(neighbour));
    }

    public Collection<LinkKeys> all() {
        return links.values();
    }
}
