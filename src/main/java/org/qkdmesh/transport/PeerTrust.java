package org.qkdmesh.transport;

import java.net.Socket;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import org.qkdmesh.identity.CertificateIdentity;
import org.qkdmesh.identity.CertificateIdentity.Role;

/**
 * Trusts exactly one other end: the holder of a certificate of the authorities that names the expected node or KME, or
 * else the one certificate that the configuration pins.
 */
final class PeerTrust extends X509ExtendedTrustManager {

    private final X509ExtendedTrustManager authorities;
    private final CertificateIdentity expected;
    private final X509Certificate pinned;

    private PeerTrust(X509ExtendedTrustManager authorities, CertificateIdentity expected, X509Certificate pinned) {
        this.authorities = authorities;
        this.expected = expected;
        this.pinned = pinned;
    }

    static PeerTrust ofAuthorities(List<X509Certificate> authorities, CertificateIdentity expected) {
        return new PeerTrust(TlsManagers.trustManager(authorities), expected, null);
    }

    static PeerTrust ofPinned(X509Certificate pinned) {
        return new PeerTrust(null, null, pinned);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        if (pinned == null) {
            authorities.checkServerTrusted(chain, authType, socket);
        }
        checkHolder(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        if (pinned == null) {
            authorities.checkServerTrusted(chain, authType, engine);
        }
        checkHolder(chain);
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        if (pinned == null) {
            authorities.checkServerTrusted(chain, authType);
        }
        checkHolder(chain);
    }

    private void checkHolder(X509Certificate[] chain) throws CertificateException {
        X509Certificate certificate = chain[0];
        if (pinned != null) {
            if (!pinned.equals(certificate)) {
                throw new CertificateException("not the certificate that the configuration pins");
            }
            certificate.checkValidity();
            return;
        }
        CertificateIdentity named = CertificateIdentity.of(certificate);
        // A KME whose maker knows nothing of our URI is known by its common name; a node never is.
        boolean byCommonName = expected.role() == Role.KME && named.role() == Role.NAMED;
        if (!named.id().equals(expected.id()) || named.role() != expected.role() && !byCommonName) {
            throw new CertificateException("expected " + expected + ", the certificate names " + named);
        }
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
        throw new CertificateException("for calls only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
            throws CertificateException {
        throw new CertificateException("for calls only");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
            throws CertificateException {
        throw new CertificateException("for calls only");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return new X509Certificate[0];
    }
}
