package org.qkdmesh.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.qkdmesh.routing.Meshes.both;
import static org.qkdmesh.routing.Meshes.mesh;
import static org.qkdmesh.routing.Meshes.node;
import static org.qkdmesh.routing.Meshes.path;

import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodePath;

class RankedPathsTest {

    private static final Topology DIAMOND =
            mesh(both("a", "b", 1024), both("b", "d", 1024), both("a", "c", 8), both("c", "d", 8), both("a", "d", 1));

    @Test
    void paths_comeInTheOrderThatThePlannerPrefers() {
        assertThat(paths(new ShortestPath(), DIAMOND, 5))
                .containsExactly(path("a", "d"), path("a", "b", "d"), path("a", "c", "d"));
        assertThat(paths(new MostKeys(), DIAMOND, 5))
                .startsWith(path("a", "b", "d"))
                .hasSize(3);
        assertThat(paths(new ShortestPath(), DIAMOND, 2)).hasSize(2);
    }

    @Test
    void alternative_namesTheLinksThatItDoesWithout() {
        List<RankedPaths.Ranked> ranked = new RankedPaths(new ShortestPath(), DIAMOND).between(node("a"), node("d"), 2);

        assertThat(ranked.get(0).without()).isEmpty();
        assertThat(ranked.get(1).without()).isEqualTo(Set.of(new Edge(node("a"), node("d"))));
    }

    @Test
    void whereThereIsNoWay_thereIsNone() {
        assertThat(new RankedPaths(new ShortestPath(), DIAMOND).between(node("a"), node("x"), 5))
                .isEmpty();
    }

    @Test
    void merits_tellWhatThePlannerCompares() {
        assertThat(new ShortestPath().merits(DIAMOND, path("a", "c", "d")))
                .containsExactly(
                        new PathPlanner.Merit("hops", "2"),
                        new PathPlanner.Merit("stock of its poorest link", "64 bit"));
        assertThat(new RememberedPaths(new MostKeys()).merits(DIAMOND, path("a", "d")))
                .containsExactly(new PathPlanner.Merit("cost in hops", "65.00"));
    }

    @Property(tries = 100)
    void noPath_comesTwice_andTheFirstIsThePlanners(@ForAll long seed) {
        Random random = new Random(seed);
        Topology mesh = Meshes.randomMesh(random, 6, () -> random.nextInt(5000));
        for (PathPlanner planner : List.of(new ShortestPath(), new MostKeys())) {
            List<NodePath> paths = new RankedPaths(planner, mesh)
                    .between(node("n0"), node("n5"), 4).stream()
                            .map(RankedPaths.Ranked::path)
                            .toList();
            assertThat(paths).doesNotHaveDuplicates().hasSizeLessThanOrEqualTo(4);
            assertThat(paths.stream().findFirst()).isEqualTo(planner.bestPath(mesh, node("n0"), node("n5"), Set.of()));
        }
    }

    private static List<NodePath> paths(PathPlanner planner, Topology mesh, int most) {
        return new RankedPaths(planner, mesh)
                .between(node("a"), node("d"), most).stream()
                        .map(RankedPaths.Ranked::path)
                        .toList();
    }
}
