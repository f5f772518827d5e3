package org.qkdmesh.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.qkdmesh.cli.torture.SkewedClock;
import org.qkdmesh.config.ConfigMistakes;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.config.NodeConfigFile;
import org.qkdmesh.config.NodeConfigReader;
import org.qkdmesh.identity.ConfiguredCertificates;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.node.Node;
import org.qkdmesh.node.NodeRoutes;
import org.qkdmesh.node.RouteWatch;
import org.qkdmesh.routefiles.Finding;
import org.qkdmesh.routefiles.RouteMistakes;
import org.qkdmesh.transport.CannotListen;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code qkd-mesh node}. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a trusted node until Ctrl-C.",
            "Every mistake in the configuration and in the route files is told with its line, and nothing is started then.",
            "A variable of the environment replaces a single value of the file: QKD_MESH_LISTEN that of listen,"
                    + " QKD_MESH_KEYS__MAX_SIZE that of keys.max_size, QKD_MESH_NEIGHBOURS__0__URL the url of the first"
                    + " neighbour."
        },
        footer = {"", "Example:", "  ./qkd-mesh node --config config/tn-1-a2b2.yaml"})
final class NodeCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger(NodeCommand.class);

    @Mixin
    private ConfigOptions options;

    @Option(
            names = "--dev",
            description = "For writing routes, never for production: an edit of a route file takes over within seconds,"
                    + " without a request lost; a broken one is told, and what ran goes on.")
    private boolean development;

    @Option(
            names = "--clock-offset",
            hidden = true,
            paramLabel = "FILE",
            description = "For tests: by how many milliseconds the wall clock is wrong, read again and again.")
    private Path clockOffset;

    @Mixin
    private LogOptions log;

    @Override
    public Integer call() throws Exception {
        NodeConfigFile file = new NodeConfigFile(options.file(), System.getenv(), new ConfiguredCertificates());
        NodeConfig config = file.read();
        log.begin(config.id().text());
        routesAreUsable(NodeRoutes.check(options.routes()));
        try {
            return Foreground.run(config.id().text(), () -> start(config, file));
        } catch (CannotListen e) {
            throw new ConfigMistakes(List.of(
                    NodeConfigReader.mistake(options.file(), System.getenv(), keyOf(config, e), e.getMessage())));
        }
    }

    /** What ends the node again. */
    private AutoCloseable start(NodeConfig config, NodeConfigFile file) throws Exception {
        NodeClock clock = clockOffset == null ? NodeClock.system() : new SkewedClock(clockOffset);
        Node node = Node.start(config, file::readAgain, options.routes(), clock);
        RouteWatch watch = development ? RouteWatch.start(node, options.routes()) : null;
        return () -> end(watch, node);
    }

    private static void end(RouteWatch watch, Node node) throws InterruptedException {
        if (watch != null) {
            watch.close();
        }
        node.leave();
        node.close();
    }

    /** Nothing is started with routes that can not work; what is merely hard to read is said, once. */
    static void routesAreUsable(List<Finding> findings) throws RouteMistakes {
        RouteMistakes.throwIfAny(findings);
        findings.forEach(finding -> LOG.warn("{}", finding));
    }

    private static String keyOf(NodeConfig config, CannotListen failure) {
        if (failure.address().equals(config.listen())) {
            return "listen";
        }
        return failure.address().equals(config.management()) ? "management" : "peer_port";
    }
}
