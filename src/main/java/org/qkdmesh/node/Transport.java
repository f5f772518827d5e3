package org.qkdmesh.node;

import org.apache.camel.CamelContext;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.SecretBytes;

/** The ways into a node and out of it, as its routes find them. */
public interface Transport extends AutoCloseable {

    /**
     * Called once, before the routes are loaded: binds the engines that {@code platform-http:} routes name, and adds the
     * components {@code http} and {@code https} that calls go out by.
     *
     * @param adminToken what changes on the management port need; not closed by the transport
     * @throws org.qkdmesh.transport.CannotListen when a port is taken
     */
    void open(CamelContext context, Identities identities, SecretBytes adminToken, EventLog events) throws Exception;

    /** Called after the routes have ended, or when they could not be started. */
    @Override
    void close();
}
