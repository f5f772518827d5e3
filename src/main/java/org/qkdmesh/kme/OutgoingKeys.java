package org.qkdmesh.kme;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;

/**
 * The link keys that this node owns, for the messages that it sends to one neighbour: fetched at an own KME, announced to
 * the neighbour, in stock once that has confirmed them, and taken byte by byte. Nothing here waits, except
 * {@link #reserve}. Safe for use by several threads.
 */
public final class OutgoingKeys {

    /** So long the neighbour may take to grant some of its keys. */
    private static final long GRANT_MILLIS = 500;

    private final LinkLock lock;

    OutgoingKeys(LinkLock lock) {
        this.lock = lock;
    }

    /**
     * How many bytes to fetch now from the own KME of this pair: its share of what the stock lacks. 0 when there is
     * enough, while the neighbour's epoch is not known, when only the neighbour fetches from the pair, and while the pair
     * rests after a failure; then the others of the link do its work.
     */
    public long bytesToFetch(KmePair pair) {
        return lock.call(pair, link -> {
            long now = link.now();
            if (!link.knowsNeighbour() || !link.ledgers.of(pair).isReady(now)) {
                return 0L;
            }
            long sharedBy = link.ledgers.ready(now);
            return (link.wantedBytes() + sharedBy - 1) / sharedBy;
        });
    }

    /** The own KME of this pair did not give what it should have: leave it alone for a while. */
    public void fetchFailed(KmePair pair) {
        lock.run(pair, link -> link.ledgers.of(pair).ofKme.failed(link.now()));
    }

    /**
     * Takes over keys that were fetched by {@code enc_keys}. They become usable once the neighbour has confirmed them.
     * An id that came in before, from whichever side, is ignored.
     *
     * @param askedIn the epoch of this node in which they were asked for; of another one they are erased
     * @param keys at most {@value LinkKeyAnnouncement#MAX_KEYS}
     * @return the announcement to send; empty when no key is usable
     */
    public Optional<LinkKeyAnnouncement> fetched(KmePair pair, UUID askedIn, List<SessionKey> keys) {
        return lock.call(strands -> {
            LinkParts link = strands.of(pair);
            Map<KeyId, SecretBytes> fresh = new LinkedHashMap<>();
            int repeated = 0;
            for (SessionKey key : keys) {
                if (!link.knowsNeighbour() || !link.ownEpoch().equals(askedIn)) {
                    key.close();
                } else if (link.claims.isUnderWay(key.id()) || !link.seen.add(key.id())) {
                    key.close();
                    repeated++;
                } else {
                    fresh.put(key.id(), key.bytes());
                }
            }
            long now = link.now();
            if (repeated > 0) {
                link.ledgers.of(pair).ofKme.failed(now);
                link.events.alarm(
                        "repeated-link-key", pair.own() + " gave " + repeated + " keys that were there before");
            }
            if (fresh.isEmpty()) {
                return Optional.empty();
            }
            LinkKeyAnnouncement announcement = LinkKeyAnnouncement.of(
                    link.nextId(), pair, strands.combinedOwn(), link.ownEpoch(), link.neighbourEpoch(), fresh);
            link.unconfirmed.add(announcement, fresh, now + link.limits.life().toMillis(), now);
            return Optional.of(announcement);
        });
    }

    /** Announcements of this pair that have to be sent again, with the keys that are still open. */
    public List<LinkKeyAnnouncement> toAnnounceAgain(KmePair pair) {
        return lock.call(pair, link -> {
            giveUpLost(link);
            return link.unconfirmed.due(pair, link.now());
        });
    }

    /** The neighbour's answer to an announcement: only what it holds enters the stock. */
    public void answered(LinkKeyAnnouncement announcement, Map<KeyId, ClaimStatus> answer) {
        lock.run(announcement.pair(), link -> settle(link, announcement.id(), answer, true));
    }

    /** Nobody knows whether the announcement arrived. */
    public void unanswered(LinkKeyAnnouncement announcement) {
        lock.run(announcement.pair(), link -> settle(link, announcement.id(), Map.of(), false));
    }

    private static void giveUpLost(LinkParts link) {
        link.unconfirmed.lost(link.now()).forEach(announcement -> settle(link, announcement, Map.of(), false));
    }

    private static void settle(LinkParts link, UUID announcement, Map<KeyId, ClaimStatus> answer, boolean isAnswered) {
        long now = link.now();
        Optional<Unconfirmed.Settled> settled = link.unconfirmed.answered(announcement, answer, now);
        if (settled.isEmpty()) {
            return;
        }
        Unconfirmed.Settled result = settled.get();
        PairLedger ledger = link.ledgers.of(result.pair());
        long before = link.stock.availableBytes();
        result.held().forEach((id, bytes) -> link.stock.add(id, bytes, result.until(), ledger));
        link.given.came(link.stock.availableBytes() - before, now);
        if (result.refused() > 0) {
            link.events.alarm(
                    "refused-link-key", link.neighbour + " refused " + result.refused() + " keys of " + result.pair());
        }
        if (result.dropped() > 0) {
            String what = link.neighbour + " did not confirm " + result.dropped() + " keys of " + result.pair();
            if (isAnswered) {
                link.events.alarm("unconfirmed-link-key", what + ", and was asked each time");
            } else {
                link.events.noted("unconfirmed-link-key", what);
            }
        }
        if (result.held().isEmpty()) {
            ledger.ofNeighbour.failed(now);
            return;
        }
        ledger.ofKme.succeeded();
        ledger.ofNeighbour.succeeded();
        link.bytesCame = true;
        link.fetchIfLow();
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
        return lock.call(link -> link.take(lengthBytes));
    }

    /**
     * Bytes that are set aside for one message. Whoever has them takes them, and then closes this; while others wait for
     * bytes, nobody is to take any without.
     */
    public final class Reservation implements AutoCloseable {

        private final FairShare.Ticket ticket;

        private Reservation(FairShare.Ticket ticket) {
            this.ticket = ticket;
        }

        @Override
        public void close() {
            lock.run(link -> leave(link, ticket));
        }
    }

    /**
     * Waits until so many bytes can be taken and it is this request's turn: where a link is short, what comes in is shared
     * {@linkplain FairShare fairly} among the masters that wait for it.
     *
     * @param asker for whom the message is
     * @param priority how many times as much it shall have as with priority 1
     * @param millis how long to wait, by the machine's clock; not at all when it is not positive: then the link is told what is missing
     * @return empty when the bytes are not there in time, when no own KME is going to be asked in that time and the
     *     neighbour grants none soon, or when others of this master wait already and there are too many
     */
    public Optional<Reservation> reserve(Asker asker, int priority, int lengthBytes, long millis)
            throws InterruptedException {
        if (lengthBytes > largestRequestBytes()) {
            return Optional.empty();
        }
        FairShare.Ticket ticket = lock.call(link -> link.share.ask(asker, priority, lengthBytes, link::allows));
        if (!lock.call(link -> ticket.isGranted())) {
            await(ticket, lengthBytes, Math.max(0, millis));
        }
        return lock.call(link -> {
            if (ticket.isGranted()) {
                return Optional.of(new Reservation(ticket));
            }
            leave(link, ticket);
            return Optional.empty();
        });
    }

    private void await(FairShare.Ticket ticket, int lengthBytes, long millis) throws InterruptedException {
        long patience = lock.call(link -> {
            link.all().forEach(strand -> {
                strand.demand.missed(lengthBytes);
                strand.demand.awaited(lengthBytes);
                strand.fetchIsDue = true;
            });
            long now = link.first().now();
            long readyAt = link.most(strand -> strand.ledgers.readyAt(now));
            return readyAt - now < millis ? millis : Math.min(millis, GRANT_MILLIS);
        });
        try {
            lock.await(patience, link -> !ticket.isWaiting());
        } catch (InterruptedException e) {
            lock.run(link -> leave(link, ticket));
            throw e;
        } finally {
            lock.each(link -> link.demand.awaited(-lengthBytes));
        }
    }

    /** What it did not take, or was waited for until it could, may be enough for others. */
    private static void leave(Strands link, FairShare.Ticket ticket) {
        link.share.leave(ticket);
        link.first().bytesCame = link.first().bytesCame || link.share.waiting() > 0;
    }

    /** Bytes that can be taken now, of each pair where they are combined; those set aside for the neighbour are not among them. */
    public long availableBytes() {
        return lock.call(link -> link.least(LinkParts::availableBytes));
    }

    /** Bytes that were fetched and not confirmed yet. */
    public long unconfirmedBytes() {
        return lock.call(link -> link.sum(strand -> strand.unconfirmed.bytes()));
    }

    /** No message that needs more bytes than this can ever be sent. */
    public int largestRequestBytes() {
        return lock.call(link -> link.first().limits.capacityBytes());
    }

    /** The neighbour does not hold this key, or the ends differ: never used again. */
    public void drop(KeyId id) {
        lock.each(link -> link.stock.drop(id));
    }

    /**
     * The neighbour could not read a message that was made with these keys, so that the two KMEs of a pair seem to differ on
     * one of them. None is used again. The pair that they came from rests for a while, and its keys are used only when
     * others don't suffice. Where they came from several, messages are made with keys of one pair each for a while, so
     * that it shows which one it is; pairs that are combined rest all.
     */
    public void differed(Collection<KeyId> ids) {
        lock.run(link -> link.differed(ids));
    }

    /** What the own KME of this pair says of itself, for whoever looks at the {@link LinkKeys#state}. */
    void kmeSaid(KmePair pair, KmeClient.Status status) {
        lock.run(pair, link -> link.ledgers.of(pair).kmeSaid(status));
    }

    /** Why the own KME of this pair gives no keys for this node's messages; empty when it does. */
    void fetchTrouble(KmePair pair, Optional<String> reason) {
        lock.run(pair, link -> link.ledgers.of(pair).fetchTrouble(reason));
    }

    /** Erases what is too old. */
    void expire() {
        lock.each(link -> {
            long now = link.now();
            link.stock.expire(now);
            link.unconfirmed.expire(now);
            giveUpLost(link);
        });
    }
}
