package org.qkdmesh.cli;

import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import org.qkdmesh.cli.bench.BenchCommand;
import org.qkdmesh.cli.bench.ForwarderCommand;
import org.qkdmesh.cli.demo.DemoCommand;
import org.qkdmesh.cli.routes.RoutesCommand;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.routefiles.RouteMistakes;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** The program {@code qkd-mesh}. */
@Command(
        name = "qkd-mesh",
        description = "Turns point-to-point QKD links into a mesh of trusted nodes.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            NodeCommand.class,
            SimulatorCommand.class,
            CertsCommand.class,
            ConfigCommand.class,
            RoutesCommand.class,
            DoctorCommand.class,
            BenchCommand.class,
            ForwarderCommand.class,
            WarmUpCommand.class,
            CommandLine.HelpCommand.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {
            "",
            "The whole example network at once:  ./qkd-mesh demo",
            "The same by hand, each in a terminal of its own:",
            "  ./qkd-mesh certs demo",
            "  ./qkd-mesh kme-sim --config config/kme-sim.yaml",
            "  ./qkd-mesh node --config config/tn-1-a2b2.yaml      and so on for each node"
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:all is well",
            "1:it did not work, the reason is on stderr",
            "2:wrong options or a wrong configuration, each mistake has a line on stderr"
        })
public final class QkdMesh {

    private QkdMesh() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new QkdMesh())
                .registerConverter(Path.class, QkdMesh::whereItWasTyped)
                .setExecutionExceptionHandler(new FailureMessages())
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    /**
     * The launcher starts the program in the project's directory, but paths on the command line are meant from where they
     * were typed. Paths in configuration files are not: they would mean something else from everywhere.
     */
    private static Path whereItWasTyped(String text) {
        Path typedIn = Path.of(System.getProperty("qkd-mesh.typed-in", "")).toAbsolutePath();
        boolean here = typedIn.equals(Path.of("").toAbsolutePath());
        return here ? Path.of(text) : typedIn.resolve(text);
    }

    /** One line for what went wrong, or one for each mistake; a stack trace only for what nobody thought of. */
    private static final class FailureMessages implements IExecutionExceptionHandler {

        @Override
        public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
            PrintWriter err = command.getErr();
            if (failure instanceof ConfigMistakes mistakes) {
                err.println(mistakes.getMessage());
                return CommandLine.ExitCode.USAGE;
            }
            if (failure instanceof RouteMistakes) {
                err.println(failure.getMessage());
                return CommandLine.ExitCode.USAGE;
            }
            if (failure.getMessage() == null || failure instanceof NullPointerException) {
                failure.printStackTrace(err);
            } else {
                boolean justAName = failure instanceof FileSystemException file && file.getReason() == null;
                String kind = justAName ? failure.getClass().getSimpleName() + ": " : "";
                err.println("qkd-mesh: " + kind + failure.getMessage());
            }
            return CommandLine.ExitCode.SOFTWARE;
        }
    }
}
