package org.qkdmesh.routing;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

/**
 * The mesh as this node sees it at one moment; immutable, replaced as a whole.
 *
 * @param self this node
 * @param links usable directed links (advertised by both ends and up), each with a lower bound of the link key bytes that
 *     its sender has in stock
 * @param homes the node that each known SAE belongs to, whether or not it can be reached now
 * @param compared whether adverts were compared in full with at least one neighbour since the start, or there is no
 *     neighbour; until then an unknown SAE may merely not have been heard of yet
 */
public record Topology(NodeId self, Map<Edge, Long> links, Map<SaeId, NodeId> homes, boolean compared) {

    public Topology {
        links = Map.copyOf(links);
        homes = Map.copyOf(homes);
    }

    public static Topology empty(NodeId self) {
        return new Topology(self, Map.of(), Map.of(), false);
    }

    public Optional<NodeId> home(SaeId sae) {
        return Optional.ofNullable(homes.get(sae));
    }

    public Set<Edge> edges() {
        return links.keySet();
    }
}
