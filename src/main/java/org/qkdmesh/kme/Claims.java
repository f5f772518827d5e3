package org.qkdmesh.kme;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SessionKey;

/**
 * Which announced keys to claim, and what to answer: an id comes in once, is claimed by one at a time, and only while
 * there is room. Not safe for use by several threads.
 */
final class Claims {

    private final NodeId neighbour;
    private final long capacityBytes;
    private final EventLog events;
    private final SeenIds seen;
    private final HeldKeys held;
    private final Map<KeyId, Integer> underWay = new HashMap<>();
    private long underWayBytes;

    /** @param capacityBytes how much may be held and under way together */
    Claims(NodeId neighbour, long capacityBytes, EventLog events, SeenIds seen, HeldKeys held) {
        this.neighbour = neighbour;
        this.capacityBytes = capacityBytes;
        this.events = events;
        this.seen = seen;
        this.held = held;
    }

    /** So many bytes more may be held. */
    long roomBytes() {
        return Math.max(0, capacityBytes - held.heldBytes() - underWayBytes);
    }

    boolean isUnderWay(KeyId id) {
        return underWay.containsKey(id);
    }

    /** What of the announcement to claim counts as under way until {@link #claimed}. */
    Claim.Wanted announced(LinkKeyAnnouncement announcement) {
        Map<KeyId, ClaimStatus> settled = new LinkedHashMap<>();
        List<LinkKeyAnnouncement.Entry> wanted = new ArrayList<>();
        int repeated = 0;
        int overLimit = 0;
        for (LinkKeyAnnouncement.Entry entry : announcement.keys()) {
            KeyId id = entry.keyId();
            if (underWay.containsKey(id)) {
                settled.put(id, ClaimStatus.RETRY);
            } else if (held.isHeldFor(id, announcement.id())) {
                settled.put(id, ClaimStatus.HELD);
            } else if (seen.contains(id)) {
                settled.put(id, ClaimStatus.REFUSED);
                repeated++;
            } else if (entry.lengthBytes() > roomBytes()) {
                settled.put(id, ClaimStatus.REFUSED);
                overLimit++;
            } else {
                underWay.put(id, entry.lengthBytes());
                underWayBytes += entry.lengthBytes();
                wanted.add(entry);
            }
        }
        if (repeated > 0) {
            events.alarm("repeated-link-key", neighbour + " announced " + repeated + " keys that were there before");
        }
        if (overLimit > 0) {
            events.refused("claim-link-keys", "over-limit", neighbour.text());
        }
        return new Claim.Wanted(settled, wanted);
    }

    /**
     * @param keys what the own KME gave; taken over
     * @param refused ids that can not be had
     * @param current whether the epochs of the announcement are still those of the two nodes
     * @param ledger where the bytes of the keys are counted
     */
    Map<KeyId, ClaimStatus> claimed(
            LinkKeyAnnouncement announcement,
            Claim.Wanted plan,
            Collection<SessionKey> keys,
            Set<KeyId> refused,
            boolean current,
            long until,
            PairLedger ledger) {
        Map<KeyId, ClaimStatus> answer = new LinkedHashMap<>(plan.settled());
        Map<KeyId, Integer> expected = new HashMap<>();
        for (LinkKeyAnnouncement.Entry entry : plan.keys()) {
            answer.put(entry.keyId(), refused.contains(entry.keyId()) ? ClaimStatus.REFUSED : ClaimStatus.RETRY);
            Integer length = underWay.remove(entry.keyId());
            if (length != null) {
                underWayBytes -= length;
                expected.put(entry.keyId(), length);
            }
        }
        int odd = 0;
        for (SessionKey key : keys) {
            Integer length = expected.remove(key.id());
            if (!current || length == null) {
                key.close();
            } else if (length == key.bytes().lengthBytes() && seen.add(key.id())) {
                held.add(key.id(), announcement.id(), key.bytes(), until, ledger);
                answer.put(key.id(), ClaimStatus.HELD);
            } else {
                key.close();
                answer.put(key.id(), ClaimStatus.REFUSED);
                odd++;
            }
        }
        if (odd > 0) {
            events.alarm(
                    "odd-link-key",
                    announcement.pair().far() + " gave " + odd + " keys of another length than announced");
        }
        return answer;
    }
}
