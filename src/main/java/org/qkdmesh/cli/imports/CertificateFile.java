package org.qkdmesh.cli.imports;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.Optional;
import org.qkdmesh.identity.CertificateIdentity;
import org.qkdmesh.identity.PemFiles;

/**
 * A file that the older form names.
 *
 * @param path as a configuration names it: from the directory that nodes are started in
 * @param there whether the file is there
 */
record CertificateFile(String path, boolean there, Optional<X509Certificate> certificate) {

    /**
     * Relative paths were meant from the directory of the settings or from where the node was started; where there is a
     * file decides.
     */
    static CertificateFile of(Path settings, String named) {
        Path asNamed = Path.of(named);
        Path beside = settings.toAbsolutePath().resolveSibling(named).normalize();
        Path found = Files.exists(beside) ? beside : asNamed;
        Path home = Path.of("").toAbsolutePath();
        Path absolute = found.toAbsolutePath().normalize();
        String path = absolute.startsWith(home) ? home.relativize(absolute).toString() : absolute.toString();
        boolean there = Files.isRegularFile(found);
        return new CertificateFile(there ? path : named, there, there ? read(found) : Optional.empty());
    }

    private static Optional<X509Certificate> read(Path file) {
        try {
            return PemFiles.certificates(file).stream().findFirst();
        } catch (IOException e) {
            // A key, most often; what is wrong with a certificate is told when the configuration is checked.
            return Optional.empty();
        }
    }

    CertificateIdentity identity() {
        return certificate.map(CertificateIdentity::of).orElse(CertificateIdentity.NOBODY);
    }

    boolean isAuthority() {
        return certificate.filter(one -> one.getBasicConstraints() >= 0).isPresent();
    }
}
