package org.qkdmesh.transport;

import java.util.Objects;
import org.apache.camel.Exchange;
import org.qkdmesh.identity.CertificateIdentity;

/**
 * Who sent a request: the identity of the certificate that the TLS handshake verified. What the caller may do is decided
 * elsewhere.
 *
 * @param fingerprint SHA-256 of the certificate in lower case hex; empty without TLS
 * @param protocol {@code TLSv1.3} or {@code TLSv1.2}; empty without TLS
 * @param address the IP address of the other end
 */
public record Caller(CertificateIdentity identity, String fingerprint, String protocol, String address) {

    /** The exchange property that holds the caller from the first step of a route on. */
    public static final String PROPERTY = "QkdCaller";

    private static final int SHORT_FINGERPRINT = 16;

    public Caller {
        Objects.requireNonNull(identity, "identity");
        Objects.requireNonNull(fingerprint, "fingerprint");
        Objects.requireNonNull(protocol, "protocol");
        Objects.requireNonNull(address, "address");
    }

    /**
     * @throws IllegalStateException when the exchange did not come in through a {@link RouteServer}
     */
    public static Caller of(Exchange exchange) {
        Caller caller = exchange.getProperty(PROPERTY, Caller.class);
        if (caller == null) {
            throw new IllegalStateException("the exchange has no caller: it did not come in over the server");
        }
        return caller;
    }

    /** Who called, as {@link #name}; empty when the exchange did not come in over the server. */
    public static String nameOf(Exchange exchange) {
        Caller caller = exchange.getProperty(PROPERTY, Caller.class);
        return caller == null ? "" : caller.name();
    }

    /**
     * Who it is, in few words, for those who look after a node: the id in the certificate, or the certificate itself; empty
     * without TLS.
     */
    public String name() {
        return identity.id().isEmpty() && !fingerprint.isEmpty()
                ? "the holder of certificate " + fingerprint.substring(0, SHORT_FINGERPRINT)
                : identity.id();
    }

    public boolean isTls13() {
        return protocol.equals("TLSv1.3");
    }
}
