package org.qkdmesh.kme;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.SessionKey;

/**
 * Fetches link keys from one own KME when the link is low. A KME that has not enough is asked for half as much the next
 * time, one that failed is left alone for a while. To be called by one thread at a time.
 */
public final class FetchLinkKeys {

    private static final long STATUS_MILLIS = 60_000;

    /** Keys may run out for a moment; when it lasts longer, somebody should know. */
    private static final long DRY_MILLIS = 5_000;

    /** Larger keys than this would sit half used for long. */
    private static final int LARGEST_KEY_BITS = 8_192;

    /** Calls in a row before the neighbour is told and others get their turn. */
    private static final int MAX_CALLS = 8;

    private final LinkKeys link;
    private final KmePair pair;
    private final KmeClient kme;
    private final NodeClock clock;
    private final EventLog events;

    private KmeClient.Status status;
    private long statusUntil;

    /** What is asked for in one call at most, since more was not given lately. */
    private long mostBytes = Long.MAX_VALUE;

    private final AtOnce atOnce = new AtOnce();
    private boolean saidFewer;
    private boolean failing;
    private long failingSince;
    private volatile boolean alarmed;

    public FetchLinkKeys(LinkKeys link, KmePair pair, KmeClient kme, NodeClock clock, EventLog events) {
        this.link = link;
        this.pair = pair;
        this.kme = kme;
        this.clock = clock;
        this.events = events;
    }

    public LinkKeys link() {
        return link;
    }

    /** False while the KME gives nothing usable, or has had no keys for a while. For any thread. */
    public boolean isWell() {
        return !alarmed;
    }

    /** Fetches while the link is low; returns the announcements that have to be sent now, older ones included. */
    public List<LinkKeyAnnouncement> fetch() {
        List<LinkKeyAnnouncement> announcements =
                new ArrayList<>(link.outgoing().toAnnounceAgain(pair));
        try {
            long wantedBytes = link.outgoing().bytesToFetch(pair);
            for (int call = 0; wantedBytes > 0 && call < MAX_CALLS; call++) {
                UUID epoch = link.ownEpoch();
                List<SessionKey> keys = ask(wantedBytes);
                long gotBytes = keys.stream()
                        .mapToLong(key -> key.bytes().lengthBytes())
                        .sum();
                link.outgoing().fetched(pair, epoch, keys).ifPresent(announcements::add);
                wantedBytes = Math.min(wantedBytes - gotBytes, link.outgoing().bytesToFetch(pair));
            }
        } catch (KmeFailure e) {
            failed(e);
        }
        return announcements;
    }

    private List<SessionKey> ask(long wantedBytes) {
        KmeClient.Status limits = status();
        int smallest = Math.max(1, (limits.minKeyBits() + 7) / 8);
        int largest = Math.min(limits.maxKeyBits(), Math.max(8 * smallest, LARGEST_KEY_BITS)) / 8;
        if (smallest > largest || largest > LinkKeyAnnouncement.MAX_KEY_BYTES) {
            throw new KmeFailure(KmeFailure.Kind.BROKEN, "its status allows no size of key that can be used");
        }
        long usefulBytes = Math.min(wantedBytes, mostBytes);
        int keyBytes = (int) Math.max(smallest, Math.min(largest, usefulBytes));
        int most = Math.min(LinkKeyAnnouncement.MAX_KEYS, limits.maxKeysPerRequest());
        int number = atOnce.of((int) Math.min(most, (usefulBytes + keyBytes - 1) / keyBytes), clock.monotonicMillis());
        long askedBytes = (long) number * keyBytes;
        long mostSoFar = mostBytes;
        mostBytes = Math.max(1, askedBytes / 2);
        List<SessionKey> keys = encKeys(number, 8 * keyBytes);
        if (keys.isEmpty()) {
            throw new KmeFailure(KmeFailure.Kind.UNAVAILABLE, "gave no key");
        }
        if (keys.size() < number && !saidFewer) {
            saidFewer = true;
            events.noted(
                    "kme-rule",
                    pair.own() + ": enc_keys: gave " + keys.size() + " keys where " + number + " were asked for");
        }
        mostBytes = Math.max(mostSoFar, 2 * askedBytes);
        succeeded();
        return keys;
    }

    /** What is refused for several keys may be given for fewer: then its status promises more than it keeps. */
    private List<SessionKey> encKeys(int number, int sizeBits) {
        try {
            List<SessionKey> keys = kme.encKeys(number, sizeBits);
            atOnce.succeeded(number);
            return keys;
        } catch (KmeFailure e) {
            if (number == 1 || e.kind() != KmeFailure.Kind.REFUSED) {
                throw e;
            }
            if (atOnce.failed(number, clock.monotonicMillis())) {
                events.noted(
                        "kme-rule",
                        pair.own() + ": enc_keys: gives " + atOnce.limit()
                                + " keys at once, less than its status says");
            }
            throw new KmeFailure(KmeFailure.Kind.UNAVAILABLE, e.getMessage());
        }
    }

    private KmeClient.Status status() {
        if (status == null || clock.monotonicMillis() >= statusUntil) {
            status = kme.status();
            link.outgoing().kmeSaid(pair, status);
            statusUntil = clock.monotonicMillis() + STATUS_MILLIS;
        }
        return status;
    }

    private void succeeded() {
        failing = false;
        if (alarmed) {
            alarmed = false;
            link.outgoing().fetchTrouble(pair, Optional.empty());
            events.noted("kme-back", pair.own() + " gives keys again");
        }
    }

    private void failed(KmeFailure failure) {
        link.outgoing().fetchFailed(pair);
        status = null;
        long now = clock.monotonicMillis();
        if (!failing) {
            failing = true;
            failingSince = now;
        }
        boolean temporary = failure.kind() == KmeFailure.Kind.UNAVAILABLE;
        if (!alarmed && (!temporary || now - failingSince >= DRY_MILLIS)) {
            alarmed = true;
            link.outgoing().fetchTrouble(pair, Optional.of(failure.getMessage()));
            events.alarm("kme-failed", pair.own() + ": " + failure.getMessage());
        }
    }
}
