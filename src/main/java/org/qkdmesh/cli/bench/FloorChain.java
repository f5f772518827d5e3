package org.qkdmesh.cli.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.qkdmesh.cli.demo.DemoProcesses;
import org.qkdmesh.model.SaeId;

/**
 * Four bare forwarders in a line, each a process of its own: what a chain of this length costs on this machine with TLS
 * and HTTP alone, without keys of links, proofs, routes or disks.
 */
final class FloorChain {

    private static final List<String> IDS = List.of("tn-1-a2b2", "tn-2-a2b1", "tn-3-a1b3", "tn-4-a3b3");
    private static final int FIRST_PORT = 9040;
    private static final int PORT_STEP = 10;
    private static final Duration READY_WITHIN = Duration.ofSeconds(30);

    private final DemoProcesses processes;
    private final Path certs;
    private final int portOffset;

    FloorChain(DemoProcesses processes, Path certs, int portOffset) {
        this.processes = processes;
        this.certs = certs;
        this.portOffset = portOffset;
    }

    /** Starts it, the last one first; true when all of it listens. */
    boolean start() throws IOException, InterruptedException {
        for (int i = IDS.size() - 1; i >= 0; i--) {
            List<String> command = new ArrayList<>(List.of(
                    "bench-forwarder", "--port", "" + port(i), "--id", IDS.get(i), "--certs", certs.toString()));
            if (i < IDS.size() - 1) {
                command.addAll(List.of("--next", "" + port(i + 1)));
            }
            Process process = processes.start("bare-" + (i + 1), command);
            if (!listens(port(i), process)) {
                return false;
            }
        }
        return true;
    }

    Target between(SaeId master, SaeId slave) {
        return new Target(master, "https://localhost:" + port(0), slave, "https://localhost:" + port(3), certs);
    }

    private int port(int i) {
        return FIRST_PORT + PORT_STEP * i + portOffset;
    }

    private static boolean listens(int port, Process process) throws InterruptedException {
        long until = System.nanoTime() + READY_WITHIN.toNanos();
        while (process.isAlive() && System.nanoTime() < until) {
            try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return socket.isConnected();
            } catch (IOException e) {
                Thread.sleep(50);
            }
        }
        return false;
    }
}
