package org.qkdmesh.transport;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.qkdmesh.identity.TlsCredentials;

/** Keys and authorities in the form that TLS in the JDK wants them in. */
final class TlsManagers {

    private static final char[] NO_PASSWORD = new char[0];

    /**
     * Decrypts the private key once. The JDK's other one, {@code PKIX}, derives the key of its key store anew for each
     * handshake, in ten thousand rounds: five sixths of what a handshake takes.
     */
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

    static X509ExtendedKeyManager keyManager(TlsCredentials credentials) {
        try {
            KeyStore store = emptyStore();
            store.setKeyEntry(
                    "own", credentials.key(), NO_PASSWORD, credentials.chain().toArray(Certificate[]::new));
            KeyManagerFactory factory = KeyManagerFactory.getInstance(KEY_MANAGER);
            factory.init(store, NO_PASSWORD);
            return (X509ExtendedKeyManager) factory.getKeyManagers()[0];
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("the certificate and key cannot be used for TLS", e);
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
            throw new IllegalArgumentException("the certificate authorities cannot be used for TLS", e);
        }
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }
}
