package org.qkdmesh.kme;

import java.util.ArrayList;
import java.util.List;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.SessionKey;

/**
 * Fetches link keys from one own KME when the link is low, and keeps away from a KME that failed a moment ago. To be
 * called by one thread at a time.
 */
public final class FetchLinkKeys {

    private static final long FIRST_PAUSE_MILLIS = 250;
    private static final long LONGEST_PAUSE_MILLIS = 8_000;
    private static final long STATUS_MILLIS = 30_000;

    /** Calls in a row before others get their turn, and before the neighbour is told. */
    private static final int MAX_CALLS = 8;

    /** Larger keys than this would sit half used for long. */
    private static final int LARGEST_KEY_BITS = 8_192;

    private final LinkKeys link;
    private final KmePair pair;
    private final KmeClient kme;
    private final NodeClock clock;
    private final EventLog events;

    private KmeClient.Status status;
    private long statusUntil;
    private long pauseUntil;
    private long pauseMillis;

    public FetchLinkKeys(LinkKeys link, KmePair pair, KmeClient kme, NodeClock clock, EventLog events) {
        this.link = link;
        this.pair = pair;
        this.kme = kme;
        this.clock = clock;
        this.events = events;
        this.pauseUntil = clock.monotonicMillis();
    }

    public LinkKeys link() {
        return link;
    }

    /** Whether the KME answered as it should the last time. */
    public boolean isWell() {
        return pauseMillis == 0;
    }

    /** Fetches while the link is low; returns the announcements that have to be sent now, older ones included. */
    public List<LinkKeyAnnouncement> fetch() {
        List<LinkKeyAnnouncement> announcements = new ArrayList<>(link.toAnnounceAgain(pair));
        try {
            long wanted = link.bytesToFetch();
            for (int call = 0; wanted > 0 && call < MAX_CALLS && clock.monotonicMillis() >= pauseUntil; call++) {
                link.fetched(pair, keys(wanted)).ifPresent(announcements::add);
                succeeded();
                wanted = link.bytesToFetch();
            }
        } catch (KmeFailure e) {
            failed(e);
        }
        return announcements;
    }

    private List<SessionKey> keys(long wantedBytes) {
        KmeClient.Status limits = status();
        int sizeBits = Math.max(limits.minKeyBits(), Math.min(limits.maxKeyBits(), LARGEST_KEY_BITS)) / 8 * 8;
        long number = Math.min(wantedBytes / (sizeBits / 8) + 1, LinkKeyAnnouncement.MAX_KEYS);
        return kme.encKeys((int) Math.min(number, limits.maxKeysPerRequest()), sizeBits);
    }

    private void succeeded() {
        if (pauseMillis > 0) {
            events.noted("kme-back", pair.own() + " gives keys again");
        }
        pauseMillis = 0;
    }

    private KmeClient.Status status() {
        if (status == null || clock.monotonicMillis() >= statusUntil) {
            status = kme.status();
            statusUntil = clock.monotonicMillis() + STATUS_MILLIS;
        }
        return status;
    }

    private void failed(KmeFailure failure) {
        if (pauseMillis == 0) {
            events.alarm("kme-failed", pair.own() + ": " + failure.getMessage());
        }
        status = null;
        pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, Math.max(FIRST_PAUSE_MILLIS, 2 * pauseMillis));
        pauseUntil = clock.monotonicMillis() + pauseMillis;
    }
}
