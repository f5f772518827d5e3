package org.qkdmesh.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.qkdmesh.config.CertificateRules;
import org.qkdmesh.identity.CertificateDetails;
import org.qkdmesh.identity.ConfiguredCertificates;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeId;

/**
 * The rules that a node goes by when it starts, which are the same on any day, and beside them which certificates are
 * not valid today. A node starts with such a one, so that what needs no certificate goes on, but nobody will talk to it.
 */
final class DatedCertificates implements CertificateRules {

    private final CertificateRules rules = new ConfiguredCertificates();
    private final Instant now;
    private final Set<String> warnings = new LinkedHashSet<>();

    DatedCertificates(Instant now) {
        this.now = now;
    }

    /** Of all files that were looked at; each once. */
    List<String> warnings() {
        return List.copyOf(warnings);
    }

    @Override
    public void requireCertificates(Path file) throws IOException {
        rules.requireCertificates(file);
        for (X509Certificate certificate : PemFiles.certificates(file)) {
            CertificateDetails details = CertificateDetails.of(certificate);
            if (!details.isValid(now)) {
                warnings.add(file + " (" + details.holder() + ") " + details.timeLeft(now));
            }
        }
    }

    @Override
    public void requireKeyOf(Path certificate, Path key) throws IOException {
        rules.requireKeyOf(certificate, key);
    }

    @Override
    public void requireNode(Path certificate, NodeId id) throws IOException {
        rules.requireNode(certificate, id);
    }

    @Override
    public void requireKme(Path certificate, KmeId id) throws IOException {
        rules.requireKme(certificate, id);
    }
}
