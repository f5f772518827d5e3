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
import org.qkdmesh.cli.certs.DemoCertificates;

/**
 * The example network as processes of this machine: starts them, and waits until every node knows the whole network.
 * Tells what it does and what went wrong, each line as it happens.
 */
public final class DemoStart {

    private static final Duration READY_WITHIN = Duration.ofSeconds(90);
    private static final int KEYS_WANTED = 12;

    private final DemoNetwork network;
    private final DemoProcesses processes;
    private final Path certs;
    private final PrintWriter out;
    private final PrintWriter err;
    private boolean watchRoutes;

    /**
     * @param certs where the certificates are, or are made
     * @param out for what happens
     * @param err for what goes wrong
     */
    public DemoStart(DemoNetwork network, DemoProcesses processes, Path certs, PrintWriter out, PrintWriter err) {
        this.network = network;
        this.processes = processes;
        this.certs = certs;
        this.out = out;
        this.err = err;
    }

    /** Has the nodes look after their route files, so that an edit takes over while they run. */
    public void watchRoutes() {
        watchRoutes = true;
    }

    private List<String> arguments(DemoNetwork.Member member) {
        List<String> arguments = new ArrayList<>(
                List.of(member.command(), "--config", member.config().toString()));
        if (watchRoutes && member.command().equals("node")) {
            arguments.add("--dev");
        }
        return arguments;
    }

    /** The ports of the network that something else has, in order. */
    public List<Integer> takenPorts() {
        return takenPorts(network);
    }

    /** The ports of a network that something else has, in order. */
    public static List<Integer> takenPorts(DemoNetwork network) {
        return network.ports().stream().filter(DemoStart::isTaken).sorted().toList();
    }

    /** True when the network is ready; else its processes may still run, and what is wrong was said. */
    public boolean run() throws IOException, InterruptedException {
        int made = new DemoCertificates(certs).make().size();
        say(made == 0 ? "Certificates: there already, in " + certs : "Certificates: made " + made + " in " + certs);
        long start = System.nanoTime();
        Map<String, Process> started = new LinkedHashMap<>();
        for (DemoNetwork.Member member : network.members()) {
            say("Starting " + member.name() + ", log in " + processes.log(member.name()));
            started.put(member.name(), processes.start(member.name(), arguments(member)));
        }
        if (!becomesReady(started, start) || !knowsItself(start)) {
            return false;
        }
        say(String.format("Ready after %.1f s: every node knows the whole network.", secondsSince(start)));
        return true;
    }

    private boolean becomesReady(Map<String, Process> started, long start) throws IOException, InterruptedException {
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

    private boolean knowsItself(long start) throws InterruptedException {
        DemoScenario scenario = new DemoScenario(network, certs);
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

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }

    private void complain(String line) {
        err.println(line);
        err.flush();
    }
}
