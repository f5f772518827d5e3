package org.qkdmesh.cli.management;

import java.io.IOException;

/** A node answered, but did not do what it was asked; the message is the node's own where it gave one. */
public final class NodeRefused extends IOException {

    private static final long serialVersionUID = 1L;

    private final int status;

    NodeRefused(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The HTTP status; 0 when nothing was sent. */
    public int status() {
        return status;
    }
}
