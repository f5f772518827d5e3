package org.qkdmesh.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

class RememberedPathsTest {

    private static final NodeId A = new NodeId("a");
    private static final NodeId B = new NodeId("b");
    private static final NodeId C = new NodeId("c");
    private static final Map<Edge, Long> TRIANGLE = Map.of(new Edge(A, B), 1L, new Edge(B, C), 1L, new Edge(A, C), 1L);

    private final List<Set<Edge>> asked = new ArrayList<>();
    private final ShortestPath shortest = new ShortestPath();
    private final PathPlanner planner = new RememberedPaths(this::count);

    private Optional<NodePath> count(Topology topology, NodeId from, NodeId to, Set<Edge> excluded) {
        asked.add(excluded);
        return shortest.bestPath(topology, from, to, excluded);
    }

    @Test
    void sameQuestion_isAnsweredOncePerTopology() {
        Topology before = new Topology(A, TRIANGLE, Map.of(), true);
        Topology after = new Topology(A, Map.of(new Edge(A, B), 1L, new Edge(B, C), 1L), Map.of(), true);

        for (int i = 0; i < 3; i++) {
            assertThat(planner.bestPath(before, A, C, Set.of())).contains(new NodePath(List.of(A, C)));
        }
        assertThat(asked).hasSize(1);
        for (int i = 0; i < 3; i++) {
            assertThat(planner.bestPath(after, A, C, Set.of())).contains(new NodePath(List.of(A, B, C)));
        }
        assertThat(asked).hasSize(2);
    }

    @Test
    void questionsThatDifferInWhatIsExcluded_areDifferent_alsoWhenTheCallersSetChangesLater() {
        Topology mesh = new Topology(A, TRIANGLE, Map.of(), true);
        Set<Edge> excluded = new HashSet<>();

        assertThat(planner.bestPath(mesh, A, C, excluded)).contains(new NodePath(List.of(A, C)));
        excluded.add(new Edge(A, C));
        assertThat(planner.bestPath(mesh, A, C, excluded)).contains(new NodePath(List.of(A, B, C)));
        excluded.add(new Edge(A, B));
        assertThat(planner.bestPath(mesh, A, C, excluded)).isEmpty();
        assertThat(planner.bestPath(mesh, A, C, Set.of())).contains(new NodePath(List.of(A, C)));
        assertThat(asked).hasSize(3);
    }
}
