package org.qkdmesh.discovery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.routing.Topology;
import org.qkdmesh.store.MemoryStore;

/** Whatever happened: once all is well again, all nodes know the same, and it is true. */
class MeshConvergenceTest {

    @Property(tries = 50)
    void afterAnyTrouble_allNodesKnowTheMeshAsItIs(
            @ForAll long seed, @ForAll @IntRange(min = 2, max = 7) int size, @ForAll @IntRange(max = 40) int troubles) {
        Random random = new Random(seed);
        TestMesh mesh = randomMesh(random, size);
        mesh.start();
        List<TestMesh.Node> nodes = new ArrayList<>(mesh.nodes.values());
        List<MemoryStore.Snapshot> oldCopies = new ArrayList<>();
        for (TestMesh.Node node : nodes) {
            oldCopies.add(node.store.snapshot());
        }

        for (int i = 0; i < troubles; i++) {
            int chosen = random.nextInt(size);
            trouble(mesh, nodes.get(chosen), chosen, oldCopies, random);
            mesh.run(random.nextInt(5) == 0 ? 40_000 : 700);
        }
        heal(mesh, nodes);
        mesh.run(130_000);

        for (TestMesh.Node node : nodes) {
            Topology topology = node.discovery.topology();
            assertThat(topology.edges()).as("links seen by %s", node.id).isEqualTo(mesh.soundLinks());
            assertThat(topology.homes()).as("homes seen by %s", node.id).hasSize(size);
            assertThat(topology.compared()).isTrue();
            for (TestMesh.Node other : nodes) {
                assertThat(other.sequenceOf(other.id) - node.sequenceOf(other.id))
                        .as("how far %s is behind %s", node.id, other.id)
                        .isBetween(0L, OwnAdvert.REFRESH_MS / 1000);
            }
            int before = node.requests;
            mesh.run(10_000);
            assertThat(node.requests - before)
                    .as("exchanges of %s in 10 s", node.id)
                    .isLessThanOrEqualTo(node.neighbours.size() * (3 + size));
        }
    }

    private static void trouble(
            TestMesh mesh, TestMesh.Node node, int index, List<MemoryStore.Snapshot> oldCopies, Random random) {
        NodeId neighbour = node.neighbours.get(random.nextInt(node.neighbours.size()));
        switch (random.nextInt(8)) {
            case 0 -> killOrStart(node);
            case 1 -> mesh.cut.add(new Edge(node.id, neighbour));
            case 2 -> mesh.cut.clear();
            case 3 -> mesh.answersLost.add(new Edge(node.id, neighbour));
            case 4 -> mesh.answersLost.clear();
            case 5 -> node.available.put(neighbour, (long) random.nextInt(10_000));
            case 6 -> node.disk.failNext(1 + random.nextInt(3));
            default -> {
                if (random.nextBoolean()) {
                    oldCopies.set(index, node.store.snapshot());
                } else {
                    node.kill();
                    node.store.restore(oldCopies.get(index));
                }
            }
        }
    }

    private static void killOrStart(TestMesh.Node node) {
        if (node.isRunning()) {
            node.kill();
        } else {
            node.disk.failNext(0);
            node.start();
        }
    }

    private static void heal(TestMesh mesh, List<TestMesh.Node> nodes) {
        mesh.cut.clear();
        mesh.answersLost.clear();
        nodes.forEach(node -> {
            node.disk.failNext(0);
            if (!node.isRunning()) {
                node.start();
            }
        });
    }

    private static TestMesh randomMesh(Random random, int size) {
        TestMesh mesh = new TestMesh();
        for (int i = 0; i < size; i++) {
            mesh.add("n" + i);
            if (i > 0) {
                mesh.connect("n" + i, "n" + random.nextInt(i));
            }
        }
        for (int i = 2; i < size; i++) {
            String one = "n" + i;
            String other = "n" + random.nextInt(i);
            if (!mesh.node(one).neighbours.contains(new NodeId(other))) {
                mesh.connect(one, other);
            }
        }
        return mesh;
    }
}
