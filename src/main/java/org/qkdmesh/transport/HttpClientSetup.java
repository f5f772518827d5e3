package org.qkdmesh.transport;

import org.apache.camel.CamelContext;

/**
 * Makes Camel's {@code https} and {@code http} components fit for calls between nodes and to KMEs: connections are kept
 * and reused although a client certificate is shown; nothing is sent again, redirected, decompressed or remembered; an
 * answer is read to its end, up to 1 MiB, within the time that the header {@link #CALL_MILLIS} gives. A call without an
 * answer fails with a {@link CallFailure}.
 *
 * <p>An endpoint names its {@link PeerTls} twice:
 * {@code https://host:port?sslContextParameters=#tls-x&x509HostnameVerifier=#tls-x}.
 */
public final class HttpClientSetup {

    /** A header of the message, never sent: milliseconds that the whole call may take, 5000 where it is absent. */
    public static final String CALL_MILLIS = "QKD-Call-Millis";

    static final long DEFAULT_CALL_MILLIS = 5_000;
    static final long MAX_CALL_MILLIS = 60_000;
    static final int MAX_ANSWER_BYTES = 1 << 20;

    private HttpClientSetup() {}

    /** To be called before the context starts; other settings of the components can still be made afterwards. */
    public static void install(CamelContext context) {
        context.addComponent("https", new CallComponent());
        context.addComponent("http", new CallComponent());
    }
}
