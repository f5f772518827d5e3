package org.qkdmesh.simulation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.relay.RelayLimits;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.Sequence;

/** One run from one seed: a network, its load, its faults; then all is healed and must be in order. */
final class Schedule {

    /** By then the nodes of most schedules know each other. */
    private static final int START_MILLIS = 700;

    private static final int TROUBLE_MILLIS = 2_200;
    private static final long HEALING_MILLIS = 20_000;
    private static final int REQUESTS = 5;
    private static final int LEAST_NODES = 3;
    private static final int MOST_NODES = 8;

    /** The least of so many numbers: small networks are more frequent, since they show most of what large ones do. */
    private static final int SIZE_DRAWS = 6;

    /** What a schedule did, for the report. */
    record Result(int given, int fetched, long durableSteps) {}

    private final World world;
    private final RandomGenerator random;
    private final VirtualTime time;
    private final Faults faults;
    private final SimulatedNetwork network;
    private final Judge judge;
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final Map<SimulatedNode, MemoryStore.Snapshot> copies = new LinkedHashMap<>();
    private final Map<SimulatedNode, Long> copiedSequence = new LinkedHashMap<>();

    Schedule(long seed) {
        this(seed, CrashAt.NONE);
    }

    /** The schedule of this seed, in which a node dies at one more step. */
    Schedule(long seed, CrashAt end) {
        world = World.of(seed, end);
        random = world.random;
        time = world.time;
        faults = world.faults;
        network = world.network;
        judge = world.judge;
    }

    Result run() {
        buildNetwork();
        startNodes();
        for (int i = 0; i < REQUESTS; i++) {
            time.in(inTrouble(), this::someRequest);
        }
        time.in(START_MILLIS, this::someFetches);
        for (int i = 0; i < faults.kills; i++) {
            time.in(inTrouble(), this::someKill);
        }
        for (int i = 0; i < faults.oldDisks; i++) {
            time.in(START_MILLIS + random.nextInt(900), this::copySomeDisk);
        }
        if (faults.oldDisks > 0) {
            time.in(START_MILLIS + 1_000 + random.nextInt(700), this::putOldDiskBack);
        }
        time.runUntil(TROUBLE_MILLIS);
        faults.calmFor(HEALING_MILLIS * 10);
        settle();
        fetchAllThatIsOwed();
        if (faults.replaysLate) {
            time.standStill(RelayLimits.RESULT_MILLIS);
        }
        network.replayAll();
        settle();
        time.standStill(world.limits.redeliveryMillis());
        checkTheEnd();
        return new Result(judge.givenCount(), judge.fetchedCount(), faults.steps());
    }

    /** Mostly together and with nothing that goes wrong yet but at KMEs, so that there are ways between them when requests come. */
    private void startNodes() {
        boolean together = random.nextInt(4) > 0;
        if (together) {
            faults.quietFor(START_MILLIS);
        }
        nodes.forEach(node -> time.in(random.nextInt(together ? 40 : START_MILLIS), node::start));
    }

    /** A moment at which requests come and nodes die. */
    private int inTrouble() {
        return START_MILLIS + random.nextInt(TROUBLE_MILLIS - START_MILLIS);
    }

    /** Three to eight nodes. */
    private void buildNetwork() {
        int size = IntStream.range(0, SIZE_DRAWS)
                .map(draw -> LEAST_NODES + random.nextInt(MOST_NODES + 1 - LEAST_NODES))
                .min()
                .getAsInt();
        for (int i = 0; i < size; i++) {
            SimulatedNode node = new SimulatedNode(new NodeId("n" + i), world);
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
        List<SimulatedKmes> pairs = new ArrayList<>();
        for (int i = random.nextInt(4) == 0 ? 2 + random.nextInt(2) : 1; i > 0; i--) {
            SimulatedKmes pair = new SimulatedKmes(random, faults);
            pairs.add(pair);
            if (random.nextInt(4) == 0) {
                pair.fail(SimulatedKmes.Failure.values()[random.nextInt(SimulatedKmes.Failure.values().length)]);
            }
            a.attach(b.id(), pair, 0);
            b.attach(a.id(), pair, 1);
        }
        if (pairs.size() > 1 && random.nextBoolean()) {
            a.combineKmesTo(b.id());
            b.combineKmesTo(a.id());
            judge.areCombined(a.id(), b.id(), pairs);
        }
    }

    private SimulatedNode someNode() {
        return nodes.get(random.nextInt(nodes.size()));
    }

    /** Mostly for one slave, also of the master's own node; now and then for several, all of whom are to have it or nobody. */
    private void someRequest() {
        List<SimulatedNode> running = nodes.stream().filter(SimulatedNode::isUp).toList();
        if (running.isEmpty()) {
            return;
        }
        SimulatedNode master = running.get(random.nextInt(running.size()));
        Set<SaeId> slaves = new LinkedHashSet<>();
        int wanted = random.nextInt(4) == 0 ? 2 + random.nextInt(3) : 1;
        while (slaves.size() < wanted) {
            SaeId slave = someNode().saes().get(random.nextInt(2));
            if (!slave.equals(master.sae())) {
                slaves.add(slave);
            }
        }
        master.ask(List.copyOf(slaves), 1 + random.nextInt(3), 8 * (1 + random.nextInt(8)));
    }

    /** Slaves fetch some of what their masters have, now and then with an id that does not exist. */
    private void someFetches() {
        List<Judge.Share> owed = judge.owed();
        for (Judge.Share share : owed) {
            if (random.nextInt(4) == 0 && judge.isOwed(share)) {
                SaePair pair = judge.pair(share);
                List<KeyId> wanted = new ArrayList<>(List.of(share.key()));
                for (Judge.Share other : owed) {
                    if (!other.equals(share)
                            && judge.isOwed(other)
                            && judge.pair(other).equals(pair)
                            && random.nextBoolean()) {
                        wanted.add(other.key());
                    }
                }
                if (random.nextInt(6) == 0) {
                    wanted.add(new KeyId(new UUID(random.nextLong(), random.nextLong())));
                }
                fetch(judge.egress(share), pair, wanted);
                if (random.nextInt(3) == 0) {
                    fetch(judge.egress(share), pair, wanted);
                }
            }
        }
        if (world.limits.redeliveryMillis() > 0) {
            judge.fetched().stream().filter(share -> random.nextInt(4) == 0).forEach(this::fetch);
        }
        if (time.sinceStart() < TROUBLE_MILLIS) {
            time.in(150 + random.nextInt(450), this::someFetches);
        }
    }

    private boolean fetch(NodeId egress, SaePair pair, List<KeyId> ids) {
        return network.node(egress).fetch(pair, ids);
    }

    private boolean fetch(Judge.Share share) {
        return fetch(judge.egress(share), judge.pair(share), List.of(share.key()));
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
                for (int i = 1; i <= 30; i++) {
                    time.in(50 * i, () -> fetchAgain(node));
                }
            }
        });
    }

    /** Slaves ask this node once more for what they have; an old copy of its disk may still hold it. */
    private void fetchAgain(SimulatedNode egress) {
        judge.fetched().stream()
                .filter(share -> judge.egress(share).equals(egress.id()))
                .forEach(this::fetch);
    }

    private static long sequenceOf(SimulatedNode at, NodeId of) {
        return at.look(tx -> tx.sequence(of).map(Sequence::number).orElse(0L));
    }

    /** Lets time pass until nothing is under way, undecided or owed to another node any more. */
    private void settle() {
        time.runUntilRest(
                time.sinceStart() + HEALING_MILLIS, () -> nodes.stream().allMatch(SimulatedNode::isInOrder));
    }

    /** Slaves that are told to come again do so. */
    private void fetchAllThatIsOwed() {
        long end = time.sinceStart() + HEALING_MILLIS;
        while (true) {
            List<Judge.Share> refused = judge.owed().stream()
                    .filter(share -> !fetch(share) && judge.isOwed(share))
                    .toList();
            if (refused.isEmpty()) {
                return;
            }
            if (time.sinceStart() >= end) {
                throw new Violation("5: " + refused.get(0) + " can still not be fetched after all is healed");
            }
            time.runUntil(time.sinceStart() + 500);
        }
    }

    private void checkTheEnd() {
        for (SimulatedNode node : nodes) {
            if (!node.isUp()) {
                throw new Violation(node.id() + " is not up at the end");
            }
            node.checkNothingLeft();
        }
        for (SimulatedNode node : nodes) {
            node.leftOf(judge.allBegun()).forEach(id -> judge.keyLeft(node.id(), id));
            node.recordsOf(judge.allBegun())
                    .forEach(record -> judge.recordLeft(node.id(), record.id(), record.egress()));
        }
    }
}
