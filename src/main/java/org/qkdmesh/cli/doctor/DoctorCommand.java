package org.qkdmesh.cli.doctor;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.management.ManagementClient;
import org.qkdmesh.cli.management.NodeAddress;
import org.qkdmesh.cli.management.NodeOptions;
import org.qkdmesh.config.ConfigKind;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.config.KmeCheckConfigReader;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.doctor.Doctor;
import org.qkdmesh.doctor.Examination;
import org.qkdmesh.doctor.ManagementPort;
import org.qkdmesh.identity.ConfiguredCertificates;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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
public final class DoctorCommand implements Callable<Integer> {

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

    @Mixin
    private JsonOption json;

    @Override
    public Integer call() throws ConfigMistakes, InterruptedException {
        DoctorReport report = new DoctorReport(Terminal.of(spec.commandLine()));
        Examination examination = subject.kme == null ? ofNode() : ofKme();
        List<Examination.Result> results = examination.run(result -> {
            if (!json.isWanted()) {
                report.print(result);
            }
        });
        if (json.isWanted()) {
            report.json(results);
        } else {
            report.sum(results);
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
}
