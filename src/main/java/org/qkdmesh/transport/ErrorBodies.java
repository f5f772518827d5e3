package org.qkdmesh.transport;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.nio.charset.StandardCharsets;

/**
 * The JSON of an error that comes from the server itself and not from a route; which form it has depends on the API that
 * the path belongs to. Called by several threads.
 */
@FunctionalInterface
public interface ErrorBodies {

    /** The form of ETSI GS QKD 014, for every path: {@code {"message":"..."}}. */
    ErrorBodies MESSAGE = (path, status, message) -> ("{\"message\":\""
                    + new String(JsonStringEncoder.getInstance().quoteAsString(message))
                    + "\"}")
            .getBytes(StandardCharsets.UTF_8);

    /**
     * @param path as it stood in the request, not decoded
     * @param status the HTTP status
     * @param message safe to show
     * @return JSON in UTF-8
     */
    byte[] of(String path, int status, String message);
}
