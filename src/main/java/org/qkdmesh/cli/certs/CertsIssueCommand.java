package org.qkdmesh.cli.certs;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.bouncycastle.util.IPAddress;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.identity.CertificateDetails;
import org.qkdmesh.model.SaeId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh certs issue}. */
@Command(
        name = "issue",
        mixinStandardHelpOptions = true,
        description = {
            "Makes a certificate and its key for an SAE, a node or a KME, by an authority whose key is at hand.",
            "Files that are there already are never written over. The key is on P-256 and readable by its owner only.",
            "Without --dns and --ip it is good for this machine: localhost, 127.0.0.1, ::1."
        },
        footer = {
            "",
            "Examples:",
            "  ./qkd-mesh certs issue --id sae-x --kind sae",
            "  ./qkd-mesh certs issue --id tn-5 --kind node --dns tn-5.example.org --ip 192.0.2.7 --days 365"
        })
final class CertsIssueCommand implements Callable<Integer> {

    private static final Pattern HOST = Pattern.compile(
            "(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*");
    private static final int MOST_DAYS = 3650;

    @Spec
    private CommandSpec spec;

    @Option(names = "--id", required = true, paramLabel = "ID", description = "Whom it is for.")
    private String id;

    @Option(
            names = "--kind",
            required = true,
            paramLabel = "KIND",
            description = "What it is: sae, node or kme. It goes into the certificate as urn:qkd-mesh:KIND:ID.")
    private IssueCertificate.Kind kind;

    @Option(
            names = "--ca-cert",
            paramLabel = "FILE",
            description = "The authority's certificate (default: certs/ca.crt in the project).")
    private Path authorityCertificate;

    @Option(
            names = "--ca-key",
            paramLabel = "FILE",
            description = "The authority's key (default: certs/ca.key in the project).")
    private Path authorityKey;

    @Option(
            names = "--dir",
            paramLabel = "DIR",
            description = "Where to put ID.crt and ID.key (default: certs in the project).")
    private Path directory;

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "730",
            description = "How long it is valid, 1 to " + MOST_DAYS + " days (default: ${DEFAULT-VALUE}).")
    private int days;

    @Option(names = "--dns", paramLabel = "NAME", description = "A host name that it is reached by; may be repeated.")
    private List<String> dns = List.of();

    @Option(names = "--ip", paramLabel = "ADDRESS", description = "An address that it is reached by; may be repeated.")
    private List<String> ips = List.of();

    @Override
    public Integer call() throws IOException {
        checkOptions();
        boolean local = dns.isEmpty() && ips.isEmpty();
        IssueCertificate.Issued issued = new IssueCertificate(
                        orDefault(authorityCertificate, "certs/ca.crt"), orDefault(authorityKey, "certs/ca.key"))
                .issue(
                        orDefault(directory, "certs"),
                        kind,
                        new SaeId(id),
                        local ? List.of("localhost") : dns,
                        local ? List.of("127.0.0.1", "::1") : ips,
                        Duration.ofDays(days));
        CertificateDetails details = CertificateDetails.of(issued.content());
        Terminal terminal = Terminal.of(spec.commandLine());
        terminal.line("Made " + issued.certificate() + " and " + issued.key() + " (readable by you only):");
        terminal.line("  " + details.identity().shown() + ", by " + details.issuer() + ", for "
                + String.join(", ", details.hosts()) + ", " + details.timeLeft(Instant.now()));
        terminal.line("Next: " + nextStep(issued));
        return 0;
    }

    private void checkOptions() {
        try {
            new SaeId(id);
        } catch (IllegalArgumentException e) {
            throw wrong("--id: expected 1 to 64 characters that RFC 3986 allows in a URI, found \"" + id + "\"");
        }
        if (id.contains("/") || id.contains("..")) {
            throw wrong("--id: expected an id that can be the name of a file, found \"" + id + "\"");
        }
        if (days < 1 || days > MOST_DAYS) {
            throw wrong("--days: expected 1 to " + MOST_DAYS + ", found " + days);
        }
        dns.stream().filter(name -> !HOST.matcher(name).matches()).findFirst().ifPresent(name -> {
            throw wrong("--dns: expected a host name such as tn-5.example.org, found \"" + name + "\"");
        });
        ips.stream().filter(address -> !IPAddress.isValid(address)).findFirst().ifPresent(address -> {
            throw wrong("--ip: expected an address such as 192.0.2.7 or 2001:db8::7, found \"" + address + "\"");
        });
    }

    private String nextStep(IssueCertificate.Issued issued) {
        return switch (kind) {
            case SAE -> "name it in its node's file, under saes: - {id: " + id + "}, and its pairs under pairs.";
            case NODE ->
                "name both files in its configuration, under tls, and it under neighbours of the nodes beside it.";
            case KME -> "install both on the device, then look at it: ./qkd-mesh doctor --kme FILE";
        };
    }

    private static Path orDefault(Path given, String usual) {
        return given == null ? Path.of(usual) : given;
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}
