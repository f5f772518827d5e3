package org.qkdmesh.measures;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.routing.DisjointPaths;
import org.qkdmesh.routing.Topology;

/** How long it takes to find paths without a node in common in large meshes; the figures are printed. */
@Tag("measures")
class DisjointPathsIT {

    private static final int QUESTIONS = 200;

    @ParameterizedTest
    @CsvSource({"1000, 2, 2", "1000, 4, 2", "1000, 4, 4", "100, 2, 2", "100, 4, 4"})
    void largeMesh_isSearchedWithinMilliseconds(int nodes, int linksOfEach, int wanted) {
        Random random = new Random(nodes);
        Topology mesh = randomMesh(random, nodes, linksOfEach);
        DisjointPaths paths = new DisjointPaths();
        double[] millis = new double[QUESTIONS];
        int found = 0;
        for (int i = 0; i < QUESTIONS; i++) {
            NodeId from = node(random.nextInt(nodes));
            NodeId to = node(random.nextInt(nodes));
            long begun = System.nanoTime();
            found += paths.between(mesh, from, to, Set.of(new Edge(from, to)), wanted)
                    .paths()
                    .size();
            millis[i] = (System.nanoTime() - begun) / 1e6;
        }
        double first = millis[0];
        Arrays.sort(millis);
        System.out.printf(
                Locale.ROOT,
                "| %d | %d | %d | %.1f | %.1f | %.1f | %.1f |%n",
                nodes,
                mesh.edges().size(),
                wanted,
                first,
                millis[QUESTIONS / 2],
                millis[QUESTIONS * 99 / 100],
                millis[QUESTIONS - 1]);
        assertThat(found).isGreaterThan(QUESTIONS);
    }

    /** Each new node gets links to so many that are there already, so that all can be reached. */
    private static Topology randomMesh(Random random, int nodes, int linksOfEach) {
        Map<Edge, Long> links = new HashMap<>();
        for (int i = 1; i < nodes; i++) {
            for (int link = 0; link < Math.min(i, linksOfEach); link++) {
                NodeId other = node(random.nextInt(i));
                links.put(new Edge(node(i), other), 1L << random.nextInt(20));
                links.put(new Edge(other, node(i)), 1L << random.nextInt(20));
            }
        }
        return new Topology(node(0), links, Map.of(), true);
    }

    private static NodeId node(int number) {
        return new NodeId("n" + number);
    }
}
