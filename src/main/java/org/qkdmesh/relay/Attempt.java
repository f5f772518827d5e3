package org.qkdmesh.relay;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.store.PairUse;

/**
 * An attempt to bring the same keys to all nodes where slaves are, between its beginning and its decision. Holds the keys:
 * close it.
 */
public final class Attempt implements AutoCloseable {

    private final List<Branch> branches;
    private final List<Branch> toEachNode;
    private final Optional<SaeGroup> slavesHere;
    private final List<KeyId> keyIds;
    private final SecretBytes keys;
    private final long giveUntil;

    /**
     * @param branches at least one; those to one node, which carry shares, follow each other
     * @param slavesHere the slaves that are attached to this node itself
     * @param keys one after another, all of one length; taken over
     * @param giveUntil age of the store after which too little of the keys' life is left to give them
     */
    Attempt(
            List<Branch> branches,
            Optional<SaeGroup> slavesHere,
            List<KeyId> keyIds,
            SecretBytes keys,
            long giveUntil) {
        this.branches = List.copyOf(branches);
        Set<NodeId> nodes = new HashSet<>();
        this.toEachNode = this.branches.stream()
                .filter(branch -> nodes.add(branch.egress()))
                .toList();
        this.slavesHere = slavesHere;
        this.keyIds = List.copyOf(keyIds);
        this.keys = keys;
        this.giveUntil = giveUntil;
    }

    /** What is sent. */
    public List<Branch> branches() {
        return branches;
    }

    /** The first branch to each node: a node has all of the keys or nothing, however many ways they come. */
    List<Branch> toEachNode() {
        return toEachNode;
    }

    /** The relay whose intent stands for all of the attempt: they come and go together. */
    UUID id() {
        return branches.get(0).message().relayId();
    }

    Optional<SaeGroup> slavesHere() {
        return slavesHere;
    }

    List<KeyId> keyIds() {
        return keyIds;
    }

    /** What its pairs will have used when the master has the keys. */
    List<PairUse> uses() {
        int count = keyIds.size();
        return Stream.concat(
                        toEachNode().stream().map(branch -> branch.message().saes()), slavesHere.stream())
                .flatMap(saes -> saes.pairs().stream())
                .map(pair -> PairUse.of(pair, PairUse.Direction.GIVEN, count, (long) count * keyBits()))
                .toList();
    }

    /** Length of each key, bits. */
    int keyBits() {
        return 8 * keys.lengthBytes() / keyIds.size();
    }

    boolean isTooLate(long age) {
        return age > giveUntil;
    }

    /** Copies of the keys, which are the caller's to close. */
    List<SessionKey> keys() {
        int length = keys.lengthBytes() / keyIds.size();
        List<SessionKey> copies = new ArrayList<>(keyIds.size());
        for (KeyId id : keyIds) {
            copies.add(new SessionKey(id, keys.slice(copies.size() * length, length)));
        }
        return copies;
    }

    boolean isErased() {
        return keys.isErased();
    }

    @Override
    public void close() {
        keys.close();
    }
}
