package org.qkdmesh.cli.certs;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import org.qkdmesh.cli.CommandGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code qkd-mesh certs}. */
@Command(
        name = "certs",
        description = "Makes and shows certificates.",
        subcommands = {CertsIssueCommand.class, CertsShowCommand.class},
        mixinStandardHelpOptions = true)
public final class CertsCommand extends CommandGroup {

    @Command(
            name = "demo",
            mixinStandardHelpOptions = true,
            description = {
                "Makes a certificate authority, and certificates for all nodes, KMEs and SAEs of the example network.",
                "What is there already stays as it is. Not for production: the authority's key lies beside the"
                        + " certificates."
            },
            footer = {"", "Example:", "  ./qkd-mesh certs demo"})
    int demo(
            @Option(
                            names = "--dir",
                            paramLabel = "DIR",
                            description = "Where to put them (default: certs in the project).")
                    Path dir)
            throws IOException {
        Path directory = dir == null ? Path.of("certs") : dir;
        List<String> made = new DemoCertificates(directory).make();
        PrintWriter out = spec.commandLine().getOut();
        out.println(
                made.isEmpty()
                        ? "All certificates are there in " + directory + "."
                        : "Made " + made.size() + " certificates in " + directory + ": " + String.join(", ", made));
        return 0;
    }
}
