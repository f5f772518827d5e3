package org.qkdmesh.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.Terminal.Style;
import org.qkdmesh.cli.management.ManagementClient;
import org.qkdmesh.cli.management.NodeAddress;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.config.ConfigKind;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.config.KmeCheckConfigReader;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.doctor.Doctor;
import org.qkdmesh.doctor.Examination;
import org.qkdmesh.doctor.Finding;
import org.qkdmesh.doctor.ManagementPort;
import org.qkdmesh.identity.ConfiguredCertificates;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh doctor}. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Looks for what is wrong with a node and around it, and says what to do: configuration, certificates, file modes,"
                    + " ports, disk, store, routes, each KME, each neighbour, clocks.",
            "Works while the node runs and while it does not, and takes nothing from a running one. A few keys are drawn from"
                    + " each KME and thrown away.",
            "With --kme, looks at one KME before anything else is set up: config/kme-check.example.yaml is an example."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all is well",
            "1:there is something to do, each [warn] and [fail] says what",
            "2:wrong options, or a file that cannot be read"
        },
        footer = {
            "",
            "Examples:",
            "  ./qkd-mesh doctor --config config/tn-2-a2b1.yaml",
            "  ./qkd-mesh doctor --kme config/kme-check.example.yaml"
        })
final class DoctorCommand implements Callable<Integer> {

    private static final String INDENT = "         ";

    @Spec
    private CommandSpec spec;

    /** What to look at. */
    static final class Subject {
        @Option(names = "--config", paramLabel = "FILE", description = "The YAML file of the node to look at.")
        private Path node;

        @Option(names = "--kme", paramLabel = "FILE", description = "The YAML file of a KME to look at by itself.")
        private Path kme;
    }

    @ArgGroup(multiplicity = "1")
    private Subject subject;

    @Option(
            names = "--routes",
            paramLabel = "DIR",
            description = "The directory of the Camel routes (default: routes in the project).")
    private Path routes;

    @Option(names = "--json", description = "Tell it as JSON, for programs.")
    private boolean json;

    @Override
    public Integer call() throws ConfigMistakes, InterruptedException {
        Terminal terminal = Terminal.of(spec.commandLine());
        Examination examination = subject.kme == null ? ofNode() : ofKme();
        List<Examination.Result> results = examination.run(result -> {
            if (!json) {
                print(terminal, result);
            }
        });
        if (json) {
            terminal.json(document(results));
        } else {
            sum(terminal, results);
        }
        return results.stream().allMatch(Examination.Result::isWell) ? 0 : 1;
    }

    private Examination ofNode() throws ConfigMistakes {
        refuse(subject.node, ConfigKind.KME_CHECK, "--kme");
        return new Doctor()
                .ofNode(subject.node, System.getenv(), this::management, routes == null ? Path.of("routes") : routes);
    }

    private Examination ofKme() throws ConfigMistakes {
        refuse(subject.kme, ConfigKind.NODE, "--config");
        return new Doctor()
                .ofKme(KmeCheckConfigReader.read(subject.kme, System.getenv(), new ConfiguredCertificates()));
    }

    /** A file of the other kind is the wrong option, not a file full of unknown keys. */
    private void refuse(Path file, ConfigKind kind, String option) throws ConfigMistakes {
        if (ConfigKind.of(file) == kind) {
            throw new ParameterException(
                    spec.commandLine(),
                    file + " is the file of a " + kind + ": ./qkd-mesh doctor " + option + " " + file);
        }
    }

    private ManagementPort management(NodeConfig config) {
        ManagementClient client = NodeOptions.client(new NodeAddress(
                config.id().text(),
                URI.create("http://" + config.management()),
                Optional.empty(),
                Optional.of(subject.node),
                List.of()));
        return path -> {
            try {
                ManagementClient.Answer answer = client.ask(path);
                return Optional.of(new ManagementPort.Answer(answer.status(), answer.json(), answer.text()));
            } catch (IOException e) {
                return Optional.empty();
            }
        };
    }

    private static void print(Terminal terminal, Examination.Result result) {
        terminal.line(Style.BOLD, result.title());
        for (Finding finding : result.findings()) {
            List<String> text = wrapped(finding.text(), terminal.columns() - INDENT.length());
            terminal.line("  " + terminal.styled(style(finding), tag(finding)) + " " + text.get(0));
            text.stream().skip(1).forEach(line -> terminal.line(INDENT + line));
            finding.remedy()
                    .map(remedy -> wrapped(remedy, terminal.columns() - INDENT.length()))
                    .orElse(List.of())
                    .forEach(line -> terminal.line(INDENT + line));
            finding.command().ifPresent(next -> terminal.line(INDENT + terminal.styled(Style.DIM, "$ ") + next));
        }
    }

    /** The text in lines that are no longer than this, unless a word is. */
    private static List<String> wrapped(String text, int columns) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ")) {
            if (!line.isEmpty() && line.length() + 1 + word.length() > columns) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.isEmpty() ? "" : " ").append(word);
        }
        lines.add(line.toString());
        return lines;
    }

    private static void sum(Terminal terminal, List<Examination.Result> results) {
        long warnings = count(results, Finding.Level.WARN);
        long failures = count(results, Finding.Level.FAIL);
        terminal.line("");
        if (warnings + failures == 0) {
            terminal.line(Style.GOOD, "All is well: " + count(results, Finding.Level.OK) + " things looked at.");
        } else {
            terminal.line(
                    failures > 0 ? Style.BAD : Style.WARN,
                    failures + " to mend [fail], " + warnings + " to look after [warn], "
                            + count(results, Finding.Level.OK) + " well [ok].");
        }
    }

    private static long count(List<Examination.Result> results, Finding.Level level) {
        return results.stream()
                .flatMap(result -> result.findings().stream())
                .filter(finding -> finding.level() == level)
                .count();
    }

    private static Style style(Finding finding) {
        return switch (finding.level()) {
            case OK -> Style.GOOD;
            case WARN -> Style.WARN;
            case FAIL -> Style.BAD;
        };
    }

    private static String tag(Finding finding) {
        return String.format("%-6s", "[" + name(finding) + "]");
    }

    private static String name(Finding finding) {
        return finding.level().name().toLowerCase(Locale.ROOT);
    }

    private static ObjectNode document(List<Examination.Result> results) {
        ObjectNode document = JsonNodeFactory.instance.objectNode();
        document.put("well", results.stream().allMatch(Examination.Result::isWell));
        ArrayNode checks = document.putArray("checks");
        for (Examination.Result result : results) {
            ArrayNode findings = checks.addObject().put("check", result.title()).putArray("findings");
            for (Finding finding : result.findings()) {
                ObjectNode entry =
                        findings.addObject().put("level", name(finding)).put("text", finding.text());
                finding.remedy().ifPresent(remedy -> entry.put("remedy", remedy));
                finding.command().ifPresent(next -> entry.put("command", next));
            }
        }
        return document;
    }
}
