package org.qkdmesh.simulator;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.spi.Registry;
import org.qkdmesh.config.CamelSettings;
import org.qkdmesh.config.SimulatorConfig;
import org.qkdmesh.etsi014.KeyLimits;
import org.qkdmesh.identity.PemFiles;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.KmeId;
import org.qkdmesh.model.NodeClock;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.ops.AdminToken;
import org.qkdmesh.routefiles.Finding;
import org.qkdmesh.routefiles.RouteContract;
import org.qkdmesh.routefiles.RouteDirectory;
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

    /** What routes attach to. */
    private static final String DOORS = "simulatedKmes";

    private static final String MANAGEMENT = "simulatorManagement";
    private static final int STOP_SECONDS = 2;

    private final Main main = new Main();
    private final Vertx vertx = EventLoops.create();
    private final SecureRandom random = new SecureRandom();
    private final Map<KmeId, RouteServer> servers = new LinkedHashMap<>();
    private final FaultSwitch faults;
    private final EventLog events;
    private final SecretBytes token;
    private final RouteServer management;
    private final KmeDoors doors;

    private SimulatorProcess(SimulatorConfig config, EventLog events) throws IOException {
        this.events = events;
        this.faults = new FaultSwitch(events);
        try {
            this.doors = new KmeDoors(doors(config));
            this.token = AdminToken.make(config.data(), random);
            this.management = RouteServer.management(
                    "kme-sim-management",
                    vertx,
                    config.management(),
                    token,
                    ServerLimits.DEFAULT,
                    ErrorBodies.MESSAGE,
                    events);
        } catch (IOException | RuntimeException e) {
            vertx.close();
            throw e;
        }
    }

    /**
     * Starts all KMEs; returns when their ports are open and the routes run.
     *
     * @param routes directory with the route files of the simulator
     * @throws IOException when a file cannot be read or the token cannot be written
     * @throws org.qkdmesh.transport.CannotListen when a port is taken
     */
    public static SimulatorProcess run(SimulatorConfig config, Path routes, EventLog events) throws Exception {
        LOG.warn(WARNING);
        SimulatorProcess process = new SimulatorProcess(config, events);
        try {
            process.startCamel(routes);
            return process;
        } catch (Exception e) {
            process.close();
            throw e;
        }
    }

    /**
     * Everything that is wrong with the route files of a simulator, told without starting one.
     *
     * @param routes as for {@link #run}
     */
    public static List<Finding> checkRoutes(Path routes) throws IOException {
        RouteContract contract = routeContract().withProperties(CamelSettings.names());
        return RouteDirectory.simulator(routes).check(contract, SimulatorProcess.class.getClassLoader());
    }

    private static RouteContract routeContract() {
        Set<String> beans = new HashSet<>(SimulatorProcessors.names());
        beans.addAll(Set.of(DOORS, MANAGEMENT));
        return new RouteContract(
                beans,
                Set.of(),
                Set.of(),
                Set.of(),
                SimulatorProcessors.keySteps(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of(),
                Set.of());
    }

    private void startCamel(Path routes) throws Exception {
        main.setPropertyPlaceholderLocations(CamelSettings.location());
        main.configure()
                .withName("kme-sim")
                .withRoutesIncludePattern("file:" + routes.toAbsolutePath() + "/**/*.camel.yaml")
                .withShutdownTimeout(STOP_SECONDS);
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeInitialize(BaseMainSupport ignored) {
                wire(main.getCamelContext());
            }
        });
        main.start();
    }

    private void wire(CamelContext context) {
        Registry beans = context.getRegistry();
        beans.bind(DOORS, doors);
        beans.bind(MANAGEMENT, management.engine("kme-sim-management", 4, 16));
        // Camel wants one under this name too, though every route says which it attaches to.
        beans.bind(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, doors);
        new SimulatorProcessors(faults).bind(beans);
        try {
            for (RouteServer server : servers.values()) {
                context.addService(server, true, true);
            }
            context.addService(management, true, true);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("the ports could not be opened", e);
        }
    }

    private List<KmeDoors.Door> doors(SimulatorConfig config) throws IOException {
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
            doors.add(door(simulator.first(), pair.one(), authorities));
            doors.add(door(simulator.second(), pair.other(), authorities));
        }
        return doors;
    }

    private KmeDoors.Door door(SimulatedKme kme, SimulatorConfig.Kme config, List<X509Certificate> authorities)
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

    /** The port that a KME listens on, of interest where the configuration says 0. */
    public int port(KmeId kme) {
        return servers.get(kme).actualPort();
    }

    public int managementPort() {
        return management.actualPort();
    }

    @Override
    public void close() {
        main.stop();
        vertx.close().toCompletionStage().toCompletableFuture().join();
        token.close();
    }
}
