package org.qkdmesh.cli.management;

import java.io.IOException;

/** No answer came from a node's management port. */
public final class NodeNotReached extends IOException {

    private static final long serialVersionUID = 1L;

    private final String remedy;

    /**
     * @param why without the node's name, as it goes on after it: {@code is not running}
     * @param remedy what to do
     */
    NodeNotReached(NodeAddress node, String why, String remedy, Throwable cause) {
        super(node.name() + " " + why, cause);
        this.remedy = remedy;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }
}
