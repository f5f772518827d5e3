package org.qkdmesh.kme;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.qkdmesh.model.KmePair;

/**
 * The one lock of a link, and the only way to its {@link Strands}. The rules of concurrency of a link, all of them:
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
    private final Strands strands;
    private final Runnable lowWater;

    /** @param lowWater called, by whoever found it out, when keys should be fetched; must not wait */
    LinkLock(Strands strands, Runnable lowWater) {
        this.strands = strands;
        this.lowWater = lowWater;
    }

    /** Runs a step under the lock, and returns what it returns. */
    <T> T call(Function<Strands, T> step) {
        boolean fetch;
        T result;
        lock.lock();
        try {
            result = step.apply(strands);
            if (strands.bytesCame()) {
                strands.share.grant(strands::allows);
                moreBytes.signalAll();
            }
            fetch = strands.isFetchDue();
        } finally {
            lock.unlock();
        }
        if (fetch) {
            lowWater.run();
        }
        return result;
    }

    /** Runs a step under the lock. */
    void run(Consumer<Strands> step) {
        call(given -> {
            step.accept(given);
            return null;
        });
    }

    /** Runs a step on the strand of this pair, and returns what it returns. */
    <T> T call(KmePair pair, Function<LinkParts, T> step) {
        return call(given -> step.apply(given.of(pair)));
    }

    /** Runs a step on the strand of this pair. */
    void run(KmePair pair, Consumer<LinkParts> step) {
        run(given -> step.accept(given.of(pair)));
    }

    /** Runs a step on every strand, one after the other, all before anybody else. */
    void each(Consumer<LinkParts> step) {
        run(given -> given.all().forEach(step));
    }

    /**
     * Waits until this holds; it is looked at again whenever bytes have come.
     *
     * @param millis how long to wait, by the machine's clock
     * @return false when it does not hold in time, or the link is closed
     */
    boolean await(long millis, Predicate<Strands> holds) throws InterruptedException {
        long nanos = TimeUnit.MILLISECONDS.toNanos(millis);
        lock.lock();
        try {
            while (!holds.test(strands)) {
                if (nanos <= 0 || strands.first().isClosed()) {
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
