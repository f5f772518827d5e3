package org.qkdmesh.node;

import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
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

    private final NodeConfig config;
    private final Vertx vertx = EventLoops.create();
    private final List<RouteServer> servers = new ArrayList<>();

    Servers(NodeConfig config) {
        this.config = config;
    }

    @Override
    public void open(CamelContext context, Identities identities, SecretBytes token, EventLog events) throws Exception {
        HttpClientSetup.install(context);
        identities.calls().forEach((id, tls) -> context.getRegistry().bind(BeanNames.tls(id), tls));
        makeServers(identities, token, events, context.getRegistry());
        for (RouteServer server : servers) {
            context.addService(server, true, true);
        }
    }

    private void makeServers(Identities identities, SecretBytes token, EventLog events, Registry beans) {
        RouteServer saes = RouteServer.tls(
                "saes",
                vertx,
                config.listen(),
                identities.own(),
                identities.authorities(),
                ServerLimits.DEFAULT,
                Servers::errorBody,
                events);
        servers.add(saes);
        RouteServer peers = saes;
        if (config.peerListen().isPresent()) {
            peers = RouteServer.tls(
                    "peers",
                    vertx,
                    config.peerListen().get(),
                    identities.own(),
                    identities.authorities(),
                    ServerLimits.DEFAULT,
                    Servers::errorBody,
                    events);
            servers.add(peers);
        }
        RouteServer management = RouteServer.management(
                "management", vertx, config.management(), token, ServerLimits.DEFAULT, ErrorBodies.MESSAGE, events);
        servers.add(management);

        beans.bind("saeEncKeys", saes.engine("enc-keys", SAE_REQUESTS, SAE_REQUESTS));
        beans.bind("saeReads", saes.engine("sae-reads", SAE_REQUESTS, SAE_REQUESTS));
        // The relay counts its own slots and says busy at once; twice as many threads leave room for repeats that wait.
        beans.bind("peerRelay", peers.engine("ext-keys", 2 * config.relay().slots(), 0));
        beans.bind("peerLinkKeys", peers.engine("link-keys", CONTROL_REQUESTS, 0));
        beans.bind("peerNotices", peers.engine("notices", CONTROL_REQUESTS, CONTROL_REQUESTS));
        beans.bind("peerControl", peers.engine("peer-control", CONTROL_REQUESTS, CONTROL_REQUESTS));
        beans.bind("management", management.engine("management", MANAGEMENT_REQUESTS, MANAGEMENT_REQUESTS));
        // A route that names no engine is an SAE's, never management's.
        beans.bind(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, saes.engine("other", CONTROL_REQUESTS, 0));
    }

    @Override
    public void close() {
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
