package org.qkdmesh.model;

import java.util.Optional;

/**
 * Where the plain classes report what an operator must be able to see. Implementations count and log; they never block
 * and never throw. No argument ever holds key bytes or a key id.
 */
public interface EventLog {

    /** What becomes of session keys at this node. */
    enum KeyEvent {
        /** The master got them: this node is their ingress. */
        GIVEN,
        /** The slave got them: this node is their egress. */
        FETCHED,
        /** The slave, which had them, asked again within the redelivery window and got them: this node is their egress. */
        REDELIVERED,
        /** Their relay failed, and the egress was told to drop what it may have of them: this node is their ingress. */
        VOIDED,
        /** They waited in vain for the slave: this node is their egress. */
        EXPIRED
    }

    /**
     * A request was refused.
     *
     * @param door the id of the flow
     * @param reason one of a small set of words
     * @param who the id of the SAE or node that asked; empty when nobody is known
     * @param pair whose keys it was about, where that is known; no name that a caller may have made up
     */
    record RefusedRequest(String door, String reason, String who, Optional<SaePair> pair) {

        public RefusedRequest withoutPair() {
            return new RefusedRequest(door, reason, who, Optional.empty());
        }
    }

    /** A request was refused. {@code door} is the id of the flow, {@code reason} one of a small set of words. */
    void refused(String door, String reason);

    /** As {@link #refused(String, String)}, where it is known who asked; {@code who} is the id of an SAE or a node. */
    default void refused(String door, String reason, String who) {
        refused(new RefusedRequest(door, reason, who, Optional.empty()));
    }

    /** As {@link #refused(String, String)}, with all that is known. */
    default void refused(RefusedRequest request) {
        refused(request.door(), request.reason());
    }

    /** Something that should not happen and that somebody has to look at; {@code kind} is one of a small set of words. */
    void alarm(String kind, String detail);

    /** Something worth a line, such as a neighbour that came or went; {@code kind} is one of a small set of words. */
    void noted(String kind, String detail);

    /**
     * A request was served, well or not.
     *
     * @param door the id of the flow
     * @param status the HTTP status of the answer
     * @param nanos from the end of the request to the answer
     */
    default void answered(String door, int status, long nanos) {}

    /** Somebody used the management port: {@code door} is the id of the flow, {@code status} that of the answer. */
    default void managed(String door, int status) {}

    default void keys(KeyEvent event, int count) {}

    /**
     * A master's request for relayed keys succeeded.
     *
     * @param hops of the path that worked
     * @param attempts how often keys were sent, 1 or more
     * @param paths how many different paths that was over
     */
    default void relayed(int hops, int attempts, int paths, long nanos) {}

    /** Keys that were to go as shares, where there are enough paths for them, went as a whole: there were not. */
    default void fellBack() {}

    /**
     * A master's request for relayed keys failed.
     *
     * @param reason why the last attempt did, one of a small set of words
     * @param attempts how often keys were sent, perhaps never
     * @param paths how many different paths were planned
     */
    default void relayFailed(String reason, int attempts, int paths) {}

    /** This node offered another one to agree on a secret for sealed keys: {@code agreed} is what came of it. */
    default void sealOffered(boolean agreed) {}

    /** Something was written to the disk of the key store; {@code nanos} is how long that took. */
    default void committed(long nanos) {}

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
