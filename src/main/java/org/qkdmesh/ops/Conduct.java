package org.qkdmesh.ops;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.PassingEventLog;
import org.qkdmesh.policy.TokenBucket;

/**
 * How other nodes behave, by what is refused them: tells when somebody should look, and whom not to listen to for a
 * moment, so that what a node is made to do by one that lies is bounded. Safe for use by several threads.
 *
 * <p>Whoever is refused something that no sound node asks for costs himself a request; with none left, all that he asks at
 * that door is refused unread. So many come back each second.
 */
public final class Conduct extends PassingEventLog {

    /** No sound node does this: one is worth an alarm. */
    private static final Set<String> NEVER = Set.of(
            "foreign",
            "foreign_ids",
            "invalid",
            "malformed",
            "not_a_neighbour",
            "target_not_here",
            "unauthorized",
            "unknown_link",
            "unproven_sequence",
            "unsigned");

    /** This happens now and then: after a start, when messages overtake each other, when clocks or KMEs differ. */
    private static final Set<String> NOT_OFTEN = Set.of(
            "declined",
            "link_epoch_changed",
            "not_offered",
            "over-limit",
            "replayed",
            "stale",
            "too_often",
            "too_old",
            "unknown_ids",
            "unknown_link_key");

    /** Of these, what it takes a call to a KME to find out. */
    private static final Set<String> COSTLY = Set.of("unknown_ids");

    /** So many are worth an alarm, if they come faster than this; more than are under way when a node is started anew. */
    private static final int OFTEN = 80;

    private static final int OFTEN_PER_SECOND = 1;

    /** In fifths of a request that is wrong as no sound node's is. */
    private static final int CREDIT = 250;

    private static final int CREDIT_PER_SECOND = 50;
    private static final int PRICE = 5;
    private static final int PRICE_NOT_OFTEN = 1;

    private static final int MOST_KEPT = 2_000;

    private record Offence(String who, String door, String reason) {}

    private record Visitor(String who, String door) {}

    private final Set<String> doors;
    private final NodeClock clock;
    private final Patience<Offence> patience = new Patience<>(OFTEN_PER_SECOND, OFTEN, MOST_KEPT);
    private final Map<Visitor, TokenBucket> credits = new HashMap<>();

    /** @param doors of other nodes, by the ids of their flows; what happens at others is no concern of this */
    public Conduct(EventLog next, Collection<String> doors, NodeClock clock) {
        super(next);
        this.doors = Set.copyOf(doors);
        this.clock = clock;
    }

    /** An alarm at once, or when it happens too often, and then at most once a minute for the same. */
    @Override
    public void refused(RefusedRequest request) {
        next.refused(request);
        note(request.door(), request.reason(), request.who())
                .ifPresent(detail -> next.alarm("node-misbehaves", detail));
    }

    private synchronized Optional<String> note(String door, String reason, String who) {
        boolean never = NEVER.contains(reason);
        if (who.isEmpty() || !doors.contains(door) || !never && !NOT_OFTEN.contains(reason)) {
            return Optional.empty();
        }
        long now = clock.monotonicMicros();
        pay(new Visitor(who, door), never || COSTLY.contains(reason) ? PRICE : PRICE_NOT_OFTEN, now);
        return patience.tell(new Offence(who, door, reason), never, now)
                .map(times -> who + " at " + door + ": " + reason.replace('_', ' ') + ", " + times
                        + (times == 1 ? " time" : " times"));
    }

    private void pay(Visitor visitor, int price, long now) {
        if (credits.size() >= MOST_KEPT) {
            credits.values().removeIf(credit -> credit.isFull(CREDIT_PER_SECOND, now));
        }
        if (credits.size() < MOST_KEPT || credits.containsKey(visitor)) {
            credits.computeIfAbsent(visitor, unknown -> new TokenBucket(now))
                    .tryTake(price, CREDIT_PER_SECOND, CREDIT, now);
        }
    }

    /** How much is remembered. */
    synchronized int kept() {
        return patience.kept() + credits.size();
    }

    /** Whether what this node asks at this door is refused unread, since too much of it was wrong. */
    public synchronized boolean isShutOut(String door, String who) {
        TokenBucket credit = credits.get(new Visitor(who, door));
        return credit != null && credit.left(CREDIT_PER_SECOND, CREDIT, clock.monotonicMicros()) < PRICE;
    }
}
