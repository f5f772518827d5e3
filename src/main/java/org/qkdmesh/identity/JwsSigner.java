package org.qkdmesh.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.util.Base64;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.ArrayList;
import java.util.List;

/**
 * Signs with the node's certificate: a compact JWS, ES256 or ES384 by the curve of the key, its header naming the kind
 * of statement ({@code typ}) and the signer's chain without the root ({@code x5c}).
 */
public final class JwsSigner implements NodeSigner {

    private final ECDSASigner signer;
    private final JWSAlgorithm algorithm;
    private final List<Base64> chain;

    /**
     * @throws IllegalArgumentException when the key is not an EC key on P-256 or P-384, or the chain is too long
     */
    public JwsSigner(TlsCredentials credentials) {
        if (!(credentials.key() instanceof ECPrivateKey key)) {
            throw new IllegalArgumentException("a node needs an EC key (P-256 or P-384)");
        }
        try {
            signer = new ECDSASigner(key);
        } catch (JOSEException e) {
            throw new IllegalArgumentException("a node needs an EC key on P-256 or P-384", e);
        }
        algorithm = signer.supportedECDSAAlgorithm();
        if (!JwsVerifier.ALGORITHMS.contains(algorithm)) {
            throw new IllegalArgumentException("a node needs an EC key on P-256 or P-384");
        }
        chain = encoded(credentials.chain());
        if (chain.size() > JwsVerifier.MAX_CHAIN) {
            throw new IllegalArgumentException(
                    "the certificate chain of a node has at most " + JwsVerifier.MAX_CHAIN + " certificates");
        }
    }

    @Override
    public String sign(String type, byte[] payload) {
        JWSHeader header = new JWSHeader.Builder(algorithm)
                .type(new JOSEObjectType(type))
                .x509CertChain(chain)
                .build();
        JWSObject statement = new JWSObject(header, new Payload(payload));
        try {
            statement.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("the node's key does not sign", e);
        }
        return statement.serialize();
    }

    /** The root is left out: whoever checks has it, or does not trust it. */
    private static List<Base64> encoded(List<X509Certificate> certificates) {
        List<Base64> encoded = new ArrayList<>();
        try {
            for (X509Certificate certificate : certificates) {
                boolean root = certificate.getSubjectX500Principal().equals(certificate.getIssuerX500Principal());
                if (encoded.isEmpty() || !root) {
                    encoded.add(Base64.encode(certificate.getEncoded()));
                }
            }
        } catch (CertificateEncodingException e) {
            throw new IllegalArgumentException("a certificate without an encoding", e);
        }
        return List.copyOf(encoded);
    }
}
