package org.qkdmesh.kme;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;

/**
 * The link keys shared with one neighbour: those that this node owns, for its {@linkplain #outgoing own messages}, and
 * those that it holds because the neighbour owns them, for the {@linkplain #incoming neighbour's}. In memory only; all of
 * it is good for one pair of epochs.
 *
 * <p>Promised: no byte is handed out twice, an id comes in once (among the last {@value SeenIds#MOST} ids since the
 * start), and both ends see the same bytes under the same range unless their KMEs disagree. What is kept is bounded by
 * the limits. Nothing here waits. Safe for use by several threads, as {@link LinkLock} has it.
 */
public final class LinkKeys implements AutoCloseable {

    private final NodeId neighbour;
    private final NodeClock clock;
    private final LinkLock lock;
    private final OutgoingKeys outgoing;
    private final IncomingKeys incoming;
    private final KeyGrants grants;

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
        this.clock = clock;
        this.lock = new LinkLock(new LinkParts(neighbour, ownEpoch, pairs, limits, clock, events), lowWater);
        this.outgoing = new OutgoingKeys(lock);
        this.incoming = new IncomingKeys(lock);
        this.grants = new KeyGrants(lock);
    }

    /** The keys for messages to the neighbour. */
    public OutgoingKeys outgoing() {
        return outgoing;
    }

    /** The keys for messages from the neighbour. */
    public IncomingKeys incoming() {
        return incoming;
    }

    /** Keys that change from the one to the other. */
    public KeyGrants grants() {
        return grants;
    }

    public NodeId neighbour() {
        return neighbour;
    }

    public UUID ownEpoch() {
        return lock.call(LinkParts::ownEpoch);
    }

    /** The neighbour's epoch, once it has answered a call of this node. */
    public Optional<UUID> neighbourEpoch() {
        return lock.call(link -> Optional.ofNullable(link.neighbourEpoch()));
    }

    /**
     * Takes the neighbour's word, from its answer to a call of this node, about its epoch. When it is a new one,
     * everything under the old one is erased. A former one, from an answer that came late, is taken as well: the next
     * answer puts it right, while a node that refused to go back could be led away from the current one for good.
     */
    public void learnNeighbourEpoch(UUID epoch) {
        lock.run(link -> {
            if (!link.isClosed() && !epoch.equals(link.neighbourEpoch())) {
                link.begin(link.ownEpoch(), epoch);
                link.ledgers.neighbourIsBack();
                link.events.noted("neighbour-epoch", neighbour + " has a new epoch");
                link.fetchIsDue = true;
            }
        });
    }

    /** The neighbour answers calls of this node again, after it did not for a while. */
    public void neighbourIsBack() {
        lock.run(link -> {
            link.ledgers.neighbourIsBack();
            link.fetchIsDue = true;
        });
    }

    /**
     * Erases everything and goes on as after a start, under another epoch of this node: messages and announcements of the
     * one before are refused from now on, here and, once it has asked, at the neighbour.
     *
     * @return how many bytes were erased
     */
    public long renew(UUID epoch) {
        return lock.call(link -> {
            long erased = link.presentBytes() + link.held.heldBytes();
            link.begin(epoch, null);
            return erased;
        });
    }

    /**
     * From now on these are the KME pairs of the link; what stock and what is held stay.
     *
     * @param remote those of them whose keys only the neighbour fetches
     */
    public void use(Collection<KmePair> pairs, Collection<KmePair> remote) {
        lock.run(link -> link.ledgers.use(pairs, remote));
    }

    /** The link as it is now; cheap, so that it may be asked at any time. */
    public LinkState state() {
        return lock.call(link -> {
            long now = link.now();
            link.stock.expire(now);
            link.held.expire(now);
            return new LinkState(
                    neighbour,
                    Optional.ofNullable(link.neighbourEpoch()),
                    8.0 * link.demand.missedLastMinute() / LastMinute.SECONDS,
                    8 * link.unconfirmed.bytes(),
                    link.given.state(),
                    link.asked.state(),
                    link.ledgers.states(now));
        });
    }

    /** Erases what is too old; to be called now and then. */
    public void expire() {
        outgoing.expire();
        incoming.expire();
        lock.run(link -> {
            if (link.knowsNeighbour()) {
                link.ledgers
                        .newlyUnfetched(link.now())
                        .forEach(ledger -> link.events.alarm(
                                "nobody-fetches", ledger.pair + ": " + PairLedger.UNFETCHED + " at " + neighbour));
            }
        });
    }

    /** Erases everything, for good. */
    @Override
    public void close() {
        lock.run(LinkParts::close);
    }

    /** For the other classes here that measure time. */
    NodeClock clock() {
        return clock;
    }
}
