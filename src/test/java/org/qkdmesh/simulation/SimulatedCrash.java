package org.qkdmesh.simulation;

/** The process ends here. An error and no exception, so that no code can take it for something to deal with. */
final class SimulatedCrash extends Error {

    private static final long serialVersionUID = 1L;

    private final boolean committed;

    /** @param committed whether the transaction at hand is on the disk */
    SimulatedCrash(boolean committed) {
        super("simulated crash", null, false, false);
        this.committed = committed;
    }

    boolean isCommitted() {
        return committed;
    }
}
