package org.qkdmesh.discovery;

import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.OptionalLong;
import org.qkdmesh.identity.NodeSigner;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

/**
 * Decides when this node issues a new advert, and issues it: at once when something changed, but not twice within a
 * second, and every 30 seconds anyway. Guarded by the lock of {@link Discovery}.
 */
final class OwnAdvert {

    static final long REFRESH_MS = 30_000;
    static final long MIN_DISTANCE_MS = 1_000;

    private final NodeId self;
    private List<SaeId> saes;
    private final NodeClock clock;
    private final NodeSigner signer;
    private final StartGate gate;

    private List<Advert.Link> issued;
    private boolean issuedTransit;
    private boolean saesChanged;
    private long issuedAt;
    private long sequence;

    OwnAdvert(DiscoverySettings settings, NodeClock clock, NodeSigner signer, StartGate gate) {
        this.self = settings.self();
        this.saes = settings.saes();
        this.clock = clock;
        this.signer = signer;
        this.gate = gate;
    }

    /** From now on these SAEs are attached to this node. */
    void attached(List<SaeId> now) {
        saesChanged |= !now.equals(saes);
        saes = now;
    }

    /**
     * @param links as they are now
     * @param transit whether others may send through this node
     * @param age of the store
     * @return whether a new advert was put into the book
     */
    boolean issueIfDue(List<Advert.Link> links, boolean transit, AdvertBook book, long age) {
        long now = clock.monotonicMillis();
        if (!isDue(links, transit, now)) {
            return false;
        }
        OptionalLong next = gate.nextSequence();
        if (next.isEmpty()) {
            return false;
        }
        sequence = next.getAsLong();
        Advert advert = new Advert(self, sequence, clock.wall().truncatedTo(ChronoUnit.MILLIS), links, saes, transit);
        book.hold(
                advert, signer.sign(AdvertCodec.TYPE, AdvertCodec.encode(advert)), TimedAdvert.FULL_LIFE_MS, now, age);
        issued = links;
        issuedTransit = transit;
        saesChanged = false;
        issuedAt = now;
        return true;
    }

    private boolean isDue(List<Advert.Link> links, boolean transit, long now) {
        if (issued == null) {
            return true;
        }
        boolean changed = saesChanged || !issued.equals(links) || issuedTransit != transit || gate.highest() > sequence;
        return now - issuedAt >= (changed ? MIN_DISTANCE_MS : REFRESH_MS);
    }
}
