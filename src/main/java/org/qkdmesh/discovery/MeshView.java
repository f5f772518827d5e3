package org.qkdmesh.discovery;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.routing.Topology;

/**
 * Makes the snapshot that requests read out of what nodes advertise. A link counts when both ends say that it is up; none
 * leads out of another node that is not for transit, so that paths end there and do not cross it.
 * Guarded by the lock of {@link Discovery}, but for {@link #topology}.
 */
final class MeshView {

    private final NodeId self;
    private final Set<Edge> shortages = new HashSet<>();
    private volatile Topology topology;

    MeshView(NodeId self) {
        this.self = self;
        this.topology = Topology.empty(self);
    }

    Topology topology() {
        return topology;
    }

    /** A relay found too little on this link, whatever its sender advertised. */
    void shortage(Edge edge) {
        if (topology.edges().contains(edge)) {
            shortages.add(edge);
        }
    }

    /**
     * A new advert tells more of the links of its node than what was found on the way.
     *
     * @return whether something had been found
     */
    boolean advertised(NodeId node) {
        return shortages.removeIf(edge -> edge.from().equals(node));
    }

    /**
     * Replaces the snapshot, unless nothing in it changed.
     *
     * @param ownLinks as this node sees them now, which is newer than what it advertised
     * @param others the adverts of all other nodes
     * @param complete false when there may be more than the limits allow to keep
     */
    void update(
            List<Advert.Link> ownLinks,
            Collection<Advert> others,
            Map<SaeId, NodeId> homes,
            boolean compared,
            boolean complete) {
        Map<NodeId, Map<NodeId, Long>> up = new HashMap<>();
        Set<NodeId> noTransit = new HashSet<>();
        for (Advert advert : others) {
            up.put(advert.node(), linksUp(advert.links()));
            if (!advert.transit()) {
                noTransit.add(advert.node());
            }
        }
        up.put(self, linksUp(ownLinks));

        Map<Edge, Long> links = new HashMap<>();
        up.forEach((from, neighbours) -> neighbours.forEach((to, available) -> {
            Edge edge = new Edge(from, to);
            if (!noTransit.contains(from) && up.getOrDefault(to, Map.of()).containsKey(from)) {
                links.put(edge, shortages.contains(edge) ? 0L : available);
            }
        }));
        Topology now = new Topology(self, links, homes, compared, complete);
        if (!now.equals(topology)) {
            topology = now;
        }
        shortages.retainAll(links.keySet());
    }

    private static Map<NodeId, Long> linksUp(List<Advert.Link> links) {
        Map<NodeId, Long> up = new HashMap<>();
        for (Advert.Link link : links) {
            if (link.up()) {
                up.put(link.neighbour(), link.available());
            }
        }
        return up;
    }
}
