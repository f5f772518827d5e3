package org.qkdmesh.cli.management;

import java.io.IOException;

/** No answer came from a node's management port; the message says why and what to do. */
public final class NodeNotReached extends IOException {

    private static final long serialVersionUID = 1L;

    NodeNotReached(String message, Throwable cause) {
        super(message, cause);
    }
}
