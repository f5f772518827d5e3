package org.qkdmesh.faults;

import ch.qos.logback.classic.Level;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.qkdmesh.cli.QkdMesh;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.config.NodeConfigFile;
import org.qkdmesh.identity.ConfiguredCertificates;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.node.Node;
import org.qkdmesh.ops.Logs;
import org.qkdmesh.store.CrashPoints;

/**
 * The program, but that a node of it ends, as by a kill, when it comes to the crash point that a file beside its
 * configuration names: {@code before:ingress.intent}, or {@code after:} it. The file is gone then. Only tests have this.
 */
public final class CrashingNode {

    private CrashingNode() {}

    /** Where it is said at what point the node of this configuration is to end. */
    public static Path crashFile(Path config) {
        return config.resolveSibling(config.getFileName() + ".crash");
    }

    public static void main(String[] arguments) throws Exception {
        if (!arguments[0].equals("node")) {
            QkdMesh.main(arguments);
            return;
        }
        List<String> words = List.of(arguments);
        Path config = Path.of(words.get(words.indexOf("--config") + 1));
        Path routes = Path.of(words.get(words.indexOf("--routes") + 1));
        NodeConfigFile file = new NodeConfigFile(config, System.getenv(), new ConfiguredCertificates());
        NodeConfig read = file.read();
        Logs.begin(read.id().text(), Logs.Format.TEXT, Level.INFO);
        Path crash = crashFile(config);
        Node.start(
                read,
                file::readAgain,
                routes,
                NodeClock.system(),
                store -> new CrashPoints(store, point -> reached(point, crash)));
        Thread.currentThread().join();
    }

    private static void reached(String point, Path crash) {
        try {
            if (Files.exists(crash) && Files.readString(crash).equals(point)) {
                Files.delete(crash);
                Runtime.getRuntime().halt(1);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
