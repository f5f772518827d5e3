package org.qkdmesh.ops;

import java.util.Optional;
import java.util.Set;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.PassingEventLog;

/**
 * Raises an alarm that names whoever is refused again and again: somebody who guesses ids, or sends more than a node takes;
 * and at once whoever asks for keys that are there and are not his, which an id found by chance never is. Once a minute for
 * each at most, however often he is refused. What is nobody's fault, such as a link without keys, does not count. Safe for
 * use by several threads.
 */
public final class RefusalAlarms extends PassingEventLog {

    /** So many refusals are no accident, unless they take longer than at {@link #PER_SECOND}. */
    private static final int MANY = 100;

    private static final int PER_SECOND = 10;

    /** Names come from certificates of the network's authority; further ones go unwatched while these are busy. */
    private static final int MOST_CALLERS = 1_000;

    private static final Set<String> NOBODYS_FAULT = Set.of("unavailable", "timeout", "not_ready");

    /** As {@link org.qkdmesh.sae.FetchKeys} counts it. */
    private static final String KEY_OF_OTHERS = "key_of_others";

    private final NodeClock clock;
    private final Patience<String> callers = new Patience<>(PER_SECOND, MANY, MOST_CALLERS);
    private final Patience<String> strangers = new Patience<>(PER_SECOND, MANY, MOST_CALLERS);

    public RefusalAlarms(EventLog next, NodeClock clock) {
        super(next);
        this.clock = clock;
    }

    @Override
    public void refused(RefusedRequest request) {
        next.refused(request);
        String who = request.who();
        if (who.isEmpty()) {
            return;
        }
        if (request.reason().equals(KEY_OF_OTHERS)) {
            asksForKeysOfOthers(who)
                    .ifPresent(times -> next.alarm(
                            "asks-for-keys-of-others",
                            who + " asked for keys that are not for it, " + times + (times == 1 ? " time" : " times")));
        }
        if (!NOBODYS_FAULT.contains(request.reason()) && isTooMuch(who)) {
            next.alarm(
                    "refused-often",
                    who + " is refused again and again, more than " + PER_SECOND + " times a second; the last time at "
                            + request.door() + ": " + request.reason());
        }
    }

    private synchronized Optional<Integer> asksForKeysOfOthers(String who) {
        return strangers.tell(who, true, clock.monotonicMicros());
    }

    private synchronized boolean isTooMuch(String who) {
        return callers.tell(who, false, clock.monotonicMicros()).isPresent();
    }
}
