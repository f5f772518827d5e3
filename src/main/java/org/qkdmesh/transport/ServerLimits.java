package org.qkdmesh.transport;

import java.time.Duration;

/**
 * The bounds of one server.
 *
 * @param bodyBytes of one request of a node; more is answered with 413
 * @param allBodiesBytes of all requests that are being read or answered; more is answered with 503
 * @param connections at a time, those of nodes counted apart from all others; one more is closed at once
 * @param each what each caller may have of it, over TLS
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
        EachCaller each,
        Duration firstRequest,
        Duration idle,
        Duration body,
        Duration waiting,
        Duration writing) {

    /**
     * What a caller may have of a server, with all its connections together. A caller is whom a certificate names.
     *
     * @param connections at a time; one more is closed at once. Nodes, which need them, have 128 or more
     * @param newConnectionsPerSecond after a first lot of twice as many as there may be at a time; more are closed at once
     * @param requests at a time, from their first byte to the last of the answer; more are answered with 503, and over HTTP/2
     *     the connection closes
     * @param bodyBytes of one request, unless it is a node's; more is answered with 413
     * @param requestsPerSecond beyond these, or beyond a KiB for each, a caller is read more slowly; nodes are not
     * @param refusalsPerSecond beyond these a caller is read more slowly; of nodes, which are refused for want of keys as
     *     well, and which others wait for, only those count that no sound node gets, or that were refused unread
     */
    public record EachCaller(
            int connections,
            int newConnectionsPerSecond,
            int requests,
            int bodyBytes,
            int requestsPerSecond,
            int refusalsPerSecond) {

        public static final EachCaller DEFAULT = new EachCaller(128, 50, 256, 128 << 10, 2_000, 100);
    }

    public static final ServerLimits DEFAULT = new ServerLimits(
            1 << 20,
            64 << 20,
            1024,
            EachCaller.DEFAULT,
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            Duration.ofSeconds(10),
            Duration.ofSeconds(1),
            Duration.ofSeconds(30));

    /** The same with other numbers of connections, in all and of each caller, and of requests a second of each. */
    public ServerLimits with(int all, int ofEach, int requestsPerSecond) {
        return new ServerLimits(
                bodyBytes,
                allBodiesBytes,
                all,
                new EachCaller(
                        ofEach,
                        each.newConnectionsPerSecond(),
                        each.requests(),
                        each.bodyBytes(),
                        requestsPerSecond,
                        each.refusalsPerSecond()),
                firstRequest,
                idle,
                body,
                waiting,
                writing);
    }
}
