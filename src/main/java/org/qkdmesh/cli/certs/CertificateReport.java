package org.qkdmesh.cli.certs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.qkdmesh.identity.CertificateChain;
import org.qkdmesh.identity.CertificateDetails;
import org.qkdmesh.identity.PemFiles;

/**
 * What there is to say of one file of certificates.
 *
 * @param facts what is as it should be
 * @param warnings what should be looked after soon
 * @param faults what is wrong
 */
public record CertificateReport(
        Path file,
        List<CertificateDetails> certificates,
        List<String> facts,
        List<String> warnings,
        List<String> faults) {

    private static final String SUFFIX = ".crt";

    /**
     * @param key the private key's file; empty for the one beside {@code file}, if there is one
     * @param authority the authorities' file; empty for {@code ca.crt} beside {@code file}, if there is one
     */
    public static CertificateReport of(Path file, Optional<Path> key, Optional<Path> authority, Instant now) {
        CertificateReport report =
                new CertificateReport(file, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        try {
            List<X509Certificate> chain = PemFiles.certificates(file);
            for (X509Certificate certificate : chain) {
                CertificateDetails details = CertificateDetails.of(certificate);
                report.certificates.add(details);
                report.time(details, now);
            }
            report.key(key.or(() -> beside(file)));
            report.authority(chain, authority.or(() -> authorityBeside(file)), now);
        } catch (IOException e) {
            report.faults.add(e.getMessage());
        }
        return report;
    }

    public boolean isWell() {
        return warnings.isEmpty() && faults.isEmpty();
    }

    private void time(CertificateDetails details, Instant now) {
        String said = details.subject() + " " + details.timeLeft(now);
        if (!details.isValid(now)) {
            faults.add(said);
        } else if (!details.isFresh(now)) {
            warnings.add(said + ": have it replaced");
        } else {
            facts.add(said);
        }
    }

    private void key(Optional<Path> key) {
        key.ifPresent(keyFile -> {
            try {
                PemFiles.credentials(file, keyFile);
                facts.add(keyFile + " is its key");
            } catch (IOException e) {
                faults.add(e.getMessage());
            }
        });
    }

    private void authority(List<X509Certificate> chain, Optional<Path> authority, Instant now) throws IOException {
        if (authority.isPresent()) {
            CertificateChain.fault(chain, PemFiles.certificates(authority.get()), now)
                    .ifPresentOrElse(
                            fault -> faults.add(authority.get() + ": " + fault),
                            () -> facts.add("issued by an authority of " + authority.get()));
        }
    }

    private static Optional<Path> beside(Path file) {
        String name = file.getFileName().toString();
        return Optional.of(file.resolveSibling(
                        (name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name) + ".key"))
                .filter(Files::isReadable);
    }

    private static Optional<Path> authorityBeside(Path file) {
        return Optional.of(file.resolveSibling("ca" + SUFFIX))
                .filter(Files::isReadable)
                .filter(authority -> !authority.getFileName().equals(file.getFileName()));
    }

    public ObjectNode json(Instant now) {
        ObjectNode document = JsonNodeFactory.instance.objectNode().put("file", file.toString());
        ArrayNode list = document.putArray("certificates");
        for (CertificateDetails details : certificates) {
            ObjectNode entry = list.addObject()
                    .put("role", details.identity().role().name().toLowerCase(Locale.ROOT))
                    .put("id", details.identity().id())
                    .put("subject", details.subject())
                    .put("issuer", details.issuer())
                    .put("authority", details.authority())
                    .put("valid_from", details.from().toString())
                    .put("valid_until", details.until().toString())
                    .put("days_left", details.daysLeft(now))
                    .put("key", details.key())
                    .put("sha256", details.fingerprint());
            details.hosts().forEach(entry.putArray("hosts")::add);
            details.uris().forEach(entry.putArray("uris")::add);
        }
        facts.forEach(document.putArray("ok")::add);
        warnings.forEach(document.putArray("warnings")::add);
        faults.forEach(document.putArray("faults")::add);
        return document;
    }
}
