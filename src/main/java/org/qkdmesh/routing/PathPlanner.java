package org.qkdmesh.routing;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

/**
 * Finds the best path for a relay. The next best one is found by excluding an edge of those before, so that retrying is
 * the same for all planners. Implementations are stateless and safe for use by several threads.
 */
public interface PathPlanner {

    /**
     * @param excluded directed edges that must not be used
     * @return the best path of at most {@link NodePath#MAX_HOPS} hops, or empty when there is none
     */
    Optional<NodePath> bestPath(Topology topology, NodeId from, NodeId to, Set<Edge> excluded);

    /**
     * What a path is chosen by, in words, for people: the first merit in which two paths differ decides between them. None
     * when the planner does not tell.
     *
     * @param path of links in the topology
     */
    default List<Merit> merits(Topology topology, NodePath path) {
        return List.of();
    }

    /**
     * One thing that paths are compared by.
     *
     * @param name what is compared, as in {@code hops}
     * @param value of one path, as in {@code 3}
     */
    record Merit(String name, String value) {}
}
