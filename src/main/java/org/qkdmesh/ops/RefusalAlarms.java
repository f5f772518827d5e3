package org.qkdmesh.ops;

import java.util.Set;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.PassingEventLog;

/**
 * Raises an alarm that names whoever is refused again and again: somebody who guesses ids, asks for what is not his, or
 * sends more than a node takes. Once a minute for each at most, however often he is refused. What is nobody's fault, such
 * as a link without keys, does not count. Safe for use by several threads.
 */
public final class RefusalAlarms extends PassingEventLog {

    /** So many refusals are no accident, unless they take longer than at {@link #PER_SECOND}. */
    private static final int MANY = 100;

    private static final int PER_SECOND = 10;

    /** Names come from certificates of the network's authority; further ones go unwatched while these are busy. */
    private static final int MOST_CALLERS = 1_000;

    private static final Set<String> NOBODYS_FAULT = Set.of("unavailable", "timeout", "not_ready");

    private final NodeClock clock;
    private final Patience<String> callers = new Patience<>(PER_SECOND, MANY, MOST_CALLERS);

    public RefusalAlarms(EventLog next, NodeClock clock) {
        super(next);
        this.clock = clock;
    }

    @Override
    public void refused(RefusedRequest request) {
        next.refused(request);
        String who = request.who();
        if (!who.isEmpty() && !NOBODYS_FAULT.contains(request.reason()) && isTooMuch(who)) {
            next.alarm(
                    "refused-often",
                    who + " is refused again and again, more than " + PER_SECOND + " times a second; the last time at "
                            + request.door() + ": " + request.reason());
        }
    }

    private synchronized boolean isTooMuch(String who) {
        return callers.tell(who, false, clock.monotonicMicros()).isPresent();
    }
}
