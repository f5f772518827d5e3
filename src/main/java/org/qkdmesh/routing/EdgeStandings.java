package org.qkdmesh.routing;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.qkdmesh.model.Edge;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.NodePath;

/**
 * Which links are left out of paths for a while, since keys that went over them did not arrive: there is a node that drops
 * what it should relay, holds it back, or changes it. After the first failure for 10 s, each further one in a row doubles
 * that, up to 10 minutes. When the time is over one request goes over the link again, while others still go around it; if
 * its keys arrive the link is as good as any, though for some time a failure counts as one more in the row.
 *
 * <p>A link that no path can do without is used all the same. Safe for use by several threads.
 */
public final class EdgeStandings {

    private static final long FIRST_MILLIS = 10_000;
    private static final long LONGEST_MILLIS = 600_000;

    /** So long others wait for what comes of the request that tries a link again. */
    private static final long TRIAL_MILLIS = 5_000;

    /** More are never kept; those of a mesh that is larger and fails everywhere are forgotten, the oldest first. */
    private static final int MOST = 4_096;

    /** A link that is left out now. */
    public record Avoided(Edge edge, int failures, long millisLeft) {}

    private enum State {
        AVOIDED,
        ON_TRIAL,
        BACK
    }

    private static final class Mark {
        private State state = State.AVOIDED;
        private int failures;
        private long until;

        long millis() {
            return Math.min(LONGEST_MILLIS, FIRST_MILLIS << Math.min(16, failures - 1));
        }
    }

    private final NodeClock clock;
    private final EventLog events;
    private final Map<Edge, Mark> marks = new HashMap<>();

    /** Whether there are marks, so that as long as all is well nobody waits for anybody. */
    private volatile boolean any;

    /** @param events is told of each link that is left out */
    public EdgeStandings(NodeClock clock, EventLog events) {
        this.clock = clock;
        this.events = events;
    }

    /**
     * Keys did not arrive over this link.
     *
     * @param sent whether they were certainly under way: then it is an alarm, else the next node could not be reached
     * @param why as in {@code relays over it got no answer}
     */
    public void failed(Edge edge, NodePath path, boolean sent, String why) {
        mark(List.of(edge)).ifPresent(millis -> tell(sent, edge.toString(), millis, path, why));
    }

    /** As {@link #failed}, where nobody knows which node of the path it was. */
    public void failed(NodePath path, boolean sent, String why) {
        mark(path.edges()).ifPresent(millis -> tell(sent, "a whole path", millis, path, why));
    }

    private void tell(boolean alarm, String what, long millis, NodePath path, String why) {
        String text = what + " is left out of paths for " + millis / 1000 + " s, then tried again: " + why + "; path: "
                + path.nodes();
        if (alarm) {
            events.alarm("link-avoided", text);
        } else {
            events.noted("link-avoided", text);
        }
    }

    /** For how long, of the one that is left out longest; empty when all were left out already. */
    private synchronized Optional<Long> mark(List<Edge> edges) {
        long now = clock.monotonicMillis();
        forgetOld(now);
        Optional<Long> longest = Optional.empty();
        for (Edge edge : edges) {
            Mark mark = marks.computeIfAbsent(edge, unknown -> new Mark());
            // What was sent before the link was left out says nothing new.
            if (mark.failures == 0 || mark.state != State.AVOIDED || now >= mark.until) {
                mark.failures++;
                mark.state = State.AVOIDED;
                mark.until = now + mark.millis();
                longest = Optional.of(Math.max(longest.orElse(0L), mark.millis()));
            }
        }
        trim();
        return longest;
    }

    private void forgetOld(long now) {
        marks.values().removeIf(mark -> mark.state == State.BACK && now >= mark.until);
        any = !marks.isEmpty();
    }

    private void trim() {
        while (marks.size() > MOST) {
            marks.entrySet().stream()
                    .min(Comparator.comparingLong(entry -> entry.getValue().until))
                    .map(Map.Entry::getKey)
                    .ifPresent(marks::remove);
        }
        any = !marks.isEmpty();
    }

    /** Keys arrived over this path. */
    public void succeeded(NodePath path) {
        if (any) {
            relieve(path);
        }
    }

    private synchronized void relieve(NodePath path) {
        long now = clock.monotonicMillis();
        for (Edge edge : path.edges()) {
            Mark mark = marks.get(edge);
            // What was sent before the link was left out says nothing new.
            if (mark != null && mark.state != State.BACK && (mark.state == State.ON_TRIAL || now >= mark.until)) {
                mark.state = State.BACK;
                mark.until = now + 4 * mark.millis();
            }
        }
        forgetOld(now);
    }

    /** The links that are left out now, for an operator to look at. */
    public synchronized List<Avoided> avoided() {
        long now = clock.monotonicMillis();
        return marks.entrySet().stream()
                .filter(entry -> entry.getValue().state != State.BACK)
                .map(entry -> new Avoided(
                        entry.getKey(), entry.getValue().failures, Math.max(0, entry.getValue().until - now)))
                .sorted(Comparator.comparing(Avoided::edge, Edge.BY_IDS))
                .toList();
    }

    /**
     * What to plan without, in the order in which to try it: first without all links that are left out; then without those
     * in the middle, where there may be more than one way; then with all. Whoever asks may be the one that tries again.
     *
     * @param excluded what is excluded in any case
     * @param from where the paths begin
     * @param to where they end
     */
    public List<Set<Edge>> trying(Set<Edge> excluded, NodeId from, NodeId to) {
        return any ? without(takeTrials(), excluded, from, to) : List.of(excluded);
    }

    private static List<Set<Edge>> without(Set<Edge> leftOut, Set<Edge> excluded, NodeId from, NodeId to) {
        Set<Edge> all = new HashSet<>(excluded);
        all.addAll(leftOut);
        Set<Edge> middle = new HashSet<>(excluded);
        leftOut.stream()
                .filter(edge -> !edge.from().equals(from) && !edge.to().equals(to))
                .forEach(middle::add);
        return List.of(all, middle, excluded);
    }

    /** The same planner, going around the links that are left out or on trial. */
    public PathPlanner around(PathPlanner planner) {
        return any ? new Around(planner, edges(mark -> mark.state != State.BACK)) : planner;
    }

    private synchronized Set<Edge> takeTrials() {
        long now = clock.monotonicMillis();
        Set<Edge> leftOut = edges(mark -> mark.state != State.BACK && now < mark.until);
        marks.values().stream()
                .filter(mark -> mark.state != State.BACK && now >= mark.until)
                .forEach(mark -> {
                    mark.state = State.ON_TRIAL;
                    mark.until = now + TRIAL_MILLIS;
                });
        return leftOut;
    }

    private synchronized Set<Edge> edges(Predicate<Mark> which) {
        Set<Edge> edges = new HashSet<>();
        marks.forEach((edge, mark) -> {
            if (which.test(mark)) {
                edges.add(edge);
            }
        });
        return edges;
    }

    private record Around(PathPlanner planner, Set<Edge> leftOut) implements PathPlanner {

        @Override
        public Optional<NodePath> bestPath(Topology topology, NodeId from, NodeId to, Set<Edge> excluded) {
            return without(leftOut, excluded, from, to).stream()
                    .flatMap(edges -> planner.bestPath(topology, from, to, edges).stream())
                    .findFirst();
        }

        @Override
        public List<Merit> merits(Topology topology, NodePath path) {
            return planner.merits(topology, path);
        }
    }
}
