package org.qkdmesh.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.qkdmesh.routing.Meshes.both;
import static org.qkdmesh.routing.Meshes.mesh;
import static org.qkdmesh.routing.Meshes.node;
import static org.qkdmesh.routing.Meshes.path;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jgrapht.alg.flow.EdmondsKarpMFImpl;
import org.jgrapht.graph.DefaultWeightedEdge;
import org.jgrapht.graph.SimpleDirectedWeightedGraph;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

class DisjointPathsTest {

    private static final long MUCH = 1 << 20;

    private final DisjointPaths paths = new DisjointPaths();

    @Test
    void diamond_hasTwoWays_theCheaperFirst() {
        Topology diamond = mesh(both("a", "b", 16), both("b", "d", 16), both("a", "c", MUCH), both("c", "d", MUCH));

        DisjointPaths.Found found = find(diamond, "a", "d", 2);

        assertThat(found.paths()).containsExactly(path("a", "c", "d"), path("a", "b", "d"));
        assertThat(found.suffices()).isTrue();
    }

    @Test
    void shortestPathThatTakesANodeOfBothWays_isNotPartOfThem() {
        Topology trap = mesh(
                both("a", "b", MUCH),
                both("b", "c", MUCH),
                both("c", "z", MUCH),
                both("a", "p", MUCH),
                both("p", "q", MUCH),
                both("q", "c", MUCH),
                both("b", "r", MUCH),
                both("r", "s", MUCH),
                both("s", "z", MUCH));

        assertThat(find(trap, "a", "z", 2).paths())
                .containsExactlyInAnyOrder(path("a", "b", "r", "s", "z"), path("a", "p", "q", "c", "z"));
    }

    @Test
    void linkFromEndToEnd_sufficesAlone_unlessItIsExcluded() {
        Topology triangle = mesh(both("a", "d", 1), both("a", "b", MUCH), both("b", "d", MUCH));

        assertThat(find(triangle, "a", "d", 2)).isEqualTo(new DisjointPaths.Found(2, List.of(path("a", "d"))));
        assertThat(find(triangle, "a", "d", 2).suffices()).isTrue();
        DisjointPaths.Found without =
                paths.between(triangle, node("a"), node("d"), Set.of(new Edge(node("a"), node("d"))), 2);
        assertThat(without.paths()).containsExactly(path("a", "b", "d"));
        assertThat(without.suffices()).isFalse();
    }

    @Test
    void fewerThanWanted_isAnAnswerThatSaysHowManyThereAre() {
        Topology bridge = mesh(both("a", "b", 1), both("b", "c", 1));

        assertThat(find(bridge, "a", "c", 2)).isEqualTo(new DisjointPaths.Found(2, List.of(path("a", "b", "c"))));
        assertThat(find(bridge, "a", "c", 2).suffices()).isFalse();
        assertThat(find(bridge, "a", "x", 2).paths()).isEmpty();
        assertThat(find(bridge, "a", "a", 2).paths()).isEmpty();
        assertThatThrownBy(() -> find(bridge, "a", "c", 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> find(bridge, "a", "c", DisjointPaths.MOST + 1))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void wayOfMoreThanSixtyFourHops_isNone() {
        Map<Edge, Long> ring = new HashMap<>();
        for (int i = 0; i < 68; i++) {
            ring.putAll(both("n" + i, "n" + (i + 1) % 68, MUCH));
        }

        assertThat(find(mesh(ring), "n0", "n2", 2).paths()).containsExactly(path("n0", "n1", "n2"));
        assertThat(find(mesh(ring), "n0", "n4", 2).paths()).hasSize(2);
    }

    @Property(tries = 300)
    void paths_areDisjoint_asManyAsThereAre_andNoSetOfSoManyIsCheaper(@ForAll long seed) {
        Random random = new Random(seed);
        Topology mesh = Meshes.randomMesh(random, 4 + random.nextInt(4), () -> random.nextInt(5000));
        Set<Edge> excluded = new HashSet<>(Meshes.someEdges(random, mesh, random.nextInt(3)));
        excluded.add(new Edge(node("n0"), node("n1")));
        int wanted = 1 + random.nextInt(4);

        List<NodePath> found =
                paths.between(mesh, node("n0"), node("n1"), excluded, wanted).paths();

        assertThat(found).allSatisfy(path -> {
            assertThat(path.ingress()).isEqualTo(node("n0"));
            assertThat(path.egress()).isEqualTo(node("n1"));
            assertThat(path.edges()).isSubsetOf(mesh.edges()).doesNotContainAnyElementsOf(excluded);
        });
        assertThat(found.stream().flatMap(path -> between(path).stream())).doesNotHaveDuplicates();
        assertThat(found).hasSize(Math.min(wanted, mostDisjoint(mesh, excluded)));
        List<NodePath> all = Meshes.allPaths(mesh, node("n0"), node("n1"), excluded);
        assertThat(cost(mesh, found)).isEqualTo(cheapest(mesh, all, Set.of(), found.size()));
    }

    private DisjointPaths.Found find(Topology mesh, String from, String to, int wanted) {
        return paths.between(mesh, node(from), node(to), Set.of(), wanted);
    }

    private static List<NodeId> between(NodePath path) {
        return path.nodes().subList(1, path.hops());
    }

    /** The largest flow from n0 to n1 where a unit may cross each node, by another algorithm than the one under test. */
    private static int mostDisjoint(Topology mesh, Set<Edge> excluded) {
        var graph = new SimpleDirectedWeightedGraph<String, DefaultWeightedEdge>(DefaultWeightedEdge.class);
        graph.addVertex("n0 out");
        graph.addVertex("n1 in");
        List<Edge> usable = new ArrayList<>(mesh.edges());
        usable.removeAll(excluded);
        for (Edge edge : usable) {
            for (NodeId end : List.of(edge.from(), edge.to())) {
                graph.addVertex(end + " in");
                graph.addVertex(end + " out");
                graph.addEdge(end + " in", end + " out");
            }
            graph.addEdge(edge.from() + " out", edge.to() + " in");
        }
        return (int) new EdmondsKarpMFImpl<>(graph).calculateMaximumFlow("n0 out", "n1 in");
    }

    /** By trying every set. */
    private static long cheapest(Topology mesh, List<NodePath> all, Set<NodeId> taken, int number) {
        if (number == 0) {
            return 0;
        }
        long best = Long.MAX_VALUE / 2;
        for (int i = 0; i < all.size(); i++) {
            NodePath path = all.get(i);
            if (between(path).stream().noneMatch(taken::contains)) {
                Set<NodeId> more = new HashSet<>(taken);
                more.addAll(between(path));
                long rest = cheapest(mesh, all.subList(i + 1, all.size()), more, number - 1);
                best = Math.min(best, cost(mesh, List.of(path)) + rest);
            }
        }
        return best;
    }

    private static long cost(Topology mesh, List<NodePath> paths) {
        return paths.stream()
                .flatMap(path -> path.edges().stream())
                .mapToLong(edge -> MostKeys.linkCost(mesh.links().get(edge)))
                .sum();
    }
}
