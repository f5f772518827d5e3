package org.qkdmesh.relay;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.qkdmesh.etsi020.ExtKeyContainer;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;

/**
 * The answers given to relay messages, so that a repeat gets the same one and does nothing again. In memory: after a
 * restart the epoch refuses the repeat. Safe for use by several threads.
 */
final class RelayResults {

    /** What is known of a message that came in. */
    sealed interface Lookup {
        /** Not seen before; it has to be {@link #complete}d or forgotten. */
        record First(Ticket ticket) implements Lookup {}

        /** A repeat; the result is there or will be. */
        record Repeat(CompletableFuture<Result> result) implements Lookup {}

        /** Another body under the same relay id. */
        record Conflict() implements Lookup {}

        /** Too many answers to remember. */
        record Full() implements Lookup {}
    }

    /**
     * What came of a message. Not the acknowledgement of what was relayed, which stands in the message: of many keys they
     * would fill the memory.
     *
     * @param refusal empty when the message was relayed
     */
    record Result(Optional<HopReply> refusal, Optional<String> confirmation) {

        static Result of(HopReply reply) {
            return new Result(
                    Optional.of(reply).filter(answer -> answer.refusal().isPresent()), reply.confirmation());
        }

        /** The answer to a repeat. */
        HopReply answer(ExtKeyContainer container) {
            return refusal.orElseGet(() -> HopReply.relayed(container, confirmation));
        }
    }

    /** Names a relay message by the neighbour that sent it and its relay id. */
    record Ticket(NodeId peer, UUID relayId) {}

    private static final class Entry {
        private final byte[] bodyHash;
        private final CompletableFuture<Result> result = new CompletableFuture<>();
        private final long since;

        Entry(byte[] bodyHash, long since) {
            this.bodyHash = bodyHash;
            this.since = since;
        }
    }

    /** Used under the lock only: no digest is safe for use by several threads. */
    private final MessageDigest sha256 = sha256();

    private final Map<Ticket, Entry> entries = new LinkedHashMap<>();

    /** How many there are of each neighbour. */
    private final Map<NodeId, Integer> ofPeers = new HashMap<>();

    private final NodeClock clock;
    private final int maxEntries;
    private final int maxOfPeer;

    /**
     * @param maxEntries those of a minute at some 4 000 messages a second are 262 144, in 60 MB; a quarter is kept for others
     *     than the neighbour that has the rest
     */
    RelayResults(NodeClock clock, int maxEntries) {
        this.clock = clock;
        this.maxEntries = maxEntries;
        this.maxOfPeer = maxEntries - maxEntries / 4;
    }

    /** How full it is, for the neighbour that has most: 1 when one more is refused. */
    synchronized double used() {
        int most = ofPeers.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        return Math.max((double) entries.size() / maxEntries, (double) most / maxOfPeer);
    }

    synchronized Lookup begin(NodeId peer, UUID relayId, byte[] body) {
        removeOld();
        Ticket ticket = new Ticket(peer, relayId);
        byte[] hash = sha256.digest(body);
        Entry known = entries.get(ticket);
        if (known != null) {
            return MessageDigest.isEqual(known.bodyHash, hash)
                    ? new Lookup.Repeat(known.result)
                    : new Lookup.Conflict();
        }
        if (entries.size() >= maxEntries || ofPeers.getOrDefault(peer, 0) >= maxOfPeer) {
            return new Lookup.Full();
        }
        entries.put(ticket, new Entry(hash, clock.monotonicMillis()));
        ofPeers.merge(peer, 1, Integer::sum);
        return new Lookup.First(ticket);
    }

    void complete(Ticket ticket, HopReply reply) {
        Entry entry;
        synchronized (this) {
            entry = entries.get(ticket);
        }
        if (entry != null) {
            entry.result.complete(Result.of(reply));
        }
    }

    /** Answers those who wait, and remembers nothing: the next repeat is a first one. */
    void forget(Ticket ticket, HopReply reply) {
        complete(ticket, reply);
        synchronized (this) {
            if (entries.remove(ticket) != null) {
                countOneLess(ticket.peer());
            }
        }
    }

    private void removeOld() {
        long now = clock.monotonicMillis();
        for (Iterator<Map.Entry<Ticket, Entry>> oldest = entries.entrySet().iterator(); oldest.hasNext(); ) {
            Map.Entry<Ticket, Entry> one = oldest.next();
            if (now - one.getValue().since < RelayLimits.RESULT_MILLIS) {
                return;
            }
            if (one.getValue().result.isDone()) {
                oldest.remove();
                countOneLess(one.getKey().peer());
            }
        }
    }

    private void countOneLess(NodeId peer) {
        ofPeers.computeIfPresent(peer, (who, number) -> number > 1 ? number - 1 : null);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
