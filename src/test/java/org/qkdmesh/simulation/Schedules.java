package org.qkdmesh.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;

/**
 * The schedules of a range of seeds, side by side on several threads. Each is whole on one thread and knows nothing of the
 * others, so that a seed does the same in whatever company. Seeds are taken in order, so the failure that is told is that
 * of the lowest seed that fails.
 */
final class Schedules {

    private static final long REPORT_EVERY = 10_000;

    /** A schedule that did not hold. */
    record Failure(long seed, Throwable cause) {}

    private final long first;
    private final long last;
    private final AtomicLong next;
    private final LongAdder given = new LongAdder();
    private final LongAdder fetched = new LongAdder();
    private volatile Failure failure;

    Schedules(long first, long last) {
        this.first = first;
        this.last = last;
        this.next = new AtomicLong(first);
    }

    /** Returns when all have ended, or one has failed and those of lower seeds have ended. */
    void run(int threads) throws InterruptedException {
        List<Thread> workers = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            Thread worker = new Thread(this::work, "schedules-" + i);
            worker.start();
            workers.add(worker);
        }
        for (Thread worker : workers) {
            worker.join();
        }
    }

    private void work() {
        while (failure == null) {
            long seed = next.getAndIncrement();
            if (seed > last) {
                return;
            }
            try {
                Schedule.Result result = new Schedule(seed).run();
                given.add(result.given());
                fetched.add(result.fetched());
            } catch (Violation | SimulatedCrash | RuntimeException | StackOverflowError e) {
                failed(new Failure(seed, e));
            }
            if ((seed - first + 1) % REPORT_EVERY == 0) {
                System.out.println("schedule " + (seed - first + 1) + " of " + (last - first + 1));
            }
        }
    }

    private synchronized void failed(Failure another) {
        if (failure == null || another.seed() < failure.seed()) {
            failure = another;
        }
    }

    /** The one of the lowest seed. */
    Optional<Failure> failure() {
        return Optional.ofNullable(failure);
    }

    long given() {
        return given.sum();
    }

    long fetched() {
        return fetched.sum();
    }
}
