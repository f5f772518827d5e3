package org.qkdmesh.transport;

import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.qkdmesh.identity.CertificateIdentity.Role;
import org.qkdmesh.policy.TokenBucket;

/**
 * What one caller has of a server at the moment, with all its connections, and what of it he may have. Whoever is refused
 * more often than that, or cut off, is read more slowly, so that it costs the others nothing. Used on the server's event
 * loop only.
 */
final class CallerShare {

    /** Whoever sends too much at once is not held up for longer than this for it. */
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    /** Other nodes have up to 64 connections, and as many again while certificates change. */
    private static final int NODES_NEED = 128;

    private final String name;
    private final boolean node;
    private final Vertx vertx;
    private final ServerLimits.EachCaller limits;
    private final Set<PacedReading> readings = new HashSet<>();
    private final TokenBucket opened = new TokenBucket(micros());
    private final TokenBucket refused = new TokenBucket(micros());
    private int connections;
    private int requests;
    private boolean paused;

    CallerShare(Caller caller, Vertx vertx, ServerLimits.EachCaller limits) {
        this.name = caller.name();
        this.node = caller.identity().role() == Role.NODE;
        this.vertx = vertx;
        this.limits = limits;
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
        if (paused) {
            reading.pause();
        }
    }

    void closed(PacedReading reading) {
        readings.remove(reading);
        connections--;
    }

    /** Whether nothing of it has to be remembered. */
    boolean isForgettable() {
        return connections == 0
                && opened.isFull(limits.newConnectionsPerSecond(), micros())
                && refused.isFull(limits.refusalsPerSecond(), micros());
    }

    void requestBegan() {
        requests++;
    }

    void requestEnded() {
        requests--;
    }

    boolean hasTooManyRequests() {
        return requests > limits.requests();
    }

    /** A request was answered with an error. Nodes are refused for want of keys as well, and others wait for them. */
    void wasRefused() {
        if (!node) {
            pay(1);
        }
    }

    /** A request was refused without a look at it, since those before were wrong. */
    void wasRefusedUnread() {
        pay(1);
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
        if (pauseMillis() < LONGEST_PAUSE_MILLIS) {
            refused.take(refusals);
        }
        long wait = pauseMillis();
        if (wait > 0 && !paused) {
            paused = true;
            readings.forEach(PacedReading::pause);
            vertx.setTimer(wait, over -> goOn());
        }
    }

    private long pauseMillis() {
        int perSecond = limits.refusalsPerSecond();
        return TimeUnit.MICROSECONDS.toMillis(refused.microsUntil(1, perSecond, perSecond, micros()));
    }

    /** Unless there were more refusals meanwhile, of what had been read before. */
    private void goOn() {
        long wait = pauseMillis();
        if (wait > 0) {
            vertx.setTimer(wait, over -> goOn());
        } else {
            paused = false;
            for (PacedReading reading : List.copyOf(readings)) {
                // What the first ones bring may be too much again.
                if (!paused) {
                    reading.resume();
                }
            }
        }
    }

    private static long micros() {
        return System.nanoTime() / 1000;
    }
}
