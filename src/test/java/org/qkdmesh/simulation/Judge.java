package org.qkdmesh.simulation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.relay.HopMessage;
import org.qkdmesh.relay.RelayLimits;

/** Sees everything and knows the invariants. */
final class Judge {

    /** What one slave has of a key. */
    record Share(KeyId key, SaeId slave) implements Comparable<Share> {
        @Override
        public int compareTo(Share other) {
            int byKey = key.compareTo(other.key);
            return byKey != 0 ? byKey : slave.compareTo(other.slave);
        }
    }

    /** A key that a master was given, with its slaves and their nodes. */
    private record Given(SaeId master, NodeId ingress, Map<SaeId, NodeId> slaves, byte[] bytes) {}

    private record Begun(NodeId ingress, Map<SaeId, NodeId> slaves, long at) {}

    private static final BitSet NONE = new BitSet();

    private record LinkKey(NodeId owner, KeyId key) {}

    /** Which bytes of each link key are used. */
    private final Map<LinkKey, BitSet> used = new HashMap<>();

    /** The KME pairs of links whose keys are combined. */
    private final Map<Edge, List<SimulatedKmes>> combined = new HashMap<>();

    private final Map<KeyId, Given> given = new HashMap<>();

    /** When each share was fetched for the first time. */
    private final Map<Share, Long> fetched = new HashMap<>();

    private final Set<Share> excused = new HashSet<>();
    private final Set<KeyId> nobodys = new HashSet<>();
    private final Map<KeyId, Begun> begun = new HashMap<>();
    private final Set<NodeId> restored = new HashSet<>();
    private final Map<NodeId, Long> startedAt = new HashMap<>();
    private final VirtualTime time;
    private final RelayLimits limits;

    Judge(VirtualTime time, RelayLimits limits) {
        this.time = time;
        this.limits = limits;
    }

    void nodeStarted(NodeId node) {
        startedAt.put(node, time.sinceStart());
    }

    void areCombined(NodeId one, NodeId other, List<SimulatedKmes> pairs) {
        combined.put(new Edge(one, other), pairs);
        combined.put(new Edge(other, one), pairs);
    }

    /** Invariant 2: every byte of link key belongs to one message, which may be sent again as it is. */
    void messageWritten(NodeId sender, HopMessage message) {
        takesOfEveryPair(new Edge(sender, message.to()), message);
        for (KeyRange range : message.ranges()) {
            for (NodeId owner : List.of(sender, message.to())) {
                int again = used.getOrDefault(new LinkKey(owner, range.keyId()), NONE)
                        .nextSetBit(range.offset());
                if (again >= 0 && again < range.end()) {
                    throw new Violation("2: byte " + again + " of link key " + range.keyId() + " is used twice");
                }
            }
            used.computeIfAbsent(new LinkKey(sender, range.keyId()), key -> new BitSet())
                    .set(range.offset(), range.end());
        }
    }

    /** Invariant 1, where keys are combined: less of one pair, and those of the others alone would be a part of the pad. */
    private void takesOfEveryPair(Edge link, HopMessage message) {
        List<Integer> bytes = combined.getOrDefault(link, List.of()).stream()
                .map(pair -> message.ranges().stream()
                        .filter(range -> pair.gave(range.keyId()))
                        .mapToInt(KeyRange::length)
                        .sum())
                .toList();
        if (bytes.stream().distinct().count() > 1 || bytes.contains(0)) {
            throw new Violation("1: a message over " + link + " takes " + bytes + " bytes of the pairs combined there");
        }
    }

    void attemptBegun(NodeId ingress, Map<SaeId, NodeId> slaves, Collection<KeyId> ids) {
        Begun attempt = new Begun(ingress, slaves, time.sinceStart());
        ids.forEach(id -> begun.put(id, attempt));
    }

    /** The ingress died between its decision and its answer: there may be keys that nobody was given. */
    void answerToMasterWasLost(Collection<KeyId> ids) {
        nobodys.addAll(ids);
    }

    /** At the end every attempt is decided. */
    void intentLeft(NodeId ingress, UUID relayId) {
        throw new Violation("the intent " + relayId + " is left at " + ingress);
    }

    /** Invariant 4, the master's half; and a key is given only while so much of its life is left as the settings say. */
    void masterGot(SaeId master, NodeId ingress, Map<SaeId, NodeId> slaves, List<SessionKey> keys) {
        for (SessionKey key : keys) {
            if (time.sinceStart() > limits.giveUntil(begun.get(key.id()).at())) {
                throw new Violation("the master was given " + key.id() + " when too little of its life was left");
            }
            Given now = new Given(
                    master, ingress, slaves, key.bytes().insecureAccess().clone());
            if (given.put(key.id(), now) != null) {
                throw new Violation("4: the master was given " + key.id() + " twice");
            }
        }
    }

    /** Invariants 3 and 4, the slave's half: once, and after that while it may ask again. */
    void slaveGot(SaePair pair, List<SessionKey> keys) {
        for (SessionKey key : keys) {
            Share share = new Share(key.id(), pair.slave());
            if (fetched.putIfAbsent(share, time.sinceStart()) != null && !isWithinItsWindow(share)) {
                throw new Violation("4: the slave was given " + key.id() + " twice");
            }
            Given master = given.get(key.id());
            if (master == null) {
                throw new Violation("3: the slave got " + key.id() + ", which no master was given");
            }
            if (!Arrays.equals(master.bytes(), key.bytes().insecureAccess())) {
                throw new Violation("4: master and slave have different bytes of " + key.id());
            }
            if (!master.master().equals(pair.master()) || !master.slaves().containsKey(pair.slave())) {
                throw new Violation("6: " + key.id() + " went to another pair");
            }
        }
    }

    /** The slave's node died between taking the keys and its answer: they count as delivered. */
    void answerToSlaveWasLost(SaePair pair, Collection<KeyId> ids) {
        ids.forEach(id -> fetched.putIfAbsent(new Share(id, pair.slave()), time.sinceStart()));
    }

    private boolean isWithinItsWindow(Share share) {
        return time.sinceStart() < fetched.get(share) + limits.redeliveryMillis();
    }

    /** A node's time runs a little ahead over a restart, so that a window may end early there. */
    private boolean canBeFetchedAgain(Share share) {
        return fetched.containsKey(share)
                && isWithinItsWindow(share)
                && given.containsKey(share.key())
                && fetched.get(share) >= startedAt.get(egress(share))
                && !excused.contains(share);
    }

    /** Invariant 5: what was given and is not fetched, or may be fetched again, can be fetched, sooner or later. */
    void slaveWasRefused(SaePair pair, Collection<KeyId> ids, Refusal refusal) {
        if (!refusal.isTemporary() && ids.stream().allMatch(id -> canBeFetched(new Share(id, pair.slave())))) {
            throw new Violation("5: the slave was refused keys that the master has: " + refusal.getMessage());
        }
    }

    /** The disk of a node was replaced by an old copy: what waited there may be gone, also what is being acknowledged. */
    void diskReplaced(NodeId node) {
        restored.add(node);
        begun.forEach((id, attempt) -> attempt.slaves().forEach((slave, egress) -> {
            if (egress.equals(node)) {
                excused.add(new Share(id, slave));
            }
        }));
    }

    private boolean canBeFetched(Share share) {
        return isOwed(share) || canBeFetchedAgain(share);
    }

    boolean isOwed(Share share) {
        Given key = given.get(share.key());
        return key != null
                && key.slaves().containsKey(share.slave())
                && !fetched.containsKey(share)
                && !excused.contains(share);
    }

    /** What slaves have still to fetch, in order. */
    List<Share> owed() {
        List<Share> owed = new ArrayList<>();
        given.forEach((id, key) -> key.slaves().keySet().forEach(slave -> {
            Share share = new Share(id, slave);
            if (isOwed(share)) {
                owed.add(share);
            }
        }));
        owed.sort(null);
        return owed;
    }

    /** What slaves have fetched, in order. */
    List<Share> fetched() {
        return fetched.keySet().stream()
                .filter(share -> given.containsKey(share.key()))
                .sorted()
                .toList();
    }

    NodeId egress(Share share) {
        return given.get(share.key()).slaves().get(share.slave());
    }

    SaePair pair(Share share) {
        return new SaePair(given.get(share.key()).master(), share.slave());
    }

    Set<KeyId> allBegun() {
        return begun.keySet();
    }

    /** How many keys the masters at this node were given. */
    long givenAt(NodeId ingress) {
        return given.values().stream()
                .filter(key -> key.ingress().equals(ingress))
                .count();
    }

    int givenCount() {
        return given.size();
    }

    int fetchedCount() {
        return fetched.size();
    }

    /** At the end nothing may be left of a key at its egress but what nobody can know to be nobody's. */
    void keyLeft(NodeId egress, KeyId id) {
        if (!isExplained(id, egress)) {
            throw new Violation("key " + id + " is left at " + egress + ", given: " + given.containsKey(id)
                    + ", slaves: "
                    + begun.get(id).slaves() + ", fetched: "
                    + fetched.keySet().stream()
                            .filter(share -> share.key().equals(id))
                            .toList());
        }
    }

    /** Shares are not kept for longer than the others may take. */
    void shareLeft(NodeId egress, KeyId id) {
        throw new Violation("what has come of key " + id + " is still at " + egress);
    }

    void recordLeft(NodeId ingress, KeyId id, NodeId egress) {
        if (!isExplained(id, egress) && !restored.contains(egress)) {
            throw new Violation("the record of " + id + " is left at " + ingress);
        }
    }

    private boolean isExplained(KeyId id, NodeId egress) {
        Begun attempt = begun.get(id);
        return nobodys.contains(id)
                || restored.contains(attempt.ingress())
                || attempt.slaves().entrySet().stream()
                        .anyMatch(slave ->
                                slave.getValue().equals(egress) && excused.contains(new Share(id, slave.getKey())));
    }
}
