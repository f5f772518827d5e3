package org.qkdmesh.cli.torture;

import static org.qkdmesh.cli.torture.Violation.Rule.DOUBLED;
import static org.qkdmesh.cli.torture.Violation.Rule.LOST;
import static org.qkdmesh.cli.torture.Violation.Rule.MISMATCHED;
import static org.qkdmesh.cli.torture.Violation.Rule.WRONG_ANSWER;
import static org.qkdmesh.cli.torture.Violation.Rule.WRONG_SAE;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.qkdmesh.cli.torture.Event.Op;
import org.qkdmesh.cli.torture.Event.Outcome;

/**
 * Holds a history to what the network promises. The history is whole when each slave has asked, after all was healed, for
 * every key that it was told of and had not got. An answer that did not arrive may have been given: a key whose fetch was
 * cut may be gone, which is counted and no break of a promise.
 */
final class Checker {

    /** Keys of fewer bits are the same by chance now and then. */
    private static final int LEAST_BITS_TO_COMPARE = 128;

    /** How long before the end of its life a refusal may already mean that a key has expired, milliseconds. */
    private static final long MARGIN = 2_000;

    /**
     * What became of the keys.
     *
     * @param given to masters
     * @param fetched by slaves; a key counts once for each slave
     * @param cut fetches whose answer was lost, and the key with it
     * @param expired nobody answered their slave before their life was over, or it left them on purpose
     * @param unanswered requests of masters of which nobody knows what they did
     */
    record Result(
            long given, long fetched, long cut, long expired, long busy, long unanswered, List<Violation> violations) {}

    private final long lifeMillis;
    private final Map<String, Given> keys = new LinkedHashMap<>();
    private final Map<String, String> idsByHash = new HashMap<>();
    private final Map<Long, List<Event>> answers = new LinkedHashMap<>();
    private final List<Violation> violations = new ArrayList<>();
    private long fetched;
    private long cut;
    private long expired;
    private long busy;
    private long unanswered;

    /** A key that a master has, and what its slaves saw of it. */
    private static final class Given {

        private final Event event;
        private final Map<String, List<Event>> asked = new HashMap<>();
        private final Set<String> leftBy = new HashSet<>();

        Given(Event event) {
            this.event = event;
        }
    }

    /** @param lifeMillis how long a slave can fetch a key */
    Checker(long lifeMillis) {
        this.lifeMillis = lifeMillis;
    }

    /** @param history in any order */
    Result check(List<Event> history) {
        List<Event> inOrder = history.stream()
                .sorted(java.util.Comparator.comparingLong(Event::at))
                .toList();
        inOrder.stream()
                .filter(event -> event.op() != Op.LEFT && event.outcome() == Outcome.OK)
                .forEach(event -> answers.computeIfAbsent(event.request(), request -> new ArrayList<>())
                        .add(event));
        inOrder.stream().filter(event -> event.op() == Op.ENC).forEach(this::given);
        inOrder.stream().filter(event -> event.op() != Op.ENC).forEach(this::asked);
        answers.values().forEach(this::answeredAsAsked);
        keys.values().forEach(key -> key.event.peers().forEach(slave -> concluded(key, slave)));
        return new Result(keys.size(), fetched, cut, expired, busy, unanswered, List.copyOf(violations));
    }

    private void given(Event event) {
        busy += event.outcome() == Outcome.BUSY ? 1 : 0;
        unanswered += event.outcome() == Outcome.UNKNOWN ? 1 : 0;
        if (event.outcome() == Outcome.REFUSED) {
            broken(WRONG_ANSWER, event.sae() + " may ask for keys with " + event.peers() + " but got " + event.note());
        }
        if (!event.isGiven()) {
            return;
        }
        Given before = keys.putIfAbsent(event.id(), new Given(event));
        if (before != null) {
            broken(DOUBLED, "key " + event.id() + " was given twice: " + before.event + " and " + event);
        } else if (event.keyBits() >= LEAST_BITS_TO_COMPARE) {
            String other = idsByHash.putIfAbsent(event.sha256(), event.id());
            if (other != null) {
                broken(DOUBLED, "keys " + other + " and " + event.id() + " have the same bytes");
            }
        }
    }

    private void asked(Event event) {
        Given key = keys.get(event.id());
        boolean got = event.op() == Op.DEC && event.outcome() == Outcome.OK;
        if (key == null) {
            if (got) {
                broken(WRONG_SAE, event.sae() + " got key " + event.id() + ", which no master was given");
            }
            return;
        }
        boolean isSlave = key.event.peers().contains(event.sae());
        if (got && !(isSlave && event.peers().equals(List.of(key.event.sae())))) {
            broken(WRONG_SAE, event.sae() + " got a key that is not its own: " + event + ", given as " + key.event);
        } else if (event.op() == Op.LEFT) {
            key.leftBy.addAll(event.peers());
        } else if (isSlave) {
            key.asked.computeIfAbsent(event.sae(), slave -> new ArrayList<>()).add(event);
        }
    }

    private void answeredAsAsked(List<Event> keysOfOneAnswer) {
        Event first = keysOfOneAnswer.get(0);
        if (keysOfOneAnswer.size() != first.number()) {
            broken(WRONG_ANSWER, "asked for " + first.number() + " keys, got " + keysOfOneAnswer.size() + ": " + first);
        }
        if (keysOfOneAnswer.stream().anyMatch(event -> event.op() == Op.ENC && event.keyBits() != event.bits())) {
            broken(WRONG_ANSWER, "asked for keys of " + first.bits() + " bit, got another size: " + first);
        }
    }

    private void concluded(Given key, String slave) {
        List<Event> asked = key.asked.getOrDefault(slave, List.of());
        List<Event> got =
                asked.stream().filter(event -> event.outcome() == Outcome.OK).toList();
        got.stream()
                .filter(event -> !event.sha256().equals(key.event.sha256()))
                .forEach(event -> broken(MISMATCHED, event + " is not what the master has: " + key.event));
        if (got.size() > 1) {
            broken(DOUBLED, slave + " fetched key " + key.event.id() + " " + got.size() + " times: " + got);
        }
        if (!got.isEmpty()) {
            fetched++;
            return;
        }
        long over = key.event.at() + lifeMillis - MARGIN;
        boolean mayBeGone = asked.stream().anyMatch(event -> event.outcome() == Outcome.UNKNOWN);
        boolean refusedInTime =
                asked.stream().anyMatch(event -> event.outcome() == Outcome.REFUSED && event.at() < over);
        boolean outlivedByAnswer =
                asked.stream().anyMatch(event -> event.outcome() == Outcome.REFUSED && event.at() >= over);
        if (mayBeGone) {
            cut++;
        } else if (refusedInTime) {
            broken(LOST, slave + " was told that a key is not there that it never got: " + key.event + lastOf(asked));
        } else if (outlivedByAnswer || key.leftBy.contains(slave)) {
            expired++;
        } else {
            broken(LOST, slave + " could not fetch, until the end: " + key.event + lastOf(asked));
        }
    }

    /** The history has the others. */
    private static String lastOf(List<Event> asked) {
        return asked.isEmpty() ? "; it never asked" : "; last " + asked.get(asked.size() - 1);
    }

    private void broken(Violation.Rule rule, String what) {
        violations.add(new Violation(rule, what));
    }
}
