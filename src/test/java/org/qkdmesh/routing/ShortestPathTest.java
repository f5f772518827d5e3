package org.qkdmesh.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qkdmesh.routing.Meshes.allPaths;
import static org.qkdmesh.routing.Meshes.both;
import static org.qkdmesh.routing.Meshes.mesh;
import static org.qkdmesh.routing.Meshes.node;
import static org.qkdmesh.routing.Meshes.path;
import static org.qkdmesh.routing.Meshes.randomMesh;
import static org.qkdmesh.routing.Meshes.someEdges;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodePath;

class ShortestPathTest {

    private final PathPlanner planner = new ShortestPath();

    @Test
    void bestPath_prefersFewerHopsToMoreStock() {
        Topology mesh = mesh(both("a", "b", 1), both("a", "c", 4096), both("c", "b", 4096));

        assertThat(planner.bestPath(mesh, node("a"), node("b"), Set.of())).contains(path("a", "b"));
    }

    @Test
    void bestPath_amongEqualHops_takesTheOneWhosePoorestLinkHasMore() {
        Topology mesh = mesh(both("a", "b", 8192), both("b", "d", 16), both("a", "c", 64), both("c", "d", 64));

        assertThat(planner.bestPath(mesh, node("a"), node("d"), Set.of())).contains(path("a", "c", "d"));
    }

    @Test
    void bestPath_amongEquals_takesTheIdsThatComeFirst() {
        Topology mesh = mesh(both("a", "c", 8), both("c", "d", 8), both("a", "b", 8), both("b", "d", 8));

        assertThat(planner.bestPath(mesh, node("a"), node("d"), Set.of())).contains(path("a", "b", "d"));
    }

    @Test
    void bestPath_overADryLink_isStillAPath() {
        assertThat(planner.bestPath(mesh(both("a", "b", 0)), node("a"), node("b"), Set.of()))
                .contains(path("a", "b"));
    }

    @Test
    void bestPath_withAnExcludedEdge_goesAroundInThatDirectionOnly() {
        Topology mesh = mesh(both("a", "b", 8), both("a", "c", 8), both("c", "b", 8));
        Set<Edge> excluded = Set.of(new Edge(node("a"), node("b")));

        assertThat(planner.bestPath(mesh, node("a"), node("b"), excluded)).contains(path("a", "c", "b"));
        assertThat(planner.bestPath(mesh, node("b"), node("a"), excluded)).contains(path("b", "a"));
    }

    @Test
    void bestPath_toAnUnknownNodeOrItself_isNone() {
        Topology mesh = mesh(both("a", "b", 8));

        assertThat(planner.bestPath(mesh, node("a"), node("z"), Set.of())).isEmpty();
        assertThat(planner.bestPath(mesh, node("z"), node("a"), Set.of())).isEmpty();
        assertThat(planner.bestPath(mesh, node("a"), node("a"), Set.of())).isEmpty();
        assertThat(planner.bestPath(Topology.empty(node("a")), node("a"), node("b"), Set.of()))
                .isEmpty();
    }

    @Test
    void bestPath_of64Hops_isFoundAndOneHopMoreIsNot() {
        Map<Edge, Long> line = new HashMap<>();
        for (int i = 0; i < 70; i++) {
            line.putAll(both("n" + i, "n" + (i + 1), 8));
        }
        Topology mesh = mesh(line);

        assertThat(planner.bestPath(mesh, node("n0"), node("n64"), Set.of()))
                .hasValueSatisfying(path -> assertThat(path.hops()).isEqualTo(NodePath.MAX_HOPS));
        assertThat(planner.bestPath(mesh, node("n0"), node("n65"), Set.of())).isEmpty();
    }

    @Test
    void bestPath_followsTheSnapshotItIsGiven() {
        Topology before = mesh(both("a", "b", 8));
        Topology after = mesh(both("a", "c", 8), both("c", "b", 8));

        assertThat(planner.bestPath(before, node("a"), node("b"), Set.of())).contains(path("a", "b"));
        assertThat(planner.bestPath(after, node("a"), node("b"), Set.of())).contains(path("a", "c", "b"));
        assertThat(planner.bestPath(before, node("a"), node("b"), Set.of())).contains(path("a", "b"));
    }

    @Property(tries = 2000)
    void bestPath_isTheOneThatTryingAllPathsFinds(
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 7) int size,
            @ForAll @IntRange(max = 3) int exclusions) {
        Random random = new Random(seed);
        Topology mesh = randomMesh(random, size, () -> 1L << random.nextInt(4));
        Set<Edge> excluded = someEdges(random, mesh, exclusions);

        Optional<NodePath> expected = allPaths(mesh, node("n0"), node("n1"), excluded).stream()
                .min(Comparator.comparingInt(NodePath::hops)
                        .thenComparing(path -> -poorest(mesh, path))
                        .thenComparing(NodePath::toString));
        assertThat(planner.bestPath(mesh, node("n0"), node("n1"), excluded)).isEqualTo(expected);
    }

    private static long poorest(Topology mesh, NodePath path) {
        return path.edges().stream().mapToLong(mesh.links()::get).min().orElseThrow();
    }
}
