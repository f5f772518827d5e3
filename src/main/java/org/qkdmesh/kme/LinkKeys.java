package org.qkdmesh.kme;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KeyRange;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;

/**
 * The link keys shared with one neighbour: those that this node owns and may use for its own messages, and those that it
 * holds because the neighbour owns them. In memory only; all of it is good for one pair of epochs.
 *
 * <p>Promised: no byte is handed out twice, an id comes in once, and both ends see the same bytes under the same range
 * unless their KMEs disagree. Nothing here waits, except {@link #awaitBytes}. Safe for use by several threads.
 */
public final class LinkKeys implements AutoCloseable {

    private static final int MAX_TRIES = 3;

    /** Keys that were fetched and that the neighbour has not confirmed. */
    private static final class Pending {
        private final LinkKeyAnnouncement announcement;
        private final Map<KeyId, SecretBytes> keys;
        private final long until;
        private int tries;
        private boolean underWay = true;

        Pending(LinkKeyAnnouncement announcement, Map<KeyId, SecretBytes> keys, long until) {
            this.announcement = announcement;
            this.keys = keys;
            this.until = until;
        }
    }

    private final NodeId neighbour;
    private final UUID ownEpoch;
    private final int pairs;
    private final LinkKeyLimits limits;
    private final NodeClock clock;
    private final EventLog events;
    private final Runnable lowWater;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moreBytes = lock.newCondition();
    private final OwnedKeys owned = new OwnedKeys();
    private final HeldKeys held = new HeldKeys();
    private final Map<UUID, Pending> pending = new LinkedHashMap<>();
    private final Set<KeyId> beingClaimed = new HashSet<>();
    private final SeenIds seen = new SeenIds();
    private final Demand demand;
    private UUID neighbourEpoch;
    private long pendingBytes;
    private long awaited;

    /**
     * @param ownEpoch drawn by this node at its start
     * @param pairs how many KME pairs the link has
     * @param lowWater called, by whoever takes or waits, when more keys should be fetched; must not wait
     */
    public LinkKeys(
            NodeId neighbour,
            UUID ownEpoch,
            int pairs,
            LinkKeyLimits limits,
            NodeClock clock,
            EventLog events,
            Runnable lowWater) {
        this.neighbour = neighbour;
        this.ownEpoch = ownEpoch;
        this.pairs = pairs;
        this.limits = limits;
        this.clock = clock;
        this.events = events;
        this.lowWater = lowWater;
        this.demand = new Demand(clock);
    }

    public NodeId neighbour() {
        return neighbour;
    }

    public UUID ownEpoch() {
        return ownEpoch;
    }

    /** The neighbour's epoch, once it has answered a call of this node. */
    public Optional<UUID> neighbourEpoch() {
        lock.lock();
        try {
            return Optional.ofNullable(neighbourEpoch);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes the neighbour's word, from its answer to a call of this node, about its epoch. When it is a new one,
     * everything under the old one is erased.
     */
    public void learnNeighbourEpoch(UUID epoch) {
        lock.lock();
        try {
            if (!epoch.equals(neighbourEpoch)) {
                clear();
                neighbourEpoch = epoch;
                events.noted("neighbour-epoch", neighbour + " has a new epoch");
            }
        } finally {
            lock.unlock();
        }
        lowWater.run();
    }

    // The owner's side.

    /**
     * Takes bytes for one message. They are never handed out again.
     *
     * @return empty, with nothing taken, when the stock is short
     */
    public Optional<LinkBytes> take(int lengthBytes) {
        boolean low;
        Optional<LinkBytes> taken;
        lock.lock();
        try {
            owned.expire(clock.monotonicMillis());
            taken = owned.take(lengthBytes, neighbourEpoch);
            if (taken.isPresent()) {
                demand.add(lengthBytes);
            }
            low = wantedBytes() > 0;
        } finally {
            lock.unlock();
        }
        if (low) {
            lowWater.run();
        }
        return taken;
    }

    /** Waits until so many bytes are in stock; false when they are not there in time. */
    public boolean awaitBytes(int lengthBytes, long millis) throws InterruptedException {
        long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
        lock.lock();
        try {
            awaited += lengthBytes;
            lowWater.run();
            while (owned.available() < lengthBytes) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = moreBytes.awaitNanos(nanos);
            }
            return true;
        } finally {
            awaited -= lengthBytes;
            lock.unlock();
        }
    }

    /** Bytes that can be taken now. */
    public long availableBytes() {
        lock.lock();
        try {
            return owned.available();
        } finally {
            lock.unlock();
        }
    }

    /** No message that needs more bytes than this can ever be sent. */
    public int largestRequestBytes() {
        return limits.capacityBytes();
    }

    /** The neighbour does not hold this key, or the ends differ: never used again. */
    public void drop(KeyId id) {
        lock.lock();
        try {
            owned.drop(id);
        } finally {
            lock.unlock();
        }
    }

    /** How many bytes one KME pair should fetch now; 0 when there is enough. */
    public long bytesToFetch() {
        lock.lock();
        try {
            return neighbourEpoch == null ? 0 : (wantedBytes() + pairs - 1) / pairs;
        } finally {
            lock.unlock();
        }
    }

    private long wantedBytes() {
        long high = Math.min(limits.capacityBytes(), Math.max(limits.floorBytes(), demand.lastMinute()));
        long target = Math.min(limits.capacityBytes(), Math.max(high, awaited));
        long low = Math.max(high / 2 + 1, Math.min(awaited, limits.capacityBytes()));
        long have = owned.available() + pendingBytes;
        return have < low ? target - have : 0;
    }

    /**
     * Takes over keys that were fetched by {@code enc_keys}. They become usable once the neighbour has confirmed them.
     *
     * @return the announcement to send; empty when no key is usable
     */
    public Optional<LinkKeyAnnouncement> fetched(KmePair pair, List<SessionKey> keys) {
        lock.lock();
        try {
            Map<KeyId, SecretBytes> fresh = new LinkedHashMap<>();
            for (SessionKey key : keys) {
                if (neighbourEpoch == null || beingClaimed.contains(key.id()) || !seen.add(key.id())) {
                    key.close();
                    events.alarm("repeated-link-key", pair.own() + " gave a key id that was there before");
                } else {
                    fresh.put(key.id(), key.bytes());
                    pendingBytes += key.bytes().lengthBytes();
                }
            }
            if (fresh.isEmpty()) {
                return Optional.empty();
            }
            LinkKeyAnnouncement announcement = new LinkKeyAnnouncement(
                    UUID.randomUUID(),
                    pair,
                    ownEpoch,
                    neighbourEpoch,
                    fresh.entrySet().stream()
                            .map(entry -> new LinkKeyAnnouncement.Entry(
                                    entry.getKey(), entry.getValue().lengthBytes()))
                            .toList());
            long until = clock.monotonicMillis() + limits.life().toMillis();
            pending.put(announcement.id(), new Pending(announcement, fresh, until));
            return Optional.of(announcement);
        } finally {
            lock.unlock();
        }
    }

    /** Announcements of this pair that have to be sent again. */
    public List<LinkKeyAnnouncement> toAnnounceAgain(KmePair pair) {
        lock.lock();
        try {
            List<LinkKeyAnnouncement> again = new ArrayList<>();
            for (Pending waiting : pending.values()) {
                if (!waiting.underWay && waiting.announcement.pair().equals(pair)) {
                    waiting.underWay = true;
                    again.add(waiting.announcement);
                }
            }
            return again;
        } finally {
            lock.unlock();
        }
    }

    /** The neighbour's answer to an announcement: only what it holds enters the stock. */
    public void answered(LinkKeyAnnouncement announcement, Map<KeyId, ClaimStatus> answer) {
        lock.lock();
        try {
            Pending waiting = pending.get(announcement.id());
            if (waiting == null) {
                return;
            }
            waiting.keys.entrySet().removeIf(entry -> settle(waiting, entry.getKey(), entry.getValue(), answer));
            tried(waiting);
            moreBytes.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean settle(Pending waiting, KeyId id, SecretBytes bytes, Map<KeyId, ClaimStatus> answer) {
        return switch (answer.getOrDefault(id, ClaimStatus.RETRY)) {
            case HELD -> {
                pendingBytes -= bytes.lengthBytes();
                owned.add(id, bytes, waiting.until);
                yield true;
            }
            case REFUSED -> {
                pendingBytes -= bytes.lengthBytes();
                bytes.close();
                yield true;
            }
            case RETRY -> false;
        };
    }

    /** Nobody knows whether the announcement arrived. */
    public void unanswered(LinkKeyAnnouncement announcement) {
        answered(announcement, Map.of());
    }

    private void tried(Pending waiting) {
        waiting.tries++;
        waiting.underWay = false;
        if (waiting.keys.isEmpty() || waiting.tries >= MAX_TRIES) {
            forget(waiting);
            pending.remove(waiting.announcement.id());
        }
    }

    private void forget(Pending waiting) {
        for (SecretBytes bytes : waiting.keys.values()) {
            pendingBytes -= bytes.lengthBytes();
            bytes.close();
        }
    }

    // The holder's side.

    /** What to do with an announcement of the neighbour. */
    public sealed interface Claim {

        /** An epoch is not current: answer with the own one, and ask the neighbour for its own if that is unknown. */
        record EpochChanged(UUID ownEpoch, boolean askNeighbour) implements Claim {}

        /**
         * Claim these at the own KME, then call {@link LinkKeys#claimed}.
         *
         * @param settled ids whose answer is clear already
         */
        record Wanted(Map<KeyId, ClaimStatus> settled, List<LinkKeyAnnouncement.Entry> keys) implements Claim {}
    }

    /** Takes an announcement of the neighbour. What it wants claimed counts as being claimed until {@link #claimed}. */
    public Claim announced(LinkKeyAnnouncement announcement) {
        lock.lock();
        try {
            boolean senderKnown = announcement.senderEpoch().equals(neighbourEpoch);
            if (!senderKnown || !announcement.receiverEpoch().equals(ownEpoch)) {
                return new Claim.EpochChanged(ownEpoch, !senderKnown);
            }
            Map<KeyId, ClaimStatus> settled = new HashMap<>();
            List<LinkKeyAnnouncement.Entry> wanted = new ArrayList<>();
            long bytes = held.heldBytes();
            for (LinkKeyAnnouncement.Entry entry : announcement.keys()) {
                ClaimStatus status = statusOf(announcement, entry, bytes);
                if (status == null) {
                    bytes += entry.lengthBytes();
                    beingClaimed.add(entry.keyId());
                    wanted.add(entry);
                } else {
                    settled.put(entry.keyId(), status);
                }
            }
            return new Claim.Wanted(settled, wanted);
        } finally {
            lock.unlock();
        }
    }

    /** Null when the key has to be claimed. */
    private ClaimStatus statusOf(LinkKeyAnnouncement announcement, LinkKeyAnnouncement.Entry entry, long bytes) {
        KeyId id = entry.keyId();
        if (beingClaimed.contains(id)) {
            return ClaimStatus.RETRY;
        }
        if (held.isHeldFor(id, announcement.id())) {
            return ClaimStatus.HELD;
        }
        if (seen.contains(id)) {
            events.alarm("repeated-link-key", neighbour + " announced a key id that was there before");
            return ClaimStatus.REFUSED;
        }
        return bytes + entry.lengthBytes() > 2L * limits.capacityBytes() ? ClaimStatus.REFUSED : null;
    }

    /**
     * The own KME has answered.
     *
     * @param keys what it gave; taken over
     * @param refused ids that can not be had
     * @return the answer to the announcement
     */
    public Map<KeyId, ClaimStatus> claimed(
            LinkKeyAnnouncement announcement, Claim.Wanted plan, Collection<SessionKey> keys, Set<KeyId> refused) {
        lock.lock();
        try {
            Map<KeyId, ClaimStatus> answer = new LinkedHashMap<>(plan.settled());
            boolean current = announcement.senderEpoch().equals(neighbourEpoch);
            Map<KeyId, Integer> lengths = new HashMap<>();
            for (LinkKeyAnnouncement.Entry entry : plan.keys()) {
                beingClaimed.remove(entry.keyId());
                lengths.put(entry.keyId(), entry.lengthBytes());
                answer.put(entry.keyId(), refused.contains(entry.keyId()) ? ClaimStatus.REFUSED : ClaimStatus.RETRY);
            }
            long until = clock.monotonicMillis() + 2 * limits.life().toMillis();
            for (SessionKey key : keys) {
                answer.put(key.id(), hold(announcement, key, lengths, current, until));
            }
            return answer;
        } finally {
            lock.unlock();
        }
    }

    private ClaimStatus hold(
            LinkKeyAnnouncement announcement,
            SessionKey key,
            Map<KeyId, Integer> lengths,
            boolean current,
            long until) {
        Integer length = lengths.get(key.id());
        if (current && length != null && length == key.bytes().lengthBytes() && seen.add(key.id())) {
            held.add(key.id(), announcement.id(), key.bytes(), until);
            return ClaimStatus.HELD;
        }
        key.close();
        if (!current) {
            return ClaimStatus.RETRY;
        }
        events.alarm("odd-link-key", announcement.pair().far() + " gave a key of another length, or twice");
        return ClaimStatus.REFUSED;
    }

    /** Takes the bytes that a message of the neighbour names, all or none; they count as used from now on. */
    public Redemption redeem(List<KeyRange> ranges) {
        lock.lock();
        try {
            held.expire(clock.monotonicMillis());
            return held.redeem(ranges);
        } finally {
            lock.unlock();
        }
    }

    /** The two ends differ on these: never used again. */
    public void discard(Collection<KeyId> ids) {
        lock.lock();
        try {
            ids.forEach(held::discard);
        } finally {
            lock.unlock();
        }
    }

    /** Erases what is too old; to be called now and then. */
    public void expire() {
        lock.lock();
        try {
            long now = clock.monotonicMillis();
            owned.expire(now);
            held.expire(now);
            pending.values().removeIf(waiting -> {
                if (now < waiting.until) {
                    return false;
                }
                forget(waiting);
                return true;
            });
        } finally {
            lock.unlock();
        }
    }

    private void clear() {
        owned.clear();
        held.clear();
        pending.values().forEach(this::forget);
        pending.clear();
    }

    /** Erases everything. */
    @Override
    public void close() {
        lock.lock();
        try {
            clear();
            neighbourEpoch = null;
        } finally {
            lock.unlock();
        }
    }
}
