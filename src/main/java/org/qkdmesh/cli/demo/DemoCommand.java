package org.qkdmesh.cli.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.qkdmesh.model.SaeId;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code qkd-mesh demo}: the example network on this machine, and keys that cross it. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        description = {
            "Runs the example network on this machine: four nodes in a line, six simulated KMEs, three SAEs.",
            "Makes certificates, starts one process for each node and one for the KMEs, waits until every node knows",
            "the whole network, relays keys between the SAEs and shows that both ends got the same.",
            "Then it runs until Ctrl-C."
        },
        footer = {
            "",
            "Examples:",
            "  ./qkd-mesh demo",
            "  ./qkd-mesh demo --once",
            "  ./qkd-mesh demo --detach --port-offset 10000",
            "  ./qkd-mesh demo --stop --port-offset 10000"
        },
        exitCodeList = {
            "0:everything was as it should be",
            "1:the network did not get ready, or a key was not the same at both ends",
            "2:wrong arguments, or a port is taken"
        })
public final class DemoCommand implements Callable<Integer> {

    /** How the demo ends; by default it runs until it is interrupted. */
    static final class Ending {
        @Option(names = "--once", description = "End after the table; exit code 0 only if all is as it should be.")
        private boolean once;

        @Option(names = "--detach", description = "Return when the network is ready and leave it running.")
        private boolean detach;

        @Option(names = "--stop", description = "End a demo that was left running; only its own processes.")
        private boolean stop;
    }

    private static final int LOOK_MILLIS = 500;

    @Spec
    private CommandSpec spec;

    @ArgGroup(exclusive = true)
    private Ending ending = new Ending();

    @Option(
            names = "--port-offset",
            paramLabel = "N",
            defaultValue = "0",
            description = {
                "Add N to every port of the example network, when something else has them.",
                "Such a demo keeps its data apart; --stop needs the same N. Demos whose N differ by 2000 or more do not get"
                        + " in each other's way."
            })
    private int portOffset;

    @Option(
            names = "--dev",
            description = "For trying out routes: an edit in routes/ takes over in all nodes while they run.")
    private boolean development;

    private final Path certs = Path.of("certs");
    private DemoFolder demo;
    private Path folder;
    private DemoProcesses processes;
    private volatile boolean stopping;

    @Override
    public Integer call() throws IOException, InterruptedException {
        demo = new DemoFolder(Path.of("data"), portOffset);
        folder = demo.path();
        processes = new DemoProcesses(folder);
        if (ending.stop) {
            int stopped = processes.stop();
            say(stopped == 0 ? "No demo is running on these ports." : "Stopped " + stopped + " processes.");
            for (DemoFolder other : DemoFolder.running(demo.data())) {
                say("One on other ports goes on; to end it: " + other.stopCommand());
            }
            return 0;
        }
        if (!processes.running().isEmpty()) {
            complain("A demo is running already; to end it: " + demo.stopCommand());
            return 2;
        }
        DemoNetwork network = DemoNetwork.prepare(Path.of("config"), folder, portOffset, portOffset != 0);
        DemoStart start = new DemoStart(
                network, processes, certs, out(), spec.commandLine().getErr());
        if (development) {
            start.watchRoutes();
        }
        List<Integer> taken = start.takenPorts();
        if (!taken.isEmpty()) {
            complain("These ports are taken: " + taken + ". Nothing was started.");
            complain("Move all ports of the demo with --port-offset, for example: ./qkd-mesh demo --port-offset 10000");
            return 2;
        }
        Thread stopper = new Thread(this::stopQuietly, "stop-demo");
        Runtime.getRuntime().addShutdownHook(stopper);
        int code = run(network, start);
        if (ending.detach && code == 0) {
            Runtime.getRuntime().removeShutdownHook(stopper);
            say("The network runs on; logs are in " + folder + ".");
            say("  to look at it:  " + demo.statusCommand());
            say("  to end it:      " + demo.stopCommand());
            return 0;
        }
        if (code != 0 || ending.once) {
            return code;
        }
        showCommands(network);
        return runOn(network);
    }

    /** Until Ctrl-C: a process that ends, most likely on purpose, ends no other. */
    private int runOn(DemoNetwork network) throws IOException, InterruptedException {
        Set<String> running = processes.running().keySet();
        while (!running.isEmpty() && !stopping) {
            Thread.sleep(LOOK_MILLIS);
            Set<String> before = running;
            running = processes.running().keySet();
            for (DemoNetwork.Member member : network.members()) {
                if (before.contains(member.name()) && !running.contains(member.name()) && !stopping) {
                    complain(member.name() + " has ended; its log is " + processes.log(member.name())
                            + ". To start it again, in a terminal of its own:");
                    complain("  ./qkd-mesh " + member.command() + " --config " + member.config());
                }
            }
        }
        return 1;
    }

    private void stopQuietly() {
        stopping = true;
        try {
            processes.stop();
        } catch (IOException e) {
            complain("The demo's processes could not be stopped: " + e.getMessage());
        }
    }

    private int run(DemoNetwork network, DemoStart start) throws IOException, InterruptedException {
        if (!start.run()) {
            return 1;
        }
        if (ending.detach) {
            return 0;
        }
        DemoScenario.Result result = new DemoScenario(network, certs).run();
        DemoTable.print(out(), result.rows());
        result.faults().forEach(this::complain);
        boolean good = result.faults().isEmpty() && !result.rows().isEmpty();
        say(
                good
                        ? "All " + result.rows().size()
                                + " keys are the same at both ends; a second fetch was refused each time."
                        : "Something is not as it should be; the logs are in " + folder + ".");
        return good ? 0 : 1;
    }

    private void showCommands(DemoNetwork network) {
        String a = network.apiOf(new SaeId("sae-a"));
        String b = network.apiOf(new SaeId("sae-b"));
        say("");
        say("Try it yourself, in another terminal:");
        say("  curl --cacert certs/ca.crt --cert certs/sae-a.crt --key certs/sae-a.key \\");
        say("    '" + a + "/api/v1/keys/sae-b/enc_keys?number=1&size=256'");
        say("  curl --cacert certs/ca.crt --cert certs/sae-b.crt --key certs/sae-b.key \\");
        say("    '" + b + "/api/v1/keys/sae-a/dec_keys?key_ID=<the key_ID from above>'");
        say("Is all well?  " + demo.statusCommand());
        say("Ctrl-C ends the demo.");
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private void say(String line) {
        out().println(line);
        out().flush();
    }

    private void complain(String line) {
        spec.commandLine().getErr().println(line);
        spec.commandLine().getErr().flush();
    }
}
