package org.qkdmesh.transport;

import java.io.IOException;

/** Failures of calls, for tests of what is done about them. */
public final class CallFailures {

    private CallFailures() {}

    public static CallFailure broken() {
        return new CallFailure(CallFailure.Outcome.NOT_SENT, false, "no connection", new IOException("refused"));
    }

    public static CallFailure timedOut() {
        return new CallFailure(CallFailure.Outcome.UNKNOWN, true, "no answer in time", new IOException("slow"));
    }
}
