package org.qkdmesh.cli.management;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;

/** A node answered, but did not do what it was asked; the message is the node's own where it gave one. */
public final class NodeRefused extends IOException {

    private static final long serialVersionUID = 1L;

    private final int status;
    private final transient JsonNode document;

    NodeRefused(int status, String message) {
        this(status, message, MissingNode.getInstance());
    }

    NodeRefused(int status, String message, JsonNode document) {
        super(message);
        this.status = status;
        this.document = document;
    }

    /** The answer; missing when there was none in JSON. */
    public JsonNode document() {
        return document;
    }

    /** Whether what was asked for makes no sense to the node. */
    public boolean isOfWrongArguments() {
        return status == 400 || status == 404;
    }

    /** The HTTP status; 0 when nothing was sent. */
    public int status() {
        return status;
    }
}
