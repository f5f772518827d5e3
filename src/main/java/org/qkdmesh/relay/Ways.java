package org.qkdmesh.relay;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.routing.DisjointPaths;
import org.qkdmesh.routing.PathPlanner;
import org.qkdmesh.routing.Topology;

/**
 * The paths that keys for one node take together: none when they can not be had now, one that they go over as a whole, or
 * several without a node in common that shares of them go over.
 *
 * @param tooFew the disjoint paths that there are, where more were wanted
 */
public record Ways(List<NodePath> paths, Optional<DisjointPaths.Found> tooFew) {

    public Ways {
        paths = List.copyOf(paths);
    }

    /** Finds them as a policy wants it. Safe for use by several threads. */
    public static final class Planner {

        private final DisjointPaths disjoint = new DisjointPaths();

        /**
         * @param planner finds the path of what goes as a whole
         * @param excluded directed edges that must not be used
         */
        public Ways between(
                Topology topology,
                NodeId from,
                NodeId to,
                Set<Edge> excluded,
                PathPlanner planner,
                PairPolicy.Paths policy) {
            if (policy.isSingle()) {
                return new Ways(best(topology, from, to, excluded, planner), Optional.empty());
            }
            DisjointPaths.Found found = disjoint.between(topology, from, to, excluded, policy.shares());
            if (found.suffices()) {
                return new Ways(found.paths(), Optional.empty());
            }
            if (policy.choice() == PairPolicy.Paths.Choice.DISJOINT) {
                return new Ways(List.of(), Optional.of(found));
            }
            List<NodePath> whole = best(topology, from, to, excluded, planner);
            return new Ways(whole, whole.isEmpty() ? Optional.empty() : Optional.of(found));
        }

        private static List<NodePath> best(
                Topology topology, NodeId from, NodeId to, Set<Edge> excluded, PathPlanner planner) {
            return planner.bestPath(topology, from, to, excluded).stream().toList();
        }
    }

    /** Whether there are as many as the policy wants. */
    boolean areAsWanted() {
        return !paths.isEmpty() && tooFew.isEmpty();
    }

    /** How many paths there are now, of which those with a node in common count once where shares need them. */
    public int there() {
        return tooFew.map(found -> found.paths().size()).orElse(paths.size());
    }

    /** How many are needed, or wished for. */
    public int needed() {
        return tooFew.map(DisjointPaths.Found::wanted).orElse(Math.max(1, paths.size()));
    }

    /** Whether keys that should go over disjoint paths go over one that has nodes between its ends. */
    public boolean isFallBack() {
        return !paths.isEmpty() && tooFew.isPresent();
    }
}
