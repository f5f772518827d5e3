package org.qkdmesh.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.qkdmesh.model.NodeId;

/**
 * What sound neighbours hand over in vain when messages overtake each other: little, however many nodes they tell of, since
 * each is told what is known already.
 */
class ManyNodesTest {

    private static final int NODES = 20;

    /** A quarter of what is an alarm, if it comes at once. */
    private static final int FEW = 20;

    private final Random random = new Random(7);
    private final TestMesh mesh = new TestMesh();

    /** A ring, so that news go two ways, with a few short cuts, so that some are overtaken. */
    ManyNodesTest() {
        for (int i = 0; i < NODES; i++) {
            mesh.add(name(i));
        }
        for (int i = 0; i < NODES; i++) {
            mesh.connect(name(i), name((i + 1) % NODES));
        }
        mesh.connect(name(1), name(NODES - 5));
        mesh.connect(name(4), name(NODES - 9));
        mesh.start();
    }

    @Test
    void soundNeighbours_areRefusedNextToNothing_whileAllChangesAndNodesAreStartedAnew() {
        busy(3_000);
        for (int i = 0; i < NODES / 2; i++) {
            mesh.node(name(random.nextInt(NODES))).restart();
            busy(1_000);
        }
        mesh.nodes.values().forEach(TestMesh.Node::restart);
        busy(5_000);

        assertFewWereRefused();
    }

    @Test
    void soundNeighbours_areRefusedNextToNothing_whenTwoHalvesFindEachOtherAgain() {
        busy(5_000);
        for (int apart : List.of(2_000, 30_000)) {
            for (TestMesh.Node node : mesh.nodes.values()) {
                node.neighbours.stream()
                        .filter(other -> isInFirstHalf(other) != isInFirstHalf(node.id))
                        .forEach(other -> mesh.cutBothWays(node.id.text(), other.text()));
            }
            busy(apart);
            mesh.cut.clear();
            busy(5_000);
        }

        assertFewWereRefused();
    }

    /** Every node has something to tell as often as it may. */
    private void busy(long millis) {
        for (long done = 0; done < millis; done += 500) {
            for (TestMesh.Node node : mesh.nodes.values()) {
                node.available.put(node.neighbours.get(0), 1L << random.nextInt(20));
            }
            mesh.run(500);
        }
    }

    private void assertFewWereRefused() {
        for (TestMesh.Node node : mesh.nodes.values()) {
            List<String> refused = new ArrayList<>(node.events.refusedOf);
            for (NodeId neighbour : node.neighbours) {
                for (String reason : List.of("stale", "replayed", "too_old")) {
                    assertThat(Collections.frequency(refused, neighbour + ": " + reason))
                            .as("%s of %s at %s", reason, neighbour, node.id)
                            .isLessThan(FEW);
                }
            }
            assertThat(node.events.alarms).isEmpty();
        }
    }

    private static boolean isInFirstHalf(NodeId node) {
        return Integer.parseInt(node.text().substring(1)) < NODES / 2;
    }

    private static String name(int number) {
        return "n" + number;
    }
}
