package org.qkdmesh.cli.torture;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.qkdmesh.cli.Folders;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.Terminal;
import org.qkdmesh.cli.demo.DemoProcesses;
import org.qkdmesh.cli.demo.DemoStart;
import org.qkdmesh.cli.management.ManagementClient;
import org.qkdmesh.cli.torture.Fault.Kind;
import org.qkdmesh.policy.PairPolicy.Paths.Choice;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh torture}. */
@Command(
        name = "torture",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Breaks a network of real processes in every way it knows, under load, and proves that no key got lost, came"
                    + " twice, differed or went to somebody else.",
            "Starts a network of config/examples on this machine in data/torture, with a proxy of its own in every"
                    + " connection. Kills and stops processes; cuts, slows and swallows connections; makes KMEs, disks and"
                    + " clocks wrong. What is broken when follows from the seed.",
            "Where mounting is allowed disks get full as well, where there is strace fsync fails, and where there are FUSE and"
                    + " Python's module fusepy power cuts lose what was not synced."
        },
        exitCodeList = {
            "0:every promise held",
            "1:one did not, or the network did not get ready",
            "2:wrong arguments, or a port is taken"
        },
        footer = {
            "",
            "Examples:",
            "  ./qkd-mesh torture",
            "  ./qkd-mesh torture --seconds 600 --seed 4711",
            "  ./qkd-mesh torture --net ring-of-five --json"
        })
public final class TortureCommand implements Callable<Integer> {

    private static final int DEFAULT_RATE = 20;
    private static final Path EXAMPLES = Path.of("config", "examples");

    /** How long a slave can fetch a key in a run. */
    private static final Duration LIFE = Duration.ofSeconds(60);

    /** How much longer than that a key may be kept. */
    private static final Duration GRACE = Duration.ofMinutes(11);

    private static final Duration NOTICES_WITHIN = Duration.ofSeconds(60);

    /** Of all that are given, chosen by chance. */
    private static final int KEYS_LOOKED_FOR = 500;

    private static final Duration LOOK = Duration.ofSeconds(5);

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "120",
            description = "How long it lasts, beside the start and the last fetches (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(
            names = "--seed",
            paramLabel = "S",
            description = "What is broken when follows from it; absent: another one each time.")
    private Long seed;

    @Option(
            names = "--net",
            paramLabel = "NAME",
            defaultValue = "diamond",
            description = "A directory of config/examples: diamond or ring-of-five (default: ${DEFAULT-VALUE}).")
    private String net;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "" + DEFAULT_RATE,
            description = "Requests for keys a second, all pairs together (default: ${DEFAULT-VALUE}).")
    private double rate;

    @Option(
            names = "--faults",
            paramLabel = "KIND",
            split = ",",
            description = {
                "Only these kinds of faults, of: ${COMPLETION-CANDIDATES}.",
                "Absent: all that this machine allows."
            })
    private Set<Kind> only;

    @Option(
            names = "--paths",
            paramLabel = "CHOICE",
            description = {
                "Have the keys of every pair go so, of: ${COMPLETION-CANDIDATES}.",
                "Absent: as the network's files say."
            })
    private Choice paths;

    @Option(
            names = "--until-empty",
            description =
                    "Wait until the life of every key is over, some twelve minutes, and see that nothing is left.")
    private boolean untilEmpty;

    @Mixin
    private JsonOption json;

    @Option(
            names = "--port-offset",
            paramLabel = "N",
            defaultValue = "0",
            description = "Add N to every port of the network, when something else has them.")
    private int portOffset;

    private Path folder;

    @Override
    public Integer call() throws IOException, InterruptedException {
        require(seconds >= 1, "--seconds wants at least 1");
        require(rate > 0, "--rate wants more than 0");
        require(Files.isDirectory(EXAMPLES.resolve(net)), "--net: there is no directory " + EXAMPLES.resolve(net));
        folder = Path.of("data", portOffset == 0 ? "torture" : "torture-" + portOffset);
        long drawn = seed == null ? new SplittableRandom().nextLong(1, 1_000_000) : seed;
        DemoProcesses processes = new DemoProcesses(folder);
        // Those of a run that was killed itself.
        processes.stop();
        try (TortureNetwork network =
                new TortureNetwork(EXAMPLES.resolve(net), folder, portOffset, LIFE, Optional.ofNullable(paths))) {
            List<Integer> taken = DemoStart.takenPorts(network.files());
            if (!taken.isEmpty()) {
                err().println("These ports are taken: " + taken + ". Nothing was started.");
                err().println("Move all ports with --port-offset, for example: ./qkd-mesh torture --port-offset 10000");
                return 2;
            }
            return run(network, processes, drawn);
        }
    }

    private void require(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private int run(TortureNetwork network, DemoProcesses processes, long drawn)
            throws IOException, InterruptedException {
        Path historyFile = folder.resolve("history-" + net + "-" + drawn + ".jsonl");
        Path ledgers = folder.resolve("ledger");
        Path routes = folder.resolve("routes");
        for (Path old : List.of(folder.resolve("data"), ledgers, routes)) {
            Folders.remove(old);
        }
        KeyTraces traces = new KeyTraces(KEYS_LOOKED_FOR);
        try (Disks disks = new Disks(network, only == null ? EnumSet.allOf(Kind.class) : only);
                Members members = new Members(
                        network,
                        processes,
                        node -> List.of(
                                "--routes",
                                routes.toString(),
                                "--clock-offset",
                                disks.clock(node).toAbsolutePath().toString()));
                History history = new History(historyFile);
                Load load = new Load(network, history, traces, rate, new SplittableRandom(drawn))) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> cleanUp(members, network), "stop-torture"));
            LedgerRoutes.write(Path.of("routes"), routes, ledgers);
            progress("Seed " + drawn + ", network " + net + ", "
                    + network.nodes().size() + " nodes and "
                    + network.simulators().size() + " KME pairs, history in " + historyFile);
            disks.missing().forEach(this::progress);
            Torture torture =
                    new Torture(network, members, load, history, disks, new SplittableRandom(drawn), this::progress);
            torture.run(seconds * 1000L, LIFE.toMillis());
            Checker.Result result = new Checker(LIFE.toMillis()).check(history.events());
            PadLedger ledger = PadLedger.read(ledgers);
            List<Violation> violations = new ArrayList<>(result.violations());
            violations.addAll(torture.violations());
            violations.addAll(torture.figures().check());
            violations.addAll(ledger.check());
            KeyTraces.Found found = traces.under(folder);
            violations.addAll(found.violations());
            violations.addAll(inMetrics(network, traces));
            Leftovers leftovers = new Leftovers(network);
            violations.addAll(leftovers.check(history.keysNobodyFetches(), NOTICES_WITHIN));
            if (untilEmpty) {
                progress("Waiting until the life of every key is over.");
                violations.addAll(leftovers.checkEmpty(LIFE.plus(GRACE)));
            }
            Report report = new Report(
                    net,
                    drawn,
                    seconds,
                    result,
                    ledger,
                    new Report.Searched(traces.size(), found.files()),
                    torture.figures(),
                    violations,
                    disks.missing(),
                    options(),
                    historyFile);
            if (json.isWanted()) {
                Terminal.of(spec.commandLine()).json(report.json());
            } else {
                report.print(Terminal.of(spec.commandLine()));
            }
            return violations.isEmpty() ? 0 : 1;
        }
    }

    private static List<Violation> inMetrics(TortureNetwork network, KeyTraces traces) throws IOException {
        List<Violation> violations = new ArrayList<>();
        for (String node : network.nodes()) {
            String metrics = new ManagementClient(network.address(node), LOOK)
                    .ask("/observe/metrics")
                    .text();
            violations.addAll(traces.in(
                    "the metrics of " + node, new ByteArrayInputStream(metrics.getBytes(StandardCharsets.UTF_8))));
        }
        return violations;
    }

    /** What a seed needs beside itself to break the same again. */
    private String options() {
        String kinds = only == null
                ? ""
                : " --faults " + only.stream().sorted().map(Kind::name).collect(Collectors.joining(","));
        String ways = paths == null ? "" : " --paths " + paths.text();
        return kinds + ways + (rate == DEFAULT_RATE ? "" : " --rate " + rate);
    }

    /** What a run that is interrupted leaves behind; one that came to its end has left nothing. */
    private void cleanUp(Members members, TortureNetwork network) {
        try {
            try {
                members.close();
            } finally {
                Disks.unmountAll(network);
            }
        } catch (IOException e) {
            err().println("Not everything of this run could be taken down: " + e.getMessage());
        }
    }

    private void progress(String line) {
        err().println(line);
        err().flush();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
