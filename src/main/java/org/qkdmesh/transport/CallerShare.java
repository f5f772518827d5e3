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

    /**
     * Between two connections that are read again, where there are not so many that it would take long: what the one brings
     * is answered, and counted, before the next is read, so that what comes over all of them does not come at once.
     */
    private static final long BETWEEN_CONNECTIONS_MILLIS = 20;

    /** From the first to the last of them. */
    private static final long RESUMING_MILLIS = 500;

    /** So long after he was refused too often a caller's requests are looked at closely. */
    private static final long SUSPICION_MICROS = TimeUnit.MINUTES.toMicros(1);

    /** A new connection of such a caller, which may well have to be ended again, counts as so many. */
    private static final int NEW_CONNECTIONS_OF_A_SUSPECT = 10;

    private static final long TOLD_EVERY_MICROS = TimeUnit.MINUTES.toMicros(1);

    /** As many are read at the rate of requests: most have less, and so little as a ping is paid for as well. */
    private static final int BYTES_OF_A_REQUEST = 1 << 10;

    /** To read so many for nothing costs as much as to refuse a request. */
    private static final int BYTES_OF_A_REFUSAL = 16 << 10;

    /** Other nodes have up to 64 connections, and as many again while certificates change. */
    private static final int NODES_NEED = 128;

    /** Not one of these says that a node came too early, or that keys are short. */
    private static final Set<Integer> OF_NO_SOUND_NODE = Set.of(401, 404, 405, 413);

    private final String name;
    private final boolean node;
    private final Vertx vertx;
    private final ServerLimits.EachCaller limits;
    private final Consumer<String> asksTooFast;
    private final Set<PacedReading> readings = new HashSet<>();
    private final TokenBucket opened = new TokenBucket(micros());
    private final Pace asked;
    private final Pace brought;
    private final Pace refused;

    /** Those that are not read now, the one that waits for longest first. */
    private final Set<PacedReading> paused = new LinkedHashSet<>();

    private int connections;
    private int requests;
    private boolean timerSet;

    /** When he was last refused too often; of nodes it does not matter, whose requests others wait for. */
    private long suspectSince = micros() - SUSPICION_MICROS;

    private long toldAt = micros() - TOLD_EVERY_MICROS;

    /** @param asksTooFast is told once a minute at most, by the caller's name, that more is asked than may be */
    CallerShare(Caller caller, Vertx vertx, ServerLimits.EachCaller limits, Consumer<String> asksTooFast) {
        this.name = caller.name();
        this.node = caller.identity().role() == Role.NODE;
        this.vertx = vertx;
        this.limits = limits;
        this.asksTooFast = asksTooFast;
        this.asked = new Pace(limits.requestsPerSecond(), BYTES_OF_A_REQUEST);
        this.brought = new Pace(limits.requestsPerSecond(), BYTES_OF_A_REQUEST);
        this.refused = new Pace(limits.refusalsPerSecond(), BYTES_OF_A_REFUSAL);
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
        int costs = isSuspect() ? NEW_CONNECTIONS_OF_A_SUSPECT : 1;
        if (connections >= most || !opened.tryTake(costs, limits.newConnectionsPerSecond(), first, micros())) {
            return false;
        }
        connections++;
        return true;
    }

    /** From now on this connection is read as fast as its caller deserves. */
    void reads(PacedReading reading) {
        readings.add(reading);
        if (isSuspect()) {
            reading.readInSteps();
        }
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
                && !isSuspect()
                && opened.isFull(limits.newConnectionsPerSecond(), micros())
                && asked.isForgettable()
                && brought.isForgettable()
                && refused.isForgettable();
    }

    /**
     * Counts one more request. Whoever was refused too often a short while ago pays for each as if it were refused already, so
     * that no more of them come at once than may be refused.
     *
     * @return whether that was paid, and is to be paid back once there is an answer
     */
    boolean requestBegan() {
        requests++;
        keepPace(asked, 1, 0);
        return isSuspect() && payForRefusals(1, 0);
    }

    /** There is an answer to what was paid for ahead; where that is an error, it is counted by itself. */
    void payBack() {
        refused.giveBack(1);
    }

    /** So much came over one of his connections, whatever it is. */
    void wasRead(int bytes) {
        keepPace(brought, 0, bytes);
    }

    private void keepPace(Pace pace, int times, int bytes) {
        if (node || name.isEmpty()) {
            return;
        }
        boolean tooFast = pace.pauseMillis() > 0;
        pace.count(times, bytes);
        if (tooFast) {
            readMoreSlowly();
            tellOfHaste();
        }
    }

    private void tellOfHaste() {
        if (micros() - toldAt >= TOLD_EVERY_MICROS) {
            toldAt = micros();
            asksTooFast.accept(name);
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
    void wasRefused(int status, int bytes) {
        if (isItsFault(status)) {
            refuse(1, bytes);
        }
    }

    private boolean isItsFault(int status) {
        return !node || OF_NO_SOUND_NODE.contains(status);
    }

    /**
     * A request was refused without a look at it, since those before were wrong.
     *
     * @param bytes of its body
     */
    void wasRefusedUnread(int bytes) {
        refuse(1, bytes);
    }

    /** More of a request that was refused with this. */
    void wasReadForNothing(int status, int bytes) {
        if (isItsFault(status)) {
            refuse(0, bytes);
        }
    }

    /** One of his connections left no choice but to end it: he comes with the next, but is not heard for a second. */
    void wasCutOff() {
        if (!node) {
            refuse(limits.refusalsPerSecond(), 0);
        }
    }

    private void refuse(int times, int bytes) {
        payForRefusals(times, bytes);
        if (!node && refused.pauseMillis() > 0) {
            suspectSince = micros();
            readings.forEach(PacedReading::readInSteps);
        }
    }

    /** @return whether it counts */
    private boolean payForRefusals(int times, int bytes) {
        if (name.isEmpty()) {
            return false;
        }
        boolean counts = refused.count(times, bytes);
        readMoreSlowly();
        return counts;
    }

    private boolean isSuspect() {
        return micros() - suspectSince < SUSPICION_MICROS;
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
        return Math.max(refused.pauseMillis(), Math.max(asked.pauseMillis(), brought.pauseMillis()));
    }

    private void resumeIn(long millis) {
        if (!timerSet) {
            timerSet = true;
            vertx.setTimer(millis, over -> resumeOne());
        }
    }

    /** Unless there was more meanwhile, of what had been read before. */
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
