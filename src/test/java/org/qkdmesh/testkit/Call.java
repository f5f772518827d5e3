package org.qkdmesh.testkit;

import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * A request that the tested node or one of its neighbours made.
 *
 * @param from id of the node that made it
 * @param target path and query, percent-encoded
 * @param headers apart from Camel's own
 */
public record Call(String from, String method, String target, Map<String, String> headers, byte[] body) {

    /** The body as text. */
    public String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    @Override
    public String toString() {
        return from + ": " + method + " " + target + ", " + body.length + " bytes";
    }
}
