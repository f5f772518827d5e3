package org.qkdmesh.transport;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * The open connections of one server, and all that callers keep it busy with. On the server's event loop, but for
 * {@link #isBusy} and {@link #sayGoodbye}.
 */
final class Connections {

    private static final long LOOP_SECONDS = 10;

    /** So long a caller's request may have been on its way when he was told of the end. */
    private static final long GOODBYE_MILLIS = 100;

    private static final long LONGEST_GOODBYE_MILLIS = 1_000;

    private final Vertx vertx;
    private final ServerLimits limits;
    private final Consumer<String> refused;
    private final Map<HttpConnection, Connection> open = new IdentityHashMap<>();
    private long bodyBytes;
    private volatile int requests;
    private volatile long lastRequest;

    /** Null before the first connection. */
    private volatile Context loop;

    /** @param refused is told, by a word of {@link RouteServer#REFUSALS}, of a connection that is not taken */
    Connections(Vertx vertx, ServerLimits limits, Consumer<String> refused) {
        this.vertx = vertx;
        this.limits = limits;
        this.refused = refused;
    }

    /** Takes a connection, or closes it. */
    void add(HttpConnection http) {
        loop = vertx.getOrCreateContext();
        if (open.size() >= limits.connections()) {
            refused.accept("too_many_connections");
            http.close();
            return;
        }
        try {
            Connection connection = new Connection(this, vertx, http, limits);
            open.put(http, connection);
            PipeliningLimit.on(http, () -> refused.accept("too_many_ahead"));
            http.closeHandler(closed -> {
                open.remove(http);
                connection.closed();
            });
        } catch (SSLPeerUnverifiedException e) {
            refused.accept("no_certificate");
            http.close();
        }
    }

    /** Empty when its requests are not to be answered: it is closed, or its caller's certificate has run out. */
    Optional<Connection> good(HttpConnection http) {
        return Optional.ofNullable(open.get(http)).filter(connection -> !connection.hasExpired());
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
