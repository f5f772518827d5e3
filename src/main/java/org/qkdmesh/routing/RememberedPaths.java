package org.qkdmesh.routing;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

/**
 * A planner that asks another one once per question and topology. Only for planners that always give the same answer. Safe
 * for use by several threads.
 */
public final class RememberedPaths implements PathPlanner {

    private record Question(NodeId from, NodeId to, Set<Edge> excluded) {}

    private final PathPlanner planner;
    private final Remembered<Question, Optional<NodePath>> paths = new Remembered<>();

    public RememberedPaths(PathPlanner planner) {
        this.planner = planner;
    }

    @Override
    public Optional<NodePath> bestPath(Topology topology, NodeId from, NodeId to, Set<Edge> excluded) {
        return paths.answer(
                topology,
                new Question(from, to, Set.copyOf(excluded)),
                question -> planner.bestPath(topology, from, to, question.excluded()));
    }

    @Override
    public List<Merit> merits(Topology topology, NodePath path) {
        return planner.merits(topology, path);
    }
}
