package org.qkdmesh.transport;

import org.apache.camel.Exchange;

/** A request as the route that serves it sees it. */
interface RoutedRequest {

    /** Puts the request into an exchange. */
    void fill(Exchange exchange);

    /** An error in the form that belongs to this request's path. */
    Answer error(int status, String message);

    /**
     * Takes what goes back to the caller; from any thread.
     *
     * @param routeId of the route that served the request
     */
    void answer(Answer answer, String routeId);
}
