package org.qkdmesh.kme;

import java.util.Optional;
import org.qkdmesh.model.KmePair;

/**
 * Link keys that change their owner, from one end of a link to the other: the end whose own KMEs give none asks the other
 * for some of its keys. Nothing here waits. Safe for use by several threads.
 */
public final class KeyGrants {

    private final LinkLock lock;

    KeyGrants(LinkLock lock) {
        this.lock = lock;
    }

    /** Whether the neighbour should be asked for keys now: there are too few, and no own KME can be asked for more. */
    public boolean areNeeded() {
        return lock.call(link -> link.all().stream().anyMatch(LinkParts::needsGrant));
    }

    /** The request to send to the neighbour now; empty when it should not be asked. */
    public Optional<GrantRequest> nextRequest() {
        return lock.call(link -> {
            for (LinkParts strand : link.all()) {
                if (strand.needsGrant()) {
                    return Optional.of(strand.asked.next(() -> request(strand, link.pair(strand)), strand.now()));
                }
            }
            return Optional.empty();
        });
    }

    private static GrantRequest request(LinkParts link, Optional<KmePair> pair) {
        return new GrantRequest(
                link.nextId(),
                pair,
                link.ownEpoch(),
                link.neighbourEpoch(),
                link.ownWantedBytes(),
                link.stock.availableBytes());
    }

    /**
     * The neighbour's answer to a request of this node: its keys enter the stock, each of them once, whatever is repeated,
     * and only if it was held for the neighbour and the neighbour had used no byte of it.
     */
    public void granted(GrantRequest request, Grant grant) {
        lock.run(strands -> {
            LinkParts link = strands.of(request.pair());
            long now = link.now();
            link.held.expire(now);
            long life = link.limits.life().toMillis();
            if (link.asked.answered(request, grant, link.held, link.stock, life, link.roomBytes(), now) > 0) {
                link.bytesCame = true;
                link.fetchIfLow();
            }
        });
    }

    /** Nobody knows whether the request arrived. */
    public void unanswered(GrantRequest request) {
        lock.run(link -> {
            LinkParts strand = link.of(request.pair());
            strand.asked.unanswered(request.id(), strand.now());
        });
    }

    /**
     * The neighbour lacks keys and asks for some of this node's. What it is given is held for it from now on, and never
     * used, nor given once more, by this node.
     *
     * @return empty when an epoch is not current
     */
    public Optional<Grant> grant(GrantRequest request) {
        return lock.call(strands -> {
            if (!strands.first().areCurrent(request.senderEpoch(), request.receiverEpoch())) {
                return Optional.empty();
            }
            if (request.pair().isPresent() != strands.areCombined()) {
                return Optional.of(Grant.NOTHING);
            }
            LinkParts link = strands.of(request.pair().map(KmePair::seenFromFarEnd));
            long now = link.now();
            link.stock.expire(now);
            link.held.expire(now);
            Grant grant = link.given.answer(request, link.stock, link.held, link.limits, link.claims.roomBytes(), now);
            link.fetchIfLow();
            return Optional.of(grant);
        });
    }
}
