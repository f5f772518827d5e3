package org.qkdmesh.kme;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * The one lock of a link, and the only way to its {@link LinkParts}. The rules of concurrency of a link, all of them:
 *
 * <ul>
 *   <li>The parts know nothing of threads: only steps that are handed to this lock touch them, and a step returns no part.
 *   <li>A step computes. It calls nobody but the clock and the log of events, and so never waits.
 *   <li>A step that added bytes, or found that keys should be fetched, notes it in the parts. Whose turn it is to get bytes
 *       is found out, and whoever waits for them is woken, under the lock; whoever fetches is told after it has been given up.
 *   <li>Only {@link #await} waits, and gives the lock up meanwhile.
 * </ul>
 */
final class LinkLock {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moreBytes = lock.newCondition();
    private final LinkParts parts;
    private final Runnable lowWater;

    /** @param lowWater called, by whoever found it out, when keys should be fetched; must not wait */
    LinkLock(LinkParts parts, Runnable lowWater) {
        this.parts = parts;
        this.lowWater = lowWater;
    }

    /** Runs a step under the lock, and returns what it returns. */
    <T> T call(Function<LinkParts, T> step) {
        boolean fetch;
        T result;
        lock.lock();
        try {
            result = step.apply(parts);
            if (parts.bytesCame) {
                parts.share.grant(parts::allows);
                moreBytes.signalAll();
            }
            fetch = parts.fetchIsDue;
            parts.bytesCame = false;
            parts.fetchIsDue = false;
        } finally {
            lock.unlock();
        }
        if (fetch) {
            lowWater.run();
        }
        return result;
    }

    /** Runs a step under the lock. */
    void run(Consumer<LinkParts> step) {
        call(given -> {
            step.accept(given);
            return null;
        });
    }

    /**
     * Waits until this holds; it is looked at again whenever bytes have come.
     *
     * @param millis how long to wait, by the machine's clock
     * @return false when it does not hold in time, or the link is closed
     */
    boolean await(long millis, Predicate<LinkParts> holds) throws InterruptedException {
        long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
        lock.lock();
        try {
            while (!holds.test(parts)) {
                if (nanos <= 0 || parts.isClosed()) {
                    return false;
                }
                nanos = moreBytes.awaitNanos(nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }
}
