package org.qkdmesh.transport;

import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.qkdmesh.identity.CertificateIdentity.Role;
import org.qkdmesh.policy.TokenBucket;

/**
 * What one caller has of a server at the moment, with all its connections, and what of it he may have. Whoever asks or is
 * refused more often than that, or cut off, is read more slowly, so that it costs the others nothing. Used on the server's
 * event loop only.
 */
final class CallerShare {

    /** Whoever sends too much at once is not held up for longer than this for it. */
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    /**
     * Between two connections that are read again, where there are not so many that it would take long: what the one brings
     * is answered, and counted, before the next is read, so that what comes over all of them does not come at once.
     */
    private static final long BETWEEN_CONNECTIONS_MILLIS = 20;

    /** From the first to the last of them. */
    private static final long RESUMING_MILLIS = 500;

    private static final long TOLD_EVERY_MICROS = TimeUnit.MINUTES.toMicros(1);

    /** To read so many for nothing costs as much as to refuse a request. */
    private static final int BYTES_OF_A_REFUSAL = 64 << 10;

    /** Other nodes have up to 64 connections, and as many again while certificates change. */
    private static final int NODES_NEED = 128;

    private final String name;
    private final boolean node;
    private final Vertx vertx;
    private final ServerLimits.EachCaller limits;
    private final Consumer<String> asksTooFast;
    private final Set<PacedReading> readings = new HashSet<>();
    private final TokenBucket opened = new TokenBucket(micros());
    private final TokenBucket asked = new TokenBucket(micros());
    private final TokenBucket refused = new TokenBucket(micros());

    /** Those that are not read now, the one that waits for longest first. */
    private final Set<PacedReading> paused = new LinkedHashSet<>();

    private int connections;
    private int requests;
    private int bytesForNothing;
    private boolean timerSet;
    private long toldAt = micros() - TOLD_EVERY_MICROS;

    /** @param asksTooFast is told once a minute at most, by the caller's name, that more is asked than may be */
    CallerShare(Caller caller, Vertx vertx, ServerLimits.EachCaller limits, Consumer<String> asksTooFast) {
        this.name = caller.name();
        this.node = caller.identity().role() == Role.NODE;
        this.vertx = vertx;
        this.limits = limits;
        this.asksTooFast = asksTooFast;
    }

    /** Who it is, for those who look after the node; empty without TLS. */
    String name() {
        return name;
    }

    boolean isNode() {
        return node;
    }

    /** Counts one more connection, unless it is one too many. */
    boolean open() {
        int most = node ? Math.max(NODES_NEED, limits.connections()) : limits.connections();
        int first = 2 * most;
        if (connections >= most || !opened.tryTake(1, limits.newConnectionsPerSecond(), first, micros())) {
            return false;
        }
        connections++;
        return true;
    }

    /** From now on this connection is read as fast as its caller deserves. */
    void reads(PacedReading reading) {
        readings.add(reading);
        if (timerSet) {
            pause(reading);
        }
    }

    void closed(PacedReading reading) {
        readings.remove(reading);
        paused.remove(reading);
        connections--;
    }

    /** Whether nothing of it has to be remembered. */
    boolean isForgettable() {
        return connections == 0
                && opened.isFull(limits.newConnectionsPerSecond(), micros())
                && asked.isFull(limits.requestsPerSecond(), micros())
                && refused.isFull(limits.refusalsPerSecond(), micros());
    }

    void requestBegan() {
        requests++;
        if (node || name.isEmpty()) {
            return;
        }
        asked.take(1);
        if (millisUntilNextRequest() > 0) {
            readMoreSlowly();
            if (micros() - toldAt >= TOLD_EVERY_MICROS) {
                toldAt = micros();
                asksTooFast.accept(name);
            }
        }
    }

    void requestEnded() {
        requests--;
    }

    boolean hasTooManyRequests() {
        return requests > limits.requests();
    }

    /**
     * A request was answered with an error. Nodes are refused for want of keys as well, and others wait for them.
     *
     * @param bytes of its body
     */
    void wasRefused(int bytes) {
        if (!node) {
            pay(1 + refusalsFor(bytes));
        }
    }

    /**
     * A request was refused without a look at it, since those before were wrong.
     *
     * @param bytes of its body
     */
    void wasRefusedUnread(int bytes) {
        pay(1 + refusalsFor(bytes));
    }

    /** More of a request that was refused. */
    void wasReadForNothing(int bytes) {
        if (!node) {
            pay(refusalsFor(bytes));
        }
    }

    private int refusalsFor(int bytes) {
        bytesForNothing += bytes;
        int refusals = bytesForNothing / BYTES_OF_A_REFUSAL;
        bytesForNothing %= BYTES_OF_A_REFUSAL;
        return refusals;
    }

    /** One of his connections left no choice but to end it: he comes with the next, but is not heard for a second. */
    void wasCutOff() {
        if (!node) {
            pay(limits.refusalsPerSecond());
        }
    }

    private void pay(int refusals) {
        if (name.isEmpty()) {
            return;
        }
        if (millisUntilNextRefusal() < LONGEST_PAUSE_MILLIS) {
            refused.take(refusals);
        }
        readMoreSlowly();
    }

    private void readMoreSlowly() {
        long wait = pauseMillis();
        if (wait > 0) {
            readings.forEach(this::pause);
            resumeIn(wait);
        }
    }

    private void pause(PacedReading reading) {
        if (paused.add(reading)) {
            reading.pause();
        }
    }

    private long pauseMillis() {
        return Math.max(millisUntilNextRequest(), millisUntilNextRefusal());
    }

    private long millisUntilNextRequest() {
        return millisUntilNext(asked, limits.requestsPerSecond());
    }

    private long millisUntilNextRefusal() {
        return millisUntilNext(refused, limits.refusalsPerSecond());
    }

    /** A full bucket is what a second brings. */
    private static long millisUntilNext(TokenBucket bucket, int perSecond) {
        return TimeUnit.MICROSECONDS.toMillis(bucket.microsUntil(1, perSecond, perSecond, micros()));
    }

    private void resumeIn(long millis) {
        if (!timerSet) {
            timerSet = true;
            vertx.setTimer(millis, over -> resumeOne());
        }
    }

    /** Unless there were more requests or refusals meanwhile, of what had been read before. */
    private void resumeOne() {
        timerSet = false;
        long wait = pauseMillis();
        if (wait > 0) {
            resumeIn(wait);
            return;
        }
        Iterator<PacedReading> longest = paused.iterator();
        if (longest.hasNext()) {
            PacedReading reading = longest.next();
            longest.remove();
            resumeIn(Math.max(1, Math.min(BETWEEN_CONNECTIONS_MILLIS, RESUMING_MILLIS / (paused.size() + 1))));
            reading.resume();
        }
    }

    private static long micros() {
        return System.nanoTime() / 1000;
    }
}
