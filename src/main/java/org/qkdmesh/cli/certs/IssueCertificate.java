package org.qkdmesh.cli.certs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.model.SaeId;

/** Has an authority on this machine certify somebody, with a fresh key on P-256. */
public final class IssueCertificate {

    /** Whom a certificate is for. */
    public enum Kind {
        SAE,
        NODE,
        KME
    }

    /** What was made. */
    public record Issued(Path certificate, Path key, X509Certificate content) {}

    private final Path authorityCertificate;
    private final Path authorityKey;

    public IssueCertificate(Path authorityCertificate, Path authorityKey) {
        this.authorityCertificate = authorityCertificate;
        this.authorityKey = authorityKey;
    }

    /**
     * Makes {@code <id>.crt} and {@code <id>.key}, the key readable by its owner only.
     *
     * @param dns host names that the holder is reached by
     * @param ips addresses that it is reached by
     * @param life not longer than the authority's own
     * @throws IOException when a file of that name is there, the authority cannot be used, or nothing can be written;
     *     nothing is changed then, or the message names the file that could not be written
     */
    public Issued issue(Path directory, Kind kind, SaeId id, List<String> dns, List<String> ips, Duration life)
            throws IOException {
        CertificateFiles files = new CertificateFiles(directory);
        requireFree(files.certificate(id.text()));
        requireFree(files.key(id.text()));
        Authority authority = authority();
        Instant end = authority.certificate().getNotAfter().toInstant();
        if (Instant.now().plus(life).isAfter(end)) {
            throw new IOException(authorityCertificate + " itself is valid until " + end + " only, "
                    + Math.max(0, Duration.between(Instant.now(), end).toDays()) + " days: ask for fewer with --days");
        }
        Holder holder = new Holder(kind.name().toLowerCase(Locale.ROOT), id.text(), dns, ips);
        try {
            KeyPair pair = Authority.newKey();
            X509Certificate certificate = authority.certify(holder, pair.getPublic(), life);
            Files.createDirectories(directory);
            files.write(id.text(), pair, certificate);
            return new Issued(files.certificate(id.text()), files.key(id.text()), certificate);
        } catch (GeneralSecurityException e) {
            throw new IOException("cannot make a certificate: " + e.getMessage(), e);
        }
    }

    private static void requireFree(Path file) throws IOException {
        if (Files.exists(file)) {
            throw new IOException(
                    file + " is there already and stays as it is: move it away first, or name another --dir");
        }
    }

    private Authority authority() throws IOException {
        for (Path file : List.of(authorityCertificate, authorityKey)) {
            if (!Files.exists(file)) {
                throw new IOException(
                        file + " is missing: ./qkd-mesh certs demo makes an authority for trying things out;"
                                + " name your own with --ca-cert and --ca-key");
            }
        }
        TlsCredentials credentials = PemFiles.credentials(authorityCertificate, authorityKey);
        if (credentials.certificate().getBasicConstraints() < 0) {
            throw new IOException(authorityCertificate + " is not an authority's: it may not certify others");
        }
        return new Authority(credentials.certificate(), credentials.key());
    }
}
