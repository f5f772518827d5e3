package org.qkdmesh.routing;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.qkdmesh.model.NodeId;

/**
 * Answers to questions about a topology, since requests ask the same few over and over while it stays. Safe for use by
 * several threads.
 *
 * @param <Q> a question, of which equal ones have the same answer
 * @param <A> an answer, never null
 */
final class Remembered<Q, A> {

    /** Past it all is forgotten, so that a large mesh with many failures costs time and not memory. */
    private static final int MOST_ANSWERS = 10_000;

    private record Known<Q, A>(Topology topology, Map<Q, A> answers) {

        Known(Topology topology) {
            this(topology, new ConcurrentHashMap<>());
        }
    }

    private volatile Known<Q, A> known = new Known<>(Topology.empty(new NodeId("none")));

    A answer(Topology topology, Q question, Function<Q, A> ask) {
        Known<Q, A> now = known;
        if (now.topology != topology || now.answers.size() >= MOST_ANSWERS) {
            now = new Known<>(topology);
            known = now;
        }
        A answer = now.answers.get(question);
        if (answer == null) {
            answer = ask.apply(question);
            now.answers.put(question, answer);
        }
        return answer;
    }
}
