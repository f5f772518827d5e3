package org.qkdmesh.transport;

/** A call whose time was up before an answer came; its other end may be well, only slow. */
public final class CallTimedOut extends CallFailure {

    private static final long serialVersionUID = 1L;

    public CallTimedOut(Outcome outcome, String message, Throwable cause) {
        super(outcome, message, cause);
    }
}
