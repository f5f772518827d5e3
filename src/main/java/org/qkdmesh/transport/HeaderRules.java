package org.qkdmesh.transport;

import java.util.Locale;
import java.util.Set;

/**
 * Which headers go from a request into a message, and which go from a message into an answer. The two sets share no
 * name, and a query parameter can take no name of either, so nothing that a caller sends ever comes back to it, but for
 * a {@link RequestId}, whose form is checked.
 */
final class HeaderRules {

    private static final Set<String> INTO_MESSAGE =
            Set.of("accept", "user-agent", "traceparent", "tracestate", "x-request-id");
    private static final Set<String> INTO_ANSWER = Set.of(
            "content-type", "cache-control", "retry-after", "allow", "www-authenticate", "qkd-hop-times", "qkd-seal");
    private static final String OWN = "qkd-";

    private HeaderRules() {}

    static boolean intoMessage(String name) {
        return isOwn(name) || INTO_MESSAGE.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Headers of the protocol between nodes. */
    static boolean isOwn(String name) {
        return name.toLowerCase(Locale.ROOT).startsWith(OWN) && !intoAnswer(name);
    }

    static boolean intoAnswer(String name) {
        return INTO_ANSWER.contains(name.toLowerCase(Locale.ROOT));
    }

    /** Whether a query parameter may become a header of the message; others are left out, as unknown ones are ignored. */
    static boolean fitsAsParameter(String name) {
        String lower = name.toLowerCase(Locale.ROOT);
        return !lower.isEmpty()
                && !intoMessage(lower)
                && !intoAnswer(lower)
                && !lower.startsWith("camel")
                && !lower.startsWith("org.apache.camel.");
    }
}
