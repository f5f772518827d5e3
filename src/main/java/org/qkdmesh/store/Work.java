package org.qkdmesh.store;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** A transaction that its caller waits for. What it gave is released only once it is known what became of the commit. */
final class Work<T> {

    /** What the writer does with a work that can not share a commit. */
    interface Alone<T> {

        /** Does it, and releases or fails the work, now or later. */
        void run(Writer writer, Work<T> work);
    }

    private final Function<StoreTransaction, T> function;
    private final Alone<T> alone;
    private final CompletableFuture<T> released = new CompletableFuture<>();
    private final AtomicBoolean taken = new AtomicBoolean();
    private T result;
    private Throwable thrown;

    Work(Function<StoreTransaction, T> function) {
        this(function, null);
    }

    private Work(Function<StoreTransaction, T> function, Alone<T> alone) {
        this.function = function;
        this.alone = alone;
    }

    /** One that the writer runs by itself, between batches. */
    static <T> Work<T> alone(Alone<T> alone) {
        return new Work<>(null, alone);
    }

    /** One that holds a transaction, which the writer runs by itself, with more that belongs to it. */
    static <T> Work<T> alone(Function<StoreTransaction, T> function, Alone<T> alone) {
        return new Work<>(function, alone);
    }

    boolean runsAlone() {
        return alone != null;
    }

    void runAlone(Writer writer) {
        alone.run(writer, this);
    }

    /** Takes it, to run it or to give it up; true for one taker. */
    boolean take() {
        return taken.compareAndSet(false, true);
    }

    void run(StoreTransaction transaction) {
        try {
            result = function.apply(transaction);
        } catch (Throwable e) {
            thrown = e;
        }
    }

    /** What the caller will have once it is released. */
    void gives(T value) {
        result = value;
    }

    /** A statement of it failed: it is refused, also when the function didn't mind. */
    void refuse() {
        if (thrown == null) {
            thrown = new StoreFailure("a statement of this transaction failed", true, null);
        }
    }

    boolean hasThrown() {
        return thrown != null;
    }

    /** Lets the caller have what the work returned or threw. */
    void release() {
        if (thrown == null) {
            released.complete(result);
        } else {
            released.completeExceptionally(thrown);
        }
    }

    void fail(String message, boolean outcomeKnown, Throwable cause) {
        released.completeExceptionally(new StoreFailure(message, outcomeKnown, cause));
    }

    /**
     * Waits, also when interrupted: what was begun ends soon, and its outcome matters.
     *
     * @throws TimeoutException when it was not released in time
     */
    T await(long millis) throws TimeoutException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return released.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException unchecked) {
                throw unchecked;
            }
            if (e.getCause() instanceof Error error) {
                throw error;
            }
            throw new IllegalStateException(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
