package org.qkdmesh.kme;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KeyId;
import org.qkdmesh.model.NodeId;

/**
 * The giving side of grants: what was given under which id, and what the neighbour still waits for.
 *
 * <p>A wish that can't be met at once is owed: the node fetches that much more at its own KMEs, and of what comes in half
 * is set aside until the neighbour asks again. So, when both directions use all that there is, each gets half, whoever
 * of the two is able to fetch. Not safe for use by several threads.
 */
final class GrantsGiven {

    /**
     * A neighbour asks one at a time, a few times each. A repeat that comes after so many others is taken for a new
     * request; the neighbour does not wait for it any more, so that what it is given expires unused.
     */
    private static final int REMEMBERED = 64;

    /** Who still wants something has asked again by then. */
    private static final long WISH_MILLIS = 2_000;

    /** A key with less than this part of its life left is not worth a grant. */
    private static final int LEAST_LIFE_LEFT = 10;

    /** Who got nothing asks again after twice this time. */
    private static final long SOONEST_MILLIS = 100;

    private final NodeId neighbour;
    private final EventLog events;
    private final Map<UUID, Grant> given = new LinkedHashMap<>();
    private long owedBytes;
    private long setAsideBytes;
    private long wishUntil;
    private long nothingUntil = Long.MIN_VALUE;

    private long grants;
    private long grantedBytes;

    GrantsGiven(NodeId neighbour, EventLog events) {
        this.neighbour = neighbour;
        this.events = events;
    }

    /** What the neighbour waits for, bytes. */
    long owedBytes(long now) {
        if (now >= wishUntil) {
            owedBytes = 0;
            setAsideBytes = 0;
        }
        return owedBytes;
    }

    /** What own messages leave to the neighbour, bytes. */
    long setAsideBytes(long now) {
        owedBytes(now);
        return setAsideBytes;
    }

    /** So many bytes came into the stock. */
    void came(long bytes, long now) {
        setAsideBytes = Math.min(owedBytes(now), setAsideBytes + bytes / 2);
    }

    /**
     * Moves keys from the stock to those held for the neighbour: as many as it wants, but never more than half of what is
     * there beyond what it has itself, or than was set aside for it. A request that came before is answered as it was then,
     * and moves nothing.
     *
     * @param roomBytes so much more may be held
     */
    Grant answer(GrantRequest request, Stock stock, HeldKeys held, LinkKeyLimits limits, long roomBytes, long now) {
        Grant known = given.get(request.id());
        if (known != null) {
            return known;
        }
        if (now < nothingUntil) {
            events.refused("grant-link-keys", "too_often", neighbour.text());
            return Grant.NOTHING;
        }
        long lifeMillis = limits.life().toMillis();
        long wanted = Math.min(request.wantedBytes(), limits.capacityBytes());
        long fairShare = (stock.availableBytes() - request.stockBytes()) / 2;
        long most = Math.min(roomBytes, Math.max(setAsideBytes(now), fairShare));
        List<Stock.Untouched> taken = stock.takeUntouched(wanted, most, now + lifeMillis / LEAST_LIFE_LEFT);
        long bytes = 0;
        long until = now + lifeMillis;
        for (Stock.Untouched key : taken) {
            held.addGranted(key, request.id(), now + 2 * lifeMillis);
            bytes += key.bytes().lengthBytes();
            until = Math.min(until, key.until());
        }
        owedBytes = Math.max(0, wanted - bytes);
        setAsideBytes = Math.min(owedBytes, Math.max(0, setAsideBytes - bytes));
        wishUntil = now + WISH_MILLIS;
        List<KeyId> ids = taken.stream().map(Stock.Untouched::id).toList();
        Grant grant = new Grant(ids, until - now);
        remember(request.id(), grant);
        nothingUntil = ids.isEmpty() ? now + SOONEST_MILLIS : now;
        if (!ids.isEmpty()) {
            grants++;
            grantedBytes += bytes;
        }
        return grant;
    }

    private void remember(UUID id, Grant grant) {
        given.put(id, grant);
        if (given.size() > REMEMBERED) {
            Iterator<UUID> oldest = given.keySet().iterator();
            oldest.next();
            oldest.remove();
        }
    }

    LinkState.Grants state() {
        return new LinkState.Grants(grants, 8 * grantedBytes);
    }

    void clear() {
        given.clear();
        nothingUntil = Long.MIN_VALUE;
        owedBytes = 0;
        setAsideBytes = 0;
    }
}
