package org.qkdmesh.doctor;

import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.identity.CertificateChain;
import org.qkdmesh.identity.CertificateDetails;
import org.qkdmesh.identity.ConfiguredCertificates;
import org.qkdmesh.identity.PemFiles;

/** Every certificate that a node's configuration names. */
final class CertificateCheck implements Check {

    private static final String SERVER = "1.3.6.1.5.5.7.3.1";
    private static final String CLIENT = "1.3.6.1.5.5.7.3.2";

    private final NodeConfig config;
    private final Instant now;
    private final List<Finding> findings = new ArrayList<>();

    CertificateCheck(NodeConfig config, Instant now) {
        this.config = config;
        this.now = now;
    }

    @Override
    public String title() {
        return "certificates";
    }

    @Override
    public List<Finding> run() {
        own();
        each("tls.ca", config.tls().ca());
        for (NodeConfig.Sae sae : config.saes()) {
            sae.certificate().ifPresent(file -> each("of " + sae.id(), file));
        }
        for (NodeConfig.Neighbour neighbour : config.neighbours()) {
            neighbour.certificate().ifPresent(file -> each("of " + neighbour.id(), file));
            for (NodeConfig.Kme kme : neighbour.kmes()) {
                kme.certificate().ifPresent(file -> each("of " + kme.id(), file));
                kme.client().ifPresent(client -> {
                    each("shown to " + kme.id(), client.certificate());
                    key(client.certificate(), client.key());
                });
            }
        }
        return findings;
    }

    private void own() {
        NodeConfig.Tls tls = config.tls();
        each("of this node", tls.certificate());
        key(tls.certificate(), tls.key());
        try {
            new ConfiguredCertificates().requireNode(tls.certificate(), config.id());
            findings.add(Finding.ok(tls.certificate() + " names " + config.id()));
        } catch (IOException e) {
            findings.add(Finding.fail(
                            e.getMessage(),
                            "Have it certified with the URI urn:qkd-mesh:node:" + config.id()
                                    + " and a key on P-256 or P-384, or correct id.")
                    .next("./qkd-mesh certs show " + tls.certificate()));
        }
        try {
            List<X509Certificate> chain = PemFiles.certificates(tls.certificate());
            usage(chain.get(0));
            Optional<String> fault = CertificateChain.fault(chain, PemFiles.certificates(tls.ca()), now);
            findings.add(fault.map(why -> Finding.fail(
                                    "nobody will trust this node: " + why,
                                    "Use a certificate of an authority in " + tls.ca()
                                            + ", with those between in the same file.")
                            .next("./qkd-mesh certs show --ca " + tls.ca() + " " + tls.certificate()))
                    .orElse(Finding.ok("its chain leads to an authority in " + tls.ca())));
        } catch (IOException e) {
            // Told already, with the file.
            return;
        }
    }

    /** A node is a server to SAEs and neighbours, and a client of neighbours and KMEs. */
    private void usage(X509Certificate leaf) {
        try {
            List<String> allowed = leaf.getExtendedKeyUsage();
            if (allowed != null && !allowed.containsAll(List.of(SERVER, CLIENT))) {
                findings.add(Finding.fail(
                        config.tls().certificate() + " is not good for both TLS server and TLS client",
                        "Have it certified with the extended key usages serverAuth and clientAuth."));
            }
        } catch (CertificateParsingException e) {
            findings.add(Finding.fail(
                    config.tls().certificate() + " has an extended key usage that cannot be read",
                    "Have it certified anew."));
        }
    }

    private void each(String whose, Path file) {
        try {
            for (X509Certificate certificate : PemFiles.certificates(file)) {
                CertificateDetails details = CertificateDetails.of(certificate);
                String text = file + " (" + whose + ", " + details.subject() + ") " + details.timeLeft(now);
                String command = "./qkd-mesh certs show " + file;
                if (!details.isValid(now)) {
                    findings.add(Finding.fail(
                                    text,
                                    "Have it replaced: docs/operating/certificates.md. If the date looks right, this machine's"
                                            + " clock is off.")
                            .next(command));
                } else if (!details.isFresh(now)) {
                    findings.add(Finding.warn(text, "Have it replaced before that day: docs/operating/certificates.md.")
                            .next(command));
                } else {
                    findings.add(Finding.ok(text));
                }
            }
        } catch (IOException e) {
            findings.add(Finding.fail(e.getMessage(), "Put the certificate there, or correct the path."));
        }
    }

    private void key(Path certificate, Path key) {
        try {
            PemFiles.credentials(certificate, key);
            findings.add(Finding.ok(key + " is its key"));
        } catch (IOException e) {
            findings.add(Finding.fail(
                            e.getMessage(), "Use the key that the certificate was made for, or have a new pair made.")
                    .next("./qkd-mesh certs show --key " + key + " " + certificate));
        }
    }
}
