package org.qkdmesh.transport;

import io.netty.handler.codec.http2.Http2Exception;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.qkdmesh.identity.CertificateIdentity.Role;

/**
 * The open connections of one server, and all that callers keep it busy with. On the server's event loop, but for
 * {@link #isBusy} and {@link #sayGoodbye}.
 */
final class Connections {

    private static final long LOOP_SECONDS = 10;

    /** So long a caller's request may have been on its way when he was told of the end. */
    private static final long GOODBYE_MILLIS = 100;

    private static final long LONGEST_GOODBYE_MILLIS = 1_000;

    /** As many callers are remembered before those who have nothing any more are looked for. */
    private static final int FEW = 256;

    /**
     * Callers by their names: a node and an SAE may have the same. Nodes by their certificates as well, so that none has to
     * pay for what is sent with one of its name that is not its own any more.
     */
    private record Key(boolean node, String name, String certificate) {

        static Key of(Caller caller) {
            boolean node = caller.identity().role() == Role.NODE;
            return new Key(node, caller.name(), node ? caller.fingerprint() : "");
        }
    }

    private final Vertx vertx;
    private final ServerLimits limits;
    private final BiConsumer<String, String> refused;
    private final Consumer<String> asksTooFast;
    private final Map<HttpConnection, Connection> open = new IdentityHashMap<>();
    private final Map<Key, CallerShare> callers = new HashMap<>();
    private int sweepCallersAt = FEW;
    private volatile int ofNodes;
    private volatile int ofOthers;
    private long bodyBytes;
    private volatile int requests;
    private volatile long lastRequest;

    /** Null before the first connection. */
    private volatile Context loop;

    /**
     * @param refused is told, by a word of {@link RouteServer#REFUSALS} and the name of the caller, of a connection that is
     *     not taken
     * @param asksTooFast is told the name of a caller who is read more slowly since he sends too many requests
     */
    Connections(Vertx vertx, ServerLimits limits, BiConsumer<String, String> refused, Consumer<String> asksTooFast) {
        this.vertx = vertx;
        this.limits = limits;
        this.refused = refused;
        this.asksTooFast = asksTooFast;
    }

    /** Takes a connection, or closes it. */
    void add(HttpConnection http) {
        loop = vertx.getOrCreateContext();
        Newcomers.arrived(((ConnectionBase) http).channel());
        Caller caller;
        try {
            caller = Connection.callerOf(http);
        } catch (SSLPeerUnverifiedException e) {
            refused.accept("no_certificate", "");
            turnAway(http);
            return;
        }
        CallerShare share = shareOf(caller);
        if ((share.isNode() ? ofNodes : ofOthers) >= limits.connections() || !share.open()) {
            refused.accept("too_many_connections", share.name());
            turnAway(http);
            return;
        }
        Connection connection = new Connection(this, vertx, http, limits, caller, share);
        open.put(http, connection);
        count(share, 1);
        Context here = loop;
        PipeliningLimit.on(http, () -> {
            refused.accept("too_many_ahead", share.name());
            // The library beneath calls this, where a timer would come to another event loop.
            here.runOnContext(now -> share.wasCutOff());
        });
        ExcessStreams.letThrough(http);
        // What breaks the rules of HTTP/2 once would be told of every stream, and again for whatever came with it.
        http.exceptionHandler(broken -> {
            if (broken instanceof Http2Exception && !connection.isAborted()) {
                refused.accept("malformed", share.name());
                connection.abort();
            }
        });
        http.closeHandler(closed -> {
            open.remove(http);
            count(share, -1);
            connection.closed();
        });
    }

    /**
     * Closes a connection that is not taken. Thousands of requests may have been read with the end of its handshake: over
     * HTTP/2 the library would still refuse each of them, with an exception and a frame of its own.
     */
    private static void turnAway(HttpConnection http) {
        PacedReading.on(((ConnectionBase) http).channel(), bytes -> {}).pause();
        http.close();
    }

    private void count(CallerShare share, int more) {
        if (share.isNode()) {
            ofNodes += more;
        } else {
            ofOthers += more;
        }
    }

    /** Without TLS there is no telling callers apart: each connection is a caller. */
    private CallerShare shareOf(Caller caller) {
        if (caller.name().isEmpty()) {
            return new CallerShare(caller, vertx, limits.each(), asksTooFast);
        }
        if (callers.size() >= sweepCallersAt) {
            callers.values().removeIf(CallerShare::isForgettable);
            sweepCallersAt = Math.max(FEW, 2 * callers.size());
        }
        return callers.computeIfAbsent(
                Key.of(caller), first -> new CallerShare(caller, vertx, limits.each(), asksTooFast));
    }

    /** How full it is: of nodes or of others, whichever have more connections; 1 when one more is refused. For any thread. */
    double used() {
        return (double) Math.max(ofNodes, ofOthers) / limits.connections();
    }

    /** Empty when its requests are not to be answered: it is closed, or its caller's certificate has run out. */
    Optional<Connection> good(HttpConnection http) {
        return Optional.ofNullable(open.get(http)).filter(connection -> !connection.hasExpired());
    }

    /** The name of the caller at the other end; empty when it is not known. */
    String nameOf(HttpConnection http) {
        Connection connection = open.get(http);
        return connection == null ? "" : connection.share().name();
    }

    void requestBegan() {
        requests++;
        lastRequest = System.nanoTime();
    }

    void requestEnded() {
        requests--;
    }

    /** Makes room for a part of a body, unless all that is being read is too much. */
    boolean reserve(int bytes) {
        if (bodyBytes + bytes > limits.allBodiesBytes()) {
            return false;
        }
        bodyBytes += bytes;
        return true;
    }

    void release(int bytes) {
        bodyBytes -= bytes;
    }

    /** Whether there is a request, or one came within this time. For any thread. */
    boolean isBusy(long quietMillis) {
        return requests > 0 || System.nanoTime() - lastRequest < TimeUnit.MILLISECONDS.toNanos(quietMillis);
    }

    /**
     * Callers over HTTP/2 hear that the end comes; what they sent before they heard it is still answered. Waits for that;
     * not to be called on the event loop.
     */
    void sayGoodbye() throws Exception {
        Context ofConnections = loop;
        if (ofConnections == null) {
            return;
        }
        CompletableFuture<Long> told = new CompletableFuture<>();
        ofConnections.runOnContext(now -> told.complete(
                open.values().stream().filter(Connection::sayGoodbye).count()));
        if (told.get(LOOP_SECONDS, TimeUnit.SECONDS) > 0) {
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LONGEST_GOODBYE_MILLIS);
            do {
                TimeUnit.MILLISECONDS.sleep(GOODBYE_MILLIS);
            } while (isBusy(GOODBYE_MILLIS) && System.nanoTime() < until);
        }
    }
}
