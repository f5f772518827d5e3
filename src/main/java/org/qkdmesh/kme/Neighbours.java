package org.qkdmesh.kme;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.qkdmesh.model.NodeId;

/** The links of this node, by neighbour; fixed while it runs. */
public record Neighbours(Map<NodeId, LinkKeys> links) {

    public Neighbours {
        // In the order given, the same at each start, so that a simulated schedule can be run again.
        links = Collections.unmodifiableMap(new LinkedHashMap<>(links));
    }

    public Optional<LinkKeys> link(NodeId neighbour) {
        return Optional.ofNullable(links.get(neighbour));
    }

    public Collection<LinkKeys> all() {
        return links.values();
    }
}
