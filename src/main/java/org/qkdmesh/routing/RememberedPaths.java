package org.qkdmesh.routing;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

/**
 * A planner that asks another one once per question and topology, since requests ask the same few questions over and over
 * while the topology stays. Only for planners that always give the same answer. Safe for use by several threads.
 */
public final class RememberedPaths implements PathPlanner {

    /** Past it all is forgotten, so that a large mesh with many failures costs time and not memory. */
    private static final int MOST_ANSWERS = 10_000;

    private record Question(NodeId from, NodeId to, Set<Edge> excluded) {}

    private record Answers(Topology topology, Map<Question, Optional<NodePath>> paths) {

        Answers(Topology topology) {
            this(topology, new ConcurrentHashMap<>());
        }
    }

    private final PathPlanner planner;
    private volatile Answers answers = new Answers(Topology.empty(new NodeId("none")));

    public RememberedPaths(PathPlanner planner) {
        this.planner = planner;
    }

    @Override
    public Optional<NodePath> bestPath(Topology topology, NodeId from, NodeId to, Set<Edge> excluded) {
        Answers known = answers;
        if (known.topology != topology || known.paths.size() >= MOST_ANSWERS) {
            known = new Answers(topology);
            answers = known;
        }
        Question question = new Question(from, to, Set.copyOf(excluded));
        Optional<NodePath> path = known.paths.get(question);
        if (path == null) {
            path = planner.bestPath(topology, from, to, question.excluded());
            known.paths.put(question, path);
        }
        return path;
    }

    @Override
    public List<Merit> merits(Topology topology, NodePath path) {
        return planner.merits(topology, path);
    }
}
