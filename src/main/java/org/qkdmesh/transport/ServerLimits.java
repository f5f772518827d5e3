package org.qkdmesh.transport;

import java.time.Duration;

/**
 * The bounds of one server.
 *
 * @param bodyBytes of one request; more is answered with 413
 * @param allBodiesBytes of all requests that are being read or answered; more is answered with 503
 * @param connections at a time; one more is closed at once
 * @param firstRequest from the end of the handshake to the end of the first request's headers, else the connection closes
 * @param idle from the end of one request to the end of the next one's headers, else the connection closes
 * @param body from the end of the headers to the end of the body; longer is answered with 408
 * @param waiting for a free place in a {@link Concern}; longer is answered with 503
 * @param writing an answer that the other end does not read, else the connection closes
 */
public record ServerLimits(
        int bodyBytes,
        long allBodiesBytes,
        int connections,
        Duration firstRequest,
        Duration idle,
        Duration body,
        Duration waiting,
        Duration writing) {

    public static final ServerLimits DEFAULT = new ServerLimits(
            1 << 20,
            64 << 20,
            1024,
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30));
}
