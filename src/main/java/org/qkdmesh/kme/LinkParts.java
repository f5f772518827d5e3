package org.qkdmesh.kme;

import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;

/**
 * All that is known of one of the {@link Strands} of a link, most often the only one, and what only several of its parts
 * together can tell. Knows nothing of threads: to be had through {@link LinkLock} only.
 */
final class LinkParts {

    /** The owner stops using a key early, the other end drops it late, and some are never confirmed: so, room for more. */
    private static final long HELD_PER_OWNED = 4;

    /** A strand gives 2 to the power of so many ids before they are those of the next one. */
    private static final int ID_BITS = 40;

    final NodeId neighbour;
    final LinkKeyLimits limits;
    final EventLog events;
    final PairLedgers ledgers;
    final SeenIds seen;

    // For messages of this node.
    final Stock stock = new Stock();
    final Unconfirmed unconfirmed = new Unconfirmed();
    final Demand demand;

    // For messages of the neighbour.
    final HeldKeys held = new HeldKeys();
    final Claims claims;

    // From the one to the other.
    final GrantsGiven given;
    final GrantsAsked asked = new GrantsAsked();

    private final NodeClock clock;
    private UUID ownEpoch;
    private UUID neighbourEpoch;
    private long numbered;
    private boolean closed;

    /** Set by a step that added bytes: whoever waits for some should look again. */
    boolean bytesCame;

    /** Set by a step after which whoever fetches keys should look whether there is something to do. */
    boolean fetchIsDue;

    /**
     * @param seen the ids that came into any strand of the link
     * @param combined whether it is one of several that are combined
     * @param number of the strand in its link
     */
    LinkParts(
            NodeId neighbour,
            UUID ownEpoch,
            LinkKeyLimits limits,
            NodeClock clock,
            EventLog events,
            SeenIds seen,
            boolean combined,
            int number) {
        this.neighbour = neighbour;
        this.ownEpoch = ownEpoch;
        this.limits = limits;
        this.clock = clock;
        this.events = events;
        this.seen = seen;
        this.numbered = (long) number << ID_BITS;
        this.ledgers = new PairLedgers(clock, combined);
        this.demand = new Demand(limits, clock);
        this.given = new GrantsGiven(neighbour, events);
        this.claims = new Claims(neighbour, mostHeldBytes(), events, seen, held);
    }

    /** Milliseconds, on the monotonic clock. */
    long now() {
        return clock.monotonicMillis();
    }

    // The epochs that all keys of the link are good for.

    UUID ownEpoch() {
        return ownEpoch;
    }

    /** Null as long as the neighbour has not told it; then there are no keys. */
    UUID neighbourEpoch() {
        return neighbourEpoch;
    }

    boolean knowsNeighbour() {
        return neighbourEpoch != null;
    }

    /** Whether a message of the neighbour that names these epochs is of now. */
    boolean areCurrent(UUID neighbours, UUID own) {
        return neighbours.equals(neighbourEpoch) && own.equals(ownEpoch);
    }

    /** Erases all keys: from now on the link goes by these epochs. */
    void begin(UUID own, UUID neighbours) {
        stock.clear();
        unconfirmed.clear();
        held.clear();
        given.clear();
        asked.clear();
        ownEpoch = own;
        neighbourEpoch = neighbours;
    }

    /** For announcements and grants: unique among those of this run, which is all that it has to be. */
    UUID nextId() {
        numbered++;
        return new UUID(ownEpoch.getMostSignificantBits(), ownEpoch.getLeastSignificantBits() + numbered);
    }

    /** Erases all keys, for good. */
    void close() {
        closed = true;
        begin(ownEpoch, null);
        bytesCame = true;
    }

    boolean isClosed() {
        return closed;
    }

    // How much there is, and how much there should be; all in bytes.

    /** What own messages can take now; what is set aside for the neighbour is not part of it. */
    long availableBytes() {
        stock.expire(now());
        return Math.max(0, stock.availableBytes() - given.setAsideBytes(now()));
    }

    /** Whether a message can be made with so many bytes now, without those that are granted to others. */
    boolean allows(long granted, int more, int mostRanges) {
        return availableBytes() >= granted + more && stock.has(more, now(), mostRanges);
    }

    /**
     * Takes bytes for one message.
     *
     * @param mostRanges in so many ranges at most
     * @return empty, with nothing taken, when the stock is short; it will be refilled with that in mind
     */
    Optional<LinkBytes> take(int lengthBytes, int mostRanges) {
        Optional<LinkBytes> taken = Optional.empty();
        if (availableBytes() >= lengthBytes) {
            long now = now();
            taken = stock.take(lengthBytes, mostRanges, neighbourEpoch, now, ledgers.mostTrustedFirst(now));
        }
        if (taken.isEmpty()) {
            missed(lengthBytes);
        } else {
            demand.taken(lengthBytes);
            fetchIfLow();
        }
        return taken;
    }

    /** A message asked for so many bytes, and they were not there. */
    void missed(int lengthBytes) {
        if (lengthBytes <= limits.capacityBytes()) {
            demand.missed(lengthBytes);
        }
        fetchIfLow();
    }

    /** What is in stock, and what may soon be. */
    long presentBytes() {
        return stock.availableBytes() + unconfirmed.bytes();
    }

    /** So much may still come. */
    long roomBytes() {
        return limits.capacityBytes() - presentBytes();
    }

    /** So much may be held for the neighbour. */
    long mostHeldBytes() {
        return HELD_PER_OWNED * limits.capacityBytes();
    }

    /** What to fetch for own messages and, as far as there is room for it, for what is owed to the neighbour. */
    long wantedBytes() {
        return Math.max(0, Math.min(demand.wanted(presentBytes() - given.owedBytes(now())), roomBytes()));
    }

    /**
     * Whether to ask the neighbour for keys now: there are too few, and no own KME can be asked for more. What is owed to
     * the neighbour does not count: two ends that both lack keys have nothing to ask each other for.
     */
    boolean needsGrant() {
        return knowsNeighbour() && ledgers.ready(now()) == 0 && asked.isDue(now()) && ownWantedBytes() > 0;
    }

    /** What to fetch for own messages. */
    long ownWantedBytes() {
        return demand.wanted(presentBytes());
    }

    /** Keys should be fetched if they are lacking and anybody can be asked for them: an own KME, or the neighbour. */
    void fetchIfLow() {
        if (wantedBytes() > 0 && (ledgers.ready(now()) > 0 || asked.isDue(now()))) {
            fetchIsDue = true;
        }
    }
}
