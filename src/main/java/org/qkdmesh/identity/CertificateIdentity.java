package org.qkdmesh.identity;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;
import org.qkdmesh.model.SaeId;

/**
 * Whom a certificate names: the one subject alternative name {@code urn:qkd-mesh:{node|sae|kme}:<id>}, or else the
 * common name. It says nothing of whether the certificate can be trusted.
 *
 * @param id the id as text, empty for {@link Role#NOBODY}
 */
public record CertificateIdentity(Role role, String id) {

    /** What a certificate says its holder is. */
    public enum Role {
        NODE,
        SAE,
        KME,
        /** Only a common name: enough for SAEs and KMEs that the configuration names, never for a node. */
        NAMED,
        /** No name that can be used: none, several that disagree, or not of the form of an id. */
        NOBODY
    }

    public static final CertificateIdentity NOBODY = new CertificateIdentity(Role.NOBODY, "");

    private static final String URN = "urn:qkd-mesh:";
    private static final Integer SAN_URI = 6;

    public CertificateIdentity {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(id, "id");
    }

    public static CertificateIdentity of(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            List<String> uris = names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> SAN_URI.equals(name.get(0)))
                            .map(name -> String.valueOf(name.get(1)))
                            .filter(uri -> uri.toLowerCase(Locale.ROOT).startsWith(URN))
                            .toList();
            return switch (uris.size()) {
                case 0 -> ofCommonName(certificate);
                case 1 -> ofUri(uris.get(0));
                default -> NOBODY;
            };
        } catch (CertificateParsingException | InvalidNameException e) {
            return NOBODY;
        }
    }

    /** In words, with their article, as in {@code the node tn-1-a2b2}. */
    public String shown() {
        return switch (role) {
            case NOBODY -> "none that names a node, SAE or KME";
            case NAMED -> "the common name " + id;
            case NODE -> "the node " + id;
            case SAE -> "the SAE " + id;
            case KME -> "the KME " + id;
        };
    }

    /** The SHA-256 of the whole certificate in lower case hex: what pins compare. */
    public static String fingerprint(X509Certificate certificate) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
            return HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException | CertificateEncodingException e) {
            throw new IllegalStateException("a certificate without an encoding, or a JDK without SHA-256", e);
        }
    }

    private static CertificateIdentity ofUri(String uri) {
        String[] parts = uri.split(":", 4);
        if (parts.length < 4 || !uri.startsWith(URN)) {
            return NOBODY;
        }
        return switch (parts[2]) {
            case "node" -> checked(Role.NODE, parts[3]);
            case "sae" -> checked(Role.SAE, parts[3]);
            case "kme" -> checked(Role.KME, parts[3]);
            default -> NOBODY;
        };
    }

    private static CertificateIdentity ofCommonName(X509Certificate certificate) throws InvalidNameException {
        List<String> names = new LdapName(certificate.getSubjectX500Principal().getName())
                .getRdns().stream()
                        .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
                        .map(Rdn::getValue)
                        .map(String::valueOf)
                        .toList();
        return names.size() == 1 ? checked(Role.NAMED, names.get(0)) : NOBODY;
    }

    /** The ids of SAEs, nodes and KMEs have one and the same form. */
    private static CertificateIdentity checked(Role role, String id) {
        try {
            return new CertificateIdentity(role, new SaeId(id).text());
        } catch (IllegalArgumentException e) {
            return NOBODY;
        }
    }
}
