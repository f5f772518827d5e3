package org.qkdmesh.routing;

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
}
