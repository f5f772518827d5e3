package org.qkdmesh.cli.demo;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.certs.DemoCertificates;
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
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:everything was as it should be",
            "1:the network did not get ready, or a key was not the same at both ends",
            "2:wrong arguments, or a port is taken"
        })
public final class DemoCommand implements Callable<Integer> {

    private static final Duration READY_WITHIN = Duration.ofSeconds(90);
    private static final int KEYS_WANTED = 12;

    /** How the demo ends; by default it runs until it is interrupted. */
    static final class Ending {
        @Option(names = "--once", description = "End after the table; exit code 0 only if all is as it should be.")
        private boolean once;

        @Option(names = "--detach", description = "Return when the network is ready and leave it running.")
        private boolean detach;

        @Option(names = "--stop", description = "End a demo that was left running; only its own processes.")
        private boolean stop;
    }

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
                "Such a demo keeps its data apart; --stop needs the same N."
            })
    private int portOffset;

    private final Path certs = Path.of("certs");
    private Path folder;
    private DemoProcesses processes;

    @Override
    public Integer call() throws IOException, InterruptedException {
        // A demo on other ports has a folder of its own, so that it can run beside the usual one.
        folder = Path.of("data", portOffset == 0 ? "demo" : "demo-" + portOffset);
        processes = new DemoProcesses(folder);
        if (ending.stop) {
            int stopped = processes.stop();
            say(stopped == 0 ? "No demo is running." : "Stopped " + stopped + " processes.");
            return 0;
        }
        if (!processes.running().isEmpty()) {
            complain("A demo is running already; ./qkd-mesh demo --stop ends it.");
            return 2;
        }
        DemoNetwork network = DemoNetwork.prepare(Path.of("config"), folder, portOffset);
        List<Integer> taken =
                network.ports().stream().filter(DemoCommand::isTaken).sorted().toList();
        if (!taken.isEmpty()) {
            complain("These ports are taken: " + taken + ". Nothing was started.");
            complain("Move all ports of the demo with --port-offset, for example: ./qkd-mesh demo --port-offset 10000");
            return 2;
        }
        Thread stopper = new Thread(this::stopQuietly, "stop-demo");
        Runtime.getRuntime().addShutdownHook(stopper);
        int code = run(network);
        if (ending.detach && code == 0) {
            Runtime.getRuntime().removeShutdownHook(stopper);
            say("The network runs on. ./qkd-mesh demo --stop ends it; logs are in " + folder + ".");
            return 0;
        }
        if (code != 0 || ending.once) {
            return code;
        }
        showCommands(network);
        while (processes.running().size() == network.members().size()) {
            Thread.sleep(500);
        }
        complain("A process of the demo has ended by itself; see the logs in " + folder + ".");
        return 1;
    }

    private void stopQuietly() {
        try {
            processes.stop();
        } catch (IOException e) {
            complain("The demo's processes could not be stopped: " + e.getMessage());
        }
    }

    private int run(DemoNetwork network) throws IOException, InterruptedException {
        int made = new DemoCertificates(certs).make().size();
        say(made == 0 ? "Certificates: there already, in " + certs : "Certificates: made " + made + " in " + certs);
        long start = System.nanoTime();
        Map<String, Process> started = new LinkedHashMap<>();
        for (DemoNetwork.Member member : network.members()) {
            say("Starting " + member.name() + ", log in " + processes.log(member.name()));
            started.put(
                    member.name(),
                    processes.start(
                            member.name(),
                            List.of(
                                    member.command(),
                                    "--config",
                                    member.config().toString())));
        }
        if (!becomesReady(network, started, start)) {
            return 1;
        }
        DemoScenario scenario = new DemoScenario(network, certs);
        if (!knowsItself(scenario, start)) {
            return 1;
        }
        say(String.format("Ready after %.1f s: every node knows the whole network.", secondsSince(start)));
        if (ending.detach) {
            return 0;
        }
        DemoScenario.Result result = scenario.run();
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

    private boolean becomesReady(DemoNetwork network, Map<String, Process> started, long start)
            throws IOException, InterruptedException {
        HttpClient client = HttpClient.newHttpClient();
        List<String> waiting = new ArrayList<>(network.nodes());
        while (!waiting.isEmpty()) {
            for (Map.Entry<String, Process> process : started.entrySet()) {
                if (!process.getValue().isAlive()) {
                    complain(process.getKey() + " has ended with exit code "
                            + process.getValue().exitValue() + ":");
                    Files.readAllLines(processes.log(process.getKey())).stream()
                            .limit(20)
                            .forEach(this::complain);
                    return false;
                }
            }
            for (String node : List.copyOf(waiting)) {
                if (answersReady(client, network.management(node))) {
                    waiting.remove(node);
                    say(String.format("  %s is ready after %.1f s", node, secondsSince(start)));
                }
            }
            if (secondsSince(start) > READY_WITHIN.toSeconds()) {
                complain("Not ready within " + READY_WITHIN.toSeconds() + " s: " + waiting);
                return false;
            }
            Thread.sleep(50);
        }
        return true;
    }

    private boolean knowsItself(DemoScenario scenario, long start) throws InterruptedException {
        List<String[]> pairs = new ArrayList<>();
        pairs.add(new String[] {"sae-a", "sae-b"});
        pairs.add(new String[] {"sae-b", "sae-a"});
        pairs.add(new String[] {"sae-a", "sae-c"});
        while (!pairs.isEmpty()) {
            pairs.removeIf(pair -> scenario.deliverable(pair[0], pair[1]) >= KEYS_WANTED);
            if (secondsSince(start) > READY_WITHIN.toSeconds()) {
                complain("The nodes did not find each other within " + READY_WITHIN.toSeconds() + " s.");
                return false;
            }
            Thread.sleep(50);
        }
        return true;
    }

    private static boolean answersReady(HttpClient client, String management) throws InterruptedException {
        try {
            HttpRequest request = HttpRequest.newBuilder(URI.create(management + "/observe/health/ready"))
                    .timeout(Duration.ofSeconds(2))
                    .build();
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean isTaken(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress((InetAddress) null, port));
            return false;
        } catch (IOException e) {
            return true;
        }
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
        say("Ctrl-C ends the demo.");
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
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
