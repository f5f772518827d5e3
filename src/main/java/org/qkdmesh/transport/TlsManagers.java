package org.qkdmesh.transport;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import javax.net.ssl.X509TrustManager;
import org.qkdmesh.identity.TlsCredentials;

/** Keys and authorities in the form that TLS in the JDK wants them in. */
public final class TlsManagers {

    private static final char[] NO_PASSWORD = new char[0];

    /**
     * Of the JDK's key stores the one that does not encrypt a private key, which is in memory beside it anyway, with a key
     * derived in ten thousand rounds: with {@code PKCS12}, to put it in and to get it out was a sixth of the processor time of
     * tests with several nodes, and a twentieth of the example network's.
     */
    private static final String KEY_STORE = "JKS";

    /** Gets the private key out of the store once; the JDK's other one, {@code PKIX}, does so for each handshake. */
    private static final String KEY_MANAGER = "SunX509";

    private static final String RENEGOTIATION = "jdk.tls.rejectClientInitiatedRenegotiation";

    static {
        // A client of TLS 1.2 could have a node do handshake after handshake on one connection. Read once by the JDK,
        // before the first handshake of a server; whoever starts the JVM may say otherwise.
        if (System.getProperty(RENEGOTIATION) == null) {
            System.setProperty(RENEGOTIATION, "true");
        }
    }

    private TlsManagers() {}

    /**
     * TLS of the JDK's own clients and servers.
     *
     * @param credentials null to show no certificate
     * @throws IllegalArgumentException when it can not be done with them
     */
    public static SSLContext context(TlsCredentials credentials, List<X509Certificate> authorities) {
        return context(credentials, trustManager(authorities));
    }

    static SSLContext context(TlsCredentials credentials, X509TrustManager trusted) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    credentials == null ? null : new KeyManager[] {keyManager(credentials)},
                    new TrustManager[] {trusted},
                    null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("a JDK without TLS", e);
        }
    }

    static X509ExtendedKeyManager keyManager(TlsCredentials credentials) {
        try {
            KeyStore store = emptyStore();
            store.setKeyEntry(
                    "own", credentials.key(), NO_PASSWORD, credentials.chain().toArray(Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KEY_MANAGER);
            factory.init(store, NO_PASSWORD);
            return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("the certificate and key cannot be used for TLS: " + e.getMessage(), e);
        }
    }

    /** Trusts chains that end at one of the authorities; revocation is not asked about. */
    static X509ExtendedTrustManager trustManager(List<X509Certificate> authorities) {
        if (authorities.isEmpty()) {
            throw new IllegalArgumentException("no certificate authority to trust");
        }
        try {
            KeyStore store = emptyStore();
            for (int i = 0; i < authorities.size(); i++) {
                store.setCertificateEntry("ca" + i, authorities.get(i));
            }
            TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
            factory.init(store);
            return (X509ExtendedTrustManager) factory.getTrustManagers()[0];
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException(
                    "the certificate authorities cannot be used for TLS: " + e.getMessage(), e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance(KEY_STORE);
        store.load(null, null);
        return store;
    }
}
