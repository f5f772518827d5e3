package org.qkdmesh.node.processors;

import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.regex.Pattern;

/** Names of beans and queues that belong to one neighbour or KME, fit for an endpoint's URI whatever the id is. */
public final class BeanNames {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9._-]+");

    private BeanNames() {}

    /** The id itself where it is plain, else a name made from it. */
    public static String of(String id) {
        return PLAIN.matcher(id).matches()
                ? id
                : UUID.nameUUIDFromBytes(id.getBytes(StandardCharsets.UTF_8)).toString();
    }

    /** The TLS settings for calls to a neighbour or KME. */
    public static String tls(String id) {
        return "tls-" + of(id);
    }

    /** Endpoint options for calls with these TLS settings; an answer of any status is an answer. */
    static String callOptions(String id) {
        String tls = "#" + tls(id);
        return "?sslContextParameters=" + tls + "&x509HostnameVerifier=" + tls + "&throwExceptionOnFailure=false";
    }
}
