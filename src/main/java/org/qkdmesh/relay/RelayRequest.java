package org.qkdmesh.relay;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;
import org.qkdmesh.model.SaePair;
import org.qkdmesh.model.SessionKey;

/**
 * A master's request for keys on its way over one path after another: open until the egress has confirmed an attempt or
 * no path or time is left. {@link RelayKeys} moves it on. Not safe for use by several threads.
 */
public final class RelayRequest implements AutoCloseable {

    /** An attempt that failed. */
    public record Tried(NodePath path, HopRefusal failure) {}

    private final SaePair pair;
    private final NodeId egress;
    private final int count;
    private final int keyBytes;
    private final long deadline;
    private final Set<Edge> excluded = new HashSet<>();
    private final Set<NodePath> triedTwice = new HashSet<>();

    private final List<Tried> tried = new ArrayList<>();

    private NodePath path;
    private long attemptDeadline;
    private Attempt attempt;
    private HopSends sends;
    private int attempts;
    private List<SessionKey> keys;
    private HopRefusal failure = HopRefusal.of(RefusalReason.NO_KNOWN_ROUTE, "there is no path now");
    private boolean over;

    RelayRequest(SaePair pair, NodeId egress, int count, int keyBytes, long deadline) {
        this.pair = pair;
        this.egress = egress;
        this.count = count;
        this.keyBytes = keyBytes;
        this.deadline = deadline;
    }

    /** Whether another attempt should be made. */
    public boolean isOpen() {
        return !over;
    }

    /** Whether a path is planned for the next attempt. */
    public boolean isPlanned() {
        return !over && path != null && attempt == null;
    }

    /** Whether an attempt was begun and waits for its decision. */
    public boolean isUnderWay() {
        return attempt != null;
    }

    public SaePair pair() {
        return pair;
    }

    public NodeId egress() {
        return egress;
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
        Set<NodePath> paths = new HashSet<>();
        tried.forEach(one -> paths.add(one.path()));
        path().ifPresent(paths::add);
        return paths.size();
    }

    /** The path of the attempt at hand, or of the last one. */
    public Optional<NodePath> path() {
        return Optional.ofNullable(path);
    }

    /** Link key bytes that the first link has to give for an attempt. */
    public int neededBytes() {
        return HopWriter.linkBytes(count * keyBytes);
    }

    /** Monotonic milliseconds after which the attempt at hand is over. */
    public long attemptDeadline() {
        return attemptDeadline;
    }

    /** The message to send, while an attempt is under way. */
    public HopMessage message() {
        return attempt.message();
    }

    /** The answers to that message so far. */
    public HopSends sends() {
        return sends;
    }

    /** The keys, once an attempt was confirmed; empty when the request failed. */
    public Optional<List<SessionKey>> keys() {
        return Optional.ofNullable(keys);
    }

    /** Why the last attempt failed, or why there was none. */
    public HopRefusal failure() {
        return failure;
    }

    /** The attempts that failed so far, in their order. */
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

    void planned(NodePath next, long untilMillis) {
        path = next;
        attemptDeadline = untilMillis;
    }

    void begun(Attempt next) {
        attempt = next;
        sends = new HopSends();
        attempts++;
    }

    void given(List<SessionKey> given) {
        attempt = null;
        keys = given;
        over = true;
    }

    /** The attempt failed: once more over the same path where that may help, else without the edge that failed. */
    void failed(HopRefusal refusal) {
        attempt = null;
        failure = refusal;
        tried.add(new Tried(path, refusal));
        boolean sameAgain =
                switch (refusal.reason()) {
                    case LINK_EPOCH_CHANGED, UNKNOWN_LINK_KEY, TAG_MISMATCH -> triedTwice.add(path);
                    default -> false;
                };
        if (!sameAgain) {
            excluded.add(refusal.edge().filter(path.edges()::contains).orElse(path.hopFrom(0)));
        }
    }

    void end() {
        over = true;
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
        return "RelayRequest[" + pair + ", " + count + " keys of " + keyBytes * 8 + " bit]";
    }
}
