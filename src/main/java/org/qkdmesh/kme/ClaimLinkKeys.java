package org.qkdmesh.kme;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.KmePair;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.policy.TokenBucket;

/**
 * Claims announced link keys at one own KME. One bad id fails a whole {@code dec_keys}, so a refused claim is halved.
 * Safe for use by several threads.
 */
public final class ClaimLinkKeys {

    private static final long STATUS_MILLIS = 60_000;

    /** From so many ids in a row on that the KME does not know, one of an announcement is asked for before the others. */
    private static final int MANY_UNKNOWN = 256;

    /** No call to the KME is begun later than this; who announced has better things to do than to wait. */
    private static final long CLAIM_MILLIS = 1_500;

    /** It may give nothing for a moment; when it lasts longer, somebody should know. */
    private static final long SILENT_MILLIS = 5_000;

    /** A comparison by somebody who looks for what is wrong takes some ten. */
    private static final int COMPARISONS_AT_ONCE = 40;

    private static final int COMPARISONS_PER_SECOND = 1;

    private final LinkKeys link;
    private final KmePair pair;
    private final KmeClient kme;
    private final EventLog events;
    private final AtOnce learned = new AtOnce();
    private volatile Said said = new Said(1, Long.MIN_VALUE);
    private boolean failing;
    private long failingSince;

    private final TokenBucket comparisons;

    /** How many ids in a row the KME did not know. */
    private final AtomicInteger unknown = new AtomicInteger();

    /** How many keys the KME says that it gives in one request, and until when that is believed. */
    private record Said(int keys, long until) {}

    public ClaimLinkKeys(LinkKeys link, KmePair pair, KmeClient kme, EventLog events) {
        this.link = link;
        this.pair = pair;
        this.kme = kme;
        this.events = events;
        this.comparisons = new TokenBucket(link.clock().monotonicMicros());
    }

    /** Whether the neighbour may have keys compared now, which costs the KME keys; counts as once then. For any thread. */
    public boolean mayCompare() {
        synchronized (comparisons) {
            long now = link.clock().monotonicMicros();
            if (comparisons.tryTake(1, COMPARISONS_PER_SECOND, COMPARISONS_AT_ONCE, now)) {
                return true;
            }
        }
        events.refused("compare-link-keys", "too_often", link.neighbour().text());
        return false;
    }

    /** For keys of the same KME that are compared, not used. */
    public CompareKeys comparison() {
        return new CompareKeys(kme);
    }

    /** Claims what the plan wants, as far as the KME gives it in time, and returns the answer to the announcement. */
    public Map<KeyId, ClaimStatus> claim(LinkKeyAnnouncement announcement, Claim.Wanted plan) {
        Run run = new Run();
        Map<KeyId, ClaimStatus> answer;
        try {
            run.claimAll(
                    plan.keys().stream().map(LinkKeyAnnouncement.Entry::keyId).toList());
            if (unknown.get() >= MANY_UNKNOWN) {
                events.refused(
                        "claim-link-keys", "unknown_ids", link.neighbour().text());
            }
            succeeded();
        } catch (KmeFailure e) {
            failed(e);
        } finally {
            answer = link.incoming().claimed(announcement, plan, run.keys, run.refused);
        }
        return answer;
    }

    private synchronized void succeeded() {
        failing = false;
        if (link.incoming().claimTrouble(pair, Optional.empty()).isPresent()) {
            events.noted("kme-back", pair.own() + " gives the far end's keys again");
        }
    }

    private synchronized void failed(KmeFailure failure) {
        long now = link.clock().monotonicMillis();
        if (!failing) {
            failing = true;
            failingSince = now;
        }
        boolean temporary = failure.kind() == KmeFailure.Kind.UNAVAILABLE && now - failingSince < SILENT_MILLIS;
        if (!temporary
                && link.incoming()
                        .claimTrouble(pair, Optional.of(failure.getMessage()))
                        .isEmpty()) {
            events.alarm("kme-failed", pair.own() + ": " + failure.getMessage());
        }
    }

    private int atOnce(long now) {
        if (now >= said.until) {
            said = new Said(kme.status().maxKeysPerRequest(), now + STATUS_MILLIS);
        }
        synchronized (learned) {
            return learned.of(said.keys, now);
        }
    }

    /** A KME that counts as its own error that too many are asked for gets smaller requests from now on. */
    private void unavailable(int number, long now) {
        synchronized (learned) {
            if (learned.failed(number, now)) {
                events.noted(
                        "kme-rule",
                        pair.own() + ": dec_keys: gives " + learned.limit()
                                + " keys at once, less than its status says");
            }
        }
    }

    private void given(int number) {
        synchronized (learned) {
            learned.succeeded(number);
        }
    }

    /** One claim of one announcement. */
    private final class Run {

        private final List<SessionKey> keys = new ArrayList<>();
        private final Set<KeyId> refused = new HashSet<>();
        private final long started = now();

        void claimAll(List<KeyId> ids) {
            int from = 0;
            while (from < ids.size()) {
                if (unknown.get() >= MANY_UNKNOWN) {
                    claim(ids.subList(from, from + 1));
                    if (unknown.get() > 0) {
                        return;
                    }
                    from++;
                    continue;
                }
                int to = Math.min(ids.size(), from + atOnce(now()));
                claim(ids.subList(from, to));
                from = to;
            }
        }

        private void claim(List<KeyId> ids) {
            if (now() - started >= CLAIM_MILLIS) {
                return;
            }
            try {
                keys.addAll(kme.decKeys(ids));
                unknown.set(0);
                given(ids.size());
            } catch (KmeFailure e) {
                switch (e.kind()) {
                    case UNAVAILABLE -> {
                        unavailable(ids.size(), now());
                        throw e;
                    }
                    case BROKEN -> {
                        refused.addAll(ids);
                        throw e;
                    }
                    case REFUSED -> {
                        // One that is refused alone may have not arrived at this end yet: left open for another try.
                        if (ids.size() > 1) {
                            claim(ids.subList(0, ids.size() / 2));
                            claim(ids.subList(ids.size() / 2, ids.size()));
                        } else {
                            unknown.incrementAndGet();
                        }
                    }
                }
            }
        }

        private long now() {
            return link.clock().monotonicMillis();
        }
    }
}
