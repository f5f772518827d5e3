package org.qkdmesh.transport;

import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;

/**
 * The name of a request in logs and answers. It comes along with a relay from node to node, so that one word finds its
 * lines in the logs of all of them. Nothing depends on it: whoever calls may choose it, within bounds.
 */
public final class RequestId {

    /** The header of requests and answers; not covered by a relay's tag. */
    public static final String HEADER = "QKD-Request-Id";

    /** The exchange property that holds it from the first step of a route on. */
    public static final String PROPERTY = "requestId";

    /** Its name in the context of log lines (MDC). */
    public static final String LOGGED_AS = "request";

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** Steps so far apart that ids made one after another don't look alike (the golden ratio, as in SplitMix64). */
    private static final long STEP = 0x9E3779B97F4A7C15L;

    private static final AtomicLong LAST = new AtomicLong(new SecureRandom().nextLong());

    private RequestId() {}

    /** What the caller chose, where that has the form of an id; otherwise a new one. */
    static String of(String header) {
        return header != null && FORM.matcher(header).matches() ? header : next();
    }

    /** 16 hex digits, each time others. */
    static String next() {
        long mixed = LAST.addAndGet(STEP);
        mixed = (mixed ^ mixed >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return HexFormat.of().toHexDigits(mixed ^ mixed >>> 31);
    }

    /** Puts it on a message for a neighbour, if the exchange came in as a request. */
    public static void passOn(Exchange exchange) {
        String id = exchange.getProperty(PROPERTY, String.class);
        if (id != null) {
            exchange.getMessage().setHeader(HEADER, id);
        }
    }
}
