package org.qkdmesh.transport;

import org.apache.camel.Processor;
import org.apache.camel.component.platform.http.PlatformHttpEndpoint;
import org.apache.camel.component.platform.http.spi.PlatformHttpConsumer;
import org.apache.camel.component.platform.http.spi.PlatformHttpEngine;

/**
 * What a {@code platform-http:} route names in {@code platformHttpEngine=#...}: a server, and the share of the node (a
 * {@link Concern}) that the route's requests run in. Made by {@link RouteServer#engine}.
 */
public final class RouteEngine implements PlatformHttpEngine {

    private final RouteServer server;
    private final Concern concern;

    RouteEngine(RouteServer server, Concern concern) {
        this.server = server;
        this.concern = concern;
    }

    @Override
    public PlatformHttpConsumer createConsumer(PlatformHttpEndpoint endpoint, Processor processor) {
        return new RouteConsumer(endpoint, processor, server, concern);
    }

    @Override
    public int getServerPort() {
        return server.actualPort();
    }

    /** Requests that run now: never more than the engine was made for. */
    public int running() {
        return concern.running();
    }

    /** Requests that wait for a place now. */
    public int waiting() {
        return concern.waiting();
    }
}
