package org.qkdmesh.identity;

import java.security.GeneralSecurityException;
import java.security.cert.CertPathValidator;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Whether a chain of certificates leads to an authority, and if not, why, in words for people. */
public final class CertificateChain {

    private CertificateChain() {}

    /**
     * @param chain leaf first
     * @return what is wrong, as a sentence about the leaf without its end; empty when the chain can be trusted
     */
    public static Optional<String> fault(
            List<X509Certificate> chain, Collection<X509Certificate> authorities, Instant now) {
        X509Certificate leaf = chain.get(0);
        if (authorities.contains(leaf)) {
            return Optional.empty();
        }
        List<X509Certificate> path =
                chain.stream().filter(one -> !authorities.contains(one)).toList();
        for (X509Certificate certificate : path) {
            CertificateDetails details = CertificateDetails.of(certificate);
            if (!details.isValid(now)) {
                return Optional.of("the certificate of " + details.subject() + " " + details.timeLeft(now));
            }
        }
        try {
            PKIXParameters parameters = new PKIXParameters(authorities.stream()
                    .map(authority -> new TrustAnchor(authority, null))
                    .collect(Collectors.toUnmodifiableSet()));
            parameters.setRevocationEnabled(false);
            parameters.setDate(Date.from(now));
            CertPathValidator.getInstance("PKIX")
                    .validate(CertificateFactory.getInstance("X.509").generateCertPath(path), parameters);
            return Optional.empty();
        } catch (GeneralSecurityException e) {
            String last = path.get(path.size() - 1).getIssuerX500Principal().getName();
            boolean named = authorities.stream()
                    .anyMatch(authority ->
                            authority.getSubjectX500Principal().getName().equals(last));
            return Optional.of(
                    named
                            ? "it names an authority of that name as its issuer, " + last
                                    + ", but is not signed by it, or may not be used like this (" + e.getMessage() + ")"
                            : "it was issued by " + last + ", which is none of the authorities");
        }
    }
}
