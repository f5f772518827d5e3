package org.qkdmesh.cli.bench;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.JsonOption;
import org.qkdmesh.cli.demo.DemoNetwork;
import org.qkdmesh.model.SaeId;
import org.qkdmesh.transport.EventLoops;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh bench}: how many keys a network gives, how fast, and what that costs. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Measures how many keys a network gives, how fast, and what that costs.",
            "Acts as a master SAE that asks for keys and as the slave that fetches them, over TLS with connections that"
                    + " are kept, compares each key byte by byte and looks for keys that come twice.",
            "Without --master-url it starts the example network for itself, in data/bench, and ends it afterwards.",
            "Progress goes to stderr, the figures to stdout."
        },
        exitCodeList = {
            "0:no request failed and all keys were the same at both ends",
            "1:a request failed, a key differed or came twice, or the network did not get ready",
            "2:wrong arguments, or a port is taken"
        },
        footer = {
            "",
            "Examples:",
            "  the figures of docs/reference/benchmarks.md:",
            "    ./qkd-mesh bench --clients 1,8,32 --floor --runs 5",
            "  what a network gives right after its start:",
            "    ./qkd-mesh bench --warmup 0 --seconds 40",
            "  whether two floods in opposite directions leave each other room:",
            "    ./qkd-mesh bench --both-ways --number 50",
            "  how fast answers are at 100 pairs a second:",
            "    ./qkd-mesh bench --rate 100",
            "  nodes that run already:",
            "    ./qkd-mesh bench --master-url https://tn-1:9000 --slave-url https://tn-4:9030"
        })
public final class BenchCommand implements Callable<Integer> {

    private static final int MOST_CLIENTS = 1024;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--pair",
            paramLabel = "MASTER:SLAVE",
            defaultValue = "sae-a:sae-b",
            description = "The SAEs that share the keys (default: ${DEFAULT-VALUE}).")
    private String pair;

    @Option(
            names = "--clients",
            paramLabel = "N",
            split = ",",
            defaultValue = "8",
            description = {
                "Pairs of requests that are under way at a time (default: ${DEFAULT-VALUE}).",
                "Several, as 1,8,32, are measured one after the other; the load of the warm-up is that of the most."
            })
    private List<Integer> clients;

    @Option(
            names = "--number",
            paramLabel = "K",
            defaultValue = "1",
            description = "Keys in each request (default: ${DEFAULT-VALUE}).")
    private int number;

    @Option(
            names = "--size",
            paramLabel = "BITS",
            defaultValue = "256",
            description = "Bits of each key (default: ${DEFAULT-VALUE}).")
    private int size;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "20",
            description = "Length of a run (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            defaultValue = "80",
            description = "Seconds of load before the first run (default: ${DEFAULT-VALUE}).")
    private double warmUp;

    @Option(
            names = "--runs",
            paramLabel = "N",
            defaultValue = "1",
            description = "Runs for each number of clients; the figures are their medians (default: ${DEFAULT-VALUE}).")
    private int runs;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "0",
            description = {
                "Begin R pairs a second at fixed times, whatever the answers do (an open loop); enc_keys then counts from"
                        + " when a pair should have begun.",
                "Without it each client begins a pair when it has ended one (a closed loop)."
            })
    private double rate;

    @Option(
            names = "--floor",
            description = {
                "Run four bare forwarders with the same TLS settings in turn with the nodes, and give the ratio:",
                "what such a chain costs on this machine without anything that makes it a key network."
            })
    private boolean floor;

    @Option(
            names = "--both-ways",
            description = {
                "Saturate each direction of the pair alone, then both at once, and give what each keeps of what it gave"
                        + " alone.",
                "Takes one number of clients, for each direction."
            })
    private boolean bothWays;

    @Mixin
    private JsonOption json;

    @Option(
            names = "--port-offset",
            paramLabel = "N",
            defaultValue = "0",
            description = "Add N to every port that is used, as for the demo. A demo that runs on these ports is used.")
    private int portOffset;

    /** Nodes that run already, anywhere. */
    static final class Running {
        @Option(
                names = "--master-url",
                required = true,
                paramLabel = "URL",
                description = "Measure nodes that run already: the one that the master SAE is attached to.")
        private String master;

        @Option(
                names = "--slave-url",
                required = true,
                paramLabel = "URL",
                description = "The node that the slave SAE is attached to.")
        private String slave;
    }

    @ArgGroup(exclusive = false)
    private Running running;

    @Option(
            names = "--certs",
            paramLabel = "DIR",
            description = "Directory with ca.crt, <sae>.crt and <sae>.key (default: certs in the project).")
    private Path certs = Path.of("certs");

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        SaeId master = new SaeId(pair.substring(0, pair.indexOf(':')));
        SaeId slave = new SaeId(pair.substring(pair.indexOf(':') + 1));
        BenchNetwork network = new BenchNetwork(portOffset, certs, err());
        if (network.isInUse()) {
            err().println("A benchmark is running already on these ports: "
                    + network.own().running());
            return 2;
        }
        String title = pair + ", " + load().describe();
        if (running != null) {
            network.endWithThis();
            Target nodes = new Target(master, running.master, slave, running.slave, certs);
            return measure(title, network, nodes, master, slave);
        }
        DemoNetwork example = network.plan();
        Target nodes = target(example, master, slave);
        network.endWithThis();
        int code = network.start(example);
        if (code != 0) {
            return code;
        }
        title += ", " + example.path(master, slave).hops() + " hops, a process for each node";
        return measure(title, network, nodes, master, slave);
    }

    private Load load() {
        int most = clients.stream().mapToInt(Integer::intValue).max().orElse(1);
        return new Load(most, number, size, rate);
    }

    private void check() {
        require(pair.matches("[^:]+:[^:]+"), "--pair wants two SAEs, as in sae-a:sae-b, and not " + pair);
        for (int some : clients) {
            require(some >= 1 && some <= MOST_CLIENTS, "--clients wants 1 to " + MOST_CLIENTS + ", and not " + some);
        }
        require(number >= 1, "--number wants at least 1");
        require(size >= 8 && size % 8 == 0, "--size wants whole bytes, in bits, and not " + size);
        require(seconds >= 1, "--seconds wants at least 1");
        require(warmUp >= 0, "--warmup wants 0 or more");
        require(runs >= 1, "--runs wants at least 1");
        require(rate >= 0, "--rate wants 0 or more");
        require(
                !bothWays || clients.size() == 1 && rate == 0 && !floor,
                "--both-ways goes with one number of clients, and neither with --rate nor with --floor");
    }

    private void require(boolean holds, String message) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), message);
        }
    }

    private Target target(DemoNetwork example, SaeId master, SaeId slave) {
        try {
            return new Target(master, example.apiOf(master), slave, example.apiOf(slave), certs);
        } catch (NoSuchElementException e) {
            throw new ParameterException(
                    spec.commandLine(), "--pair: the example network has the SAEs sae-a, sae-b and sae-c", e);
        }
    }

    private int measure(String title, BenchNetwork network, Target nodes, SaeId master, SaeId slave)
            throws IOException, InterruptedException {
        FloorChain chain = new FloorChain(network.own(), certs, portOffset);
        if (floor && !chain.start()) {
            err().println("The bare chain did not start; its logs are beside "
                    + network.own().log("bare-1") + ".");
            return 1;
        }
        Vertx vertx = EventLoops.create();
        try {
            Load load = load();
            Bench.Times times = new Bench.Times(warmUp, seconds, runs);
            if (bothWays) {
                return measureBothWays(vertx, title, nodes, load, times);
            }
            Bench bench = new Bench(
                    vertx, nodes, floor ? chain.between(master, slave) : null, new Usage(network.measured()), err());
            List<Measurement> measurements = bench.run(load, clients, times);
            BenchReport report = new BenchReport(title, Machine.here(), load, times, bench, measurements, floor);
            if (json.isWanted()) {
                spec.commandLine().getOut().println(report.json());
                spec.commandLine().getOut().flush();
            } else {
                report.print(spec.commandLine().getOut());
            }
            return bench.totals().areGood() ? 0 : 1;
        } finally {
            vertx.close();
        }
    }

    private int measureBothWays(Vertx vertx, String title, Target nodes, Load load, Bench.Times times)
            throws InterruptedException {
        BothWays both = new BothWays(vertx, nodes, err());
        both.run(load, times);
        if (json.isWanted()) {
            spec.commandLine().getOut().println(both.json(title, load, times));
            spec.commandLine().getOut().flush();
        } else {
            both.print(title, load, times, spec.commandLine().getOut());
        }
        return both.totals().areGood() ? 0 : 1;
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }
}
