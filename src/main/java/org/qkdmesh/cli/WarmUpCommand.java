package org.qkdmesh.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.certs.DemoCertificates;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.config.NodeConfigReader;
import org.qkdmesh.identity.ConfiguredCertificates;
import org.qkdmesh.node.Node;
import picocli.CommandLine.Command;

/**
 * Runs a node for a moment, so that the JVM can write down which classes a node needs: the launcher makes an archive of
 * them after a build, which halves the work of every start. Touches nothing but a directory of its own.
 */
@Command(name = "warm-up", hidden = true, description = "Runs a node for a moment, for the launcher.")
final class WarmUpCommand implements Callable<Integer> {

    private static final long RUN_MILLIS = 2_500;
    private static final long LONGEST_MILLIS = 60_000;

    @Override
    public Integer call() throws Exception {
        endAtTheLatest();
        // The archive shall have the classes of all commands, not those of this one alone.
        QkdMesh.commandLine();
        Path directory = Files.createTempDirectory("qkd-mesh-warm-up");
        try {
            new DemoCertificates(directory).make();
            NodeConfig config = NodeConfigReader.read(
                    Path.of("config", "tn-1-a2b2.yaml"), overrides(directory), new ConfiguredCertificates());
            Node node = Node.start(config, Path.of("routes"));
            Thread.sleep(RUN_MILLIS);
            node.close();
            return 0;
        } finally {
            Folders.remove(directory);
        }
    }

    /** The first node of the example, but alone: its neighbour and its KME are its own port, which refuses it politely. */
    private static Map<String, String> overrides(Path directory) throws IOException {
        int port = freePort();
        String self = "https://localhost:" + port;
        return Map.of(
                "QKD_MESH_LISTEN",
                "127.0.0.1:" + port,
                "QKD_MESH_MANAGEMENT",
                "127.0.0.1:0",
                "QKD_MESH_DATA",
                directory.resolve("data").toString(),
                "QKD_MESH_TLS__CERTIFICATE",
                directory.resolve("tn-1-a2b2.crt").toString(),
                "QKD_MESH_TLS__KEY",
                directory.resolve("tn-1-a2b2.key").toString(),
                "QKD_MESH_TLS__CA",
                directory.resolve("ca.crt").toString(),
                "QKD_MESH_NEIGHBOURS__0__URL",
                self,
                "QKD_MESH_NEIGHBOURS__0__KMES__0__URL",
                self);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void endAtTheLatest() {
        Thread watch = new Thread(() -> {
            try {
                Thread.sleep(LONGEST_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(1);
        });
        watch.setDaemon(true);
        watch.start();
    }
}
