package org.qkdmesh.kme;

/** A KME did not do what was asked. The message names the rule that it broke or the status it gave, never key bytes. */
public final class KmeFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** How a caller should take it. */
    public enum Kind {
        /** 400: this request will not succeed as it stands (a claim with several ids is halved). */
        REFUSED,
        /** 503, time-out, no connection: perhaps later. */
        UNAVAILABLE,
        /** An answer that breaks the standard, 401, or anything else that only a person can mend. */
        BROKEN
    }

    private final Kind kind;

    public KmeFailure(Kind kind, String message) {
        super(message, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }
}
