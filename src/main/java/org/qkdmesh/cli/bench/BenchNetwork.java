package org.qkdmesh.cli.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.qkdmesh.cli.Folders;
import org.qkdmesh.cli.demo.DemoNetwork;
import org.qkdmesh.cli.demo.DemoProcesses;
import org.qkdmesh.cli.demo.DemoStart;

/** The example network that is measured: that of a demo which runs on its ports, or one of its own that ends with this program. */
final class BenchNetwork {

    private static final int PORTS_TAKEN = 2;

    private final int portOffset;
    private final Path certs;
    private final PrintWriter err;
    private final Path folder;
    private final DemoProcesses own;
    private final Map<String, ProcessHandle> ofDemo;
    private Map<String, ProcessHandle> measured = Map.of();

    /** @param err gets progress, and what is wrong */
    BenchNetwork(int portOffset, Path certs, PrintWriter err) throws IOException {
        this.portOffset = portOffset;
        this.certs = certs;
        this.err = err;
        this.folder = folder("bench");
        this.own = new DemoProcesses(folder);
        this.ofDemo = new DemoProcesses(folder("demo")).running();
    }

    private Path folder(String name) {
        return Path.of("data", portOffset == 0 ? name : name + "-" + portOffset);
    }

    /** The processes that the benchmark started, and will end. */
    DemoProcesses own() {
        return own;
    }

    /** Whether what was started there has somebody who waits for it; what a killed benchmark left has nobody. */
    boolean isInUse() throws IOException {
        return own.running().values().stream()
                .anyMatch(
                        process -> process.parent().filter(of -> of.pid() != 1).isPresent());
    }

    /** Ends what a killed benchmark left, and, with this program, what it starts. */
    void endWithThis() throws IOException {
        own.stop();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stopQuietly, "stop-bench"));
    }

    private void stopQuietly() {
        try {
            own.stop();
        } catch (IOException e) {
            err.println("The network could not be stopped: " + e.getMessage());
        }
    }

    /** How it is, or will be. */
    DemoNetwork plan() throws IOException {
        boolean ofItsOwn = ofDemo.isEmpty();
        return DemoNetwork.prepare(
                Path.of("config"), ofItsOwn ? folder : folder("demo"), portOffset, ofItsOwn || portOffset != 0);
    }

    /**
     * Starts it, unless it runs.
     *
     * @return 0, or what to exit with
     */
    int start(DemoNetwork plan) throws IOException, InterruptedException {
        if (!ofDemo.isEmpty()) {
            err.println("Using the demo that runs on these ports.");
            measured = ofDemo;
            return 0;
        }
        DemoStart start = new DemoStart(plan, own, certs, err, err);
        List<Integer> taken = start.takenPorts();
        if (!taken.isEmpty()) {
            err.println("These ports are taken: " + taken + ". Nothing was started.");
            err.println("Move all ports with --port-offset, for example: ./qkd-mesh bench --port-offset 10000");
            return PORTS_TAKEN;
        }
        // What an earlier benchmark left goes, so that each begins with empty stores.
        for (DemoNetwork.Member member : plan.members()) {
            Folders.remove(folder.resolve(member.name()));
        }
        if (!start.run()) {
            return 1;
        }
        measured = own.running();
        return 0;
    }

    /** Its processes, by name; none as long as it was not {@link #start started} here. */
    Map<String, ProcessHandle> measured() {
        return measured;
    }
}
