package org.qkdmesh.store;

/**
 * The store could not do what was asked. The node answers 503 and reconciles at its next start. The message is for
 * operators: it names files, and nothing secret.
 */
public final class StoreFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final boolean outcomeKnown;

    /**
     * @param outcomeKnown true when certainly nothing was written; false when the transaction may be on disk
     */
    public StoreFailure(String message, boolean outcomeKnown, Throwable cause) {
        super(message, cause);
        this.outcomeKnown = outcomeKnown;
    }

    public boolean isOutcomeKnown() {
        return outcomeKnown;
    }
}
