package org.qkdmesh.discovery;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.policy.TokenBucket;

/**
 * What this node knows of one neighbour: whether exchanges with it succeed, which is the state of the link, and what it
 * has heard of the mesh. Guarded by the lock of {@link Discovery}; all times are monotonic milliseconds.
 */
final class Neighbour {

    /** An exchange is due this long after the last one, even with no news. */
    static final long HEARTBEAT_MS = 5_000;

    /** A link is down when no exchange succeeded for this long. */
    static final long UP_FOR_MS = 15_000;

    /** How soon a neighbour that could not be reached is tried again. */
    static final long RETRY_MS = 1_000;

    /** An exchange of which nothing was heard for this long is given up. */
    static final long GIVEN_UP_MS = 10_000;

    /** A node begins an exchange four times a second at most. */
    private static final int CALLS_PER_SECOND = 10;

    private static final int CALLS_AT_ONCE = 40;

    private final NodeId id;
    private final TokenBucket calls;
    private Map<NodeId, Long> known = Map.of();
    private final Map<NodeId, Long> offered = new HashMap<>();
    private boolean saidWhatItKnows;
    private boolean up;
    private boolean underWay;
    private boolean tried;
    private boolean atOnce = true;
    private boolean soon;
    private long begunAt;
    private long succeededAt;
    private boolean everAnswered;

    /** @param nowMicros monotonic, as the others but finer */
    Neighbour(NodeId id, long nowMicros) {
        this.id = id;
        this.calls = new TokenBucket(nowMicros);
    }

    /** Whether a call of it is looked at now; counts as one then. */
    boolean mayCall(long nowMicros) {
        return calls.tryTake(1, CALLS_PER_SECOND, CALLS_AT_ONCE, nowMicros);
    }

    NodeId id() {
        return id;
    }

    boolean isUp(long now) {
        return up && now - succeededAt <= UP_FOR_MS;
    }

    /** How it is, for an operator to look at. */
    NeighbourState state(long now) {
        return new NeighbourState(
                id, isUp(now), everAnswered ? OptionalLong.of(now - succeededAt) : OptionalLong.empty());
    }

    /** Whether an exchange should be begun now. */
    boolean isDue(AdvertBook book, long now) {
        if (underWay && now - begunAt < GIVEN_UP_MS) {
            return false;
        }
        if (atOnce || now - begunAt >= HEARTBEAT_MS) {
            return true;
        }
        boolean again = !up || soon;
        return again && now - begunAt >= RETRY_MS || up && lacksNews(book);
    }

    /** An exchange begins. */
    void begin(long now) {
        if (now - begunAt >= HEARTBEAT_MS) {
            offered.clear();
        }
        begunAt = now;
        underWay = true;
        atOnce = false;
    }

    /** Whether an exchange with it has ended, well or not. */
    boolean wasTried() {
        return tried;
    }

    /** An answer came; whether it counts is not known yet. */
    void ended() {
        underWay = false;
        tried = true;
    }

    /**
     * @param more whether the neighbour has something that this node lacks still
     * @param soon whether it may have in a moment
     */
    void succeeded(long now, boolean more, boolean soon) {
        up = true;
        atOnce = more;
        this.soon = soon;
        succeededAt = now;
        everAnswered = true;
    }

    void failed() {
        up = false;
        tried = true;
        underWay = false;
        atOnce = false;
    }

    /** The neighbour called, so that it can probably be reached. */
    void called() {
        atOnce |= !up;
    }

    void knows(Map<NodeId, Long> sequences) {
        known = sequences;
        saidWhatItKnows = true;
    }

    /** The nodes whose adverts it lacks; before it ever said what it knows, nobody's. */
    List<NodeId> lacks(AdvertBook book) {
        return saidWhatItKnows ? book.missing(known) : List.of();
    }

    /** An advert of this node's is part of an exchange with it. */
    void offer(NodeId node, long sequence) {
        offered.merge(node, sequence, Math::max);
    }

    /** Whether it lacks something that it was not offered lately: what it refuses is not offered again and again. */
    private boolean lacksNews(AdvertBook book) {
        for (NodeId node : lacks(book)) {
            if (book.highestOf(node) > offered.getOrDefault(node, 0L)) {
                return true;
            }
        }
        return false;
    }
}
