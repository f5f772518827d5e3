package org.qkdmesh.transport;

import java.util.Map;

/**
 * A request that is answered with an error before any route sees it.
 *
 * <p>{@code reason} is the word it is counted under; the message is safe to show.
 */
final class HttpRefusal extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final String reason;
    private final transient Map<String, String> headers;

    HttpRefusal(int status, String reason, String message) {
        this(status, reason, message, Map.of());
    }

    HttpRefusal(int status, String reason, String message, Map<String, String> headers) {
        super(message, null, false, false);
        this.status = status;
        this.reason = reason;
        this.headers = headers;
    }

    static HttpRefusal malformed(String message) {
        return new HttpRefusal(400, "malformed", message);
    }

    static HttpRefusal tooLarge(int limit) {
        return new HttpRefusal(413, "too_large", "the body is larger than " + limit + " bytes");
    }

    static HttpRefusal busy() {
        return new HttpRefusal(503, "busy", "too many requests at this moment");
    }

    /** The same to the caller, and another word for who looks after the node: this is the caller's doing. */
    static HttpRefusal tooManyAtOnce() {
        return new HttpRefusal(503, "too_many_at_once", "too many requests at this moment");
    }

    static HttpRefusal notReady() {
        return new HttpRefusal(503, "not_ready", "not ready yet, or about to stop");
    }

    int status() {
        return status;
    }

    String reason() {
        return reason;
    }

    Map<String, String> headers() {
        return headers;
    }
}
