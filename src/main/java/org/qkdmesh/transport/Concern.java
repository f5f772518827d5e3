package org.qkdmesh.transport;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A share of the node for one kind of request: at most {@code running} at a time, at most {@code waiting} behind them. What
 * runs in one concern may block as long as it likes and never holds up another one. Threads are made on demand: virtual ones
 * where the JDK has them, else ordinary ones.
 *
 * <p>Callers share it evenly, however much one of them asks for: one alone never takes the last quarter of the places; a
 * place that comes free goes to who has fewest; and where too many wait, the caller with most of them loses the latest. What
 * one caller sends runs in the order it came. Safe for use by several threads.
 */
final class Concern implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Concern.class);

    /** One in so many places is kept for others than the caller who has all the rest. */
    private static final int RESERVED = 4;

    /** What became of a request for a place. */
    enum Admission {
        STARTED,
        WAITING,
        REFUSED
    }

    private record Waiting(Runnable work, Runnable displaced, long number) {}

    /** What one caller has here. */
    private static final class Line {

        private int running;
        private final Deque<Waiting> waiting = new ArrayDeque<>();

        int running() {
            return running;
        }

        int waiting() {
            return waiting.size();
        }

        long since() {
            return waiting.getFirst().number;
        }
    }

    private static final Comparator<Line> NEXT =
            Comparator.comparingInt(Line::running).thenComparingLong(Line::since);

    private final String name;
    private final int maxRunning;
    private final int maxRunningOfOne;
    private final int maxWaiting;
    private final ExecutorService threads;
    private final Map<Object, Line> lines = new HashMap<>();
    private int running;
    private int waiting;
    private long number;
    private boolean closed;

    /** @param running at least 1 */
    Concern(String name, int running, int waiting) {
        if (running < 1 || waiting < 0) {
            throw new IllegalArgumentException("a concern runs at least 1 request, and 0 or more wait");
        }
        this.name = name;
        this.maxRunning = running;
        this.maxRunningOfOne = running - running / RESERVED;
        this.maxWaiting = waiting;
        this.threads = Threads.onDemand(name);
    }

    /**
     * @param caller whose work it is
     * @param displaced run, on the thread of another {@code submit}, when the work has to make room and will not be done
     */
    Admission submit(Object caller, Runnable work, Runnable displaced) {
        Waiting madeRoom = null;
        synchronized (lines) {
            if (closed) {
                return Admission.REFUSED;
            }
            Line line = lines.computeIfAbsent(caller, first -> new Line());
            if (running < maxRunning && line.running < maxRunningOfOne) {
                running++;
                line.running++;
                threads.execute(() -> runAll(caller, work));
                return Admission.STARTED;
            }
            if (waiting == maxWaiting) {
                Line longest = longest();
                if (longest == null || longest.waiting() <= line.waiting() + 1) {
                    forgetIfEmpty(caller, line);
                    return Admission.REFUSED;
                }
                madeRoom = longest.waiting.removeLast();
                waiting--;
            }
            line.waiting.addLast(new Waiting(work, displaced, number++));
            waiting++;
        }
        if (madeRoom != null) {
            madeRoom.displaced.run();
        }
        return Admission.WAITING;
    }

    private Line longest() {
        return lines.values().stream()
                .filter(line -> line.waiting() > 0)
                .max(Comparator.comparingInt(Line::waiting))
                .orElse(null);
    }

    private void forgetIfEmpty(Object caller, Line line) {
        if (line.running == 0 && line.waiting.isEmpty()) {
            lines.remove(caller);
        }
    }

    /** Gives up waiting. False when the work has begun, or is not known. */
    boolean withdraw(Object caller, Runnable work) {
        synchronized (lines) {
            Line line = lines.get(caller);
            if (line == null || !line.waiting.removeIf(one -> one.work == work)) {
                return false;
            }
            waiting--;
            forgetIfEmpty(caller, line);
            return true;
        }
    }

    String name() {
        return name;
    }

    int running() {
        synchronized (lines) {
            return running;
        }
    }

    int waiting() {
        synchronized (lines) {
            return waiting;
        }
    }

    /** One thread goes on with what waits, so that a freed place is taken without a detour. */
    private void runAll(Object firstCaller, Runnable first) {
        Object caller = firstCaller;
        Runnable work = first;
        while (work != null) {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                LOG.error("A request of concern {} ended in an error that nobody handled", name, e);
            }
            synchronized (lines) {
                Line line = lines.get(caller);
                line.running--;
                forgetIfEmpty(caller, line);
                Map.Entry<Object, Line> next = closed ? null : next();
                if (next == null) {
                    running--;
                    return;
                }
                caller = next.getKey();
                next.getValue().running++;
                work = next.getValue().waiting.removeFirst().work;
                waiting--;
            }
        }
    }

    /** Whoever has least running here comes first, and who waits longest among those. Null when nobody may. */
    private Map.Entry<Object, Line> next() {
        if (waiting == 0) {
            return null;
        }
        return lines.entrySet().stream()
                .filter(line -> line.getValue().waiting() > 0 && line.getValue().running < maxRunningOfOne)
                .min(Map.Entry.comparingByValue(NEXT))
                .orElse(null);
    }

    /** Takes no more work; what runs goes on, and is interrupted. */
    @Override
    public void close() {
        synchronized (lines) {
            closed = true;
            lines.values().forEach(line -> line.waiting.clear());
            waiting = 0;
        }
        threads.shutdownNow();
    }
}
