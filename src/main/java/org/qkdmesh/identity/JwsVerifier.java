package org.qkdmesh.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObject;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.util.Base64;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.text.ParseException;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import org.qkdmesh.model.NodeClock;

/**
 * Believes a compact JWS only when all of this holds: it is not larger than {@value #MAX_CHARS} characters; its header
 * has {@code alg} (ES256 or ES384), {@code typ} (the kind that is expected), {@code x5c}, and nothing else; the chain
 * leads to one of the authorities and is valid now; the leaf names a node by its URI; the signature is that leaf's, by
 * the algorithm of its curve.
 */
public final class JwsVerifier implements NodeVerifier {

    /** The largest statement that is looked at. */
    public static final int MAX_CHARS = 256 * 1024;

    static final Set<JWSAlgorithm> ALGORITHMS = Set.of(JWSAlgorithm.ES256, JWSAlgorithm.ES384);
    static final int MAX_CHAIN = 4;

    private static final Set<String> HEADER = Set.of("alg", "typ", "x5c");

    private final NodeChains chains;

    /**
     * @param authorities the certificate authorities that nodes are trusted by
     */
    public JwsVerifier(Collection<X509Certificate> authorities, NodeClock clock) {
        chains = new NodeChains(authorities, clock);
    }

    @Override
    public Signed verify(String type, String statement) {
        JWSObject jws = parse(statement, JWSObject::parse);
        NodeChains.Holder signer = chains.check(chain(type, jws.getHeader()));
        try {
            if (!jws.verify(verifier(signer.key(), jws.getHeader()))) {
                throw new InvalidSignature("the signature is not that of the certificate");
            }
        } catch (JOSEException e) {
            throw new InvalidSignature("the signature can not be checked");
        }
        return new Signed(signer.node(), jws.getPayload().toBytes());
    }

    /** Leaves the header, which has the certificates and is most of it, alone. */
    @Override
    public byte[] unverified(String statement) {
        return parse(statement, text -> JOSEObject.split(text)[1].decode());
    }

    private interface Parser<T> {
        T parse(String statement) throws ParseException;
    }

    private static <T> T parse(String statement, Parser<T> parser) {
        if (statement.length() > MAX_CHARS) {
            throw new Unreadable("the statement is larger than " + MAX_CHARS + " characters");
        }
        try {
            return parser.parse(statement);
        } catch (ParseException | IllegalArgumentException e) {
            throw new Unreadable("the statement is not a compact JWS");
        }
    }

    private static List<Base64> chain(String type, JWSHeader header) {
        if (!header.getIncludedParams().equals(HEADER)) {
            throw new InvalidSignature("the header shall have alg, typ and x5c, and nothing else");
        }
        if (!ALGORITHMS.contains(header.getAlgorithm())) {
            throw new InvalidSignature("the algorithm shall be ES256 or ES384");
        }
        if (!type.equals(header.getType().getType())) {
            throw new InvalidSignature("the statement is not of the kind " + type);
        }
        List<Base64> chain = header.getX509CertChain();
        if (chain.isEmpty() || chain.size() > MAX_CHAIN) {
            throw new InvalidSignature("x5c shall have 1 to " + MAX_CHAIN + " certificates");
        }
        return chain;
    }

    private static ECDSAVerifier verifier(ECPublicKey key, JWSHeader header) throws JOSEException {
        ECDSAVerifier verifier = new ECDSAVerifier(key);
        if (!verifier.supportedECDSAAlgorithm().equals(header.getAlgorithm())) {
            throw new InvalidSignature("the algorithm does not fit the certificate's curve");
        }
        return verifier;
    }
}
