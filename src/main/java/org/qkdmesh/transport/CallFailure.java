package org.qkdmesh.transport;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import java.io.IOException;
import org.apache.camel.http.base.HttpOperationFailedException;

/**
 * A call to a neighbour or KME that brought no answer. {@link #classify} tells a caller what it may conclude from it: a
 * call that was not sent may be sent again, for one whose outcome is unknown that is the protocol's business.
 */
public sealed class CallFailure extends IOException permits CallTimedOut {

    private static final long serialVersionUID = 1L;

    /** What is known about a call that failed. */
    public enum Outcome {
        /** Not a byte of the request reached the other end: refused, unknown host, handshake failed, no connection free, breaker open. */
        NOT_SENT,
        /** The request may have been acted upon: the connection broke, or time ran out, after it was begun to be sent. */
        UNKNOWN,
        /** The other end answered with an HTTP status that the route took as a failure. */
        ANSWERED
    }

    private final Outcome outcome;

    public CallFailure(Outcome outcome, String message, Throwable cause) {
        super(message, cause);
        this.outcome = outcome;
    }

    /**
     * @param failure what an exchange or a producer template threw; causes are looked at as well
     * @return {@link Outcome#UNKNOWN} for whatever is not recognised
     */
    public static Outcome classify(Throwable failure) {
        int depth = 0;
        for (Throwable cause = failure; cause != null && depth < 20; cause = cause.getCause()) {
            if (cause instanceof CallFailure call) {
                return call.outcome;
            }
            if (cause instanceof CallNotPermittedException) {
                return Outcome.NOT_SENT;
            }
            if (cause instanceof HttpOperationFailedException) {
                return Outcome.ANSWERED;
            }
            depth++;
        }
        return Outcome.UNKNOWN;
    }

    public Outcome outcome() {
        return outcome;
    }
}
