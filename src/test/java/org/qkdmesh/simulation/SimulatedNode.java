package org.qkdmesh.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.qkdmesh.kme.KmeClient;
import org.qkdmesh.model.Combine;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.simulation.SimulatedNetwork.Outcome;
import org.qkdmesh.simulation.SimulatedNetwork.Request;
import org.qkdmesh.store.IncompleteKey;
import org.qkdmesh.store.KeyRecord;
import org.qkdmesh.store.MemoryStore;
import org.qkdmesh.store.StoreFailure;
import org.qkdmesh.store.StoreTransaction;
import org.qkdmesh.store.Tally;

/** A node: a disk that outlives its processes, KMEs, and one process after another. */
final class SimulatedNode {

    private final NodeId id;
    private final List<SaeId> saes;
    private final World world;
    private final Map<NodeId, List<KmeClient>> kmes = new HashMap<>();
    private final Set<NodeId> combined = new HashSet<>();
    private final List<SimulatedKmes> quantumLinks = new ArrayList<>();

    private MemoryStore disk;
    private boolean up;
    private boolean diesSoon;

    /** Null until the first one is built. */
    private SimulatedProcess process;

    SimulatedNode(NodeId id, World world) {
        this.id = id;
        this.saes = List.of(new SaeId("sae-" + id), new SaeId("sae-" + id + "-b"));
        this.world = world;
        this.disk = new MemoryStore(world.time);
    }

    NodeId id() {
        return id;
    }

    /** The SAE that asks for keys. */
    SaeId sae() {
        return saes.get(0);
    }

    /** The two SAEs of this node, both of whom may be slaves. */
    List<SaeId> saes() {
        return saes;
    }

    boolean isUp() {
        return up;
    }

    MemoryStore disk() {
        return disk;
    }

    /** Adds a KME pair towards a neighbour. */
    void attach(NodeId neighbour, SimulatedKmes pair, int end) {
        kmes.computeIfAbsent(neighbour, node -> new ArrayList<>()).add(pair.end(end));
        quantumLinks.add(pair);
    }

    /** Keys of all pairs towards this neighbour are XORed. */
    void combineKmesTo(NodeId neighbour) {
        combined.add(neighbour);
    }

    Combine combine(NodeId neighbour) {
        return combined.contains(neighbour) ? Combine.XOR : Combine.ANY;
    }

    Set<NodeId> neighbourIds() {
        return kmes.keySet();
    }

    /** Of each neighbour the own KMEs of the link. */
    Map<NodeId, List<KmeClient>> kmes() {
        return kmes;
    }

    // Its processes.

    void start() {
        up = true;
        diesSoon = false;
        process = null;
        quantumLinks.forEach(SimulatedKmes::endRestarted);
        world.judge.nodeStarted(id);
        disk.setCrashPoint(this::perhapsCrash);
        guarded(() -> {
            process = new SimulatedProcess(this, world);
            process.begin();
        });
    }

    void die() {
        up = false;
        process = null;
        world.time.in(100 + world.random.nextInt(900), this::restart);
    }

    /** It dies as soon as it has written something once more. */
    void dieAfterNextStep() {
        diesSoon = true;
    }

    private void restart() {
        if (!up) {
            disk = disk.reopen(world.time);
            start();
        }
    }

    /** Dies, and comes back with an old copy of its disk. */
    void dieAndRestore(MemoryStore.Snapshot old) {
        up = false;
        process = null;
        world.judge.diskReplaced(id);
        disk.restore(old);
        world.time.in(200, this::restart);
    }

    /** The one that runs now; null while there is none. */
    SimulatedProcess process() {
        return process;
    }

    boolean isRunning(SimulatedProcess one) {
        return process == one;
    }

    /** Does something in the process at hand, which may die of it. */
    void guarded(Runnable action) {
        try {
            action.run();
        } catch (SimulatedCrash e) {
            die();
        } catch (StoreFailure e) {
            // The request at hand fails, the node goes on.
        }
    }

    private void perhapsCrash(MemoryStore.Moment moment) {
        Faults faults = world.faults;
        boolean dies = diesSoon && !faults.isCalm() && moment == MemoryStore.Moment.AFTER_COMMIT;
        if (disk.isWriting() && (dies || faults.endsAt(moment)) || faults.happens(faults.crashInCommit)) {
            throw new SimulatedCrash(moment == MemoryStore.Moment.AFTER_COMMIT);
        }
        if (moment == MemoryStore.Moment.BEFORE_COMMIT && process != null && faults.happens(faults.diskRefuses)) {
            throw new StoreFailure("the disk refuses", true, null);
        }
    }

    // What comes from outside.

    void receive(NodeId from, Request request, Consumer<Outcome> reply) {
        if (process != null) {
            guarded(() -> process.doors().receive(from, request, reply));
        }
    }

    /** The first SAE of this node asks for keys to share with those others. */
    void ask(List<SaeId> slaves, int count, int keyBytes) {
        ask(slaves, count, keyBytes, () -> {});
    }

    /** As above; at the end, well or not, comes what is to be done then, unless the process has ended. */
    void ask(List<SaeId> slaves, int count, int keyBytes, Runnable atTheEnd) {
        if (process != null) {
            guarded(() -> process.saes().ask(slaves, count, keyBytes, atTheEnd));
        }
    }

    /** An SAE of this node fetches keys as a slave; false when it was told to come again. */
    boolean fetch(SaePair pair, List<KeyId> ids) {
        boolean[] done = new boolean[1];
        if (process != null) {
            guarded(() -> done[0] = process.saes().fetch(pair, ids));
        }
        return done[0];
    }

    // What is on its disk.

    /** Looks at the disk from outside, whatever the process does. */
    <T> T look(Function<StoreTransaction, T> eyes) {
        disk.setCrashPoint(moment -> {});
        try {
            return disk.transact(eyes);
        } finally {
            disk.setCrashPoint(this::perhapsCrash);
        }
    }

    /** Whether this node is up, has decided everything and owes nothing. */
    boolean isInOrder() {
        return up && look(tx -> tx.intents().isEmpty() && tx.nodesOwed().isEmpty());
    }

    /** At the end: nothing undecided, nothing owed. */
    void checkNothingLeft() {
        look(tx -> {
            tx.intents().forEach(intent -> world.judge.intentLeft(id, intent.relayId()));
            if (!MemoryStore.allNotices(tx).isEmpty()) {
                throw new Violation("notices are left at " + id + ": " + MemoryStore.allNotices(tx));
            }
            return null;
        });
    }

    /** Those of these keys of which this node still holds something. */
    List<KeyId> leftOf(Set<KeyId> ids) {
        return look(tx -> ids.stream()
                .filter(key -> tx.hasKey(key) || incomplete(tx, key).isPresent())
                .toList());
    }

    /** Empty also for what is to be dropped, since the disk is an old copy. */
    private static Optional<IncompleteKey> incomplete(StoreTransaction tx, KeyId key) {
        try {
            return tx.incompleteKey(key);
        } catch (StoreFailure e) {
            return Optional.empty();
        }
    }

    /** Right after a sweep: what has come of keys waits for the rest no longer than it may. */
    void checkSharesLeft() {
        look(tx -> {
            boolean some = tx.tallies().stream().anyMatch(tally -> tally.kind() == Tally.Kind.INCOMPLETE);
            if (some) {
                world.judge.allBegun().stream()
                        .flatMap(key -> incomplete(tx, key).stream())
                        .filter(key -> key.completeBy() <= tx.now()
                                || key.completeBy() > key.soFar().storedAt() + world.limits.shareSetMillis())
                        .forEach(key -> world.judge.shareLeft(id, key.soFar().id()));
            }
            return null;
        });
    }

    /** Whether this node has a record of one of these keys, or one of them itself. */
    boolean holdsAnyOf(Set<KeyId> ids) {
        return !recordsOf(ids).isEmpty() || !leftOf(ids).isEmpty();
    }

    /** The records of these keys that this node still has. */
    List<KeyRecord> recordsOf(Set<KeyId> ids) {
        List<SaeId> slaves = world.network.saes();
        return look(tx -> ids.stream()
                .flatMap(key -> slaves.stream().flatMap(slave -> tx.record(key, slave).stream()))
                .toList());
    }
}
