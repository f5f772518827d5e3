package org.qkdmesh.transport;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A share of the node for one kind of request: at most {@code running} at a time, at most {@code waiting} behind them, in
 * the order they came. What runs in one concern may block as long as it likes and never holds up another one. Threads are
 * made on demand: virtual ones where the JDK has them, else ordinary ones. Safe for use by several threads.
 */
final class Concern implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Concern.class);

    /** What became of a request for a place. */
    enum Admission {
        STARTED,
        WAITING,
        REFUSED
    }

    private final String name;
    private final int maxRunning;
    private final int maxWaiting;
    private final ExecutorService threads;
    private final Deque<Runnable> waiting = new ArrayDeque<>();
    private int running;
    private boolean closed;

    /** @param running at least 1 */
    Concern(String name, int running, int waiting) {
        if (running < 1 || waiting < 0) {
            throw new IllegalArgumentException("a concern runs at least 1 request, and 0 or more wait");
        }
        this.name = name;
        this.maxRunning = running;
        this.maxWaiting = waiting;
        this.threads = Threads.onDemand(name);
    }

    Admission submit(Runnable work) {
        synchronized (waiting) {
            if (closed) {
                return Admission.REFUSED;
            }
            if (running == maxRunning) {
                if (waiting.size() == maxWaiting) {
                    return Admission.REFUSED;
                }
                waiting.addLast(work);
                return Admission.WAITING;
            }
            running++;
        }
        threads.execute(() -> runAll(work));
        return Admission.STARTED;
    }

    /** Gives up waiting. False when the work has begun, or is not known. */
    boolean withdraw(Runnable work) {
        synchronized (waiting) {
            return waiting.removeFirstOccurrence(work);
        }
    }

    String name() {
        return name;
    }

    int running() {
        synchronized (waiting) {
            return running;
        }
    }

    int waiting() {
        synchronized (waiting) {
            return waiting.size();
        }
    }

    /** One thread goes on with what waits, so that a freed place is taken without a detour. */
    private void runAll(Runnable first) {
        Runnable work = first;
        while (work != null) {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                LOG.error("A request of concern {} ended in an error that nobody handled", name, e);
            }
            synchronized (waiting) {
                work = closed ? null : waiting.pollFirst();
                if (work == null) {
                    running--;
                }
            }
        }
    }

    /** Takes no more work; what runs goes on, and is interrupted. */
    @Override
    public void close() {
        synchronized (waiting) {
            closed = true;
            waiting.clear();
        }
        threads.shutdownNow();
    }
}
