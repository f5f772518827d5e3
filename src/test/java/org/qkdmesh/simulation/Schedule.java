package org.qkdmesh.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.relay.RelayLimits;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.Sequence;

/** One run from one seed: a network, its load, its faults; then all is healed and must be in order. */
final class Schedule {

    private static final long TROUBLE_MILLIS = 12_000;
    private static final long HEALING_MILLIS = 20_000;
    private static final int REQUESTS = 12;

    /** What a schedule did, for the report. */
    record Result(int given, int fetched) {}

    private final Random random;
    private final VirtualTime time = new VirtualTime();
    private final Faults faults;
    private final SimulatedNetwork network;
    private final Judge judge = new Judge();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final Map<SimulatedNode, MemoryStore.Snapshot> copies = new HashMap<>();
    private final Map<SimulatedNode, Long> copiedSequence = new HashMap<>();

    Schedule(long seed) {
        random = new Random(seed * 0x9E3779B97F4A7C15L + 1);
        faults = new Faults(random, time);
        network = new SimulatedNetwork(time, random, faults);
    }

    Result run() {
        buildNetwork();
        nodes.forEach(node -> time.in(random.nextInt(500), node::start));
        for (int i = 0; i < REQUESTS; i++) {
            time.in(800 + random.nextInt((int) TROUBLE_MILLIS - 800), this::someRequest);
        }
        time.in(500, this::someFetches);
        for (int i = 0; i < faults.kills; i++) {
            time.in(500 + random.nextInt((int) TROUBLE_MILLIS), this::someKill);
        }
        if (faults.oldDisks) {
            time.in(1_000 + random.nextInt(4_000), this::copySomeDisk);
            time.in(8_000 + random.nextInt(3_000), this::putOldDiskBack);
        }
        time.runUntil(TROUBLE_MILLIS);
        faults.calmFor(HEALING_MILLIS * 10);
        time.runUntil(TROUBLE_MILLIS + HEALING_MILLIS);
        fetchAllThatIsOwed();
        network.replayAll();
        time.runUntil(TROUBLE_MILLIS + HEALING_MILLIS + 6_000);
        if (faults.replaysLate) {
            time.runUntil(time.sinceStart() + RelayLimits.RESULT_MILLIS);
            network.replayAll();
            time.runUntil(time.sinceStart() + 8_000);
        }
        checkTheEnd();
        return new Result(judge.givenCount(), judge.fetchedCount());
    }

    private void buildNetwork() {
        int size = 3 + random.nextInt(6);
        for (int i = 0; i < size; i++) {
            SimulatedNode node = new SimulatedNode(new NodeId("n" + i), time, random, faults, network, judge);
            nodes.add(node);
            network.add(node);
        }
        for (int i = 0; i + 1 < size; i++) {
            link(i, i + 1);
        }
        switch (random.nextInt(3)) {
            case 0 -> link(0, size - 1);
            case 1 -> {
                if (size > 3) {
                    link(0, 2);
                    link(1, 3);
                }
            }
            default -> {
                // A line.
            }
        }
    }

    private void link(int one, int other) {
        SimulatedNode a = nodes.get(one);
        SimulatedNode b = nodes.get(other);
        if (a.neighbourIds().contains(b.id())) {
            return;
        }
        int pairs = random.nextInt(5) == 0 ? 2 : 1;
        for (int i = 0; i < pairs; i++) {
            SimulatedKmes pair = new SimulatedKmes(random, faults);
            a.attach(b.id(), pair, 0);
            b.attach(a.id(), pair, 1);
        }
    }

    private SimulatedNode someNode() {
        return nodes.get(random.nextInt(nodes.size()));
    }

    private void someRequest() {
        SimulatedNode master = someNode();
        SimulatedNode slave = someNode();
        if (master != slave) {
            master.ask(slave, 1 + random.nextInt(3), 8 * (1 + random.nextInt(8)));
        }
    }

    /** Slaves fetch some of what their masters have, now and then with an id that does not exist. */
    private void someFetches() {
        Map<KeyId, Judge.Given> owed = judge.owed();
        List<KeyId> ids = new ArrayList<>(owed.keySet());
        ids.sort(null);
        for (KeyId id : ids) {
            if (random.nextInt(4) == 0 && judge.isOwed(id)) {
                Judge.Given key = owed.get(id);
                List<KeyId> wanted = new ArrayList<>(List.of(id));
                ids.stream()
                        .filter(other -> !other.equals(id)
                                && judge.isOwed(other)
                                && owed.get(other).pair().equals(key.pair())
                                && random.nextBoolean())
                        .forEach(wanted::add);
                if (random.nextInt(6) == 0) {
                    wanted.add(new KeyId(new UUID(random.nextLong(), random.nextLong())));
                }
                fetch(key.egress(), key.pair(), wanted);
                if (random.nextInt(3) == 0) {
                    fetch(key.egress(), key.pair(), wanted);
                }
            }
        }
        if (time.sinceStart() < TROUBLE_MILLIS) {
            time.in(300 + random.nextInt(900), this::someFetches);
        }
    }

    private boolean fetch(NodeId egress, SaePair pair, List<KeyId> ids) {
        return nodes.stream()
                .filter(node -> node.id().equals(egress))
                .findFirst()
                .orElseThrow()
                .fetch(pair, ids);
    }

    private void someKill() {
        SimulatedNode node = someNode();
        if (node.isUp() && !faults.isCalm()) {
            node.die();
        }
    }

    private void copySomeDisk() {
        SimulatedNode node = someNode();
        copies.put(node, node.disk().snapshot());
        copiedSequence.put(node, sequenceOf(node, node.id()));
    }

    /** Only where every neighbour knows of an advert that the copy does not: anything less is outside the promise. */
    private void putOldDiskBack() {
        copies.forEach((node, copy) -> {
            boolean recognisable = nodes.stream()
                    .filter(other -> node.neighbourIds().contains(other.id()))
                    .allMatch(other -> other.isUp() && sequenceOf(other, node.id()) > copiedSequence.get(node));
            if (recognisable && node.isUp()) {
                faults.calmFor(12_000);
                node.dieAndRestore(copy);
                for (int i = 1; i <= 60; i++) {
                    time.in(50 * i, () -> fetchAgain(node));
                }
            }
        });
    }

    /** Slaves ask this node once more for what they have; an old copy of its disk may still hold it. */
    private void fetchAgain(SimulatedNode egress) {
        judge.fetchedAt(egress.id()).forEach((id, key) -> fetch(egress.id(), key.pair(), List.of(id)));
    }

    private static long sequenceOf(SimulatedNode at, NodeId of) {
        return at.look(tx -> tx.sequence(of).map(Sequence::number).orElse(0L));
    }

    private void fetchAllThatIsOwed() {
        judge.owed().forEach((id, key) -> {
            if (!fetch(key.egress(), key.pair(), List.of(id)) && judge.isOwed(id)) {
                throw new Violation("5: " + id + " can still not be fetched after all is healed");
            }
        });
    }

    private void checkTheEnd() {
        for (SimulatedNode node : nodes) {
            if (!node.isUp()) {
                throw new Violation(node.id() + " is not up at the end");
            }
            node.checkNothingLeft();
        }
        Set<KeyId> all = new HashSet<>(judge.allBegun());
        for (SimulatedNode node : nodes) {
            for (KeyId id : all) {
                if (node.holds(id)) {
                    judge.keyLeft(node.id(), id);
                }
                for (SimulatedNode slave : nodes) {
                    node.record(id, slave.sae()).ifPresent(record -> judge.recordLeft(node.id(), id, record.egress()));
                }
            }
        }
    }
}
