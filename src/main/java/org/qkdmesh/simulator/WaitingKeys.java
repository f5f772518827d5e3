package org.qkdmesh.simulator;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.Refusal;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.model.SessionKey;

/**
 * Keys that were given at one end of a simulated link and wait to be fetched at the other, in memory only; those that
 * nobody fetches are dropped after {@value #LIFE_MILLIS} ms. Safe for use by several threads.
 */
final class WaitingKeys {

    /** Longer than a node goes on using a link key. */
    static final long LIFE_MILLIS = 20 * 60_000;

    private record Waiting(SaePair pair, SecretBytes bytes, long until) {}

    private final int maxCount;
    private final NodeClock clock;
    private final Map<KeyId, Waiting> keys = new LinkedHashMap<>();

    WaitingKeys(int maxCount, NodeClock clock) {
        this.maxCount = maxCount;
        this.clock = clock;
    }

    synchronized boolean hasRoomFor(int count) {
        dropExpired();
        return keys.size() + count <= maxCount;
    }

    /** Keeps copies; the keys stay the caller's. */
    synchronized void put(SaePair pair, List<SessionKey> given) {
        long until = clock.monotonicMillis() + LIFE_MILLIS;
        for (SessionKey key : given) {
            keys.put(
                    key.id(), new Waiting(pair, key.bytes().slice(0, key.bytes().lengthBytes()), until));
        }
    }

    /**
     * All of these, in this order, or none.
     *
     * @param leastAgeMillis younger ones count as not there
     * @throws Refusal 401 when one of them is of another pair, else 400 when one is not there
     */
    synchronized List<SessionKey> take(SaePair pair, List<KeyId> ids, long leastAgeMillis) {
        dropExpired();
        long youngest = clock.monotonicMillis() + LIFE_MILLIS - leastAgeMillis;
        for (KeyId id : ids) {
            Waiting key = keys.get(id);
            if (key != null && !key.pair().equals(pair)) {
                throw Refusal.unauthorized("one or more keys are not for this pair of SAEs");
            }
        }
        if (!ids.stream().allMatch(id -> keys.containsKey(id) && keys.get(id).until() <= youngest)) {
            throw Refusal.badRequest("one or more keys specified are not found on KME");
        }
        List<SessionKey> taken = new ArrayList<>(ids.size());
        for (KeyId id : ids) {
            taken.add(new SessionKey(id, keys.remove(id).bytes()));
        }
        return taken;
    }

    synchronized void forget() {
        keys.values().forEach(key -> key.bytes().close());
        keys.clear();
    }

    /** Keys come in the order of their age. */
    private void dropExpired() {
        long now = clock.monotonicMillis();
        Iterator<Waiting> oldest = keys.values().iterator();
        while (oldest.hasNext()) {
            Waiting key = oldest.next();
            if (key.until() > now) {
                return;
            }
            key.bytes().close();
            oldest.remove();
        }
    }
}
