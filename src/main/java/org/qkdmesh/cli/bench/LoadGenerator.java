package org.qkdmesh.cli.bench;

import io.vertx.core.AsyncResult;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Keeps a load on two ends, and compares each key. In a closed loop each client begins its next pair when it has ended
 * one. In an open loop pairs begin at fixed times, and the time of {@code enc_keys} counts from when the pair should have
 * begun: a stall shows in all pairs that it held up, and not only in those that were under way (what is known as
 * coordinated omission).
 *
 * <p>Everything happens on one event loop; the methods are for another thread, and wait for it.
 */
final class LoadGenerator implements AutoCloseable {

    private static final long PAUSE_AFTER_ERROR_MILLIS = 50;
    private static final double NANOS = 1e9;

    private final Vertx vertx;
    private final Context loop;
    private final Target target;
    private final Load load;
    private final SeenKeys seen;
    private final BenchSae master;
    private final BenchSae slave;
    private final Buffer request;

    /** When the pairs that wait for a client should have begun. */
    private final Deque<Long> due = new ArrayDeque<>();

    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private Tally tally = new Tally();
    private long tallySince;
    private int free;
    private boolean stopping;

    LoadGenerator(Vertx vertx, Target target, Load load, SeenKeys seen) {
        this.vertx = vertx;
        this.loop = vertx.getOrCreateContext();
        this.target = target;
        this.load = load;
        this.seen = seen;
        this.master = new BenchSae(vertx, target.master(), target.masterApi(), target.certs(), load.clients());
        this.slave = new BenchSae(vertx, target.slave(), target.slaveApi(), target.certs(), load.clients());
        this.request = Buffer.buffer("{\"number\":" + load.number() + ",\"size\":" + load.sizeBits() + "}");
    }

    void start() {
        onLoop(() -> {
            tallySince = System.nanoTime();
            free = load.clients();
            if (load.isOpenLoop()) {
                beginAtFixedTimes(System.nanoTime());
            } else {
                while (free > 0) {
                    begin(System.nanoTime());
                }
            }
            return null;
        });
    }

    /** What happened since the start or the last call. */
    Tally cut() {
        return onLoop(() -> {
            long now = System.nanoTime();
            Tally done = tally;
            done.lasted((now - tallySince) / NANOS);
            done.late(due.size());
            tally = new Tally();
            tallySince = now;
            return done;
        });
    }

    /** Begins no more pairs, and waits for those that are under way; returns what happened since the last cut. */
    Tally stop() {
        onLoop(() -> {
            stopping = true;
            endWhenDrained();
            return null;
        });
        drained.join();
        return cut();
    }

    private void beginAtFixedTimes(long start) {
        long[] begun = new long[1];
        vertx.setPeriodic(1, timer -> {
            if (stopping) {
                vertx.cancelTimer(timer);
                return;
            }
            long shouldHaveBegun = (long) ((System.nanoTime() - start) / NANOS * load.rate());
            while (begun[0] < shouldHaveBegun) {
                begun[0]++;
                due.add(start + (long) (begun[0] / load.rate() * NANOS));
            }
            beginDue();
        });
    }

    private void beginDue() {
        while (free > 0 && !due.isEmpty()) {
            begin(due.remove());
        }
    }

    private void begin(long since) {
        free--;
        master.encKeys(target.slave(), request).onComplete(given -> {
            if (!isGood("enc_keys", given)) {
                endAfterError();
                return;
            }
            long now = System.nanoTime();
            tally.encKeys(now - since);
            KeyAnswer keys = read("enc_keys", given.result());
            if (keys == null) {
                endAfterError();
                return;
            }
            slave.decKeys(target.master(), keys.ids()).onComplete(fetched -> fetched(keys, fetched, now));
        });
    }

    private void fetched(KeyAnswer given, AsyncResult<BenchSae.Reply> fetched, long since) {
        if (!isGood("dec_keys", fetched)) {
            endAfterError();
            return;
        }
        tally.decKeys(System.nanoTime() - since);
        KeyAnswer keys = read("dec_keys", fetched.result());
        if (keys == null) {
            endAfterError();
            return;
        }
        compare(given, keys);
        end();
    }

    private void compare(KeyAnswer given, KeyAnswer fetched) {
        int same = given.sameIn(fetched);
        if (same < given.ids().size()) {
            tally.error("key differs between the ends", given.ids().size() - same);
        }
        for (int i = 0; i < given.ids().size(); i++) {
            if (!seen.addId(given.ids().get(i))) {
                tally.error("key id came a second time");
            }
            if (!seen.addKey(given.keys().get(i))) {
                tally.error("key came a second time");
            }
        }
        tally.pair(same);
    }

    private boolean isGood(String call, AsyncResult<BenchSae.Reply> reply) {
        if (reply.succeeded() && reply.result().status() == 200) {
            return true;
        }
        if (reply.succeeded()) {
            tally.error(call + " answered " + reply.result().status());
        } else if (reply.cause() instanceof TimeoutException) {
            tally.error(call + " was not answered in time");
        } else {
            tally.error(call + " found no connection or lost it");
        }
        return false;
    }

    /** Null, and counted, when the answer is not what was asked for. */
    private KeyAnswer read(String call, BenchSae.Reply reply) {
        try {
            KeyAnswer answer = KeyAnswer.read(reply.body());
            boolean asAsked = answer.ids().size() == load.number()
                    && answer.keys().stream().allMatch(key -> key.length * 8 == load.sizeBits());
            if (asAsked) {
                return answer;
            }
            tally.error(call + " gave another number or size of keys");
        } catch (IOException e) {
            tally.error(call + " gave no key container");
        }
        return null;
    }

    /** Whoever was refused comes back a little later, so that a fault is not made worse by its own noise. */
    private void endAfterError() {
        vertx.setTimer(PAUSE_AFTER_ERROR_MILLIS, timer -> end());
    }

    private void end() {
        free++;
        if (stopping) {
            endWhenDrained();
        } else if (load.isOpenLoop()) {
            beginDue();
        } else {
            begin(System.nanoTime());
        }
    }

    private void endWhenDrained() {
        if (free == load.clients()) {
            drained.complete(null);
        }
    }

    private <T> T onLoop(Supplier<T> step) {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.runOnContext(now -> {
            try {
                done.complete(step.get());
            } catch (RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done.join();
    }

    @Override
    public void close() {
        master.close();
        slave.close();
    }
}
