package org.qkdmesh.kme;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.qkdmesh.model.NodeId;

/** The links of this node, by neighbour; replaced as a whole when the configuration changes. */
public final class Neighbours {

    private volatile Map<NodeId, LinkKeys> links = Map.of();

    public Neighbours(Map<NodeId, LinkKeys> links) {
        replace(links);
    }

    /** From now on these are the links; those that are gone are the caller's to close. */
    public void replace(Map<NodeId, LinkKeys> now) {
        // In the order given, the same at each start, so that a simulated schedule can be run again.
        links = Collections.unmodifiableMap(new LinkedHashMap<>(now));
    }

    public Optional<LinkKeys> link(NodeId neighbour) {
        return Optional.ofNullable(links.get(neighbour));
    }

    public Collection<LinkKeys> all() {
        return links.values();
    }
}
