package org.qkdmesh.relay;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qkdmesh.crypto.PairSecret;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaeGroup;
import org.qkdmesh.model.SessionKey;
import org.qkdmesh.policy.PairPolicy;
import org.qkdmesh.routing.DisjointPaths;

/**
 * A master's request for keys, the same for all slaves, on its way over one path after another to each node where slaves
 * are: open until all nodes have confirmed an attempt or no path or time is left. {@link RelayKeys} moves it on. Not safe
 * for use by several threads.
 */
public final class RelayRequest implements AutoCloseable {

    /** A path that failed in an attempt. */
    public record Tried(NodePath path, HopRefusal failure) {}

    /**
     * A path that keys for a destination, or shares of them, are to go over.
     *
     * @param fallBack whether several were wished for and are not there
     */
    record Planned(Destination to, NodePath path, boolean fallBack) {}

    private final List<Destination> destinations;
    private final Optional<SaeGroup> slavesHere;
    private final int count;
    private final int keyBytes;
    private final boolean sealed;
    private final PairPolicy.Paths policy;
    private final long deadline;
    private final Set<Edge> excluded = new HashSet<>();
    private final Set<NodePath> triedTwice = new HashSet<>();
    private final Set<NodePath> sealedTwice = new HashSet<>();
    private final Set<NodeId> unknownSeals = new HashSet<>();

    private final List<Tried> tried = new ArrayList<>();

    private List<Planned> planned = List.of();
    private Optional<DisjointPaths.Found> tooFew = Optional.empty();
    private boolean mayBegin;
    private long attemptDeadline;
    private Attempt attempt;
    private List<Branch> branches = List.of();
    private int attempts;
    private List<SessionKey> keys;
    private HopRefusal failure = HopRefusal.of(RefusalReason.NO_KNOWN_ROUTE, "there is no path now");
    private boolean over;

    RelayRequest(
            List<Destination> destinations,
            Optional<SaeGroup> slavesHere,
            int count,
            int keyBytes,
            boolean sealed,
            PairPolicy.Paths policy,
            long deadline) {
        if (destinations.isEmpty()) {
            throw new IllegalArgumentException("keys for slaves of this node alone are not relayed");
        }
        this.destinations = List.copyOf(destinations);
        this.slavesHere = slavesHere;
        this.count = count;
        this.keyBytes = keyBytes;
        this.sealed = sealed;
        this.policy = policy;
        this.deadline = deadline;
    }

    /** Whether another attempt should be made. */
    public boolean isOpen() {
        return !over;
    }

    /** Whether paths are planned for the next attempt, and none of them was given up since. */
    public boolean isPlanned() {
        return !over && mayBegin && attempt == null;
    }

    /** Whether an attempt was begun and waits for its decision. */
    public boolean isUnderWay() {
        return attempt != null;
    }

    /** The other nodes where slaves are. */
    public List<Destination> destinations() {
        return destinations;
    }

    /** The slaves that are attached to this node itself. */
    Optional<SaeGroup> slavesHere() {
        return slavesHere;
    }

    public int count() {
        return count;
    }

    /** Length of each key, bytes. */
    public int keyBytes() {
        return keyBytes;
    }

    /** How many attempts were begun. */
    public int attempts() {
        return attempts;
    }

    /** Over how many different paths it was tried. */
    public int paths() {
        Set<NodePath> paths = new HashSet<>(planned());
        tried.forEach(one -> paths.add(one.path()));
        return paths.size();
    }

    /** The paths of the attempt at hand, or of the last one, in the order of the destinations; empty before the first. */
    public List<NodePath> planned() {
        return planned.stream().map(Planned::path).toList();
    }

    List<Planned> plan() {
        return planned;
    }

    /** How its keys are to come to the slaves' nodes. */
    PairPolicy.Paths policy() {
        return policy;
    }

    /** The paths without a node in common that there were, when it ended since more are needed. */
    public Optional<DisjointPaths.Found> tooFew() {
        return tooFew;
    }

    /** Whether the keys of the last attempt went over one path, since there were not as many as its policy prefers. */
    public boolean isFallenBack() {
        return planned.stream().anyMatch(Planned::fallBack);
    }

    /** Link key bytes that the planned attempt needs for its messages to this neighbour. */
    public int neededBytes(NodeId neighbour) {
        int authenticator = sealed ? PairSecret.AUTHENTICATOR_BYTES : 0;
        int messages = (int) planned.stream()
                .filter(one -> one.path().node(1).equals(neighbour))
                .count();
        return messages * HopWriter.linkBytes(count * keyBytes + authenticator);
    }

    /** Whether the keys go sealed, to whichever node. */
    boolean isSealed() {
        return sealed;
    }

    /** The nodes that a secret is needed with before the planned attempt can begin. */
    public List<NodeId> sealedFor() {
        return sealed ? destinations.stream().map(Destination::node).toList() : List.of();
    }

    /** Monotonic milliseconds after which the attempt at hand is over. */
    public long attemptDeadline() {
        return attemptDeadline;
    }

    /** What the attempt at hand, or the last one, sends to each node; empty before the first. */
    public List<Branch> branches() {
        return branches;
    }

    /** The keys, once an attempt was confirmed; empty when the request failed. */
    public Optional<List<SessionKey>> keys() {
        return Optional.ofNullable(keys);
    }

    /** Why the last attempt failed, or why there was none. */
    public HopRefusal failure() {
        return failure;
    }

    /** The paths that failed so far, in their order. */
    public List<Tried> tried() {
        return List.copyOf(tried);
    }

    long deadline() {
        return deadline;
    }

    Set<Edge> excluded() {
        return excluded;
    }

    Attempt attempt() {
        return attempt;
    }

    void planned(List<Planned> next, long untilMillis) {
        planned = List.copyOf(next);
        mayBegin = true;
        attemptDeadline = untilMillis;
    }

    void begun(Attempt next) {
        attempt = next;
        mayBegin = false;
        branches = next.branches();
        attempts++;
    }

    void given(List<SessionKey> given) {
        attempt = null;
        keys = given;
        over = true;
    }

    /** The attempt failed: on, unless no other path would help. */
    void failed(Decision.Failed decision) {
        attempt = null;
        failure = decision.refusal();
        over = decision.tried().isEmpty();
        decision.tried().forEach(this::leaveOut);
    }

    /** There can be no attempt over this path. */
    void failed(NodePath path, HopRefusal refusal) {
        mayBegin = false;
        failure = refusal;
        leaveOut(new Tried(path, refusal));
    }

    /** It was answered that this node does not know the secret that keys were sealed with. */
    void unknownSeal(NodeId egress) {
        unknownSeals.add(egress);
    }

    /** Whether that was answered before; since then another one was agreed on with it. */
    boolean hadUnknownSeal(NodeId egress) {
        return unknownSeals.contains(egress);
    }

    /** Once more over the same path where that may help, else without the edge that failed. */
    private void leaveOut(Tried failed) {
        tried.add(failed);
        NodePath path = failed.path();
        boolean sameAgain =
                switch (failed.failure().reason()) {
                    case LINK_EPOCH_CHANGED, UNKNOWN_LINK_KEY, TAG_MISMATCH -> triedTwice.add(path);
                    // A node that was started anew is out of step in both.
                    case UNKNOWN_SEAL -> sealedTwice.add(path);
                    default -> false;
                };
        if (failed.failure().reason() == RefusalReason.SEAL_MISMATCH) {
            // Nobody knows which of its nodes it was.
            excluded.addAll(path.edges());
        } else if (!sameAgain) {
            excluded.add(failed.failure().edge().filter(path.edges()::contains).orElse(path.hopFrom(0)));
        }
    }

    void end() {
        over = true;
    }

    /** There are not enough paths without a node in common. */
    void end(DisjointPaths.Found found) {
        tooFew = Optional.of(found);
        end(HopRefusal.of(
                RefusalReason.NO_KNOWN_ROUTE,
                found.paths().size() + " of " + found.wanted() + " paths without a node in common"));
    }

    void end(HopRefusal refusal) {
        failure = refusal;
        over = true;
    }

    /** Erases keys that were not handed on. */
    @Override
    public void close() {
        over = true;
        if (attempt != null) {
            attempt.close();
        }
        if (keys != null) {
            keys.forEach(SessionKey::close);
        }
    }

    @Override
    public String toString() {
        return "RelayRequest[" + count + " keys of " + keyBytes * 8 + " bit to " + destinations + "]";
    }
}
