package org.qkdmesh.kme;

import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.qkdmesh.model.KeyId;

/**
 * The asking side of grants: one request at a time, sent again under its id while nobody knows what came of it. Not safe
 * for use by several threads.
 */
final class GrantsAsked {

    /** What is given under an id that nobody waits for any more is lost to both ends, so: several. */
    private static final int MAX_TRIES = 3;

    private static final long PAUSE_MILLIS = 200;

    /** A request that nothing was heard of for so long counts as unanswered. */
    private static final long LOST_MILLIS = 10_000;

    private GrantRequest open;
    private int tries;
    private boolean underWay;
    private long firstSentAt;
    private long nextStep;

    private long grants;
    private long takenBytes;

    /** Whether a request may be sent now. */
    boolean isDue(long now) {
        return now >= nextStep;
    }

    /** The request to send now, when it {@link #isDue}: the open one once more, or a new one. */
    GrantRequest next(Supplier<GrantRequest> fresh, long now) {
        if (open != null && tries >= MAX_TRIES) {
            open = null;
        }
        if (open == null) {
            open = fresh.get();
            tries = 0;
            firstSentAt = now;
        }
        tries++;
        underWay = true;
        nextStep = now + LOST_MILLIS;
        return open;
    }

    /**
     * Moves the keys of a grant to the stock that are held for the neighbour with no byte used. An answer that nobody waits
     * for any more, or one that came before, changes nothing.
     *
     * @param lifeMillis this node uses no key longer
     * @param roomBytes what is more than so much is thrown away
     * @return how many bytes entered the stock
     */
    long answered(
            GrantRequest request, Grant grant, HeldKeys held, Stock stock, long lifeMillis, long roomBytes, long now) {
        if (open == null || !underWay || !open.id().equals(request.id())) {
            return 0;
        }
        clear();
        nextStep = grant.keys().isEmpty() ? now + PAUSE_MILLIS : now;
        long until = firstSentAt + Math.min(grant.lifeMillis(), lifeMillis);
        long bytes = 0;
        for (KeyId id : grant.keys()) {
            Optional<Stock.Untouched> key = held.takeUntouched(id);
            if (key.isPresent() && bytes + key.get().bytes().lengthBytes() > roomBytes) {
                key.get().bytes().close();
            } else if (key.isPresent()) {
                bytes += key.get().bytes().lengthBytes();
                stock.addGranted(id, key.get().bytes(), until, key.get().ledger());
            }
        }
        if (bytes > 0) {
            grants++;
            takenBytes += bytes;
        }
        return bytes;
    }

    void unanswered(UUID grant, long now) {
        if (open != null && underWay && open.id().equals(grant)) {
            underWay = false;
            nextStep = now + PAUSE_MILLIS * tries;
        }
    }

    LinkState.Grants state() {
        return new LinkState.Grants(grants, 8 * takenBytes);
    }

    /** Nothing is waited for any more. */
    void clear() {
        open = null;
        underWay = false;
        nextStep = 0;
    }
}
