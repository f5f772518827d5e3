package org.qkdmesh.model;

/**
 * Where the plain classes report what an operator must be able to see. Implementations count and log; they never block
 * and never throw. No argument ever holds key bytes or a key id.
 */
public interface EventLog {

    /** A request was refused. {@code door} is the id of the flow, {@code reason} one of a small set of words. */
    void refused(String door, String reason);

    /** Something that should not happen and that somebody has to look at; {@code kind} is one of a small set of words. */
    void alarm(String kind, String detail);

    /** Something worth a line, such as a neighbour that came or went. */
    void noted(String kind, String detail);

    static EventLog silent() {
        return new EventLog() {
            @Override
            public void refused(String door, String reason) {}

            @Override
            public void alarm(String kind, String detail) {}

            @Override
            public void noted(String kind, String detail) {}
        };
    }
}
