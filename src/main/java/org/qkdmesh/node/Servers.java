package org.qkdmesh.node;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.apache.camel.CamelContext;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.spi.Registry;
import org.qkdmesh.config.NodeConfig;
import org.qkdmesh.etsi020.HopRefusal;
import org.qkdmesh.etsi020.ProblemCodec;
import org.qkdmesh.etsi020.RefusalReason;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.node.processors.BeanNames;
import org.qkdmesh.transport.ErrorBodies;
import org.qkdmesh.transport.EventLoops;
import org.qkdmesh.transport.HttpClientSetup;
import org.qkdmesh.transport.MtlsComponent;
import org.qkdmesh.transport.RouteEngine;
import org.qkdmesh.transport.RouteServer;
import org.qkdmesh.transport.ServerLimits;

/**
 * A node's ways in and out over the network: its ports, the share of it that each kind of request gets, and calls over
 * HTTP.
 */
final class Servers implements Transport {

    private static final int SAE_REQUESTS = 64;
    private static final int CONTROL_REQUESTS = 32;
    private static final int MANAGEMENT_REQUESTS = 8;

    /** Whoever asks in a row asks again within this time. */
    private static final long QUIET_MILLIS = 200;

    /** What calls to neighbours go out by: {@code mtls:https://...}. */
    static final String COMPONENT = "mtls";

    /** By the name that routes use: {@code platformHttpEngine: "#name"}. */
    private static final Map<String, Function<Servers, RouteEngine>> ENGINES = new LinkedHashMap<>();

    static {
        engine("saeEncKeys", node -> node.saes.engine("enc-keys", SAE_REQUESTS, SAE_REQUESTS));
        engine("saeReads", node -> node.saes.engine("sae-reads", SAE_REQUESTS, SAE_REQUESTS));
        // The relay counts its own slots and says busy at once; twice as many threads leave room for repeats that wait.
        engine(
                "peerRelay",
                node -> node.peers.engine("ext-keys", 2 * node.config.relay().slots(), 0));
        engine("peerLinkKeys", node -> node.peers.engine("link-keys", CONTROL_REQUESTS, 0));
        engine("peerNotices", node -> node.peers.engine("notices", CONTROL_REQUESTS, CONTROL_REQUESTS));
        engine("peerControl", node -> node.peers.engine("peer-control", CONTROL_REQUESTS, CONTROL_REQUESTS));
        engine("management", node -> node.management.engine("management", MANAGEMENT_REQUESTS, MANAGEMENT_REQUESTS));
        // A route that names no engine is an SAE's, never management's.
        engine(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, node -> node.saes.engine("other", CONTROL_REQUESTS, 0));
    }

    private static void engine(String name, Function<Servers, RouteEngine> engine) {
        ENGINES.put(name, engine);
    }

    private final NodeConfig config;
    private final Vertx vertx = EventLoops.create();
    private final List<RouteServer> servers = new ArrayList<>();
    private final Map<String, RouteEngine> engines = new LinkedHashMap<>();
    private volatile RouteServer saes;
    private volatile RouteServer peers;
    private RouteServer management;

    Servers(NodeConfig config) {
        this.config = config;
    }

    /** The names of the engines, known without a node. */
    static Set<String> engines() {
        return Collections.unmodifiableSet(ENGINES.keySet());
    }

    @Override
    public void open(CamelContext context, Identities identities, SecretBytes token, EventLog events) {
        HttpClientSetup.install(context);
        context.addComponent(COMPONENT, new MtlsComponent(vertx));
        Registry beans = context.getRegistry();
        identities.calls().forEach((id, tls) -> beans.bind(BeanNames.tls(id), tls));
        if (servers.isEmpty()) {
            makeServers(identities, token, events);
            serve(context);
            servers.forEach(RouteServer::start);
        }
        engines.forEach(beans::bind);
    }

    private void makeServers(Identities identities, SecretBytes token, EventLog events) {
        ServerLimits limits = ServerLimits.DEFAULT.with(
                config.limits().connections(),
                config.limits().connectionsPerSae(),
                config.limits().requestsPerSae());
        saes = RouteServer.tls(
                "saes",
                vertx,
                config.listen(),
                identities.own(),
                identities.authorities(),
                limits,
                Servers::errorBody,
                events);
        servers.add(saes);
        peers = saes;
        if (config.peerListen().isPresent()) {
            peers = RouteServer.tls(
                    "peers",
                    vertx,
                    config.peerListen().get(),
                    identities.own(),
                    identities.authorities(),
                    limits,
                    Servers::errorBody,
                    events);
            servers.add(peers);
        }
        management = RouteServer.management(
                "management", vertx, config.management(), token, ServerLimits.DEFAULT, ErrorBodies.MESSAGE, events);
        servers.add(management);
        ENGINES.forEach((name, engine) -> engines.put(name, engine.apply(this)));
    }

    @Override
    public void serve(CamelContext context) {
        servers.forEach(server -> server.setCamelContext(context));
    }

    @Override
    public void use(Identities identities) {
        saes.use(identities.own(), identities.authorities());
        if (peers != saes) {
            peers.use(identities.own(), identities.authorities());
        }
    }

    @Override
    public boolean isServing(CamelContext context) {
        return servers.stream().anyMatch(server -> server.isServing(context));
    }

    @Override
    public void leave() {
        saes.leave();
        peers.leave();
    }

    @Override
    public boolean isBusy() {
        return saes.isBusy(QUIET_MILLIS) || peers.isBusy(QUIET_MILLIS);
    }

    @Override
    public double connectionsUsed() {
        return saes == null ? 0 : Math.max(saes.connectionsUsed(), peers.connectionsUsed());
    }

    @Override
    public void close() {
        servers.forEach(RouteServer::shutdown);
        vertx.close();
    }

    /** Each door's errors in the form of its own standard. */
    private static byte[] errorBody(String path, int status, String message) {
        if (!path.startsWith("/kmapi/") && !path.startsWith("/mesh/")) {
            return ErrorBodies.MESSAGE.of(path, status, message);
        }
        RefusalReason reason =
                switch (status) {
                    case 503, 429 -> RefusalReason.BUSY;
                    case 408 -> RefusalReason.TIMEOUT;
                    case 401 -> RefusalReason.UNAUTHORIZED;
                    default -> RefusalReason.INVALID;
                };
        return ProblemCodec.encode(HopRefusal.of(reason, message), status);
    }
}
