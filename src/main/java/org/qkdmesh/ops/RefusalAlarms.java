package org.qkdmesh.ops;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.PassingEventLog;
import org.qkdmesh.policy.TokenBucket;

/**
 * Raises an alarm that names whoever is refused again and again: somebody who guesses ids, asks for what is not his, or
 * sends more than a node takes. Once a minute for each at most, however often he is refused. What is nobody's fault, such
 * as a link without keys, does not count. Safe for use by several threads.
 */
public final class RefusalAlarms extends PassingEventLog {

    /** So many refusals are no accident, unless they take longer than at {@link #PER_SECOND}. */
    static final int MANY = 100;

    static final int PER_SECOND = 10;

    private static final long SILENCE_MICROS = TimeUnit.MINUTES.toMicros(1);

    /** Names come from certificates of the network's authority; further ones go unwatched while these are busy. */
    private static final int MOST_CALLERS = 1_000;

    private static final Set<String> NOBODYS_FAULT = Set.of("unavailable", "timeout", "not_ready");

    private static final class Watched {

        private final TokenBucket patience;
        private long silentUntil;

        Watched(long now) {
            this.patience = new TokenBucket(now);
            this.silentUntil = now;
        }
    }

    private final NodeClock clock;
    private final Map<String, Watched> callers = new HashMap<>();

    public RefusalAlarms(EventLog next, NodeClock clock) {
        super(next);
        this.clock = clock;
    }

    @Override
    public void refused(String door, String reason, String who) {
        next.refused(door, reason, who);
        if (!who.isEmpty() && !NOBODYS_FAULT.contains(reason) && isTooMuch(who)) {
            next.alarm(
                    "refused-often",
                    who + " is refused again and again, more than " + PER_SECOND + " times a second; the last time at "
                            + door + ": " + reason);
        }
    }

    private synchronized boolean isTooMuch(String who) {
        long now = clock.monotonicMicros();
        if (callers.size() >= MOST_CALLERS && !callers.containsKey(who)) {
            callers.values().removeIf(one -> one.silentUntil <= now && one.patience.isFull(PER_SECOND, now));
            if (callers.size() >= MOST_CALLERS) {
                return false;
            }
        }
        Watched caller = callers.computeIfAbsent(who, first -> new Watched(now));
        if (caller.patience.microsUntil(1, PER_SECOND, MANY, now) == 0) {
            caller.patience.take(1);
            return false;
        }
        if (now < caller.silentUntil) {
            return false;
        }
        caller.silentUntil = now + SILENCE_MICROS;
        return true;
    }
}
