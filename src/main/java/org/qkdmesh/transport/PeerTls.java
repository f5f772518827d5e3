package org.qkdmesh.transport;

import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.net.KeyCertOptions;
import io.vertx.core.net.TrustOptions;
import java.security.cert.X509Certificate;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.HostnameVerifier;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509KeyManager;
import javax.net.ssl.X509TrustManager;
import org.apache.camel.support.jsse.CipherSuitesParameters;
import org.apache.camel.support.jsse.KeyManagersParameters;
import org.apache.camel.support.jsse.SSLContextParameters;
import org.apache.camel.support.jsse.SecureSocketProtocolsParameters;
import org.apache.camel.support.jsse.TrustManagersParameters;
import org.apache.hc.client5.http.ssl.DefaultHostnameVerifier;
import org.apache.hc.client5.http.ssl.NoopHostnameVerifier;
import org.qkdmesh.identity.CertificateIdentity;
import org.qkdmesh.identity.CertificateIdentity.Role;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeId;

/**
 * TLS towards one neighbour or KME: shows our certificate, and takes nobody else's than the one expected. One bean per
 * destination, which an endpoint names as {@code sslContextParameters} and as {@code x509HostnameVerifier}. Without the
 * latter the host name is checked even where a pin makes that needless: forgetting it fails, and is not unsafe.
 */
public final class PeerTls extends SSLContextParameters implements HostnameVerifier {

    private static final int HANDSHAKE_SECONDS = 5;
    private static final List<String> ONLY_13 = List.of("TLSv1.3");
    private static final List<String> FROM_12 = List.of("TLSv1.3", "TLSv1.2");

    private final TlsCredentials own;
    private final PeerTrust trust;
    private final List<String> protocols;
    private final HostnameVerifier hostNames;

    private PeerTls(TlsCredentials own, PeerTrust trust, List<String> protocols, HostnameVerifier hostNames) {
        this.own = own;
        this.trust = trust;
        this.protocols = List.copyOf(protocols);
        this.hostNames = hostNames;
        setKeyManagers(new OwnKey(own));
        TrustManagersParameters trusted = new TrustManagersParameters();
        trusted.setTrustManager(trust);
        setTrustManagers(trusted);
        SecureSocketProtocolsParameters versions = new SecureSocketProtocolsParameters();
        versions.setSecureSocketProtocol(protocols);
        setSecureSocketProtocols(versions);
        CipherSuitesParameters suites = new CipherSuitesParameters();
        suites.setCipherSuite(ServerTls.SUITES);
        setCipherSuites(suites);
        setSessionTimeout("3600");
    }

    /** TLS 1.3 to a node with a certificate of the authorities, its URI in it, and the host name of the call. */
    public static PeerTls node(TlsCredentials own, List<X509Certificate> authorities, NodeId expected) {
        CertificateIdentity node = new CertificateIdentity(Role.NODE, expected.text());
        return new PeerTls(own, PeerTrust.ofAuthorities(authorities, node), ONLY_13, new DefaultHostnameVerifier());
    }

    /** TLS 1.2 or 1.3 to a KME, known by our URI or, without one, by its common name, and by the host name of the call. */
    public static PeerTls kme(TlsCredentials own, List<X509Certificate> authorities, KmeId expected) {
        CertificateIdentity kme = new CertificateIdentity(Role.KME, expected.text());
        return new PeerTls(own, PeerTrust.ofAuthorities(authorities, kme), FROM_12, new DefaultHostnameVerifier());
    }

    /** TLS 1.2 or 1.3 to the KME that holds this one certificate, whoever issued it, under whatever host name. */
    public static PeerTls pinnedKme(TlsCredentials own, X509Certificate pinned) {
        return new PeerTls(own, PeerTrust.ofPinned(pinned), FROM_12, NoopHostnameVerifier.INSTANCE);
    }

    /** The same for a client of Vert.x. */
    void applyTo(HttpClientOptions options) {
        options.setSsl(true)
                .setVerifyHost(hostNames != NoopHostnameVerifier.INSTANCE)
                .setSslHandshakeTimeout(HANDSHAKE_SECONDS)
                .setSslHandshakeTimeoutUnit(TimeUnit.SECONDS)
                .setEnabledSecureTransportProtocols(new LinkedHashSet<>(protocols))
                .setKeyCertOptions(KeyCertOptions.wrap((X509KeyManager) TlsManagers.keyManager(own)))
                .setTrustOptions(TrustOptions.wrap(trust));
        ServerTls.SUITES.forEach(options::addEnabledCipherSuite);
    }

    @Override
    public boolean verify(String host, SSLSession session) {
        return hostNames.verify(host, session);
    }

    PeerTrust trust() {
        return trust;
    }

    /** The same TLS for a client that is not Camel's. */
    SSLContext plainContext(X509TrustManager trusted) {
        return TlsManagers.context(own, trusted);
    }

    SSLParameters plainParameters() {
        return new SSLParameters(ServerTls.SUITES.toArray(String[]::new), protocols.toArray(String[]::new));
    }

    /** A key that is there already, in the place where Camel would read one from a key store. */
    private static final class OwnKey extends KeyManagersParameters {

        private final TlsCredentials own;

        private OwnKey(TlsCredentials own) {
            this.own = own;
        }

        @Override
        public KeyManager[] createKeyManagers() {
            return new KeyManager[] {TlsManagers.keyManager(own)};
        }

        @Override
        public String toString() {
            return own.toString();
        }
    }
}
