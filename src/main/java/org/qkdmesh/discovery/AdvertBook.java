package org.qkdmesh.discovery;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.policy.TokenBucket;
import org.qkdmesh.store.Sequence;

/**
 * The newest advert of each node, for as long as it may be believed, and the highest sequence ever accepted of each,
 * which outlives the advert and the process. Guarded by the lock of {@link Discovery}.
 *
 * <p>After a start the highest sequence is known but the advert is gone; so once in each run an advert with that same
 * sequence is accepted too.
 */
final class AdvertBook {

    /** How long a sequence is remembered after its advert ended. */
    static final long REMEMBERED_MS = 7L * 24 * 3600 * 1000 + TimedAdvert.FULL_LIFE_MS;

    /**
     * How long an advert that is new here is believed at least, whatever life came with it: until its node's next one must
     * have come. Nobody signs lives, so a neighbour that is the first to hand over the advert of another could have it end
     * at once, and as others hand it over it is not new any more. To believe the last advert of a dead node for so long does
     * no harm: links count when both ends tell of them, each sequence is taken once in a run, and none that was issued too
     * long ago.
     */
    static final long LEAST_LIFE_MS = OwnAdvert.REFRESH_MS + Neighbour.HEARTBEAT_MS;

    /** No node makes more than one a second; they may come in late and together. */
    private static final int ADVERTS_PER_SECOND = 2;

    private static final int ADVERTS_AT_ONCE = 20;

    private record Held(Advert advert, String jws, long endsAt) {}

    /** What is known of one node; the advert is null before the first one of this run and after its end. */
    private static final class Standing {
        private final TokenBucket adverts;
        private long highest;
        private String highestJws;
        private long heardAt;
        private boolean heardInThisRun;
        private Held held;

        Standing(long nowMicros) {
            adverts = new TokenBucket(nowMicros);
        }
    }

    private final Map<NodeId, Standing> standings = new TreeMap<>();
    private final Set<String> texts = new HashSet<>();
    private final NodeId self;
    private final int maxNodes;

    /** @param maxNodes as many nodes as are kept track of, this one included */
    AdvertBook(NodeId self, int maxNodes) {
        this.self = self;
        this.maxNodes = maxNodes;
    }

    /** How many nodes are kept track of, this one included, whether or not they are heard of now. */
    int nodes() {
        return standings.size() + (standings.containsKey(self) ? 0 : 1);
    }

    /** Whether a node that was never heard of would be left out. */
    boolean isFull() {
        return nodes() >= maxNodes;
    }

    /**
     * Starts with what an earlier run remembered.
     *
     * @param now monotonic
     */
    void remember(Sequence sequence, long now) {
        Standing standing = new Standing(1000 * now);
        standing.highest = sequence.number();
        standing.highestJws = sequence.jws();
        standing.heardAt = sequence.heardAt();
        standings.put(sequence.node(), standing);
    }

    /** Whether exactly this statement is held: then there is nothing new in it. */
    boolean holds(String jws) {
        return texts.contains(jws);
    }

    /** Whether this node is kept track of, or would be, besides so many others that nothing was heard of before either. */
    boolean hasRoomFor(NodeId node, long others) {
        return knows(node) || nodes() + others < maxNodes;
    }

    /** Whether this node is kept track of. */
    boolean knows(NodeId node) {
        return standings.containsKey(node);
    }

    /** Why an advert of this node with this sequence can not be new, as a word for the log; empty when it can. */
    Optional<String> objection(NodeId node, long sequence) {
        Standing standing = standings.get(node);
        if (standing == null || sequence > standing.highest) {
            return Optional.empty();
        }
        if (sequence < standing.highest) {
            return Optional.of("stale");
        }
        return standing.heardInThisRun ? Optional.of("replayed") : Optional.empty();
    }

    /** Whether one more advert of this node is taken now; counts as one then. */
    boolean mayTake(NodeId node, long now) {
        Standing standing = standings.get(node);
        return standing == null || standing.adverts.tryTake(1, ADVERTS_PER_SECOND, ADVERTS_AT_ONCE, 1000 * now);
    }

    /**
     * @param lifeMs as it was said; it counts for no less than {@value #LEAST_LIFE_MS}
     * @param now monotonic, from which the life is counted
     * @param age of the store
     */
    void hold(Advert advert, String jws, long lifeMs, long now, long age) {
        Standing standing = standings.computeIfAbsent(advert.node(), node -> new Standing(1000 * now));
        drop(standing);
        standing.highest = advert.sequence();
        standing.highestJws = jws;
        standing.heardAt = age;
        standing.heardInThisRun = true;
        standing.held = new Held(advert, jws, now + Math.max(lifeMs, LEAST_LIFE_MS));
        texts.add(jws);
    }

    /** Drops adverts whose life has ended; returns whether there were any. */
    boolean dropEnded(long now) {
        boolean any = false;
        for (Standing standing : standings.values()) {
            if (standing.held != null && standing.held.endsAt() <= now) {
                drop(standing);
                any = true;
            }
        }
        return any;
    }

    /** Nodes that were not heard of for so long that their sequences need not be remembered. */
    List<NodeId> longGone(long age) {
        return standings.entrySet().stream()
                .filter(entry -> entry.getValue().held == null && entry.getValue().heardAt + REMEMBERED_MS <= age)
                .map(Map.Entry::getKey)
                .toList();
    }

    void forget(Collection<NodeId> nodes) {
        nodes.forEach(standings::remove);
    }

    Optional<Advert> advert(NodeId node) {
        return Optional.ofNullable(standings.get(node))
                .map(standing -> standing.held)
                .map(Held::advert);
    }

    /** All adverts that are believed now, in the order of their nodes; the list is the caller's own. */
    List<Advert> adverts() {
        List<Advert> adverts = new ArrayList<>(standings.size());
        for (Standing standing : standings.values()) {
            if (standing.held != null) {
                adverts.add(standing.held.advert());
            }
        }
        return adverts;
    }

    /** The highest sequence ever heard of a node; 0 for none. */
    long highestOf(NodeId node) {
        Standing standing = standings.get(node);
        return standing == null ? 0 : standing.highest;
    }

    /** The advert of that sequence as its node signed it, long after it ended; empty for none. */
    String proofOf(NodeId node) {
        Standing standing = standings.get(node);
        return standing == null ? "" : standing.highestJws;
    }

    /** The highest sequence accepted of each node since the start: what nobody needs to send again. */
    Map<NodeId, Long> known() {
        Map<NodeId, Long> known = new HashMap<>();
        standings.forEach((node, standing) -> {
            if (standing.heardInThisRun) {
                known.put(node, standing.highest);
            }
        });
        return known;
    }

    /** The nodes whose adverts somebody lacks who knows the given sequences, in the order of their ids. */
    List<NodeId> missing(Map<NodeId, Long> known) {
        List<NodeId> missing = new ArrayList<>();
        standings.forEach((node, standing) -> {
            if (standing.held != null && standing.highest > known.getOrDefault(node, 0L)) {
                missing.add(node);
            }
        });
        return missing;
    }

    /** The advert of a node as it would be sent now; empty when none is held. */
    Optional<TimedAdvert> toSend(NodeId node, long now) {
        return Optional.ofNullable(standings.get(node))
                .map(standing -> standing.held)
                .filter(held -> held.endsAt() > now)
                .map(held -> new TimedAdvert(held.jws(), held.endsAt() - now));
    }

    private void drop(Standing standing) {
        if (standing.held != null) {
            texts.remove(standing.held.jws());
            standing.held = null;
        }
    }
}
