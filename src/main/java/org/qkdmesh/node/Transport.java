package org.qkdmesh.node;

import org.apache.camel.CamelContext;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.SecretBytes;

/** The ways into a node and out of it, as its routes find them. */
public interface Transport extends AutoCloseable {

    /**
     * Called before the routes are loaded: binds the engines that {@code platform-http:} routes name, and adds the
     * components that calls go out by: {@code mtls} to neighbours, {@code https} and {@code http} to KMEs and elsewhere.
     * Called again, with another context, each time that the routes are loaded anew.
     *
     * @param adminToken what changes on the management port need; not closed by the transport
     * @throws org.qkdmesh.transport.CannotListen when a port is taken
     */
    void open(CamelContext context, Identities identities, SecretBytes adminToken, EventLog events) throws Exception;

    /** From now on the routes of this context answer, in place of those of the first one or the one named before. */
    default void serve(CamelContext context) {
        throw new UnsupportedOperationException("the routes can not be replaced here");
    }

    /** From now on new connections are taken with these certificates; does nothing where there are none. */
    default void use(Identities identities) {}

    /** Whether requests are left to the routes of this context. */
    default boolean isServing(CamelContext context) {
        return false;
    }

    /** From now on no request of SAEs and neighbours is taken; the management port goes on. */
    default void leave() {}

    /** Whether requests that were taken are not answered yet, or callers are just being told that none is taken. */
    default boolean isBusy() {
        return false;
    }

    /** How many connections there are, of as many as there may be, at the port where it is most: 1 when one more is refused. */
    default double connectionsUsed() {
        return 0;
    }

    /** Called after the routes have ended, or when they could not be started. */
    @Override
    void close();
}
