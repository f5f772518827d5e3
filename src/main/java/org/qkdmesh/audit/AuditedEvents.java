package org.qkdmesh.audit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.qkdmesh.model.AuditEvent;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.PassingEventLog;

/**
 * Passes on what is reported, and keeps for the audit log what belongs there and moves no keys: refusals and uses of the
 * management port, counted by kind until somebody {@link #take takes} them, and alarms. Bounded: what comes too fast is
 * counted as lost. Safe for use by several threads; it never waits.
 */
public final class AuditedEvents extends PassingEventLog {

    private static final int MOST_WAITING = 1_000;

    /** Beyond so many kinds of refusals pairs go untold, so that no SAE fills the log by asking for the keys of many. */
    private static final int MOST_WITH_PAIR = 50;

    private final ConcurrentLinkedQueue<AuditEvent> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waitingCount = new AtomicInteger();
    private final Map<RefusedRequest, AtomicLong> refusals = new ConcurrentHashMap<>();
    private final Map<Use, AtomicLong> uses = new ConcurrentHashMap<>();
    private final AtomicLong lost = new AtomicLong();

    private record Use(String door, int status) {}

    public AuditedEvents(EventLog next) {
        super(next);
    }

    /** Something that the audit log is to tell, and that is in no transaction. */
    public void tell(AuditEvent event) {
        if (waitingCount.get() >= MOST_WAITING) {
            lost.incrementAndGet();
            return;
        }
        waitingCount.incrementAndGet();
        waiting.add(event);
    }

    /** What came since the last time. For one thread. */
    List<AuditEvent> take() {
        List<AuditEvent> taken = new ArrayList<>();
        for (AuditEvent one = waiting.poll(); one != null; one = waiting.poll()) {
            waitingCount.decrementAndGet();
            taken.add(one);
        }
        for (RefusedRequest kind : List.copyOf(refusals.keySet())) {
            AuditEvent event = AuditEvent.of(AuditEvent.What.REFUSED)
                    .with("door", kind.door())
                    .with("reason", kind.reason());
            if (!kind.who().isEmpty()) {
                event = event.with("who", kind.who());
            }
            taken.add(kind.pair()
                    .map(event::saes)
                    .orElse(event)
                    .with("count", refusals.remove(kind).get()));
        }
        for (Use use : List.copyOf(uses.keySet())) {
            taken.add(AuditEvent.of(AuditEvent.What.MANAGED)
                    .with("door", use.door())
                    .with("status", use.status())
                    .with("count", uses.remove(use).get()));
        }
        return taken;
    }

    /** How many were lost. */
    public long lost() {
        return lost.get();
    }

    private <K> void count(Map<K, AtomicLong> counts, K key) {
        if (counts.size() < MOST_WAITING || counts.containsKey(key)) {
            // Within the map's lock, so that one who takes the count away does not miss it.
            counts.compute(key, (kind, before) -> {
                AtomicLong count = before == null ? new AtomicLong() : before;
                count.incrementAndGet();
                return count;
            });
        } else {
            lost.incrementAndGet();
        }
    }

    @Override
    public void refused(String door, String reason) {
        count(refusals, new RefusedRequest(door, reason, "", Optional.empty()));
        next.refused(door, reason);
    }

    @Override
    public void refused(RefusedRequest request) {
        boolean telling = refusals.size() < MOST_WITH_PAIR || refusals.containsKey(request);
        count(refusals, telling ? request : request.withoutPair());
        next.refused(request);
    }

    @Override
    public void alarm(String kind, String detail) {
        tell(AuditEvent.of(AuditEvent.What.ALARM).with("kind", kind).with("detail", detail));
        next.alarm(kind, detail);
    }

    @Override
    public void managed(String door, int status) {
        count(uses, new Use(door, status));
        next.managed(door, status);
    }
}
