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
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodePath;

class MostKeysTest {

    private static final long PLENTY = 1 << 20;

    private final PathPlanner planner = new MostKeys();

    @Test
    void bestPath_goesAroundALinkThatIsShortOfKeys() {
        Topology mesh = mesh(both("a", "b", 64), both("a", "c", PLENTY), both("c", "b", PLENTY));

        assertThat(planner.bestPath(mesh, node("a"), node("b"), Set.of())).contains(path("a", "c", "b"));
    }

    @Test
    void bestPath_whereAllHaveEnough_isTheShortest() {
        Topology mesh = mesh(both("a", "b", PLENTY), both("a", "c", 2 * PLENTY), both("c", "b", 2 * PLENTY));

        assertThat(planner.bestPath(mesh, node("a"), node("b"), Set.of())).contains(path("a", "b"));
    }

    @Test
    void bestPath_overADryLink_isStillAPath() {
        assertThat(planner.bestPath(mesh(both("a", "b", 0)), node("a"), node("b"), Set.of()))
                .contains(path("a", "b"));
    }

    @Test
    void bestPath_whoseCheapestWouldBeTooLong_isTheShortest() {
        Map<Edge, Long> links = new HashMap<>();
        for (int i = 0; i < 70; i++) {
            links.putAll(both("n" + i, "n" + (i + 1), PLENTY));
        }
        links.putAll(both("n0", "dry", 0));
        links.putAll(both("dry", "n70", 0));

        assertThat(planner.bestPath(mesh(links), node("n0"), node("n70"), Set.of()))
                .contains(path("n0", "dry", "n70"));
    }

    @Test
    void linkCost_isThatOfTheDocumentation() {
        assertThat(MostKeys.linkCost(0)).isEqualTo(65_000);
        assertThat(MostKeys.linkCost(512)).isEqualTo(5_000);
        assertThat(MostKeys.linkCost(2_048)).isEqualTo(2_000);
        assertThat(MostKeys.linkCost(PLENTY)).isEqualTo(1_001);
    }

    @Property
    void linkCost_neverFalls_asStockFalls(@ForAll @LongRange(max = 1 << 24) long less, @ForAll @IntRange int more) {
        assertThat(MostKeys.linkCost(less)).isGreaterThanOrEqualTo(MostKeys.linkCost(less + more));
    }

    @Property(tries = 2000)
    void bestPath_isTheOneThatTryingAllPathsFinds(
            @ForAll long seed,
            @ForAll @IntRange(min = 2, max = 7) int size,
            @ForAll @IntRange(max = 3) int exclusions) {
        Random random = new Random(seed);
        Topology mesh = randomMesh(random, size, () -> random.nextInt(8) == 0 ? 0 : 1L << random.nextInt(16));
        Set<Edge> excluded = someEdges(random, mesh, exclusions);

        Optional<NodePath> expected = allPaths(mesh, node("n0"), node("n1"), excluded).stream()
                .min(Comparator.<NodePath>comparingLong(path -> cost(mesh, path))
                        .thenComparing(NodePath::toString));
        assertThat(planner.bestPath(mesh, node("n0"), node("n1"), excluded)).isEqualTo(expected);
    }

    private static long cost(Topology mesh, NodePath path) {
        return path.edges().stream()
                .mapToLong(edge -> MostKeys.linkCost(mesh.links().get(edge)))
                .sum();
    }
}
