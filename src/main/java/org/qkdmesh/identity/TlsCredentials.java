package org.qkdmesh.identity;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECKey;
import java.util.List;
import java.util.Objects;

/**
 * A certificate chain, leaf first, and the private key that belongs to it. Immutable; {@code toString} shows no key.
 */
public record TlsCredentials(List<X509Certificate> chain, PrivateKey key) {

    /**
     * @throws IllegalArgumentException when there is no certificate, or the key does not belong to the first one
     */
    public TlsCredentials {
        chain = List.copyOf(chain);
        Objects.requireNonNull(key, "key");
        if (chain.isEmpty()) {
            throw new IllegalArgumentException("no certificate");
        }
        if (!belongs(key, chain.get(0))) {
            throw new IllegalArgumentException("the private key does not belong to the certificate");
        }
    }

    public X509Certificate certificate() {
        return chain.get(0);
    }

    /** Asks the key to sign and the certificate to check it, so that every kind of key is compared in the same way. */
    private static boolean belongs(PrivateKey key, X509Certificate certificate) {
        String algorithm = key instanceof ECKey ? "SHA256withECDSA" : "SHA256withRSA";
        byte[] text = "does this key belong to this certificate".getBytes(StandardCharsets.US_ASCII);
        try {
            Signature signing = Signature.getInstance(algorithm);
            signing.initSign(key, new SecureRandom());
            signing.update(text);
            byte[] signature = signing.sign();
            Signature checking = Signature.getInstance(algorithm);
            checking.initVerify(certificate.getPublicKey());
            checking.update(text);
            return checking.verify(signature);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return "TlsCredentials[" + certificate().getSubjectX500Principal() + "]";
    }
}
