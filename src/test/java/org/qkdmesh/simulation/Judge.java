package org.qkdmesh.simulation;

import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.relay.HopMessage;

/** Sees everything and knows the invariants. */
final class Judge {

    /** A key that a master was given. */
    record Given(SaePair pair, NodeId ingress, NodeId egress, byte[] bytes) {}

    private record Begun(NodeId ingress, NodeId egress) {}

    private record LinkByte(NodeId owner, KeyId key, int offset) {}

    private final Map<LinkByte, UUID> usedBytes = new HashMap<>();
    private final Map<KeyId, Given> given = new HashMap<>();
    private final Set<KeyId> fetched = new HashSet<>();
    private final Set<KeyId> excused = new HashSet<>();
    private final Set<KeyId> nobodys = new HashSet<>();
    private final Map<KeyId, Begun> begun = new HashMap<>();
    private final Set<NodeId> restored = new HashSet<>();

    /** Invariant 2: every byte of link key belongs to one message, which may be sent again as it is. */
    void messageWritten(NodeId sender, HopMessage message) {
        for (KeyRange range : message.ranges()) {
            for (int offset = range.offset(); offset < range.end(); offset++) {
                UUID before = usedBytes.put(new LinkByte(sender, range.keyId(), offset), message.relayId());
                UUID other = usedBytes.get(new LinkByte(message.to(), range.keyId(), offset));
                if (before != null || other != null) {
                    throw new Violation("2: byte " + offset + " of link key " + range.keyId() + " is used twice");
                }
            }
        }
    }

    void attemptBegun(NodeId ingress, NodeId egress, Collection<KeyId> ids) {
        ids.forEach(id -> begun.put(id, new Begun(ingress, egress)));
    }

    /** The ingress died between its decision and its answer: there may be keys that nobody was given. */
    void answerToMasterWasLost(Collection<KeyId> ids) {
        nobodys.addAll(ids);
    }

    /** At the end every attempt is decided. */
    void intentLeft(NodeId ingress, UUID relayId) {
        throw new Violation("the intent " + relayId + " is left at " + ingress);
    }

    /** Invariant 4, the master's half. */
    void masterGot(SaePair pair, NodeId ingress, NodeId egress, List<SessionKey> keys) {
        for (SessionKey key : keys) {
            Given now = new Given(
                    pair, ingress, egress, key.bytes().insecureAccess().clone());
            if (given.put(key.id(), now) != null) {
                throw new Violation("4: the master was given " + key.id() + " twice");
            }
        }
    }

    /** Invariants 3 and 4, the slave's half. */
    void slaveGot(SaePair pair, List<SessionKey> keys) {
        for (SessionKey key : keys) {
            if (!fetched.add(key.id())) {
                throw new Violation("4: the slave was given " + key.id() + " twice");
            }
            Given master = given.get(key.id());
            if (master == null) {
                throw new Violation("3: the slave got " + key.id() + ", which no master was given");
            }
            if (!Arrays.equals(master.bytes(), key.bytes().insecureAccess())) {
                throw new Violation("4: master and slave have different bytes of " + key.id());
            }
            if (!master.pair().equals(pair)) {
                throw new Violation("6: " + key.id() + " went to another pair");
            }
        }
    }

    /** The slave's node died between taking the keys and its answer: they count as delivered. */
    void answerToSlaveWasLost(Collection<KeyId> ids) {
        fetched.addAll(ids);
    }

    /** Invariant 5: what was given and is not fetched can be fetched, sooner or later. */
    void slaveWasRefused(Collection<KeyId> ids, Refusal refusal) {
        if (!refusal.isTemporary() && ids.stream().allMatch(this::isOwed)) {
            throw new Violation("5: the slave was refused keys that the master has: " + refusal.getMessage());
        }
    }

    /** The disk of a node was replaced by an old copy: what waited there may be gone, also what is being acknowledged. */
    void diskReplaced(NodeId node) {
        restored.add(node);
        begun.forEach((id, attempt) -> {
            if (attempt.egress().equals(node)) {
                excused.add(id);
            }
        });
    }

    boolean isOwed(KeyId id) {
        return given.containsKey(id) && !fetched.contains(id) && !excused.contains(id);
    }

    Map<KeyId, Given> owed() {
        return given.entrySet().stream()
                .filter(entry -> isOwed(entry.getKey()))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    }

    Map<KeyId, Given> fetchedAt(NodeId egress) {
        return given.entrySet().stream()
                .filter(entry -> fetched.contains(entry.getKey())
                        && entry.getValue().egress().equals(egress))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue, (one, other) -> one, TreeMap::new));
    }

    Set<KeyId> allBegun() {
        return begun.keySet();
    }

    int givenCount() {
        return given.size();
    }

    int fetchedCount() {
        return fetched.size();
    }

    /** At the end nothing may be left of a key at its egress but what nobody can know to be nobody's. */
    void keyLeft(NodeId egress, KeyId id) {
        NodeId ingress = begun.get(id).ingress();
        boolean explained = nobodys.contains(id) || restored.contains(ingress) || excused.contains(id);
        if (!explained) {
            throw new Violation("key " + id + " is left at " + egress + ", given: " + given.containsKey(id)
                    + ", fetched: " + fetched.contains(id));
        }
    }

    void recordLeft(NodeId ingress, KeyId id, NodeId egress) {
        boolean explained =
                nobodys.contains(id) || restored.contains(ingress) || restored.contains(egress) || excused.contains(id);
        if (!explained) {
            throw new Violation("the record of " + id + " is left at " + ingress);
        }
    }
}
