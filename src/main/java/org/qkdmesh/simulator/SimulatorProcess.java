package org.qkdmesh.simulator;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.qkdmesh.config.SimulatorConfig;
import org.qkdmesh.etsi014.KeyLimits;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.ops.AdminToken;
import org.qkdmesh.transport.ErrorBodies;
import org.qkdmesh.transport.EventLoops;
import org.qkdmesh.transport.RouteServer;
import org.qkdmesh.transport.ServerLimits;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All simulated KMEs of one configuration, each on a TLS server of its own, and a management port that switches their
 * faults. Runs until it is closed.
 */
public final class SimulatorProcess implements AutoCloseable {

    /** What whoever starts a simulator has to be told. */
    public static final String WARNING =
            "This is a simulator: its keys are random numbers of this machine, not of a quantum link. Not for production.";

    private static final Logger LOG = LoggerFactory.getLogger(SimulatorProcess.class);
    private static final int REQUESTS_AT_ONCE = 64;
    private static final int REQUESTS_WAITING = 64;
    private static final long SHUTDOWN_SECONDS = 2;

    private final DefaultCamelContext context = new DefaultCamelContext();
    private final Vertx vertx = EventLoops.create();
    private final SecureRandom random = new SecureRandom();
    private final Map<KmeId, RouteServer> servers = new LinkedHashMap<>();
    private final EventLog events;
    private SecretBytes token;
    private RouteServer management;

    private SimulatorProcess(EventLog events) {
        this.events = events;
    }

    /**
     * Starts all KMEs.
     *
     * @param routes the directory of the simulator's route files
     * @throws IOException when a file cannot be read or the token cannot be written
     * @throws org.qkdmesh.transport.CannotListen when a port is taken
     * @throws Exception when a route file is wrong
     */
    public static SimulatorProcess run(SimulatorConfig config, Path routes, EventLog events) throws Exception {
        LOG.warn(WARNING);
        SimulatorProcess process = new SimulatorProcess(events);
        try {
            process.start(config, routes);
            return process;
        } catch (Exception e) {
            process.close();
            throw e;
        }
    }

    private void start(SimulatorConfig config, Path routes) throws Exception {
        token = AdminToken.make(config.data(), random);
        FaultSwitch faults = new FaultSwitch(events);
        context.disableJMX();
        context.getShutdownStrategy().setTimeout(SHUTDOWN_SECONDS);
        KmeDoors doors = new KmeDoors(openDoors(config, faults));
        context.getRegistry().bind("simulatedKmes", doors);
        // Camel wants one under this name too, though every route says which it attaches to.
        context.getRegistry().bind(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, doors);
        management = RouteServer.management(
                "kme-sim-management",
                vertx,
                config.management(),
                token,
                ServerLimits.DEFAULT,
                ErrorBodies.MESSAGE,
                events);
        context.getRegistry().bind("simulatorManagement", management.engine("kme-sim-management", 4, 16));
        new SimulatorProcessors(faults).bind(context.getRegistry());
        PluginHelper.getRoutesLoader(context).loadRoutes(routeFiles(routes));
        context.start();
        for (RouteServer server : servers.values()) {
            context.addService(server, true, true);
        }
        context.addService(management, true, true);
    }

    private List<KmeDoors.Door> openDoors(SimulatorConfig config, FaultSwitch faults) throws IOException {
        List<X509Certificate> authorities = PemFiles.certificates(config.ca());
        List<KmeDoors.Door> doors = new ArrayList<>();
        for (SimulatorConfig.Pair pair : config.pairs()) {
            KmePairSimulator simulator = new KmePairSimulator(
                    end(pair.one()),
                    end(pair.other()),
                    limits(config),
                    pair.rateBitsPerSecond(),
                    pair.capacityBits(),
                    NodeClock.system(),
                    random);
            doors.add(door(simulator.first(), pair.one(), authorities, faults));
            doors.add(door(simulator.second(), pair.other(), authorities, faults));
        }
        return doors;
    }

    private KmeDoors.Door door(
            SimulatedKme kme, SimulatorConfig.Kme config, List<X509Certificate> authorities, FaultSwitch faults)
            throws IOException {
        RouteServer server = RouteServer.tls(
                config.id().text(),
                vertx,
                config.listen(),
                PemFiles.credentials(config.certificate(), config.key()),
                authorities,
                ServerLimits.DEFAULT,
                ErrorBodies.MESSAGE,
                events);
        servers.put(kme.id(), server);
        faults.add(kme, server);
        return new KmeDoors.Door(kme, server.engine(config.id().text(), REQUESTS_AT_ONCE, REQUESTS_WAITING));
    }

    private static KmePairSimulator.End end(SimulatorConfig.Kme kme) {
        return new KmePairSimulator.End(kme.id(), kme.sae());
    }

    private static KeyLimits limits(SimulatorConfig config) {
        return new KeyLimits(
                config.keys().minSizeBits(),
                config.keys().maxSizeBits(),
                config.keys().defaultSizeBits(),
                config.keys().maxPerRequest(),
                config.keys().maxCount());
    }

    private List<Resource> routeFiles(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().endsWith(".camel.yaml"))
                    .sorted()
                    .map(file -> ResourceHelper.resolveResource(context, "file:" + file))
                    .toList();
        }
    }

    /** The port that a KME listens on, of interest where the configuration says 0. */
    public int port(KmeId kme) {
        return servers.get(kme).actualPort();
    }

    public int managementPort() {
        return management.actualPort();
    }

    @Override
    public void close() {
        context.stop();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        if (token != null) {
            token.close();
        }
    }
}
