package org.qkdmesh.kme;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
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
 * <p>Promised: no byte is handed out twice, an id comes in once (among the last {@value SeenIds#MOST} ids since the
 * start), and both ends see the same bytes under the same range unless their KMEs disagree. What is kept is bounded by
 * the limits. Nothing here waits, except {@link #awaitBytes}. Safe for use by several threads.
 */
public final class LinkKeys implements AutoCloseable {

    /** The owner stops using a key early, the other end drops it late, and some are never confirmed: so, room for more. */
    private static final long HELD_PER_OWNED = 4;

    /** So long the neighbour may take to grant some of its keys. */
    private static final long GRANT_MILLIS = 500;

    private final NodeId neighbour;
    private volatile UUID ownEpoch;
    private final LinkKeyLimits limits;
    private final NodeClock clock;
    private final EventLog events;
    private final Runnable lowWater;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moreBytes = lock.newCondition();
    private final Stock stock = new Stock();
    private final Unconfirmed unconfirmed = new Unconfirmed();
    private final HeldKeys held = new HeldKeys();
    private final SeenIds seen = new SeenIds();
    private final Claims claims;
    private final Demand demand;
    private final PairLedgers ledgers;
    private final GrantsGiven given = new GrantsGiven();
    private final GrantsAsked asked = new GrantsAsked();
    private UUID neighbourEpoch;
    private long numbered;
    private boolean closed;

    /**
     * @param ownEpoch drawn by this node at its start
     * @param pairs the KME pairs of the link, as this node sees them
     * @param lowWater called when more keys should be fetched, by whoever found that out; must not wait
     */
    public LinkKeys(
            NodeId neighbour,
            UUID ownEpoch,
            List<KmePair> pairs,
            LinkKeyLimits limits,
            NodeClock clock,
            EventLog events,
            Runnable lowWater) {
        this.neighbour = neighbour;
        this.ownEpoch = ownEpoch;
        this.limits = limits;
        this.clock = clock;
        this.events = events;
        this.lowWater = lowWater;
        this.claims = new Claims(neighbour, HELD_PER_OWNED * limits.capacityBytes(), events, seen, held);
        this.demand = new Demand(limits, clock);
        this.ledgers = new PairLedgers(clock);
        ledgers.use(pairs, List.of());
    }

    /**
     * From now on these are the KME pairs of the link; what stock and what is held stay.
     *
     * @param remote those of them whose keys only the neighbour fetches
     */
    public void use(Collection<KmePair> pairs, Collection<KmePair> remote) {
        locked(() -> {
            ledgers.use(pairs, remote);
            return null;
        });
    }

    public NodeId neighbour() {
        return neighbour;
    }

    public UUID ownEpoch() {
        return ownEpoch;
    }

    /** The neighbour's epoch, once it has answered a call of this node. */
    public Optional<UUID> neighbourEpoch() {
        return locked(() -> Optional.ofNullable(neighbourEpoch));
    }

    /**
     * Takes the neighbour's word, from its answer to a call of this node, about its epoch. When it is a new one,
     * everything under the old one is erased. A former one, from an answer that came late, is taken as well: the next
     * answer puts it right, while a node that refused to go back could be led away from the current one for good.
     */
    public void learnNeighbourEpoch(UUID epoch) {
        boolean changed = locked(() -> {
            if (closed || epoch.equals(neighbourEpoch)) {
                return false;
            }
            eraseAll();
            ledgers.neighbourIsBack();
            neighbourEpoch = epoch;
            events.noted("neighbour-epoch", neighbour + " has a new epoch");
            return true;
        });
        if (changed) {
            lowWater.run();
        }
    }

    /** The neighbour answers calls of this node again, after it did not for a while. */
    public void neighbourIsBack() {
        locked(() -> {
            ledgers.neighbourIsBack();
            return null;
        });
        lowWater.run();
    }

    /**
     * Erases everything and goes on as after a start, under another epoch of this node: messages and announcements of the
     * one before are refused from now on, here and, once it has asked, at the neighbour.
     *
     * @return how many bytes were erased
     */
    public long renew(UUID epoch) {
        return locked(() -> {
            long erased = stock.availableBytes() + unconfirmed.bytes() + held.heldBytes();
            eraseAll();
            ownEpoch = epoch;
            neighbourEpoch = null;
            return erased;
        });
    }

    // The owner's side: fetch, announce, take.

    /**
     * How many bytes to fetch now from the own KME of this pair: its share of what the stock lacks. 0 when there is
     * enough, while the neighbour's epoch is not known, when only the neighbour fetches from the pair, and while the pair
     * rests after a failure; then the others of the link do its work.
     */
    public long bytesToFetch(KmePair pair) {
        return locked(() -> {
            long now = clock.monotonicMillis();
            if (neighbourEpoch == null || !ledgers.of(pair).isReady(now)) {
                return 0L;
            }
            long sharedBy = ledgers.ready(now);
            return (wantedBytes() + sharedBy - 1) / sharedBy;
        });
    }

    /** The own KME of this pair did not give what it should have: leave it alone for a while. */
    public void fetchFailed(KmePair pair) {
        locked(() -> {
            ledgers.of(pair).ofKme.failed(clock.monotonicMillis());
            return null;
        });
    }

    /**
     * Takes over keys that were fetched by {@code enc_keys}. They become usable once the neighbour has confirmed them.
     * An id that came in before, from whichever side, is ignored.
     *
     * @param keys at most {@value LinkKeyAnnouncement#MAX_KEYS}
     * @return the announcement to send; empty when no key is usable
     */
    public Optional<LinkKeyAnnouncement> fetched(KmePair pair, List<SessionKey> keys) {
        return locked(() -> {
            Map<KeyId, SecretBytes> fresh = new LinkedHashMap<>();
            int repeated = 0;
            for (SessionKey key : keys) {
                if (neighbourEpoch == null) {
                    key.close();
                } else if (claims.isUnderWay(key.id()) || !seen.add(key.id())) {
                    key.close();
                    repeated++;
                } else {
                    fresh.put(key.id(), key.bytes());
                }
            }
            long now = clock.monotonicMillis();
            if (repeated > 0) {
                ledgers.of(pair).ofKme.failed(now);
                events.alarm("repeated-link-key", pair.own() + " gave " + repeated + " keys that were there before");
            }
            if (fresh.isEmpty()) {
                return Optional.empty();
            }
            LinkKeyAnnouncement announcement = LinkKeyAnnouncement.of(nextId(), pair, ownEpoch, neighbourEpoch, fresh);
            unconfirmed.add(announcement, fresh, now + limits.life().toMillis(), now);
            return Optional.of(announcement);
        });
    }

    /** Announcements of this pair that have to be sent again, with the keys that are still open. */
    public List<LinkKeyAnnouncement> toAnnounceAgain(KmePair pair) {
        return locked(() -> {
            giveUpLost();
            return unconfirmed.due(pair, clock.monotonicMillis());
        });
    }

    /** The neighbour's answer to an announcement: only what it holds enters the stock. */
    public void answered(LinkKeyAnnouncement announcement, Map<KeyId, ClaimStatus> answer) {
        boolean goOn = locked(() -> settle(announcement.id(), answer) && needsFetch());
        if (goOn) {
            lowWater.run();
        }
    }

    /** Nobody knows whether the announcement arrived. */
    public void unanswered(LinkKeyAnnouncement announcement) {
        answered(announcement, Map.of());
    }

    /** True when a key entered the stock. */
    private boolean settle(UUID announcement, Map<KeyId, ClaimStatus> answer) {
        long now = clock.monotonicMillis();
        Optional<Unconfirmed.Settled> settled = unconfirmed.answered(announcement, answer, now);
        if (settled.isEmpty()) {
            return false;
        }
        Unconfirmed.Settled result = settled.get();
        PairLedger ledger = ledgers.of(result.pair());
        long before = stock.availableBytes();
        result.held().forEach((id, bytes) -> stock.add(id, bytes, result.until(), ledger));
        given.came(stock.availableBytes() - before, now);
        if (result.refused() > 0) {
            events.alarm("refused-link-key", neighbour + " refused " + result.refused() + " keys of " + result.pair());
        }
        if (result.dropped() > 0) {
            events.noted(
                    "unconfirmed-link-key",
                    neighbour + " did not confirm " + result.dropped() + " keys of " + result.pair());
        }
        if (result.held().isEmpty()) {
            ledger.ofNeighbour.failed(now);
            return false;
        }
        ledger.ofKme.succeeded();
        ledger.ofNeighbour.succeeded();
        moreBytes.signalAll();
        return true;
    }

    /**
     * Takes bytes for one message. They are never handed out again.
     *
     * @param lengthBytes at least 1
     * @return empty, with nothing taken, when the stock is short; it will be refilled with that in mind
     */
    public Optional<LinkBytes> take(int lengthBytes) {
        if (lengthBytes < 1) {
            throw new IllegalArgumentException("a message needs at least one byte of link keys");
        }
        boolean[] low = new boolean[1];
        Optional<LinkBytes> taken = locked(() -> {
            Optional<LinkBytes> bytes = availableNow() < lengthBytes
                    ? Optional.empty()
                    : stock.take(
                            lengthBytes,
                            neighbourEpoch,
                            clock.monotonicMillis(),
                            ledgers.mostTrustedFirst(clock.monotonicMillis()));
            if (bytes.isPresent()) {
                demand.taken(lengthBytes);
            } else if (lengthBytes <= largestRequestBytes()) {
                demand.missed(lengthBytes);
            }
            low[0] = needsFetch();
            return bytes;
        });
        if (low[0]) {
            lowWater.run();
        }
        return taken;
    }

    /**
     * Waits until so many bytes can be taken; false when they are not there in time, or when no own KME is going to be
     * asked in that time and the neighbour grants none soon. That others don't take them before the caller does is not
     * promised.
     *
     * @param millis how long to wait, by the machine's clock
     */
    public boolean awaitBytes(int lengthBytes, long millis) throws InterruptedException {
        if (lengthBytes > largestRequestBytes()) {
            return false;
        }
        long patience = locked(() -> {
            demand.awaited(lengthBytes);
            long now = clock.monotonicMillis();
            return ledgers.readyAt(now) - now < millis ? millis : Math.min(millis, GRANT_MILLIS);
        });
        lowWater.run();
        long nanos = TimeUnit.MILLISECONDS.toNanos(patience);
        lock.lock();
        try {
            while (availableNow() < lengthBytes || !stock.has(lengthBytes, clock.monotonicMillis())) {
                if (nanos <= 0 || closed) {
                    return false;
                }
                nanos = moreBytes.awaitNanos(nanos);
            }
            return true;
        } finally {
            demand.awaited(-lengthBytes);
            lock.unlock();
        }
    }

    /** Bytes that can be taken now; those set aside for the neighbour are not among them. */
    public long availableBytes() {
        return locked(this::availableNow);
    }

    /** Bytes that were fetched and not confirmed yet. */
    public long unconfirmedBytes() {
        return locked(unconfirmed::bytes);
    }

    /** No message that needs more bytes than this can ever be sent. */
    public int largestRequestBytes() {
        return limits.capacityBytes();
    }

    /** The neighbour does not hold this key, or the ends differ: never used again. */
    public void drop(KeyId id) {
        locked(() -> {
            stock.drop(id);
            return null;
        });
    }

    /**
     * The neighbour could not read a message that was made with these keys, so that the two KMEs of a pair seem to differ on
     * one of them. None is used again. The pair that they came from rests for a while, and its keys are used only when
     * others don't suffice. Where they came from several, messages are made with keys of one pair each for a while, so
     * that it shows which one it is.
     */
    public void differed(Collection<KeyId> ids) {
        locked(() -> {
            long now = clock.monotonicMillis();
            ledgers.differed(origins(ids, stock::origin), now);
            ids.forEach(stock::drop);
            return null;
        });
    }

    private static Set<PairLedger> origins(Collection<KeyId> ids, Function<KeyId, Optional<PairLedger>> origin) {
        return ids.stream().map(origin).flatMap(Optional::stream).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    // The holder's side: claim, redeem.

    /** Takes an announcement of the neighbour. What it wants claimed counts as being claimed until {@link #claimed}. */
    public Claim announced(LinkKeyAnnouncement announcement) {
        return locked(() -> {
            boolean senderKnown = announcement.senderEpoch().equals(neighbourEpoch);
            if (!senderKnown || !announcement.receiverEpoch().equals(ownEpoch)) {
                return new Claim.EpochChanged(ownEpoch, !senderKnown);
            }
            held.expire(clock.monotonicMillis());
            return claims.announced(announcement);
        });
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
        return locked(() -> {
            boolean current = announcement.senderEpoch().equals(neighbourEpoch);
            long until = clock.monotonicMillis() + 2 * limits.life().toMillis();
            PairLedger ledger = ledgers.of(announcement.pair().seenFromFarEnd());
            return claims.claimed(announcement, plan, keys, refused, current, until, ledger);
        });
    }

    /** Takes the bytes that a message of the neighbour names, all or none; they count as used from now on. */
    public Redemption redeem(List<KeyRange> ranges) {
        return locked(() -> {
            held.expire(clock.monotonicMillis());
            return held.redeem(ranges);
        });
    }

    /**
     * The two ends differ on one of these: none is ever used again.
     *
     * @return the KME pairs that they came from, as far as known
     */
    public List<KmePair> discard(Collection<KeyId> ids) {
        return locked(() -> {
            Set<PairLedger> suspects = origins(ids, held::origin);
            ids.forEach(held::discard);
            return suspects.stream().map(ledger -> ledger.pair).toList();
        });
    }

    /** Bytes held for the neighbour, used parts of unfinished keys included. */
    public long heldBytes() {
        return locked(held::heldBytes);
    }

    /** What share of the bytes that may be held for the neighbour is held; 0 to 1. */
    public double heldShare() {
        return (double) heldBytes() / (HELD_PER_OWNED * limits.capacityBytes());
    }

    // Grants: keys change their owner.

    /** Whether the neighbour should be asked for keys now: there are too few, and no own KME can be asked for more. */
    public boolean lacksKeysOfOwnKmes() {
        return locked(() -> {
            long now = clock.monotonicMillis();
            return neighbourEpoch != null && ledgers.ready(now) == 0 && asked.isDue(now) && ownLackBytes() > 0;
        });
    }

    /** The request to send to the neighbour now; empty when it should not be asked. */
    public Optional<GrantRequest> grantToAsk() {
        return locked(() -> lacksKeysOfOwnKmes()
                ? Optional.of(asked.next(
                        () -> new GrantRequest(
                                nextId(), ownEpoch, neighbourEpoch, ownLackBytes(), stock.availableBytes()),
                        clock.monotonicMillis()))
                : Optional.empty());
    }

    /** What is owed to the neighbour does not count: two ends that both lack keys have nothing to ask each other for. */
    private long ownLackBytes() {
        return demand.wanted(stock.availableBytes() + unconfirmed.bytes());
    }

    /**
     * The neighbour's answer to a request of this node: its keys enter the stock, each of them once, whatever is repeated,
     * and only if it was held for the neighbour and the neighbour had used no byte of it.
     */
    public void granted(GrantRequest request, Grant grant) {
        boolean goOn = locked(() -> {
            long now = clock.monotonicMillis();
            held.expire(now);
            long room = limits.capacityBytes() - stock.availableBytes() - unconfirmed.bytes();
            long life = limits.life().toMillis();
            if (asked.answered(request, grant, held, stock, life, room, now) == 0) {
                return false;
            }
            moreBytes.signalAll();
            return needsFetch();
        });
        if (goOn) {
            lowWater.run();
        }
    }

    /** Nobody knows whether the request arrived. */
    public void grantUnanswered(GrantRequest request) {
        locked(() -> {
            asked.unanswered(request.id(), clock.monotonicMillis());
            return null;
        });
    }

    /**
     * The neighbour lacks keys and asks for some of this node's. What it is given is held for it from now on, and never
     * used, nor given once more, by this node.
     *
     * @return empty when an epoch is not current
     */
    public Optional<Grant> grant(GrantRequest request) {
        boolean[] low = new boolean[1];
        Optional<Grant> answer = locked(() -> {
            if (!request.senderEpoch().equals(neighbourEpoch)
                    || !request.receiverEpoch().equals(ownEpoch)) {
                return Optional.empty();
            }
            long now = clock.monotonicMillis();
            stock.expire(now);
            held.expire(now);
            Grant grant = given.answer(request, stock, held, limits, claims.roomBytes(), now);
            low[0] = needsFetch();
            return Optional.of(grant);
        });
        if (low[0]) {
            lowWater.run();
        }
        return answer;
    }

    // Both sides.

    /** The link as it is now; cheap, so that it may be asked at any time. */
    public LinkState state() {
        return locked(() -> {
            long now = clock.monotonicMillis();
            stock.expire(now);
            held.expire(now);
            return new LinkState(
                    neighbour,
                    Optional.ofNullable(neighbourEpoch),
                    8.0 * demand.missedLastMinute() / LastMinute.SECONDS,
                    8 * unconfirmed.bytes(),
                    given.state(),
                    asked.state(),
                    ledgers.states(now));
        });
    }

    /** What the own KME of this pair says of itself, for whoever looks at the {@link #state}. */
    void kmeSaid(KmePair pair, KmeClient.Status status) {
        locked(() -> {
            ledgers.of(pair).kmeSaid(status);
            return null;
        });
    }

    /** Why the own KME of this pair gives no keys for this node's messages; empty when it does. */
    void fetchTrouble(KmePair pair, Optional<String> reason) {
        locked(() -> {
            ledgers.of(pair).fetchTrouble(reason);
            return null;
        });
    }

    /**
     * Why the own KME of this pair gives no keys for the neighbour's messages; empty when it does.
     *
     * @return what was known before
     */
    Optional<String> claimTrouble(KmePair pair, Optional<String> reason) {
        return locked(() -> ledgers.of(pair).claimTrouble(reason));
    }

    /** Erases what is too old; to be called now and then. */
    public void expire() {
        locked(() -> {
            long now = clock.monotonicMillis();
            stock.expire(now);
            unconfirmed.expire(now);
            held.expire(now);
            giveUpLost();
            if (neighbourEpoch != null) {
                ledgers.newlyUnfetched(now)
                        .forEach(ledger -> events.alarm(
                                "nobody-fetches", ledger.pair + ": " + PairLedger.UNFETCHED + " at " + neighbour));
            }
            return null;
        });
    }

    /** Erases everything, for good. */
    @Override
    public void close() {
        locked(() -> {
            closed = true;
            neighbourEpoch = null;
            eraseAll();
            moreBytes.signalAll();
            return null;
        });
    }

    private void giveUpLost() {
        unconfirmed.lost(clock.monotonicMillis()).forEach(announcement -> settle(announcement, Map.of()));
    }

    private long availableNow() {
        long now = clock.monotonicMillis();
        stock.expire(now);
        return Math.max(0, stock.availableBytes() - given.setAsideBytes(now));
    }

    /** What is owed to the neighbour is fetched as well, as far as there is room for it. */
    private long wantedBytes() {
        long present = stock.availableBytes() + unconfirmed.bytes();
        long owed = given.owedBytes(clock.monotonicMillis());
        return Math.max(0, Math.min(demand.wanted(present - owed), limits.capacityBytes() - present));
    }

    /** Whether anybody can be asked for the bytes that are lacking: an own KME, or the neighbour. */
    private boolean needsFetch() {
        long now = clock.monotonicMillis();
        return wantedBytes() > 0 && (ledgers.ready(now) > 0 || asked.isDue(now));
    }

    /** For announcements and grants: unique among those of this run, which is all that it has to be. */
    private UUID nextId() {
        numbered++;
        return new UUID(ownEpoch.getMostSignificantBits(), ownEpoch.getLeastSignificantBits() + numbered);
    }

    private void eraseAll() {
        stock.clear();
        unconfirmed.clear();
        held.clear();
        given.clear();
        asked.clear();
    }

    private <T> T locked(Supplier<T> step) {
        lock.lock();
        try {
            return step.get();
        } finally {
            lock.unlock();
        }
    }

    /** For the other classes here that measure time. */
    NodeClock clock() {
        return clock;
    }
}
