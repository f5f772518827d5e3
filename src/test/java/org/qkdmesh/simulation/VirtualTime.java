package org.qkdmesh.simulation;

import java.time.Instant;
import java.util.PriorityQueue;
import org.qkdmesh.model.NodeClock;

/** Time that passes from event to event. */
final class VirtualTime implements NodeClock {

    private static final long START = 1_000_000;

    private record Event(long at, long number, Runnable action) {}

    private final PriorityQueue<Event> events = new PriorityQueue<>(
            (a, b) -> a.at() != b.at() ? Long.compare(a.at(), b.at()) : Long.compare(a.number(), b.number()));
    private long now = START;
    private long count;

    void in(long millis, Runnable action) {
        events.add(new Event(now + Math.max(0, millis), count++, action));
    }

    /** Runs all events up to a moment so many milliseconds after the start. */
    void runUntil(long millisSinceStart) {
        long end = START + millisSinceStart;
        while (!events.isEmpty() && events.peek().at() <= end) {
            Event next = events.poll();
            now = next.at();
            next.action().run();
        }
        now = Math.max(now, end);
    }

    long sinceStart() {
        return now - START;
    }

    @Override
    public long monotonicMillis() {
        return now;
    }

    @Override
    public Instant wall() {
        return Instant.ofEpochMilli(1_700_000_000_000L + now);
    }
}
