package org.qkdmesh.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.vertx.core.Vertx;
import io.vertx.core.impl.VertxInternal;
import io.vertx.core.impl.transports.JDKTransport;
import io.vertx.core.net.NetServerOptions;
import java.net.InetAddress;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Has {@link Newcomers} stand behind every port that is listened on. Vert.x tells its servers of a connection only when its
 * handshake is over, and bounds none before; this is the one place where a connection can be seen that was just accepted.
 */
final class GuardedTransport extends JDKTransport {

    private final Map<Integer, Consumer<InetAddress>> listeners = new ConcurrentHashMap<>();

    @Override
    public void configure(NetServerOptions options, boolean domainSocket, ServerBootstrap bootstrap) {
        super.configure(options, domainSocket, bootstrap);
        bootstrap.handler(new Newcomers(
                (port, address) -> listeners.getOrDefault(port, nobody -> {}).accept(address)));
    }

    /**
     * Has somebody told of each connection to this port that was closed before it was known whose it is.
     *
     * @param listener is given the address that it came from; on any thread
     */
    static void watch(Vertx vertx, int port, Consumer<InetAddress> listener) {
        if (((VertxInternal) vertx).transport() instanceof GuardedTransport guarded) {
            guarded.listeners.put(port, listener);
        }
    }
}
