package org.qkdmesh.simulation;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;
import org.qkdmesh.model.NodeClock;

/** Time that passes from event to event. */
final class VirtualTime implements NodeClock {

    private static final long START = 1_000_000;

    /** Room for more events than a schedule can have, and for years of milliseconds. */
    private static final int NUMBER_BITS = 28;

    /** Something that will happen. */
    final class Event implements Comparable<Event> {
        private final long at;

        /** The time, and behind it the number of the event, so that those of one moment happen in the order they came. */
        private final long order;

        private final boolean isWork;
        private Runnable action;

        private Event(long at, boolean isWork, Runnable action) {
            this.at = at;
            this.order = at << NUMBER_BITS | count++;
            this.isWork = isWork;
            this.action = action;
            work += isWork ? 1 : 0;
        }

        /** It will not happen after all. */
        void cancel() {
            if (action != null) {
                action = null;
                work -= isWork ? 1 : 0;
            }
        }

        private void happen() {
            Runnable mine = action;
            if (mine != null) {
                now = Math.max(now, at);
                cancel();
                mine.run();
            }
        }

        @Override
        public int compareTo(Event other) {
            return Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();

    /** Those that nobody waits for, also some that have happened. */
    private final List<Event> late = new ArrayList<>();

    private long now = START;
    private long count;
    private int work;

    Event in(long millis, Runnable action) {
        return add(millis, true, action);
    }

    /** Something that a node looks after now and then, whether or not there is anything to do. */
    Event inBackground(long millis, Runnable action) {
        return add(millis, false, action);
    }

    /** Something that nobody waits for any more: if all has come to rest before, it happens then. */
    void late(long millis, Runnable action) {
        late.add(add(millis, false, action));
    }

    private Event add(long millis, boolean isWork, Runnable action) {
        Event event = new Event(now + Math.max(0, millis), isWork, action);
        events.add(event);
        return event;
    }

    /** Runs all events up to a moment so many milliseconds after the start. */
    void runUntil(long millisSinceStart) {
        runUntil(millisSinceStart, () -> false);
    }

    /**
     * Runs until nothing is under way any more, nor comes late, and all is in order; at most up to a moment so many
     * milliseconds after the start.
     */
    void runUntilRest(long millisSinceStart, BooleanSupplier isInOrder) {
        BooleanSupplier isAtRest = () -> work == 0 && isInOrder.getAsBoolean();
        do {
            runUntil(millisSinceStart, isAtRest);
        } while (latecomersHappen());
    }

    /** All that would come late comes now, one after the other. */
    private boolean latecomersHappen() {
        List<Event> coming =
                late.stream().filter(event -> event.action != null).sorted().toList();
        late.clear();
        coming.forEach(event -> {
            in(0, event.action);
            event.cancel();
        });
        return !coming.isEmpty();
    }

    /** Everything stands still for so long: what should have happened meanwhile happens at the end of it. */
    void standStill(long millis) {
        now += millis;
    }

    private void runUntil(long millisSinceStart, BooleanSupplier isOver) {
        long end = START + millisSinceStart;
        while (!isOver.getAsBoolean()) {
            if (events.isEmpty() || events.peek().at > end) {
                now = Math.max(now, end);
                return;
            }
            events.poll().happen();
        }
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
