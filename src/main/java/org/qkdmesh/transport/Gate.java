package org.qkdmesh.transport;

import io.vertx.core.http.HttpServerRequest;

/** What a request must pass before its path is looked at. Called on the event loop; must not block. */
@FunctionalInterface
interface Gate {

    Gate OPEN = request -> {};

    /** @throws HttpRefusal when the request may not go on */
    void check(HttpServerRequest request);
}
