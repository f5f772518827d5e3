package org.qkdmesh.routing;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
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
 * @param compared whether every node that a link leads to has advertised itself since the start, or was waited for long
 *     enough; until then an unknown SAE may merely not have been heard of yet
 * @param complete false when there may be nodes and SAEs that there was no room to remember
 */
public record Topology(
        NodeId self, Map<Edge, Long> links, Map<SaeId, NodeId> homes, boolean compared, boolean complete) {

    public Topology(NodeId self, Map<Edge, Long> links, Map<SaeId, NodeId> homes, boolean compared) {
        this(self, links, homes, compared, true);
    }

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

    /** This node, and those that some path leads to. */
    public Set<NodeId> reached() {
        Set<NodeId> reached = new HashSet<>();
        Deque<NodeId> open = new ArrayDeque<>(List.of(self));
        while (!open.isEmpty()) {
            NodeId at = open.pop();
            if (reached.add(at)) {
                links.keySet().stream().filter(edge -> edge.from().equals(at)).forEach(edge -> open.push(edge.to()));
            }
        }
        return reached;
    }

    /** Whether a usable link leads to or from this node, or an SAE belongs to it. */
    public boolean knows(NodeId node) {
        return homes.containsValue(node)
                || links.keySet().stream()
                        .anyMatch(edge -> edge.from().equals(node) || edge.to().equals(node));
    }

    public Set<Edge> edges() {
        return links.keySet();
    }
}
