package org.qkdmesh.kme;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import org.qkdmesh.model.Combine;
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
    private final EventLog events;
    private final LinkLock lock;
    private final OutgoingKeys outgoing;
    private final IncomingKeys incoming;
    private final KeyGrants grants;

    /**
     * @param ownEpoch drawn by this node at its start
     * @param pairs the KME pairs of the link, as this node sees them; at least one
     * @param combine what these are to each other; the neighbour must see it the same way
     * @param lowWater called when more keys should be fetched, by whoever found that out; must not wait
     */
    public LinkKeys(
            NodeId neighbour,
            UUID ownEpoch,
            List<KmePair> pairs,
            Combine combine,
            LinkKeyLimits limits,
            NodeClock clock,
            EventLog events,
            Runnable lowWater) {
        this.neighbour = neighbour;
        this.clock = clock;
        this.events = events;
        this.lock = new LinkLock(new Strands(neighbour, ownEpoch, pairs, combine, limits, clock, events), lowWater);
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
        return lock.call(link -> link.first().ownEpoch());
    }

    /** The neighbour's epoch, once it has answered a call of this node. */
    public Optional<UUID> neighbourEpoch() {
        return lock.call(link -> Optional.ofNullable(link.first().neighbourEpoch()));
    }

    /**
     * Takes the neighbour's word, from its answer to a call of this node, about its epoch. When it is a new one,
     * everything under the old one is erased. A former one, from an answer that came late, is taken as well: the next
     * answer puts it right, while a node that refused to go back could be led away from the current one for good.
     */
    public void learnNeighbourEpoch(UUID epoch) {
        boolean isNew = lock.call(link -> {
            LinkParts first = link.first();
            if (first.isClosed() || epoch.equals(first.neighbourEpoch())) {
                return false;
            }
            link.all().forEach(strand -> {
                strand.begin(strand.ownEpoch(), epoch);
                strand.ledgers.neighbourIsBack();
                strand.fetchIsDue = true;
            });
            return true;
        });
        if (isNew) {
            events.noted("neighbour-epoch", neighbour + " has a new epoch");
        }
    }

    /** The neighbour answers calls of this node again, after it did not for a while. */
    public void neighbourIsBack() {
        lock.each(link -> {
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
            long erased = link.sum(strand -> strand.presentBytes() + strand.held.heldBytes());
            link.all().forEach(strand -> strand.begin(epoch, null));
            return erased;
        });
    }

    /**
     * From now on these are the KME pairs of the link; what stock and what is held stay, except those of a pair that is no
     * longer combined with the others.
     *
     * @param remote those of them whose keys only the neighbour fetches
     */
    public void use(Collection<KmePair> pairs, Collection<KmePair> remote) {
        lock.run(link -> link.use(pairs, remote));
    }

    /** The link as it is now; cheap, so that it may be asked at any time. */
    public LinkState state() {
        return lock.call(link -> {
            long now = link.first().now();
            link.all().forEach(strand -> {
                strand.stock.expire(now);
                strand.held.expire(now);
            });
            return new LinkState(
                    neighbour,
                    Optional.ofNullable(link.first().neighbourEpoch()),
                    link.areCombined(),
                    8.0 * link.most(strand -> strand.demand.missedLastMinute()) / LastMinute.SECONDS,
                    8 * link.sum(strand -> strand.unconfirmed.bytes()),
                    sum(link, strand -> strand.given.state()),
                    sum(link, strand -> strand.asked.state()),
                    link.all().stream()
                            .flatMap(strand -> strand.ledgers.states(now).stream())
                            .toList());
        });
    }

    private static LinkState.Grants sum(Strands link, Function<LinkParts, LinkState.Grants> which) {
        return link.all().stream().map(which).reduce(new LinkState.Grants(0, 0), LinkState.Grants::plus);
    }

    /** Erases what is too old; to be called now and then. */
    public void expire() {
        outgoing.expire();
        incoming.expire();
        lock.each(link -> {
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
        lock.each(LinkParts::close);
    }

    /** For the other classes here that measure time. */
    NodeClock clock() {
        return clock;
    }
}
