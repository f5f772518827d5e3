package org.qkdmesh.transport;

import org.apache.camel.CamelContext;

/** Where requests find the routes that answer them. */
interface RouteHost {

    /** The routes of one context. */
    RouteTable routes(CamelContext context);

    /** Lets no further request find a route. */
    void remove(RouteConsumer route);
}
