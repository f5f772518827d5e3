package org.qkdmesh.identity;

import com.nimbusds.jose.jwk.Curve;
import java.security.PublicKey;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;

/**
 * What stands in a certificate, in the words of people who look after certificates.
 *
 * @param subject the distinguished name of the holder
 * @param issuer the distinguished name of the authority
 * @param hosts DNS names and IP addresses that it is good for as a server
 * @param uris other names
 * @param from the first moment of its validity
 * @param until the last moment of its validity
 * @param key kind and size of the key, as in {@code EC P-256}
 * @param authority whether it may certify others
 * @param fingerprint SHA-256 in lower case hex
 */
public record CertificateDetails(
        CertificateIdentity identity,
        String subject,
        String issuer,
        List<String> hosts,
        List<String> uris,
        Instant from,
        Instant until,
        String key,
        boolean authority,
        String fingerprint) {

    /** So long before its end a certificate should be replaced. */
    public static final int WARN_DAYS = 30;

    private static final int SAN_DNS = 2;
    private static final int SAN_URI = 6;
    private static final int SAN_IP = 7;

    public CertificateDetails {
        hosts = List.copyOf(hosts);
        uris = List.copyOf(uris);
    }

    public static CertificateDetails of(X509Certificate certificate) {
        return new CertificateDetails(
                CertificateIdentity.of(certificate),
                certificate.getSubjectX500Principal().getName(),
                certificate.getIssuerX500Principal().getName(),
                names(certificate, SAN_DNS, SAN_IP),
                names(certificate, SAN_URI),
                certificate.getNotBefore().toInstant(),
                certificate.getNotAfter().toInstant(),
                kind(certificate.getPublicKey()),
                certificate.getBasicConstraints() >= 0,
                CertificateIdentity.fingerprint(certificate));
    }

    /** Whom it names, as in {@code the node tn-1-a2b2}. */
    public String holder() {
        return authority ? "the authority " + subject : identity.shown();
    }

    /** Whole days until its end, rounded down; negative after it. */
    public long daysLeft(Instant now) {
        return Math.floorDiv(
                Duration.between(now, until).toSeconds(), Duration.ofDays(1).toSeconds());
    }

    /** How it stands with its time, as the end of a sentence that begins with the certificate. */
    public String timeLeft(Instant now) {
        if (now.isBefore(from)) {
            return "is not valid before " + from;
        }
        long days = daysLeft(now);
        return now.isAfter(until)
                ? "has expired, on " + until
                : days == 0 ? "expires within a day, on " + until : "has " + days + " days left, until " + until;
    }

    /** Whether it is valid now and for some weeks more. */
    public boolean isFresh(Instant now) {
        return isValid(now) && daysLeft(now) >= WARN_DAYS;
    }

    public boolean isValid(Instant now) {
        return !now.isBefore(from) && !now.isAfter(until);
    }

    private static List<String> names(X509Certificate certificate, Integer... kinds) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> List.of(kinds).contains(name.get(0)))
                            .map(name -> String.valueOf(name.get(1)))
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    private static String kind(PublicKey key) {
        if (key instanceof ECPublicKey ec) {
            Curve curve = Curve.forECParameterSpec(ec.getParams());
            return "EC " + (curve == null ? "on an uncommon curve" : curve.getName());
        }
        return key instanceof RSAPublicKey rsa ? "RSA " + rsa.getModulus().bitLength() : key.getAlgorithm();
    }
}
