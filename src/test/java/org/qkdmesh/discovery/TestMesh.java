package org.qkdmesh.discovery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import org.qkdmesh.identity.NodeVerifier;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.SaeHome;
import org.qkdmesh.store.Sequence;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.testing.RecordedEvents;

/** Nodes that exchange adverts in one thread and in time that the test makes pass. */
final class TestMesh {

    static final long STEP_MS = 100;

    /** One node: what outlives a restart, and what a run of it has. */
    final class Node {
        final NodeId id;
        final List<NodeId> neighbours = new ArrayList<>();
        final List<SaeId> saes = new ArrayList<>();
        final Map<SaeId, NodeId> pins = new HashMap<>();
        final Map<NodeId, Long> available = new HashMap<>();
        final RecordedEvents events = new RecordedEvents();
        final FlakyDisk disk = new FlakyDisk();
        DiscoveryLimits limits = DiscoveryLimits.DEFAULT;
        MemoryStore store = new MemoryStore(clock);
        Discovery discovery;
        int requests;
        int signed;
        int verified;
        int storeFailures;

        Node(NodeId id) {
            this.id = id;
        }

        void start() {
            store = store.reopen(clock);
            store.setCrashPoint(disk);
            discovery = new Discovery(
                    new DiscoverySettings(id, neighbours, saes, pins, limits),
                    clock,
                    store,
                    (type, payload) -> {
                        signed++;
                        return CheapSignatures.of(id).sign(type, payload);
                    },
                    new CountingVerifier(),
                    events,
                    neighbour -> available.getOrDefault(neighbour, 1000L),
                    UUID::randomUUID);
        }

        /** Verifies as all do here, and counts how often. */
        private final class CountingVerifier implements NodeVerifier {

            @Override
            public Signed verify(String type, String statement) {
                verified++;
                return CheapSignatures.verifier().verify(type, statement);
            }

            @Override
            public byte[] unverified(String statement) {
                return CheapSignatures.verifier().unverified(statement);
            }
        }

        void kill() {
            discovery = null;
        }

        void restart() {
            kill();
            start();
        }

        /** The highest sequence of a node that this node has on disk; 0 for none. */
        long sequenceOf(NodeId node) {
            return store.transact(tx -> tx.sequence(node).map(Sequence::number).orElse(0L));
        }

        Optional<SaeHome> homeOnDisk(SaeId sae) {
            return store.transact(tx ->
                    tx.homes().stream().filter(home -> home.sae().equals(sae)).findFirst());
        }

        boolean isRunning() {
            return discovery != null;
        }

        private void step() {
            try {
                for (NodeId neighbour : discovery.tick()) {
                    exchange(neighbour);
                }
            } catch (StoreFailure e) {
                // As in a route: what failed is done again when the timer comes round.
                storeFailures++;
            }
        }

        void exchange(NodeId neighbour) {
            requests++;
            byte[] request = ExchangeCodec.encode(discovery.request(neighbour));
            Node other = nodes.get(neighbour);
            if (!other.isRunning() || cut.contains(new Edge(id, neighbour))) {
                discovery.failed(neighbour);
                return;
            }
            Exchange answer;
            try {
                answer = other.discovery.received(id, ExchangeCodec.decode(request));
            } catch (StoreFailure e) {
                discovery.failed(neighbour);
                return;
            }
            if (answersLost.contains(new Edge(id, neighbour))) {
                discovery.failed(neighbour);
            } else {
                discovery.answered(neighbour, ExchangeCodec.decode(ExchangeCodec.encode(answer)));
            }
        }
    }

    final FakeClock clock = new FakeClock();
    final Map<NodeId, Node> nodes = new TreeMap<>();
    final Set<Edge> cut = new HashSet<>();
    final Set<Edge> answersLost = new HashSet<>();

    /** Each node of a line is connected with the next; each has one SAE, {@code sae-<node>}. */
    static TestMesh line(String... ids) {
        TestMesh mesh = new TestMesh();
        for (String id : ids) {
            mesh.add(id);
        }
        for (int i = 1; i < ids.length; i++) {
            mesh.connect(ids[i - 1], ids[i]);
        }
        return mesh;
    }

    Node add(String id) {
        Node node = new Node(new NodeId(id));
        node.saes.add(new SaeId("sae-" + id));
        nodes.put(node.id, node);
        return node;
    }

    void connect(String one, String other) {
        node(one).neighbours.add(new NodeId(other));
        node(other).neighbours.add(new NodeId(one));
    }

    TestMesh start() {
        nodes.values().forEach(Node::start);
        return this;
    }

    Node node(String id) {
        return nodes.get(new NodeId(id));
    }

    Discovery discovery(String id) {
        return node(id).discovery;
    }

    void cutBothWays(String one, String other) {
        cut.add(edge(one, other));
        cut.add(edge(other, one));
    }

    /** Lets so much time pass, all running nodes doing what is due every tenth of a second. */
    void run(long millis) {
        for (long done = 0; done < millis; done += STEP_MS) {
            clock.advance(STEP_MS);
            nodes.values().stream().filter(Node::isRunning).forEach(Node::step);
        }
    }

    /** The links that should be known everywhere: both ends run, and reach each other. */
    Set<Edge> soundLinks() {
        Set<Edge> sound = new HashSet<>();
        for (Node node : nodes.values()) {
            for (NodeId neighbour : node.neighbours) {
                boolean reached =
                        !cut.contains(new Edge(node.id, neighbour)) && !cut.contains(new Edge(neighbour, node.id));
                if (reached && node.isRunning() && nodes.get(neighbour).isRunning()) {
                    sound.add(new Edge(node.id, neighbour));
                }
            }
        }
        return sound;
    }

    static Edge edge(String from, String to) {
        return new Edge(new NodeId(from), new NodeId(to));
    }
}
