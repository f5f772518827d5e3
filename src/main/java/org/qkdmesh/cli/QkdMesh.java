package org.qkdmesh.cli;

import java.io.PrintWriter;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.qkdmesh.cli.audit.AuditCommand;
import org.qkdmesh.cli.bench.BenchCommand;
import org.qkdmesh.cli.bench.ForwarderCommand;
import org.qkdmesh.cli.certs.CertsCommand;
import org.qkdmesh.cli.demo.DemoCommand;
import org.qkdmesh.cli.doctor.DoctorCommand;
import org.qkdmesh.cli.imports.ImportCommand;
import org.qkdmesh.cli.management.NodeNotReached;
import org.qkdmesh.cli.management.NodeRefused;
import org.qkdmesh.cli.operating.DrainCommand;
import org.qkdmesh.cli.operating.KeysCommand;
import org.qkdmesh.cli.operating.LinksCommand;
import org.qkdmesh.cli.operating.PathsCommand;
import org.qkdmesh.cli.operating.ReloadCommand;
import org.qkdmesh.cli.operating.StatusCommand;
import org.qkdmesh.cli.operating.TraceCommand;
import org.qkdmesh.cli.operating.UndrainCommand;
import org.qkdmesh.cli.operating.UsageCommand;
import org.qkdmesh.cli.operating.ZeroiseCommand;
import org.qkdmesh.cli.routes.RoutesCommand;
import org.qkdmesh.cli.store.StoreCommand;
import org.qkdmesh.cli.torture.TortureCommand;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.ops.Logs;
import org.qkdmesh.routefiles.RouteMistakes;
import org.qkdmesh.store.StoreFailure;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** The program {@code qkd-mesh}. */
@Command(
        name = "qkd-mesh",
        description = "Turns point-to-point QKD links into a mesh of trusted nodes.",
        synopsisSubcommandLabel = "COMMAND",
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
        exitCodeList = {
            "0:all is well",
            "1:it did not work, or there is trouble",
            "2:wrong arguments or a wrong configuration, each mistake has a line on stderr",
            "3:the node that was asked does not answer"
        })
public final class QkdMesh {

    private static final int NODE_NOT_REACHED = 3;

    /** As the help tells them. */
    private static final List<Class<?>> COMMANDS = List.of(
            DemoCommand.class,
            StatusCommand.class,
            LinksCommand.class,
            PathsCommand.class,
            TraceCommand.class,
            KeysCommand.class,
            UsageCommand.class,
            DrainCommand.class,
            UndrainCommand.class,
            ZeroiseCommand.class,
            NodeCommand.class,
            ReloadCommand.class,
            SimulatorCommand.class,
            CertsCommand.class,
            ConfigCommand.class,
            StoreCommand.class,
            AuditCommand.class,
            ImportCommand.class,
            RoutesCommand.class,
            DoctorCommand.class,
            BenchCommand.class,
            ForwarderCommand.class,
            TortureCommand.class,
            CompletionCommand.class,
            WarmUpCommand.class);

    private QkdMesh() {}

    public static void main(String[] args) {
        int code = commandLine(args).execute(args);
        Logs.end();
        System.exit(code);
    }

    /** With all commands, or with the only one that these arguments ask for: to make all takes a tenth of a node's start. */
    static CommandLine commandLine(String... args) {
        CommandLine program = new CommandLine(new QkdMesh());
        List<Class<?>> asked = COMMANDS.stream()
                .filter(command -> args.length > 0 && nameOf(command).equals(args[0]))
                .toList();
        (asked.isEmpty() ? COMMANDS : asked).forEach(program::addSubcommand);
        program.addSubcommand(CommandLine.HelpCommand.class);
        tellExitCodes(program.getCommandSpec());
        return program.registerConverter(Path.class, QkdMesh::whereItWasTyped)
                .setExecutionExceptionHandler(new FailureMessages())
                .setParameterExceptionHandler(new WrongArguments())
                .setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static String nameOf(Class<?> command) {
        return command.getAnnotation(Command.class).name();
    }

    /** Every command tells its exit codes, those that have none of their own the usual ones. */
    private static void tellExitCodes(CommandSpec command) {
        command.usageMessage().exitCodeListHeading("%nExit codes:%n");
        if (command.usageMessage().exitCodeList().isEmpty()) {
            command.usageMessage()
                    .exitCodeList(new TreeMap<>(Map.of(
                            "0", "it worked",
                            "1", "it did not work, the reason is on stderr",
                            "2", "wrong arguments or a wrong configuration, each mistake has a line on stderr")));
        }
        command.subcommands().values().forEach(sub -> tellExitCodes(sub.getCommandSpec()));
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
            if (failure instanceof StoreFailure) {
                err.println("qkd-mesh: " + failure.getMessage());
                return CommandLine.ExitCode.USAGE;
            }
            if (failure instanceof NodeNotReached unreached) {
                err.println("qkd-mesh: " + unreached.getMessage());
                err.println(unreached.remedy());
                return NODE_NOT_REACHED;
            }
            if (failure instanceof NodeRefused refused && refused.isOfWrongArguments()) {
                err.println("qkd-mesh: " + refused.getMessage());
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
