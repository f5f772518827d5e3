package org.qkdmesh.cli.torture;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.qkdmesh.cli.demo.DemoNetwork;
import org.qkdmesh.cli.demo.DemoProcesses;

/** The processes of the network, each of which can be killed, stopped and started again. Safe for use by several threads. */
final class Members implements AutoCloseable {

    private static final Duration LOOK = Duration.ofSeconds(1);

    private final TortureNetwork network;
    private final DemoProcesses processes;
    private final Function<String, List<String>> optionsOfNode;
    private final Map<String, DemoNetwork.Member> members = new LinkedHashMap<>();
    private final Map<String, Process> running = new LinkedHashMap<>();
    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(LOOK)
            .build();
    private int kills;
    private boolean closed;

    /** @param optionsOfNode what a node of this name is started with, beside its configuration */
    Members(TortureNetwork network, DemoProcesses processes, Function<String, List<String>> optionsOfNode) {
        this.network = network;
        this.processes = processes;
        this.optionsOfNode = optionsOfNode;
        network.files().members().forEach(member -> members.put(member.name(), member));
    }

    /** Starts what does not run. */
    synchronized void startAll() throws IOException {
        for (String name : members.keySet()) {
            start(name);
        }
    }

    synchronized void start(String name) throws IOException {
        Process before = running.get(name);
        if (closed || before != null && before.isAlive()) {
            return;
        }
        DemoNetwork.Member member = members.get(name);
        List<String> arguments = new ArrayList<>(
                List.of(member.command(), "--config", member.config().toString()));
        if (member.command().equals("node")) {
            arguments.addAll(optionsOfNode.apply(name));
        }
        running.put(name, processes.startAgain(name, arguments));
    }

    synchronized void kill(String name) throws InterruptedException {
        running.get(name).destroyForcibly().waitFor();
        kills++;
    }

    void pause(String name) throws IOException, InterruptedException {
        signal("-STOP", pid(name));
    }

    void resume(String name) throws IOException, InterruptedException {
        signal("-CONT", pid(name));
    }

    synchronized long pid(String name) {
        return running.get(name).pid();
    }

    private static void signal(String signal, long pid) throws IOException, InterruptedException {
        new ProcessBuilder("kill", signal, Long.toString(pid)).start().waitFor();
    }

    /** How many processes were killed until now. */
    synchronized int kills() {
        return kills;
    }

    /** Those that have ended without having been told to. */
    synchronized List<String> dead() {
        return running.entrySet().stream()
                .filter(process -> !process.getValue().isAlive())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** Whether a process does its work, as it says itself. */
    boolean isReady(String name) {
        String path = members.get(name).command().equals("node") ? "/observe/health/ready" : "/simulator/faults";
        HttpRequest request = HttpRequest.newBuilder(URI.create(network.management(name) + path))
                .timeout(LOOK)
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Waits until all are ready; returns those that are not in time. */
    List<String> awaitReady(Duration patience) throws InterruptedException {
        long until = System.nanoTime() + patience.toNanos();
        List<String> waiting = new ArrayList<>(members.keySet());
        while (true) {
            waiting.removeIf(this::isReady);
            if (waiting.isEmpty() || System.nanoTime() > until) {
                return waiting;
            }
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    String log(String name) {
        return processes.log(name).toString();
    }

    /** Ends all, and none is started again, whatever fault is being mended meanwhile. */
    @Override
    public synchronized void close() throws IOException {
        closed = true;
        processes.stop();
    }
}
