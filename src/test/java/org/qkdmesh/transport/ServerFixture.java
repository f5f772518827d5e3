package org.qkdmesh.transport;

import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.platform.http.PlatformHttpConstants;
import org.apache.camel.impl.DefaultCamelContext;
import org.qkdmesh.config.BindAddress;
import org.qkdmesh.identity.TlsCredentials;
import org.qkdmesh.model.EventLog;
import org.qkdmesh.model.SecretBytes;
import org.qkdmesh.testing.TestCertificates;

/** A Camel context with one server of its own on a port of the system's choice; used with try-with-resources. */
final class ServerFixture implements AutoCloseable {

    static final String TOKEN = "token-of-the-test";

    final TestCertificates certificates;
    final TlsCredentials node;
    final List<String> refusals = new CopyOnWriteArrayList<>();
    final List<String> alarms = new CopyOnWriteArrayList<>();
    final CamelContext context = new DefaultCamelContext();
    private final Vertx vertx = EventLoops.create();
    RouteServer server;

    ServerFixture(Path directory) {
        certificates = new TestCertificates(directory);
        node = certificates.node("tn-1");
    }

    ServerFixture tls(ServerLimits limits, RouteBuilder routes) throws Exception {
        return tls("127.0.0.1:0", limits, routes);
    }

    ServerFixture tls(String address, ServerLimits limits, RouteBuilder routes) throws Exception {
        return start(
                RouteServer.tls(
                        "test",
                        vertx,
                        BindAddress.parse(address),
                        node,
                        certificates.authorities(),
                        limits,
                        ErrorBodies.MESSAGE,
                        events()),
                routes);
    }

    ServerFixture management(RouteBuilder routes) throws Exception {
        return start(
                RouteServer.management(
                        "management",
                        vertx,
                        BindAddress.parse("127.0.0.1:0"),
                        SecretBytes.owning(TOKEN.getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
                        ServerLimits.DEFAULT,
                        ErrorBodies.MESSAGE,
                        events()),
                routes);
    }

    private ServerFixture start(RouteServer started, RouteBuilder routes) throws Exception {
        server = started;
        context.getRegistry().bind(PlatformHttpConstants.PLATFORM_HTTP_ENGINE_NAME, server.engine("main", 16, 16));
        context.getRegistry().bind("smallEngine", server.engine("small", 2, 1));
        context.getRegistry().bind("wideEngine", server.engine("wide", 60, 0));
        context.addService(server, true, true);
        context.addRoutes(routes);
        context.getShutdownStrategy().setTimeout(2);
        context.start();
        return this;
    }

    TestClient client(String sae) {
        return TestClient.tls(certificates.sae(sae), certificates.authorities());
    }

    String uri(String path) {
        return "https://localhost:" + server.actualPort() + path;
    }

    int port() {
        return server.actualPort();
    }

    private EventLog events() {
        return new EventLog() {
            @Override
            public void refused(String door, String reason) {
                refusals.add(reason);
            }

            @Override
            public void alarm(String kind, String detail) {
                alarms.add(kind + ": " + detail);
            }

            @Override
            public void noted(String kind, String detail) {}
        };
    }

    @Override
    public void close() {
        context.stop();
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
