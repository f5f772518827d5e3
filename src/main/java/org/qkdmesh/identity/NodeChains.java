package org.qkdmesh.identity;

import com.nimbusds.jose.util.Base64;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertPath;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.qkdmesh.identity.NodeVerifier.InvalidSignature;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.NodeId;

/**
 * Finds out which node a certificate chain belongs to. Chains that were found good are remembered, since every advert
 * brings the same one again; their validity in time is looked at each time.
 */
final class NodeChains {

    /** The node that a chain belongs to. */
    record Holder(NodeId node, ECPublicKey key, Instant from, Instant until) {}

    private static final int REMEMBERED = 256;
    private static final int DIGITAL_SIGNATURE = 0;
    private static final int MAX_CERTIFICATE_CHARS = 16 * 1024;

    private final Set<TrustAnchor> anchors;
    private final NodeClock clock;
    private final Map<List<Base64>, Holder> good = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<List<Base64>, Holder> eldest) {
            return size() > REMEMBERED;
        }
    };

    NodeChains(Collection<X509Certificate> authorities, NodeClock clock) {
        this.anchors = authorities.stream()
                .map(authority -> new TrustAnchor(authority, null))
                .collect(Collectors.toUnmodifiableSet());
        this.clock = clock;
    }

    /**
     * @param chain leaf first
     * @throws InvalidSignature when the chain does not lead to an authority, is not valid now, or is not a node's
     */
    Holder check(List<Base64> chain) {
        Instant now = clock.wall();
        Holder known;
        synchronized (good) {
            known = good.get(chain);
        }
        if (known == null) {
            known = validate(chain, now);
            synchronized (good) {
                good.put(List.copyOf(chain), known);
            }
        }
        if (now.isBefore(known.from) || now.isAfter(known.until)) {
            throw new InvalidSignature("the certificate chain is not valid now");
        }
        return known;
    }

    private Holder validate(List<Base64> encoded, Instant now) {
        List<X509Certificate> chain = new ArrayList<>();
        try {
            CertificateFactory factory = CertificateFactory.getInstance("X.509");
            for (Base64 certificate : encoded) {
                if (certificate.toString().length() > MAX_CERTIFICATE_CHARS) {
                    throw new InvalidSignature("a certificate in x5c is too large");
                }
                chain.add(
                        (X509Certificate) factory.generateCertificate(new ByteArrayInputStream(certificate.decode())));
            }
            CertPath path = factory.generateCertPath(chain);
            PKIXParameters parameters = new PKIXParameters(anchors);
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX").validate(path, parameters);
        } catch (CertificateException e) {
            throw new InvalidSignature("x5c holds something that is not a certificate");
        } catch (GeneralSecurityException e) {
            throw new InvalidSignature("the certificate chain does not lead to a trusted authority");
        }
        return holder(chain);
    }

    private static Holder holder(List<X509Certificate> chain) {
        X509Certificate leaf = chain.get(0);
        CertificateIdentity identity = CertificateIdentity.of(leaf);
        if (identity.role() != CertificateIdentity.Role.NODE) {
            throw new InvalidSignature("the certificate is not a node's");
        }
        boolean[] usage = leaf.getKeyUsage();
        if (usage != null && !usage[DIGITAL_SIGNATURE]) {
            throw new InvalidSignature("the certificate is not for signatures");
        }
        if (!(leaf.getPublicKey() instanceof ECPublicKey key)) {
            throw new InvalidSignature("the certificate's key is not an EC key");
        }
        Instant from = chain.stream()
                .map(certificate -> certificate.getNotBefore().toInstant())
                .max(Instant::compareTo)
                .orElseThrow();
        Instant until = chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElseThrow();
        return new Holder(new NodeId(identity.id()), key, from, until);
    }
}
