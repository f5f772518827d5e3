package org.qkdmesh.cli.certs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.Terminal.Style;
import org.qkdmesh.identity.CertificateDetails;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh certs show}. */
@Command(
        name = "show",
        mixinStandardHelpOptions = true,
        description = {
            "Shows whom certificates name, who issued them, how long they are valid, and whether key and authority fit.",
            "The key is FILE with .key in place of .crt, the authority ca.crt beside it, unless options name others."
        },
        footer = {"", "Example:", "  ./qkd-mesh certs show certs/tn-1-a2b2.crt"},
        exitCodeList = {
            "0:all are well",
            "1:one cannot be read, is not valid, has less than 30 days left, or its key or authority does not fit",
            "2:wrong options"
        })
final class CertsShowCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "PEM files with certificates.")
    private List<Path> files;

    @Option(names = "--key", paramLabel = "FILE", description = "The private key, for a single FILE.")
    private Path key;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "The authorities that the certificates should come from.")
    private Path authority;

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() {
        Instant now = Instant.now();
        List<CertificateReport> reports = files.stream()
                .map(file -> CertificateReport.of(file, Optional.ofNullable(key), Optional.ofNullable(authority), now))
                .toList();
        Terminal terminal = Terminal.of(spec.commandLine());
        if (json.isWanted()) {
            ObjectNode document = JsonNodeFactory.instance.objectNode();
            ArrayNode list = document.putArray("files");
            reports.forEach(report -> list.add(report.json(now)));
            terminal.json(document);
        } else {
            reports.forEach(report -> print(terminal, report, now));
        }
        return reports.stream().allMatch(CertificateReport::isWell) ? 0 : 1;
    }

    private static void print(Terminal terminal, CertificateReport report, Instant now) {
        terminal.line(Style.BOLD, report.file().toString());
        for (CertificateDetails details : report.certificates()) {
            field(terminal, "holder", details.holder());
            field(terminal, "names", String.join(", ", details.uris()));
            field(terminal, "hosts", String.join(", ", details.hosts()));
            field(terminal, "issuer", details.issuer());
            field(
                    terminal,
                    "valid",
                    details.from() + " to " + details.until()
                            + (details.isValid(now) ? " (" + details.daysLeft(now) + " days left)" : ""));
            field(terminal, "key", details.key());
            field(terminal, "sha-256", details.fingerprint());
        }
        report.facts().forEach(fact -> terminal.line("  " + terminal.styled(Style.GOOD, "[ok]  ") + " " + fact));
        report.warnings().forEach(text -> terminal.line("  " + terminal.styled(Style.WARN, "[warn]") + " " + text));
        report.faults().forEach(text -> terminal.line("  " + terminal.styled(Style.BAD, "[fail]") + " " + text));
    }

    private static void field(Terminal terminal, String name, String value) {
        if (!value.isEmpty()) {
            terminal.line("  " + terminal.styled(Style.DIM, String.format("%-8s", name)) + value);
        }
    }
}
