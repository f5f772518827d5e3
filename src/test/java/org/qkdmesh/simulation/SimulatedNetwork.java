package org.qkdmesh.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.qkdmesh.model.NodeId;
import org.qkdmesh.model.SaeId;

/** Calls between nodes, and everything that happens to them on the way. */
final class SimulatedNetwork {

    /** A call; which of the members are used depends on the path. */
    record Request(String path, Body body, String tag, long number) {

        Request with(Body other) {
            return new Request(path, other, tag, number);
        }
    }

    /** What the caller sees. */
    sealed interface Outcome {

        /** @param confirmation of sealed keys; null if there is none */
        record Answered(int status, Body body, String confirmation) implements Outcome {

            boolean isOk() {
                return status == 200;
            }
        }

        /** Nobody listens there. */
        record NotSent() implements Outcome {}

        /** The connection broke. */
        record Broken() implements Outcome {}

        record TimedOut() implements Outcome {}
    }

    /** Longer than a request of a master lasts. */
    private static final long HELD_UP_MILLIS = 2_800;

    private static final int LATEST_REPLAY_MILLIS = 2_400;

    /** Who waits for the answer to what comes again. */
    private static final Consumer<Outcome> NOBODY = outcome -> {};

    private static final Set<String> LINK_KEY_PATHS = Set.of("ext_keys", "link-keys", "grant");

    private final VirtualTime time;
    private final RandomGenerator random;
    private final Faults faults;
    private final Map<NodeId, SimulatedNode> nodes = new HashMap<>();
    private final List<Runnable> recorded = new ArrayList<>();

    SimulatedNetwork(VirtualTime time, RandomGenerator random, Faults faults) {
        this.time = time;
        this.random = random;
        this.faults = faults;
    }

    void add(SimulatedNode node) {
        nodes.put(node.id(), node);
    }

    SimulatedNode node(NodeId id) {
        return nodes.get(id);
    }

    /** The SAEs of all nodes. */
    List<SaeId> saes() {
        return nodes.values().stream().flatMap(node -> node.saes().stream()).toList();
    }

    /** Calls; {@code done} runs once. */
    void call(NodeId from, NodeId to, Request request, long timeout, Consumer<Outcome> done) {
        boolean[] given = new boolean[1];
        VirtualTime.Event end = time.in(timeout, () -> {
            given[0] = true;
            done.accept(new Outcome.TimedOut());
        });
        Consumer<Outcome> once = outcome -> {
            if (!given[0]) {
                given[0] = true;
                end.cancel();
                done.accept(outcome);
            }
        };
        SimulatedNode target = nodes.get(to);
        if (!target.isUp()) {
            time.in(1, () -> once.accept(new Outcome.NotSent()));
            return;
        }
        Request sent = asItArrives(request);
        record(from, target, sent);
        if (faults.happens(faults.lost)) {
            return;
        }
        SimulatedProcess called = target.process();
        Runnable arrival = () -> arrive(from, target, called, sent, once);
        if (isHeldUp(sent)) {
            time.late(HELD_UP_MILLIS, arrival);
        } else {
            time.in(faults.delay(), arrival);
        }
        if (faults.happens(faults.doubled)) {
            time.in(faults.delay(), arrival);
        }
    }

    /** A relay message or a notice comes when its sender has long given it up, perhaps after what was sent later. */
    private boolean isHeldUp(Request request) {
        return (request.path().equals("ext_keys") || request.path().equals("notices")) && faults.happens(faults.heldUp);
    }

    /** What uses link keys up or brings them in is remembered, also what was lost, and comes when nobody waits for it any more. */
    private void record(NodeId from, SimulatedNode target, Request request) {
        if (!LINK_KEY_PATHS.contains(request.path())) {
            return;
        }
        Runnable again = () -> deliver(from, target, request, NOBODY);
        recorded.add(again);
        if (faults.happens(faults.replayed)) {
            time.late(100 + random.nextInt(LATEST_REPLAY_MILLIS), again);
        }
    }

    /** Everything that was ever sent comes once more. */
    void replayAll() {
        List.copyOf(recorded).forEach(again -> time.in(faults.delay(), again));
    }

    /** A call is one connection to one process: a later run may get the message, but what it says is no answer to it. */
    private void arrive(
            NodeId from, SimulatedNode target, SimulatedProcess called, Request request, Consumer<Outcome> done) {
        if (target.isRunning(called)) {
            deliver(from, target, request, done);
        } else {
            done.accept(new Outcome.Broken());
            deliver(from, target, request, NOBODY);
        }
    }

    private void deliver(NodeId from, SimulatedNode target, Request request, Consumer<Outcome> done) {
        if (!target.isUp()) {
            done.accept(new Outcome.Broken());
            return;
        }
        target.receive(from, request, done == NOBODY ? NOBODY : answer -> sendBack(answer, done));
    }

    private void sendBack(Outcome answer, Consumer<Outcome> done) {
        if (faults.happens(faults.cut)) {
            time.in(faults.delay(), () -> done.accept(new Outcome.Broken()));
        } else if (!faults.happens(faults.lost)) {
            time.in(faults.delay(), () -> done.accept(asItArrives(answer)));
        }
    }

    private Request asItArrives(Request request) {
        if (faults.happens(faults.flipped)) {
            return request.with(request.body().flipped(random));
        }
        return faults.encoded ? request.with(request.body().encoded()) : request;
    }

    private Outcome asItArrives(Outcome outcome) {
        return faults.encoded && outcome instanceof Outcome.Answered answer
                ? new Outcome.Answered(answer.status(), answer.body().encoded(), answer.confirmation())
                : outcome;
    }
}
